import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

/// A run whose steps want all gradients first, of each family of networks.
struct OptimizerRun: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let family: NetworkFamily
    let shape: [Int]
    let configuration: TrainingConfiguration

    static let all: [OptimizerRun] = {
        let families: [(String, NetworkFamily, [Int])] = [
            ("mlp", .mlp, [24]),
            (
                "cnn",
                .cnn(
                    ConvolutionSettings([
                        ConvolutionBlockSettings(filters: 5, pool: .maximum, batchNormalization: true)
                    ])), [6, 4, 1]
            ),
            (
                "residual cnn",
                .cnn(
                    ConvolutionSettings([
                        ConvolutionBlockSettings(filters: 5, isResidual: true, isSeparable: true, dropout: 0.1)
                    ])), [6, 4, 1]
            ),
            ("lstm", .recurrent(RecurrentSettings([RecurrentLayerSettings(units: 6)])), [4, 6]),
            (
                "gru",
                .recurrent(RecurrentSettings([RecurrentLayerSettings(units: 6)], cell: .gru, isBidirectional: true)),
                [4, 6]
            ),
        ]
        return families.flatMap { name, family, shape in
            Self.configurations.map { kind, configuration in
                var configuration = configuration
                configuration.family = family
                return OptimizerRun(
                    testDescription: "\(name) \(kind)", family: family, shape: shape, configuration: configuration)
            }
        }
    }()

    private static let configurations: [(String, TrainingConfiguration)] = {
        var lamb = TrainingCase(batchNormalization: true, dropout: 0.2, l2: 0.01, weightDecay: 0.1).configuration
        lamb.optimizer = .lamb(beta1: 0.9, beta2: 0.99, epsilon: 1e-6)
        lamb.clipNorm = 0.5
        lamb.average = .stochastic(from: 3)
        lamb.earlyStopping = PatienceSettings(patience: 4, metric: .validationAccuracy, restoresBest: true)
        lamb.hypergradient = 1e-4
        lamb.schedule = .plateau(factor: 0.5, patience: 1, minimumChange: 0.2, minimumRate: 0.1)
        lamb.batchGrowth = BatchGrowth(factor: 2, every: 2, maximum: 32)
        var nesterov = TrainingCase(l1: 0.001, units: [9]).configuration
        nesterov.optimizer = .sgd(momentum: 0.9, nesterov: true)
        nesterov.clipNorm = 0.3
        nesterov.average = .exponential(decay: 0.9)
        nesterov.clipValue = 0.1
        nesterov.maxNorm = 0.8
        nesterov.warmupEpochs = 2.5
        nesterov.batchGrowth = BatchGrowth(factor: 3, every: 1, maximum: 45)
        var adaptive = TrainingCase(batchNormalization: true).configuration
        adaptive.optimizer = .nadam(beta1: 0.9, beta2: 0.99, epsilon: 1e-6, momentumDecay: 0.004)
        adaptive.hypergradient = 1e-5
        adaptive.average = .exponential(decay: 0.5)
        adaptive.earlyStopping = PatienceSettings(patience: 9, restoresBest: true)
        return [("lamb", lamb), ("nesterov", nesterov), ("nadam", adaptive)]
    }()

    var data: TestData {
        let data = TestData.random(.classification(classes: 3), features: self.shape.reduce(1, *))
        data.featureShape = self.shape
        return data
    }
}

@Suite("runs whose steps want all gradients first")
struct OptimizerRunTests {
    @Test(
        "have the same bits with every instruction set, and after a checkpoint at every epoch",
        arguments: OptimizerRun.all)
    func sameBits(_ kind: OptimizerRun) throws {
        let data = kind.data
        let records = try availableKernels().map {
            try train(kind.configuration, on: data, seed: 6, epochs: 5, kernels: $0).record
        }
        #expect(Set(records).count == 1)
        let record = try resumedRecord(kind.configuration, on: data, seed: 6, epochs: 5)
        #expect(record == records.first)
    }

    @Test("with a limit that no gradient reaches are the plain runs to the bit", arguments: OptimizerRun.all)
    func farLimit(_ kind: OptimizerRun) throws {
        let data = kind.data
        let kernels = try KernelSet.best(named: nil)
        var plain = kind.configuration
        (plain.clipNorm, plain.clipValue, plain.hypergradient) = (0, 0, 0)
        if case .lamb = plain.optimizer { plain.optimizer = .adamw(beta1: 0.9, beta2: 0.99, epsilon: 1e-6) }
        var limited = plain
        limited.clipNorm = 1e9
        let direct = try train(plain, on: data, seed: 6, epochs: 3, kernels: kernels).record
        #expect(try train(limited, on: data, seed: 6, epochs: 3, kernels: kernels).record == direct)
        limited.clipNorm = 1e-3
        #expect(try train(limited, on: data, seed: 6, epochs: 3, kernels: kernels).record != direct)
    }

    @Test("are refused a checkpoint whose schedule is impossible")
    func impossibleSchedule() throws {
        let kind = OptimizerRun.all[0]
        let data = kind.data
        let kernels = try KernelSet.best(named: nil)
        let run = try TrainingRun(kind.configuration, data: data.view, seed: 6, kernels: kernels)
        let bytes = run.checkpoint()
        // The epochs on the plateau, its share and the learned rate stand behind the header and the lowest loss.
        for (place, value) in [(128, 7.5), (128, -1), (136, 1.5), (144, -0.5)] {
            var changed = Array(bytes.dropLast(8))
            for i in 0..<8 { changed[place + i] = UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * i)) }
            let checksum = Checkpoint.checksum(changed[...])
            changed += (0..<8).map { UInt8(truncatingIfNeeded: checksum >> UInt64(8 * $0)) }
            #expect(throws: TrainingError.self) {
                _ = try TrainingRun(
                    checkpoint: changed, configuration: kind.configuration, data: data.view, seed: 6, kernels: kernels)
            }
        }
    }

    @Test("keep every unit's incoming weights within the largest norm")
    func maximalNorms() throws {
        let kernels = try KernelSet.best(named: nil)
        for kind in OptimizerRun.all where kind.configuration.maxNorm > 0 {
            let data = kind.data
            var configuration = kind.configuration
            configuration.average = .none
            var run = try TrainingRun(configuration, data: data.view, seed: 6, kernels: kernels)
            _ = run.trainEpoch { false }
            var largest = 0.0
            for tensor in run.tensors() where tensor.name.hasSuffix("weight") {
                // Of LSTM cells each gate's units are columns of their own.
                let columns =
                    tensor.shape.count == 3 ? tensor.shape[1] * tensor.shape[2] : tensor.shape[tensor.shape.count - 1]
                for column in 0..<columns {
                    let squares = stride(from: column, to: tensor.values.count, by: columns)
                        .reduce(0.0) { $0 + Double(tensor.values[$1]) * Double(tensor.values[$1]) }
                    largest = max(largest, squares.squareRoot())
                }
            }
            #expect(largest <= 0.8 * (1 + 1e-6) && largest > 0.79, "\(kind.testDescription)")
        }
    }
}
