import NumericKernels
import Randomness
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("learning")
struct LearningTests {
    private static func adam(
        _ units: [Int], rate: Double = 0.02, batchSize: Int = 16, activation: Activation = .tanh
    ) -> TrainingConfiguration {
        var configuration = TrainingConfiguration(
            layers: units.map { DenseLayerSettings(units: $0) },
            optimizer: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), learningRate: rate, batchSize: batchSize)
        configuration.activation = activation
        return configuration
    }

    @Test("exclusive or", arguments: Activation.allCases)
    func exclusiveOr(_ activation: Activation) throws {
        let data = TestData(
            task: .classification(classes: 2), featureCount: 2, rowCount: 64, validationRowCount: 4
        ) { row in
            let (x, y) = (row & 1, row >> 1 & 1)
            return ([Float(2 * x - 1), Float(2 * y - 1)], [Float(x ^ y)])
        }
        var configuration = Self.adam([16], activation: activation)
        // Small weights would leave these two on their straight part, where exclusive or has no gradient.
        if [.hardSigmoid, .hardTanh].contains(activation) { configuration.initializer = .uniform(limit: 3) }
        let last = try train(configuration, on: data, epochs: 200, kernels: try KernelSet.best(named: nil)).last
        #expect(last[.validationAccuracy] == 1 && last[.validationF1] == 1)
        #expect((last[.validationLoss] ?? 1) < 0.05)
    }

    @Test("three separable classes, with every optimiser", arguments: TrainingCase.optimizers)
    func separable(_ optimizer: OptimizerSettings) throws {
        let stream = RandomStream(seed: 1, purpose: .searchSpace)
        let centres: [(Float, Float)] = [(2, 0), (-1, 1.7), (-1, -1.7)]
        let data = TestData(
            task: .classification(classes: 3), featureCount: 2, rowCount: 150, validationRowCount: 60
        ) { row in
            let centre = centres[row % 3]
            let (dx, dy) = (stream.uniform(at: UInt64(2 * row)), stream.uniform(at: UInt64(2 * row + 1)))
            return ([centre.0 + Float(dx) - 0.5, centre.1 + Float(dy) - 0.5], [Float(row % 3)])
        }
        var configuration = Self.adam([12], rate: 0.01, batchSize: 8, activation: .relu)
        configuration.optimizer = optimizer
        let last = try train(configuration, on: data, epochs: 30, kernels: try KernelSet.best(named: nil)).last
        #expect(last[.validationAccuracy] == 1 && last[.validationPrecision] == 1 && last[.validationRecall] == 1)
        #expect(last.map(\.metric) == [.trainLoss] + Metric.allCases[1...5] + [.validationGap, .validationGapTrend])
    }

    @Test("a line, without a hidden layer")
    func line() throws {
        let stream = RandomStream(seed: 2, purpose: .searchSpace)
        let data = TestData(
            task: .regression(outputs: 1), featureCount: 1, rowCount: 40, validationRowCount: 20
        ) { row in
            let x = Float(4 * stream.uniform(at: UInt64(row)) - 2)
            return ([x], [0.7 * x - 0.3])
        }
        let configuration = Self.adam([], rate: 0.03, batchSize: 10)
        let kernels = try KernelSet.best(named: nil)
        var run = try TrainingRun(configuration, data: data.view, seed: 4, kernels: kernels)
        var outcome = EpochOutcome(status: .normal, metrics: [])
        for _ in 0..<300 {
            _ = run.trainEpoch { false }
            outcome = run.finishEpoch()
        }
        let tensors = run.tensors()
        #expect(tensors.map(\.name) == ["output.weight", "output.bias"])
        #expect(tensors.map(\.shape) == [[1, 1], [1]])
        #expect((tensors[0].values[0] - 0.7).magnitude < 1e-3 && (tensors[1].values[0] + 0.3).magnitude < 1e-3)
        #expect(
            outcome.metrics.map(\.metric) == [
                .trainLoss, .validationLoss, .validationRootMeanSquaredError, .validationMeanAbsoluteError,
                .validationR2, .validationGap, .validationGapTrend,
            ])
        #expect((outcome.metrics[.validationR2] ?? 0) > 0.9999)
        let test = run.evaluate(data.part(from: 0, count: 40), as: .test)
        #expect(test.map(\.metric) == [.testLoss, .testRootMeanSquaredError, .testMeanAbsoluteError, .testR2])
    }

    @Test("a minibatch larger than the data takes all rows at once")
    func largeBatch() throws {
        let data = TestData.random(.classification(classes: 3), rows: 20)
        let kernels = try KernelSet.best(named: nil)
        let large = try train(Self.adam([8], batchSize: 1_000_000), on: data, epochs: 2, kernels: kernels).record
        let exact = try train(Self.adam([8], batchSize: 20), on: data, epochs: 2, kernels: kernels).record
        #expect(large == exact)
    }

    @Test("one row is enough, also for batch normalisation")
    func oneRow() throws {
        let data = TestData.random(.regression(outputs: 1), rows: 1, validation: 1)
        var configuration = Self.adam([8])
        configuration.layers = [DenseLayerSettings(units: 8, dropout: 0.5, batchNormalization: true)]
        let (record, last) = try train(configuration, on: data, epochs: 3, kernels: try KernelSet.best(named: nil))
        #expect(record.statuses == [.normal, .normal, .normal])
        #expect(last.allSatisfy { $0.value.isFinite })
    }

    @Test("NaN in the features ends the run as diverged")
    func divergence() throws {
        for batchNormalization in [false, true] {
            let data = TestData(
                task: .classification(classes: 2), featureCount: 3, rowCount: 30, validationRowCount: 5
            ) { row in ([1, row == 7 ? .nan : 2, Float(row)], [Float(row % 2)]) }
            var configuration = Self.adam([8, 8], activation: .relu)
            configuration.layers = [8, 8].map { DenseLayerSettings(units: $0, batchNormalization: batchNormalization) }
            let (record, last) = try train(configuration, on: data, epochs: 3, kernels: try KernelSet.best(named: nil))
            #expect(record.statuses == [.diverged])
            #expect(last[.trainLoss]?.isFinite == false)
        }
    }

    @Test("a learning rate beyond all bounds ends the run as diverged")
    func explosion() throws {
        var configuration = Self.adam([16], rate: 1e30, activation: .relu)
        configuration.optimizer = .sgd(momentum: 0.9, nesterov: false)
        let data = TestData.random(.regression(outputs: 2))
        let record = try train(configuration, on: data, epochs: 5, kernels: try KernelSet.best(named: nil)).record
        #expect(record.statuses.last == .diverged)
    }

    @Test("patience ends a run that no longer improves")
    func patience() throws {
        var configuration = Self.adam([8], rate: 1e-12)
        configuration.earlyStopping = PatienceSettings(patience: 3, minimumChange: 0.01)
        let data = TestData.random(.classification(classes: 3))
        let record = try train(configuration, on: data, epochs: 10, kernels: try KernelSet.best(named: nil)).record
        #expect(record.statuses == [.normal, .normal, .normal, .finishedEarly])
    }

    @Test("a cancelled run stops before the next group of minibatches")
    func cancellation() throws {
        let data = TestData.random(.classification(classes: 3), features: 40, rows: 4_000, validation: 4)
        var configuration = Self.adam([64], batchSize: 1)
        configuration.optimizer = .sgd(momentum: 0, nesterov: false)
        var run = try TrainingRun(configuration, data: data.view, seed: 1, kernels: try KernelSet.best(named: nil))
        let groupSize = run.groupSize
        #expect((2...2_000).contains(groupSize))
        for allowed in [0, 1, 3] {
            let before = run.optimizer.stepCount
            var questions = 0
            let isTrained = run.trainEpoch {
                questions += 1
                return questions > allowed
            }
            let steps = run.optimizer.stepCount - before
            #expect(!isTrained && questions == allowed + 1 && steps == allowed * groupSize)
        }
    }
}
