import CAllocations
import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

/// Calls of the allocator by a piece of work on this thread.
private func allocations(_ body: () -> Void) -> UInt {
    let before = allocations_of_this_thread()
    body()
    return allocations_of_this_thread() - before
}

@Suite("allocations", .enabled(if: allocations_are_counted() != 0, "only glibc without a sanitizer is counted"))
struct AllocationTests {
    static let families: [(name: String, family: NetworkFamily, shape: [Int])] = [
        ("mlp", .mlp, [12]),
        (
            "cnn",
            .cnn(
                ConvolutionSettings([
                    ConvolutionBlockSettings(filters: 5, pool: .maximum, batchNormalization: true),
                    ConvolutionBlockSettings(filters: 17, stride: 2),
                    ConvolutionBlockSettings(filters: 3, pool: .average),
                ])), [9, 8, 3]
        ),
        (
            "residual and separable cnn",
            .cnn(
                ConvolutionSettings(
                    [
                        ConvolutionBlockSettings(
                            filters: 5, convolutions: 2, isResidual: true, batchNormalization: true, dropout: 0.2),
                        ConvolutionBlockSettings(filters: 9, dilation: 2, isResidual: true, isSeparable: true),
                    ], globalPool: .average)), [9, 8, 3]
        ),
        (
            "lstm",
            .recurrent(RecurrentSettings([RecurrentLayerSettings(units: 7), RecurrentLayerSettings(units: 16)])),
            [4, 5]
        ),
        (
            "gru in both directions",
            .recurrent(
                RecurrentSettings(
                    [RecurrentLayerSettings(units: 7, dropout: 0.2), RecurrentLayerSettings(units: 3)], cell: .gru,
                    isBidirectional: true, output: .mean)), [4, 5]
        ),
    ]

    @Test("there is none after the first step, in any family, with any optimiser", arguments: Self.families)
    func none(_ name: String, _ family: NetworkFamily, _ shape: [Int]) throws {
        for kernels in availableKernels() {
            for optimizer in TrainingCase.optimizers {
                for task in [LearningTask.classification(classes: 3), .regression(outputs: 2)] {
                    let data = TestData.random(task, features: shape.reduce(1, *))
                    data.featureShape = shape
                    for isRich in [false, true] {
                        var kind = TrainingCase(activation: isRich ? .gelu : .relu, optimizer: optimizer, task: task)
                        kind.batchNormalization = isRich
                        kind.dropout = isRich ? 0.3 : 0
                        (kind.l1, kind.l2) = isRich ? (0.01, 0.02) : (0, 0)
                        var configuration = kind.configuration
                        configuration.family = family
                        try Self.expectNone(configuration, data, kernels, "\(name), \(kind.testDescription)")
                    }
                }
            }
        }
    }

    @Test("there is none after the first step with embeddings, with any optimiser")
    func embeddings() throws {
        for kernels in availableKernels() {
            for optimizer in TrainingCase.optimizers {
                let data = TestData.random(.classification(classes: 3), features: 12)
                data.categories = [1..<4, 4..<9]
                let kind = TrainingCase(optimizer: optimizer, batchNormalization: true, dropout: 0.3, clipNorm: 1)
                var configuration = kind.configuration
                configuration.embedding = EmbeddingSettings(units: 5)
                try Self.expectNone(configuration, data, kernels, "embeddings, \(kind.testDescription)")
            }
        }
    }

    @Test("there is none after the first step with mixed rows, for any task")
    func mixUp() throws {
        for task in [LearningTask.classification(classes: 3), .regression(outputs: 2), .multiLabel(labels: 3)] {
            let data = TestData.random(task, features: 12)
            data.featureShape = [3, 2, 2]
            var configuration = TrainingCase(task: task, batchNormalization: true, dropout: 0.3).configuration
            configuration.augmentation.mixUp = 0.4
            configuration.average = .stochastic(from: 1)
            for flip in [0, 0.5] {
                configuration.augmentation.flip = flip
                for kernels in availableKernels() {
                    try Self.expectNone(configuration, data, kernels, "mix-up, \(task), flip \(flip)")
                }
            }
        }
    }

    @Test("there is none after the first step where settings are learned, nor where steps are taken back")
    func learned() throws {
        for optimizer in TrainingCase.optimizers {
            let data = TestData.random(.classification(classes: 3), features: 12)
            let decay = optimizer.takesWeightDecay ? 0.1 : 0
            let kind = TrainingCase(optimizer: optimizer, dropout: 0.2, l2: 0.01, weightDecay: decay)
            var configuration = kind.configuration
            (configuration.hypergradient, configuration.hypergradientRule) = (0.1, .multiplicative)
            configuration.t1t2 = T1T2Settings(every: 1, momentum: 0.1, l2: 0.1, weightDecay: 0.1)
            for rate in [0.01, 409_600] {
                configuration.learningRate = rate
                let kernels = try KernelSet.best(named: nil)
                try Self.expectNone(configuration, data, kernels, "learned, \(rate), \(kind.testDescription)")
            }
        }
    }

    private static func expectNone(
        _ configuration: TrainingConfiguration, _ data: TestData, _ kernels: KernelSet, _ text: String
    ) throws {
        var run = try TrainingRun(configuration, data: data.view, seed: 1, kernels: kernels)
        let rows = (0..<configuration.batchSize).map { Int32($0) }
        var steps: UInt = 0
        unsafe rows.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            _ = unsafe run.step(start, count: buffer.count)
            steps = allocations { for _ in 0..<3 { _ = unsafe run.step(start, count: buffer.count) } }
        }
        var epochs: [UInt] = []
        for _ in 0..<3 {
            epochs.append(allocations { _ = run.trainEpoch { false } })
            _ = run.finishEpoch()
        }
        // The last minibatch of an epoch has fewer rows.
        #expect(steps == 0 && epochs == [0, 0, 0], "\(text)")
    }

    @Test("one in an epoch is seen")
    func seen() throws {
        let data = TestData.random(.classification(classes: 3))
        let kernels = try KernelSet.best(named: nil)
        var run = try TrainingRun(TrainingCase().configuration, data: data.view, seed: 1, kernels: kernels)
        _ = run.trainEpoch { false }
        let count = allocations {
            _ = run.trainEpoch {
                let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
                unsafe memory.deallocate()
                return false
            }
        }
        #expect(count == 1)
        #expect(allocations { _ = [Int](repeating: 1, count: Int(data.rowCount)).reversed() } > 0)
    }
}
