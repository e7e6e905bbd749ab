import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

/// One kind of network and training for the tests of the fast path.
struct TrainingCase: CustomTestStringConvertible, Sendable {
    var activation = Activation.relu
    var optimizer = OptimizerSettings.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
    var task = LearningTask.classification(classes: 3)
    var batchNormalization = false
    var dropout = 0.0
    var l1 = 0.0
    var l2 = 0.0
    var weightDecay = 0.0
    var clipValue = 0.0
    var clipNorm = 0.0
    var maxNorm = 0.0
    /// Widths on both sides of multiples of 16.
    var units = [19, 16]
    var batchSize = 10
    var loss = LossSettings()

    var testDescription: String {
        "\(self.loss.function) \(self.activation) \(self.optimizer) \(self.task) norm \(self.batchNormalization) dropout \(self.dropout) "
            + "l1 \(self.l1) l2 \(self.l2) decay \(self.weightDecay) "
            + "clip \(self.clipValue) \(self.clipNorm) norm \(self.maxNorm)"
    }

    static let optimizers: [OptimizerSettings] = [
        .sgd(momentum: 0, nesterov: false), .sgd(momentum: 0.9, nesterov: false), .sgd(momentum: 0.9, nesterov: true),
        .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), .adamw(beta1: 0.8, beta2: 0.99, epsilon: 1e-6),
        .rmsprop(decay: 0.9, epsilon: 1e-6, momentum: 0), .rmsprop(decay: 0.95, epsilon: 1e-6, momentum: 0.7),
        .amsgrad(beta1: 0.9, beta2: 0.99, epsilon: 1e-6),
        .nadam(beta1: 0.9, beta2: 0.99, epsilon: 1e-6, momentumDecay: 0.01),
        .adagrad(epsilon: 1e-6, learningRateDecay: 0.001, initialAccumulator: 0.01),
        .lamb(beta1: 0.9, beta2: 0.99, epsilon: 1e-6),
    ]

    /// Every optimiser with every activation, plain and with each of batch normalisation, dropout, L1 and L2.
    static let all: [TrainingCase] = Self.optimizers.flatMap { optimizer in
        Activation.allCases.flatMap { activation in
            var plain = TrainingCase(activation: activation, optimizer: optimizer)
            if optimizer.takesWeightDecay { plain.weightDecay = 0.2 }
            if case .lamb = optimizer { plain.maxNorm = 1.1 }
            if case .nadam = optimizer { plain.clipNorm = 0.2 }
            if case .amsgrad = optimizer { plain.clipValue = 0.02 }
            var norm = plain
            norm.batchNormalization = true
            var dropout = plain
            dropout.dropout = 0.3
            var penalties = plain
            penalties.l1 = 0.01
            penalties.task = .regression(outputs: 2)
            var squares = plain
            squares.l2 = 0.05
            var everything = penalties
            everything.l2 = 0.05
            everything.batchNormalization = true
            everything.dropout = 0.2
            // Ten normalised numbers lie within ±3: hard_sigmoid is then a straight line, and the next normalisation takes
            // every shift away again. Rules that divide by the gradient's size would follow the rounding of such zeros.
            var isDegenerate = activation == .hardSigmoid
            if case .sgd = optimizer { isDegenerate = false }
            return [plain, dropout, penalties, squares, everything] + (isDegenerate ? [] : [norm])
        }
    }

    var configuration: TrainingConfiguration {
        var configuration = TrainingConfiguration(
            layers: self.units.map {
                DenseLayerSettings(units: $0, dropout: self.dropout, batchNormalization: self.batchNormalization)
            },
            optimizer: self.optimizer, learningRate: 0.01, batchSize: self.batchSize)
        configuration.activation = self.activation
        configuration.l1 = self.l1
        configuration.l2 = self.l2
        configuration.weightDecay = self.weightDecay
        configuration.clipValue = self.clipValue
        configuration.clipNorm = self.clipNorm
        configuration.maxNorm = self.maxNorm
        configuration.loss = self.loss
        return configuration
    }

    /// The losses with their numbers, each on a task that it fits.
    static let losses: [TrainingCase] = {
        func kind(_ function: LossFunction, _ task: LearningTask, _ set: (inout LossSettings) -> Void) -> TrainingCase {
            var kind = TrainingCase(activation: .tanh, task: task)
            kind.loss.function = function
            set(&kind.loss)
            return kind
        }
        let (two, three) = (LearningTask.classification(classes: 2), LearningTask.classification(classes: 3))
        let wide = LearningTask.classification(classes: 21)
        let numbers = LearningTask.regression(outputs: 2)
        return [
            kind(.automatic, three) { $0.labelSmoothing = 0.1 },
            kind(.crossEntropy, three) { $0.classWeights = .balanced },
            kind(.crossEntropy, wide) {
                $0.labelSmoothing = 0.3
                $0.classWeights = .balanced
            },
            kind(.crossEntropy, three) { $0.classWeights = .given([0.5, 2, 1.25]) },
            kind(.binaryCrossEntropy, two) { _ in },
            kind(.binaryCrossEntropy, two) {
                $0.labelSmoothing = 0.2
                $0.classWeights = .given([0.5, 3])
            },
            kind(.absoluteError, numbers) { _ in },
            kind(.huber, numbers) { _ in },
            kind(.huber, numbers) { $0.huberDelta = 0.25 },
            kind(.binaryCrossEntropy, .multiLabel(labels: 3)) { _ in },
            kind(.binaryCrossEntropy, .multiLabel(labels: 19)) { $0.labelSmoothing = 0.1 },
            kind(.binaryCrossEntropy, .multiLabel(labels: 3)) { $0.positiveWeights = .given([0.5, 3, 1.25]) },
            kind(.binaryCrossEntropy, .multiLabel(labels: 19)) {
                $0.labelSmoothing = 0.1
                $0.positiveWeights = .balanced
            },
        ]
    }()

    /// Outputs of the network.
    var outputs: Int {
        self.loss.function == .binaryCrossEntropy && self.task == .classification(classes: 2)
            ? 1 : self.task.outputCount
    }

    /// The loss for the naive twin.
    var referenceLoss: ReferenceLoss {
        var weights: [Double] = []
        if case .given(let numbers) = self.loss.classWeights { weights = numbers }
        if case .given(let numbers) = self.loss.positiveWeights { weights = numbers }
        if self.loss.positiveWeights == .balanced {
            let data = self.data
            guard case .values(let rows) = data.rows(Double.self, Array(0..<data.rowCount)).1 else {
                preconditionFailure("several labels have values")
            }
            weights = rows[0].indices.map { label in
                let ones = Double(rows.count { $0[label] == 1 })
                return ones == 0 || ones == Double(rows.count) ? 1 : Double(rows.count) / ones - 1
            }
        }
        if self.loss.classWeights == .balanced, case .classification(let classes) = self.task {
            let data = self.data
            guard case .classes(let labels) = data.rows(Double.self, Array(0..<data.rowCount)).1 else {
                preconditionFailure("classification has classes")
            }
            let counts = (0..<classes).map { label in labels.count { $0 == label } }
            let occurring = Double(counts.count { $0 > 0 })
            weights = counts.map { $0 == 0 ? 0 : Double(data.rowCount) / (occurring * Double($0)) }
        }
        return ReferenceLoss(settings: self.loss, weights: weights)
    }

    var data: TestData { TestData.random(self.task) }
}

/// What a run gave, in bits.
struct RunRecord: Hashable {
    var metrics: [[UInt64]] = []
    var statuses: [EpochReport.Status] = []
    var weights: [UInt8] = []

    mutating func add(_ outcome: EpochOutcome) {
        self.metrics.append(outcome.metrics.map(\.value.bitPattern))
        self.statuses.append(outcome.status)
    }
}

/// The kernel sets that this machine can run, the best first.
func availableKernels() -> [KernelSet] {
    InstructionSet.allCases.compactMap { try? KernelSet.best(named: $0.rawValue) }
}

/// Trains some epochs.
func train(
    _ configuration: TrainingConfiguration, on data: TestData, seed: UInt64 = 1, epochs: Int, kernels: KernelSet
) throws -> (record: RunRecord, last: [MetricValue]) {
    var run = try TrainingRun(configuration, data: data.view, seed: seed, kernels: kernels)
    var record = RunRecord()
    var last: [MetricValue] = []
    for _ in 0..<epochs where !run.isOver {
        let isTrained = run.trainEpoch { false }
        #expect(isTrained)
        let outcome = run.finishEpoch()
        record.add(outcome)
        last = outcome.metrics
    }
    record.weights = run.weightBytes()
    return (record, last)
}
