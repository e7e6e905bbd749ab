/// How a learning rate that is learned online follows the product of gradients with the step before.
package enum HypergradientRule: String, Hashable, Sendable, CaseIterable {
    /// The rate gains the product times `training.hypergradient`.
    case additive
    /// The rate is multiplied by a power of e: the cosine of the gradient and the last steps, times `training.hypergradient`,
    /// times the part of the first minibatch's loss that is left. It begins at a 4096th of `training.learning_rate`, and steps
    /// that destroy the network are taken back.
    case multiplicative
}

extension TrainingConfiguration {
    /// Whether the learning rate is learned by factors.
    package var learnsMultiplicatively: Bool { self.hypergradient > 0 && self.hypergradientRule == .multiplicative }
}

/// What is learned by T1-T2: gradient steps of settings on training rows that the weights do not see.
///
/// Each number is how far the logarithm of a setting moves at most in one of its steps; 0: it is not learned. A setting is learned
/// in trials that have it: `l2` and `weightDecay` above 0, `momentum` above 0 of `sgd`.
///
/// Source: J. Luketina et al., "Scalable gradient-based tuning of continuous regularization hyperparameters", ICML 2016.
package struct T1T2Settings: Hashable, Sendable {
    /// Minibatches from one step of the settings to the next, at least 1.
    package var every = 10
    /// The part of the training rows that the settings learn from and the weights do not, between 0 and 1.
    package var share = 0.1
    package var learningRate = 0.0
    package var momentum = 0.0
    package var l2 = 0.0
    package var weightDecay = 0.0

    package init() {}

    /// Whether there is anything to learn.
    package var learnsAny: Bool {
        [self.learningRate, self.momentum, self.l2, self.weightDecay].contains { $0 > 0 }
    }
}
