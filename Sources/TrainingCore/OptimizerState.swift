import KernelInterface
import TuningModel

/// What an optimiser knows beside its moments: how many steps it has made, and the powers of decay rates.
///
/// All scalars are kept in `Double` and rounded to `Float` once in each step. The powers are running products, so
/// that no power function of a C library decides bits.
struct OptimizerState: Hashable {
    /// Minibatches trained.
    private(set) var stepCount: Int
    /// `beta1^stepCount`, for NAdam the product of the momenta of all steps, and `beta2^stepCount`; 1 for optimisers without.
    private(set) var firstPower: Double
    private(set) var secondPower: Double
    private(set) var settings: OptimizerSettings
    /// The learning rate without its schedule; a learned one moves, as do the others below.
    var learningRate: Double
    var l2: Double
    var weightDecay: Double
    var momentum: Double {
        didSet {
            if case .sgd(_, let nesterov) = self.settings {
                self.settings = .sgd(momentum: self.momentum, nesterov: nesterov)
            }
        }
    }
    var plateau = PlateauState()
    let schedule: LearningRateSchedule
    private let scheduleEpochs: Int
    private let warmupSteps: Double
    private let batches: BatchPlan
    let hypergradient: Double
    let rateRule: HypergradientRule
    /// What is learned on held rows; `nil`: nothing.
    let t1t2: T1T2Settings?
    /// The mean loss of the run's first minibatch; NaN before it.
    var firstLoss = Double.nan
    /// The mean loss of the minibatch whose step ``nextRule()`` began, as a part of the first one's, at most 1.
    var lossShare = 1.0
    /// The learning rate that a run began with.
    let startRate: Double
    private let l1: Float
    private let clipValue: Double
    private let clipNorm: Double
    /// What schedule and warm-up multiply the learning rate by in the step that ``nextRule()`` began.
    private var stepFactor = 1.0
    private var stepWarmth = 1.0

    init(
        _ configuration: TrainingConfiguration, batches: BatchPlan, stepCount: Int = 0, firstPower: Double = 1,
        secondPower: Double = 1
    ) {
        self.stepCount = stepCount
        self.firstPower = firstPower
        self.secondPower = secondPower
        self.settings = configuration.optimizer
        self.startRate = Self.startRate(configuration)
        self.learningRate = self.startRate
        self.schedule = configuration.schedule
        self.scheduleEpochs = configuration.scheduleEpochs ?? 1
        self.warmupSteps = batches.steps(inEpochs: configuration.warmupEpochs)
        self.batches = batches
        self.hypergradient = configuration.hypergradient
        self.rateRule = configuration.hypergradientRule
        self.t1t2 = configuration.learnedSettings
        self.weightDecay = configuration.weightDecay
        if case .sgd(let momentum, _) = configuration.optimizer { self.momentum = momentum } else { self.momentum = 0 }
        self.l1 = Float(configuration.l1)
        self.l2 = configuration.l2
        self.clipValue = configuration.clipValue
        self.clipNorm = configuration.clipNorm
    }

    /// What a step by a rule needs before any parameter changes.
    private func deferral(of rule: UpdateRule) -> UpdateRule.Deferral {
        if self.hypergradient > 0 { return self.needsNorms && !rule.usesFirst ? .keptTrace : .keptDirection }
        if case .lamb = self.settings { return .direction }
        if self.t1t2 != nil { return .direction }
        return self.clipNorm > 0 ? .gradient : .nothing
    }

    /// Whether the direction of a step is made first and its length afterwards.
    private var isDirected: Bool {
        if self.hypergradient > 0 || self.t1t2 != nil { return true }
        if case .lamb = self.settings { return true }
        return false
    }

    /// The powers of decay rates, which a step that is taken back leaves as they were.
    var powers: (first: Double, second: Double) {
        get { (self.firstPower, self.secondPower) }
        set { (self.firstPower, self.secondPower) = newValue }
    }

