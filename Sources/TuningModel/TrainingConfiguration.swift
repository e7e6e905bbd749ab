/// What a network learns to do.
package enum LearningTask: Hashable, Sendable {
    /// One of `classes` classes; softmax and cross-entropy.
    case classification(classes: Int)
    /// `outputs` real numbers; squared error on standardised targets.
    case regression(outputs: Int)
    /// `labels` targets of 0 or 1, a logit each; the mean of their binary cross-entropies.
    case multiLabel(labels: Int)

    /// Width of the network's last layer.
    package var outputCount: Int {
        switch self {
        case .classification(let classes): classes
        case .regression(let outputs): outputs
        case .multiLabel(let labels): labels
        }
    }
}

/// What follows each hidden layer, unit by unit; `ActivationFunction` has the formulas. `gelu` is the exact one, by the
/// error function.
package enum Activation: String, Hashable, Sendable, CaseIterable {
    case relu, tanh, sigmoid, gelu
    case leakyRelu = "leaky_relu"
    case elu, selu, silu, softplus
    case geluTanh = "gelu_tanh"
    case relu6
    case hardSigmoid = "hard_sigmoid"
    case hardTanh = "hard_tanh"
    case hardSwish = "hard_swish"
}

/// The rule that turns gradients into steps, with its own numbers; see `UpdateRule` for the formulas.
package enum OptimizerSettings: Hashable, Sendable {
    case sgd(momentum: Double, nesterov: Bool)
    case adam(beta1: Double, beta2: Double, epsilon: Double)
    /// Adam with decoupled weight decay, `training.weight_decay`.
    case adamw(beta1: Double, beta2: Double, epsilon: Double)
    case rmsprop(decay: Double, epsilon: Double, momentum: Double)
    case amsgrad(beta1: Double, beta2: Double, epsilon: Double)
    case nadam(beta1: Double, beta2: Double, epsilon: Double, momentumDecay: Double)
    /// Step t takes the learning rate divided by `1 + (t - 1) * learningRateDecay`.
    case adagrad(epsilon: Double, learningRateDecay: Double, initialAccumulator: Double)
    /// Adam's direction with decoupled weight decay, scaled for each tensor to the norm of its weights.
    case lamb(beta1: Double, beta2: Double, epsilon: Double)

    /// Whether weight decay is the optimiser's own, apart from the gradient.
    package var takesWeightDecay: Bool {
        switch self {
        case .adamw, .lamb: true
        case .sgd, .adam, .rmsprop, .amsgrad, .nadam, .adagrad: false
        }
    }

    /// Their names in a study file, and those that take `training.weight_decay`.
    package static let names = ["sgd", "adam", "adamw", "rmsprop", "amsgrad", "nadam", "adagrad", "lamb"]
    package static let decayingNames = ["adamw", "lamb"]
}

/// One hidden layer: dense, batch normalisation where asked for, activation, dropout.
package struct DenseLayerSettings: Hashable, Sendable {
    package let units: Int
    /// Probability that a unit is dropped in training, in [0, 1).
    package let dropout: Double
    package let batchNormalization: Bool
    /// Layer normalisation, in place of batch normalisation.
    package let layerNormalization: Bool
    package init(
        units: Int, dropout: Double = 0, batchNormalization: Bool = false, layerNormalization: Bool = false
    ) {
        self.units = units
        self.dropout = dropout
        self.batchNormalization = batchNormalization
        self.layerNormalization = layerNormalization
    }
}

/// Averages of weights, which are evaluated and saved in place of the weights themselves; training goes on with those.
///
/// Running statistics of batch normalisation are averaged as the weights are under `exponential`, and computed anew for the
/// averaged weights under `stochastic`, by a pass over the training rows at the end of each epoch.
package enum WeightAverage: Hashable, Sendable {
    case none
    /// After the first step the weights, then after each step `average += (1 - decay) * (weights - average)`.
    case exponential(decay: Double)
    /// The mean of the weights at the ends of the epochs `from`, `from + 1`, ...; before, the weights themselves.
    ///
    /// Source: P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018,
    /// algorithm 1 with one model an epoch, and section 3.2 for the statistics.
    case stochastic(from: Int)

    /// Their names in a study file.
    package static let names = ["none", "ema", "swa"]
}

