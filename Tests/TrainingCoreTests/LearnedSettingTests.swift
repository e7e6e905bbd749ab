import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

extension T1T2Settings {
    /// Steps of some of the settings.
    init(
        every: Int = 10, share: Double = 0.1, learningRate: Double = 0, momentum: Double = 0, l2: Double = 0,
        weightDecay: Double = 0
    ) {
        self.init()
        (self.every, self.share) = (every, share)
        (self.learningRate, self.momentum) = (learningRate, momentum)
        (self.l2, self.weightDecay) = (l2, weightDecay)
    }
}

@Suite("settings that are learned in training")
struct LearnedSettingTests {
    /// Runs of each family, with each rule; the first ones begin so high that steps are taken back.
    private static let kinds: [OptimizerRun] = OptimizerRun.all.filter { $0.testDescription.hasSuffix("nadam") }
        .flatMap { kind in
            Self.configurations.map { name, configuration in
                var configuration = configuration
                configuration.family = kind.family
                return OptimizerRun(
                    testDescription: "\(kind.testDescription.split(separator: " ").dropLast().joined()) \(name)",
                    family: kind.family, shape: kind.shape, configuration: configuration)
            }
        }

    private static let configurations: [(String, TrainingConfiguration)] = {
        var high = TrainingCase(batchNormalization: true, dropout: 0.2).configuration
        (high.learningRate, high.hypergradient, high.hypergradientRule) = (163_840, 0.1, .multiplicative)
        var nesterov = TrainingCase(dropout: 0.1, l2: 0.01, units: [9]).configuration
        nesterov.optimizer = .sgd(momentum: 0.9, nesterov: true)
        (nesterov.learningRate, nesterov.hypergradient, nesterov.hypergradientRule) = (409_600, 0.05, .multiplicative)
        nesterov.average = .exponential(decay: 0.8)
        nesterov.t1t2 = T1T2Settings(every: 1, momentum: 0.1, l2: 0.2)
        var decay = TrainingCase(weightDecay: 0.1).configuration
        decay.optimizer = .adamw(beta1: 0.9, beta2: 0.99, epsilon: 1e-6)
        decay.batchGrowth = BatchGrowth(factor: 2, every: 2, maximum: 32)
        decay.augmentation.mixUp = 0.3
        decay.t1t2 = T1T2Settings(every: 3, learningRate: 0.1, weightDecay: 0.2)
        // Optimisers without a first moment leave a trace of their steps.
        var trace = TrainingCase(batchNormalization: true, l2: 0.01).configuration
        trace.optimizer = .sgd(momentum: 0, nesterov: false)
        (trace.learningRate, trace.hypergradient, trace.hypergradientRule) = (4_096_000, 0.2, .multiplicative)
        trace.t1t2 = T1T2Settings(every: 2, l2: 0.2)
        var squares = TrainingCase(l2: 0.01).configuration
        squares.optimizer = .rmsprop(decay: 0.9, epsilon: 1e-8, momentum: 0)
        (squares.learningRate, squares.hypergradient, squares.hypergradientRule) = (0.01, 0.2, .multiplicative)
        return [("high", high), ("nesterov", nesterov), ("decay", decay), ("trace", trace), ("squares", squares)]
    }()

    @Test(
        "have the same bits with every instruction set, and after a checkpoint at every epoch", arguments: Self.kinds)
    func sameBits(_ kind: OptimizerRun) throws {
        let data = kind.data
        let records = try availableKernels().map {
            try train(kind.configuration, on: data, seed: 6, epochs: 5, kernels: $0).record
        }
        #expect(Set(records).count == 1)
        #expect(try resumedRecord(kind.configuration, on: data, seed: 6, epochs: 5) == records.first)
        #expect(records[0].statuses.count == 5)
    }

    /// Enough for a rate that was cut to climb again.
    private static let epochs = 24

    @Test("a rate that destroys the network at once is cut until it does not, and the weights are those of the start")
    func takenBack() throws {
        let kind = try #require(Self.kinds.first { $0.testDescription == "mlp nesterov" })
        let data = kind.data
        let kernels = try KernelSet.best(named: nil)
        let last = try train(kind.configuration, on: data, seed: 6, epochs: Self.epochs, kernels: kernels).last
        #expect(try #require(last[.learnedRate]) < 2)
        #expect(try #require(last[.validationLoss]) < 1.1)
        var fixed = kind.configuration
        (fixed.hypergradient, fixed.t1t2) = (0, nil)
        // What the learned rate begins with.
        fixed.learningRate /= 4096
        let alone = try train(fixed, on: data, seed: 6, epochs: Self.epochs, kernels: kernels).last
        #expect(!((alone[.validationLoss] ?? .nan) < 1.2))
    }

    @Test("weights never see the held rows, and settings never the validation rows")
    func rows() throws {
        let kind = try #require(Self.kinds.first { $0.testDescription == "mlp decay" })
        let kernels = try KernelSet.best(named: nil)
        let data = kind.data
        let run = try TrainingRun(kind.configuration, data: data.view, seed: 6, kernels: kernels)
        #expect(run.heldRows.count == 4 && run.trainedRowCount == 41)
        var order = [Int32](repeating: 0, count: 45)
        unsafe order.withUnsafeMutableBufferPointer { order in
            guard let start = order.baseAddress else { return }
            unsafe run.writeOrder(start, epoch: 3)
        }
        #expect(Set(run.heldRows).union(order.prefix(41).map { Int($0) }) == Set(0..<45))
        let other = TestData.random(.classification(classes: 3), features: 24, validation: 7)
        let metrics = [Metric.trainLoss, .learnedRate, .learnedWeightDecay]
        let first = try train(kind.configuration, on: data, seed: 6, epochs: 4, kernels: kernels).last
        let second = try train(kind.configuration, on: other, seed: 6, epochs: 4, kernels: kernels).last
        #expect(first[.validationLoss] != second[.validationLoss])
        #expect(metrics.map { first[$0] } == metrics.map { second[$0] } && !metrics.contains { first[$0] == nil })
    }

    @Test("are reported where they are learned, in the order of the wire, and only what the trial has is learned")
    func reported() throws {
        let data = TestData.random(.classification(classes: 3))
        let kernels = try KernelSet.best(named: nil)
        var configuration = TrainingCase(l2: 0.01).configuration
        configuration.t1t2 = T1T2Settings(learningRate: 0.1, momentum: 0.1, l2: 0.1, weightDecay: 0.1)
        func learned(_ configuration: TrainingConfiguration) throws -> [Metric] {
            try train(configuration, on: data, epochs: 1, kernels: kernels).last.map(\.metric)
                .filter { $0.rawValue.hasPrefix("training.") }
        }
        #expect(try learned(configuration) == [.learnedRate, .learnedL2])
        configuration.optimizer = .sgd(momentum: 0.5, nesterov: false)
        #expect(try learned(configuration) == [.learnedRate, .learnedMomentum, .learnedL2])
        configuration.optimizer = .adamw(beta1: 0.9, beta2: 0.99, epsilon: 1e-8)
        configuration.weightDecay = 0.1
        #expect(try learned(configuration) == [.learnedRate, .learnedWeightDecay])
        (configuration.optimizer, configuration.weightDecay) = (.adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), 0)
        configuration.l2 = 0
        configuration.t1t2?.learningRate = 0
        #expect(try learned(configuration) == [])
        // Then no row is held.
        var plain = configuration
        plain.t1t2 = nil
        let pair = try [configuration, plain].map { try train($0, on: data, epochs: 2, kernels: kernels).record }
        #expect(pair[0] == pair[1])
    }
}