    /// The rule of the next step, for weights; biases take ``UpdateRule/withoutPenalties``.
    ///
    /// Where the rule is directed it is that of the direction: its learning rate is 1, and ``stepRate`` and ``weightDecay``
    /// are still to be applied.
    mutating func nextRule() -> UpdateRule {
        self.stepFactor = self.currentFactor
        self.stepWarmth = self.currentWarmth
        let isDirected = self.isDirected
        let learningRate = isDirected ? 1 : self.stepRate
        let weightDecay = isDirected ? 0 : self.weightDecay
        self.stepCount &+= 1
        var rule: UpdateRule
        switch self.settings {
        case .sgd(let momentum, let nesterov):
            rule = .sgd(learningRate: learningRate, momentum: momentum, nesterov: nesterov)
        case .adam(let beta1, let beta2, let epsilon):
            rule = self.adam(beta1, beta2, epsilon, learningRate: learningRate, weightDecay: 0)
        case .adamw(let beta1, let beta2, let epsilon), .lamb(let beta1, let beta2, let epsilon):
            rule = self.adam(beta1, beta2, epsilon, learningRate: learningRate, weightDecay: weightDecay)
        case .rmsprop(let decay, let epsilon, let momentum):
            rule = .rmsprop(
                learningRate: learningRate, decay: decay, epsilon: epsilon,
                momentum: momentum)
        case .amsgrad(let beta1, let beta2, let epsilon):
            rule = self.amsgrad(beta1, beta2, epsilon, learningRate: learningRate)
        case .nadam(let beta1, let beta2, let epsilon, let momentumDecay):
            rule = self.nadam(beta1, beta2, epsilon, momentumDecay: momentumDecay, learningRate: learningRate)
        case .adagrad(let epsilon, let decay, _):
            rule = .adagrad(
                learningRate: learningRate / (1 + Double(self.stepCount - 1) * decay), epsilon: epsilon)
        }
        rule.l1 = self.l1
        rule.l2 = Float(self.l2)
        if self.clipValue > 0 { rule.clip = Float(self.clipValue) }
        rule.deferral = self.deferral(of: rule)
        return rule
    }

    /// The learning rate of the next step.
    var currentRate: Double { self.learningRate * self.currentFactor * self.currentWarmth }

    /// The learning rate of the step that ``nextRule()`` began.
    var stepRate: Double { self.learningRate * self.stepFactor * self.stepWarmth }

    private var currentFactor: Double {
        let (epoch, time) = self.batches.position(ofStep: self.stepCount)
        return self.schedule.factor(epoch: epoch, time: time, epochs: self.scheduleEpochs) * self.plateau.share
    }

    private var currentWarmth: Double {
        self.warmupSteps > 0 ? min(1, Double(self.stepCount + 1) / self.warmupSteps) : 1
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

    private mutating func amsgrad(
        _ beta1: Double, _ beta2: Double, _ epsilon: Double, learningRate: Double
    ) -> UpdateRule {
        self.firstPower *= beta1
        self.secondPower *= beta2
        return .amsgrad(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, firstPower: self.firstPower,
            secondPower: self.secondPower)
    }

    private mutating func nadam(
        _ beta1: Double, _ beta2: Double, _ epsilon: Double, momentumDecay: Double, learningRate: Double
    ) -> UpdateRule {
        let fade = Self.fade(momentumDecay)
        let power = Self.power(fade, self.stepCount)
        let momentum = beta1 * (1 - 0.5 * power)
        self.firstPower *= momentum
        self.secondPower *= beta2
        return .nadam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, momentum: momentum,
            nextMomentum: beta1 * (1 - 0.5 * power * fade), momentumProduct: self.firstPower,
            secondPower: self.secondPower)
    }

    /// `0.96^x` for x from 0 to 1, to 1e-16: the series of the exponential of `x * ln 0.96`.
    static func fade(_ x: Double) -> Double {
        let y = -0.040_821_994_520_255_166 * x
        var sum = 1.0
        for n in stride(from: 9.0, through: 1.0, by: -1.0) { sum = 1 + sum * y / n }
        return sum
    }

    /// `base^exponent` by squaring.
    static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, factor, left) = (1.0, base, exponent)
        while left > 0 {
            if left & 1 == 1 { result *= factor }
            factor *= factor
            left >>= 1
        }
        return result
    }
}

extension OptimizerState {
    /// What all gradients are multiplied by, given the sum of their squares, so that their norm keeps to the limit:
    /// `limit / (norm + 1e-6)` as PyTorch has it, at most 1, and 1 without a limit. Where the norm is NaN or infinite the
    /// gradients stay as they are, and the run will diverge.
    func gradientScale(squares: Double) -> Float {
        let norm = squares.squareRoot()
        guard self.clipNorm > 0, norm.isFinite else { return 1 }
        let scale = self.clipNorm / (norm + 1e-6)
        return scale < 1 ? Float(scale) : 1
    }

    /// How much of a weight is added to the direction of its step.
    var directedDecay: Double { self.isDirected ? self.weightDecay : 0 }

    /// Whether a step's length follows the norms of weights and direction.
    var usesTrustRatio: Bool { if case .lamb = self.settings { true } else { false } }

    /// What LAMB multiplies a step's length by, given the squared norms of weights and direction: the norms' ratio where both
    /// are above 0, else 1.
    static func trustRatio(weights: Double, direction: Double) -> Double {
        weights > 0 && direction > 0 ? (weights / direction).squareRoot() : 1
    }

    /// What the accumulators of second moments begin with.
    var initialAccumulator: Float? {
        if case .adagrad(_, _, let value) = self.settings, value > 0 { Float(value) } else { nil }
    }
}