/// Early stopping inside a trial: it ends after `patience` epochs in which a metric did not get better by more than
/// `minimumChange`.
package struct PatienceSettings: Hashable, Sendable {
    package let patience: Int
    package let minimumChange: Double
    package let metric: Metric
    /// Whether the network of the epoch in which the metric was best is tested and saved, and not that of the last one.
    package let restoresBest: Bool

    package init(
        patience: Int, minimumChange: Double = 0, metric: Metric = .validationLoss, restoresBest: Bool = false
    ) {
        self.patience = patience
        self.minimumChange = minimumChange
        self.metric = metric
        self.restoresBest = restoresBest
    }

    /// The metrics that it may watch.
    package static let metrics = Metric.allCases.filter {
        $0 == .trainLoss || $0.rawValue.hasPrefix("validation.")
    }
}

/// Everything that decides how a network is built and trained, data and seed aside.
package struct TrainingConfiguration: Hashable, Sendable {
    /// What stands before the dense layers.
    package var family = NetworkFamily.mlp
    /// How an mlp takes columns of categories.
    package var embedding = EmbeddingSettings.none
    /// The hidden dense layers.
    package var layers: [DenseLayerSettings]
    package var activation: Activation = .relu
    package var initializer: Initializer = .automatic
    package var biasInitializer = BiasInitializer.zeros
    /// What the biases of LSTM cells' forget gates begin at.
    package var forgetBias = 1.0
    package var loss = LossSettings()
    package var optimizer: OptimizerSettings
    package var learningRate: Double
    package var batchSize: Int
    /// Networks of the trial that differ in their seeds alone; its figures are means over them.
    package var repeats = 1
    /// Epochs of each network at most, where the networks of the trial are trained one after the other, each to its end;
    /// `nil`: side by side.
    package var networkEpochs: Int?
    /// How minibatches grow; `nil`: not at all.
    package var batchGrowth: BatchGrowth?
    package var schedule = LearningRateSchedule.constant
    /// Epochs of the schedule; `nil` where it needs none. A trial that is stopped earlier has seen its first part.
    package var scheduleEpochs: Int?
    /// The learning rate also rises along a line for so many epochs: by step t of n in them to t / n.
    package var warmupEpochs = 0.0
    /// The penalty `l1 * sum |w|` over all weights, not the biases, added to the training objective.
    package var l1: Double = 0
    /// The penalty `l2 / 2 * sum w^2`, as above (so that the gradient gains `l2 * w`).
    package var l2: Double = 0
    /// Decoupled: each step `w -= learningRate * weightDecay * w`, under `lamb` within the scaled direction. Only with
    /// `adamw` and `lamb`.
    package var weightDecay: Double = 0
    /// The largest magnitude of each number of the data loss's gradient, before penalties; 0 for none.
    package var clipValue: Double = 0
    /// The largest Euclidean norm of the data loss's gradient with respect to all parameters together, before penalties and
    /// behind `clipValue`: above it all are scaled down alike; 0 for none.
    package var clipNorm: Double = 0
    /// The largest Euclidean norm of what each unit's weights take from the layer before (for a filter its whole window, for
    /// LSTM cells each gate's input weights and state weights by themselves), the output layer's too: after each step a
    /// longer vector is scaled back to it; 0 for none.
    package var maxNorm: Double = 0
    /// Step size of the learning rate's own descent; 0: the learning rate is not learned.
    package var hypergradient: Double = 0
    package var hypergradientRule = HypergradientRule.additive
    /// Settings that are learned on a part of the training rows; `nil`: none.
    package var t1t2: T1T2Settings?
    package var average = WeightAverage.none
    package var earlyStopping: PatienceSettings?
    /// What is measured after each epoch besides the figures that always are.
    package var metrics: [Metric] = []
    /// Only for rows that are images, but for mix-up.
    package var augmentation = AugmentationSettings.none

    package init(
        layers: [DenseLayerSettings], optimizer: OptimizerSettings, learningRate: Double, batchSize: Int
    ) {
        self.layers = layers
        self.optimizer = optimizer
        self.learningRate = learningRate
        self.batchSize = batchSize
    }
}
