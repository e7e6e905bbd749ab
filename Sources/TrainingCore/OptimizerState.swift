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
    private let schedule: LearningRateSchedule
    private let scheduleEpochs: Int
    private let warmupSteps: Double
    private let stepsPerEpoch: Int
    private let weightDecay: Double
    private let l1: Float
    private let l2: Float

    init(
        _ configuration: TrainingConfiguration, stepsPerEpoch: Int, stepCount: Int = 0, firstPower: Double = 1,
        secondPower: Double = 1
    ) {
        self.stepCount = stepCount
        self.firstPower = firstPower
        self.secondPower = secondPower
        self.settings = configuration.optimizer
        self.learningRate = configuration.learningRate
        self.schedule = configuration.schedule
        self.scheduleEpochs = configuration.scheduleEpochs ?? 1
        self.warmupSteps = configuration.warmupEpochs * Double(stepsPerEpoch)
        self.stepsPerEpoch = max(1, stepsPerEpoch)
        self.weightDecay = configuration.weightDecay
        self.l1 = Float(configuration.l1)
        self.l2 = Float(configuration.l2)
    }

    /// The rule of the next step, for weights; biases take ``UpdateRule/withoutPenalties``.
    mutating func nextRule() -> UpdateRule {
        let learningRate = self.currentRate
        self.stepCount &+= 1
        var rule: UpdateRule
        switch self.settings {
        case .sgd(let momentum, let nesterov):
            rule = .sgd(learningRate: learningRate, momentum: momentum, nesterov: nesterov)
        case .adam(let beta1, let beta2, let epsilon):
            rule = self.adam(beta1, beta2, epsilon, learningRate: learningRate, weightDecay: 0)
        case .adamw(let beta1, let beta2, let epsilon):
            rule = self.adam(beta1, beta2, epsilon, learningRate: learningRate, weightDecay: self.weightDecay)
        case .rmsprop(let decay, let epsilon, let momentum):
            rule = .rmsprop(
                learningRate: learningRate, decay: decay, epsilon: epsilon,
                momentum: momentum)
        }
        rule.l1 = self.l1
        rule.l2 = self.l2
        return rule
    }

    /// The learning rate of the next step.
    var currentRate: Double {
        let epoch = self.stepCount / self.stepsPerEpoch
        let time = Double(self.stepCount) / Double(self.stepsPerEpoch)
        let factor = self.schedule.factor(epoch: epoch, time: time, epochs: self.scheduleEpochs)
        let warmth = self.warmupSteps > 0 ? min(1, Double(self.stepCount + 1) / self.warmupSteps) : 1
        return self.learningRate * factor * warmth
    }

    private mutating func adam(
        _ beta1: Double, _ beta2: Double, _ epsilon: Double, learningRate: Double, weightDecay: Double
    ) -> UpdateRule {
        self.firstPower *= beta1
        self.secondPower *= beta2
        return .adam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            weightDecay: weightDecay, firstPower: self.firstPower, secondPower: self.secondPower)
    }
}
