import KernelInterface
import TuningModel

/// What an optimiser knows beside its moments: how many steps it has made, and the powers of Adam's decay rates.
///
/// All scalars are kept in `Double` and rounded to `Float` once in each step. The powers are running products, so
/// that no power function of a C library decides bits.
struct OptimizerState: Hashable {
    /// Minibatches trained.
    private(set) var stepCount: Int
    /// `beta1^stepCount` and `beta2^stepCount`; 1 for optimisers without.
    private(set) var firstPower: Double
    private(set) var secondPower: Double
    private let settings: OptimizerSettings
    private let learningRate: Double
    private let weightDecay: Double
    private let l1: Float
    private let l2: Float

    init(_ configuration: TrainingConfiguration, stepCount: Int = 0, firstPower: Double = 1, secondPower: Double = 1) {
        self.stepCount = stepCount
        self.firstPower = firstPower
        self.secondPower = secondPower
        self.settings = configuration.optimizer
        self.learningRate = configuration.learningRate
        self.weightDecay = configuration.weightDecay
        self.l1 = Float(configuration.l1)
        self.l2 = Float(configuration.l2)
    }

    /// The rule of the next step, for weights; biases take ``UpdateRule/withoutPenalties``.
    mutating func nextRule() -> UpdateRule {
        self.stepCount &+= 1
        var rule: UpdateRule
        switch self.settings {
        case .sgd(let momentum, let nesterov):
            rule = .sgd(learningRate: self.learningRate, momentum: momentum, nesterov: nesterov)
        case .adam(let beta1, let beta2, let epsilon):
            rule = self.adam(beta1, beta2, epsilon, weightDecay: 0)
        case .adamw(let beta1, let beta2, let epsilon):
            rule = self.adam(beta1, beta2, epsilon, weightDecay: self.weightDecay)
        case .rmsprop(let decay, let epsilon, let momentum):
            rule = .rmsprop(
                learningRate: self.learningRate, decay: decay, epsilon: epsilon,
                momentum: momentum)
        }
        rule.l1 = self.l1
        rule.l2 = self.l2
        return rule
    }

    private mutating func adam(_ beta1: Double, _ beta2: Double, _ epsilon: Double, weightDecay: Double) -> UpdateRule {
        self.firstPower *= beta1
        self.secondPower *= beta2
        return .adam(
            learningRate: self.learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            weightDecay: weightDecay, firstPower: self.firstPower, secondPower: self.secondPower)
    }
}
