/// What a network learns to do.
package enum LearningTask: Hashable, Sendable {
    /// One of `classes` classes; softmax and cross-entropy.
    case classification(classes: Int)
    /// `outputs` real numbers; squared error on standardised targets.
    case regression(outputs: Int)

    /// Width of the network's last layer.
    package var outputCount: Int {
        switch self {
        case .classification(let classes): classes
        case .regression(let outputs): outputs
        }
    }
}

/// What follows each hidden layer, unit by unit.
package enum Activation: String, Hashable, Sendable, CaseIterable {
    case relu, tanh, sigmoid, gelu
    case leakyRelu = "leaky_relu"
    case elu, selu, silu, softplus
}

/// How weights begin. `automatic` is LeCun (normal) for selu, He (normal) for what else is like relu, Glorot (uniform) for
/// tanh and sigmoid.
package enum Initializer: String, Hashable, Sendable, CaseIterable {
    case automatic = "auto"
    case heNormal = "he_normal"
    case heUniform = "he_uniform"
    case glorotNormal = "glorot_normal"
    case glorotUniform = "glorot_uniform"
    case lecunNormal = "lecun_normal"
    case lecunUniform = "lecun_uniform"
}

/// The rule that turns gradients into steps, with its own numbers; see `UpdateRule` for the formulas.
package enum OptimizerSettings: Hashable, Sendable {
    case sgd(momentum: Double, nesterov: Bool)
    case adam(beta1: Double, beta2: Double, epsilon: Double)
    /// Adam with decoupled weight decay, `training.weight_decay`.
    case adamw(beta1: Double, beta2: Double, epsilon: Double)
    case rmsprop(decay: Double, epsilon: Double, momentum: Double)
}

/// One hidden layer: dense, batch normalisation where asked for, activation, dropout.
package struct DenseLayerSettings: Hashable, Sendable {
    package let units: Int
    /// Probability that a unit is dropped in training, in [0, 1).
    package let dropout: Double
    package let batchNormalization: Bool
    package init(units: Int, dropout: Double = 0, batchNormalization: Bool = false) {
        self.units = units
        self.dropout = dropout
        self.batchNormalization = batchNormalization
    }
}

/// Early stopping inside a trial: it ends after `patience` epochs whose validation loss did not fall by `minimumChange`.
package struct PatienceSettings: Hashable, Sendable {
    package let patience: Int
    package let minimumChange: Double
    package init(patience: Int, minimumChange: Double = 0) {
        self.patience = patience
        self.minimumChange = minimumChange
    }
}

/// Everything that decides how a network is built and trained, data and seed aside.
package struct TrainingConfiguration: Hashable, Sendable {
    /// What stands before the dense layers.
    package var family = NetworkFamily.mlp
    /// The hidden dense layers.
    package var layers: [DenseLayerSettings]
    package var activation: Activation = .relu
    package var initializer: Initializer = .automatic
    package var optimizer: OptimizerSettings
    package var learningRate: Double
    package var batchSize: Int
    package var schedule = LearningRateSchedule.constant
    /// Epochs of the schedule; `nil` where it needs none. A trial that is stopped earlier has seen its first part.
    package var scheduleEpochs: Int?
    /// The learning rate also rises along a line for so many epochs: by step t of n in them to t / n.
    package var warmupEpochs = 0.0
    /// The penalty `l1 * sum |w|` over all weights, not the biases, added to the training objective.
    package var l1: Double = 0
    /// The penalty `l2 / 2 * sum w^2`, as above (so that the gradient gains `l2 * w`).
    package var l2: Double = 0
    /// Decoupled: each step `w -= learningRate * weightDecay * w`. Only with `adamw`.
    package var weightDecay: Double = 0
    package var earlyStopping: PatienceSettings?
    /// Only for rows that are images.
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
