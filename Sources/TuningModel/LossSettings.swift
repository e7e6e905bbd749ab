/// What training minimises, as `training.loss` names it; for each row, z its logits or outputs and t its target.
package enum LossFunction: String, Hashable, Sendable, CaseIterable {
    /// The first of those that fit the task.
    case automatic = "auto"
    /// Classes, a logit each: `log sum exp z - z[t]`.
    case crossEntropy = "cross_entropy"
    /// Two classes, one logit, that of the second class: `log(1 + exp z) - t z`; or several targets of 0 or 1 with a
    /// logit each, and the mean over them.
    case binaryCrossEntropy = "binary_cross_entropy"
    /// Numbers: the mean over the outputs of `(z - t)^2`.
    case squaredError = "squared_error"
    /// The mean over the outputs of `|z - t|`.
    case absoluteError = "absolute_error"
    /// The mean over the outputs of `d^2 / 2` where `d = |z - t|` is at most delta, else of `delta (d - delta / 2)`.
    ///
    /// Source: P. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964; the scale is
    /// that of PyTorch's `HuberLoss`.
    case huber

    /// The losses that a task can be trained with, the one that ``automatic`` stands for first.
    package static func fitting(_ task: TaskKind) -> [LossFunction] {
        switch task {
        case .classification: [.crossEntropy, .binaryCrossEntropy]
        case .multiLabel: [.binaryCrossEntropy]
        case .regression, .forecasting: [.squaredError, .absoluteError, .huber]
        }
    }
}

/// How much the rows of each class, or the ones of each label, count in training.
package enum ClassWeights: Hashable, Sendable {
    case none
    /// `n / (k n[c])` for n training rows, n[c] of them of class c, and k classes that occur; 0 for a class that does not.
    ///
    /// Source: G. King, L. Zeng, "Logistic regression in rare events data", Political Analysis 9, 2001, section 4.2; the same
    /// numbers as scikit-learn's `balanced`.
    case balanced
    /// One number for each class or label, in their order.
    case given([Double])
}

/// The loss of a configuration with its own numbers.
///
/// They shape training alone: what validation and test measure is the plain loss of the task, so that it can be compared
/// between configurations.
package struct LossSettings: Hashable, Sendable {
    package var function = LossFunction.automatic
    /// Each target becomes `(1 - s) target + s / classes`; in [0, 1).
    ///
    /// Source: C. Szegedy et al., "Rethinking the Inception architecture", CVPR 2016, section 7; with class weights as in
    /// PyTorch's `CrossEntropyLoss`.
    package var labelSmoothing = 0.0
    package var classWeights = ClassWeights.none
    /// Several labels: what the losses of each label's ones are multiplied by, as PyTorch's `BCEWithLogitsLoss` has it;
    /// `balanced`: zeros per one among the training rows, 1 for a label that has none of either.
    package var positiveWeights = ClassWeights.none
    /// Where the Huber loss turns from a square to a line, in deviations of the target.
    package var huberDelta = 1.0

    package init() {}
}
