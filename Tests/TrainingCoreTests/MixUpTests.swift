import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("Mix-up")
struct MixUpTests {
    private static func configuration(_ kind: TrainingCase, _ alpha: Double) -> TrainingConfiguration {
        var configuration = kind.configuration
        configuration.augmentation.mixUp = alpha
        return configuration
    }

    /// The distribution function of Beta(alpha, alpha), in closed form.
    private static func distribution(_ alpha: Double, _ x: Double) -> Double {
        switch alpha {
        case 0.5: 2 / .pi * (x / (1 - x)).squareRoot().arcTangent
        case 1: x
        case 2: x * x * (3 - 2 * x)
        default: x * x * x * (10 - 15 * x + 6 * x * x)
        }
    }

    @Test("shares have the distribution function of Beta(alpha, alpha)", arguments: [0.5, 1, 2, 3])
    func distribution(alpha: Double) {
        let mixUp = MixUp(alpha: alpha, seed: 17)
        let count = 20_000
        let shares = (0..<count).map { mixUp.share(step: $0) }.sorted()
        #expect(shares[0] >= 0 && shares[count - 1] <= 1)
        // Kolmogorov's distance: beyond 2.3 / sqrt(n) with a probability of 5e-5.
        var distance = 0.0
        for (index, share) in shares.enumerated() {
            let wanted = Self.distribution(alpha, share)
            let below = Double(index) / Double(count)
            distance = max(distance, wanted - below, below + 1 / Double(count) - wanted)
        }
        #expect(distance < 2.3 / Double(count).squareRoot())
    }

    @Test(
        "shares of any alpha are within [0, 1], with the variance 1 / (4 (2 alpha + 1))", arguments: [0.001, 0.2, 100])
    func variance(alpha: Double) {
        let mixUp = MixUp(alpha: alpha, seed: 3)
        let shares = (0..<20_000).map { mixUp.share(step: $0) }
        #expect(shares.allSatisfy { (0...1).contains($0) })
        let mean = shares.reduce(0, +) / 20_000
        let variance = shares.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / 20_000
        let wanted = 1 / (4 * (2 * alpha + 1))
        // Five deviations of the mean; of the variance at most those of a normal distribution's.
        #expect((mean - 0.5).magnitude < 5 * (wanted / 20_000).squareRoot())
        #expect((variance / wanted - 1).magnitude < 5 * (2.0 / 20_000).squareRoot())
    }

    @Test("partners are a permutation of each step's own")
    func partners() {
        let mixUp = MixUp(alpha: 1, seed: 5)
        var seen: Set<[Int32]> = []
        for step in 0..<50 {
            var partners = [Int32](repeating: -1, count: 13)
            unsafe partners.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { unsafe mixUp.writePartners(base, count: 13, step: step) }
            }
            #expect(partners.sorted() == Array(0..<13))
            seen.insert(partners)
        }
        #expect(seen.count == 50)
    }

    private static let twins: [TrainingCase] = {
        var weighted = TrainingCase()
        weighted.loss.classWeights = .given([0.5, 2, 1.25])
        weighted.loss.labelSmoothing = 0.1
        var binary = TrainingCase(task: .classification(classes: 2))
        binary.loss.function = .binaryCrossEntropy
        var huber = TrainingCase(task: .regression(outputs: 2))
        huber.loss.function = .huber
        var labels = TrainingCase(task: .multiLabel(labels: 19))
        labels.loss.function = .binaryCrossEntropy
        return [TrainingCase(), weighted, binary, TrainingCase(task: .regression(outputs: 2)), huber, labels]
    }()

    @Test("a step is that of the mixed rows, to 1e-3 of the largest gradient", arguments: Self.twins)
    func twin(_ kind: TrainingCase) throws {
        let data = kind.data
        let kernels = try KernelSet.best(named: nil)
        var configuration = Self.configuration(kind, 1)
        configuration.optimizer = .sgd(momentum: 0, nesterov: false)
        configuration.learningRate = 1
        for seed in [UInt64(4), 5] {
            var run = try TrainingRun(configuration, data: data.view, seed: seed, kernels: kernels)
            let before = run.tensors().map { $0.values.map(Double.init) }
            let rows = [3, 14, 15, 9, 26, 5, 35, 8, 9, 7]
            let loss = trainStep(&run, rows)

            let mixUp = MixUp(alpha: 1, seed: seed)
            let share = mixUp.share(step: 0)
            var partners = [Int32](repeating: 0, count: rows.count)
            unsafe partners.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { unsafe mixUp.writePartners(base, count: rows.count, step: 0) }
            }
            let (first, firstTargets) = data.rows(Double.self, rows)
            let (second, secondTargets) = data.rows(Double.self, partners.map { rows[Int($0)] })
            func mix(_ left: [[Double]], _ right: [[Double]]) -> [[Double]] {
                zip(left, right).map { zip($0, $1).map { share * $0 + (1 - share) * $1 } }
            }
            var network = ReferenceNetwork<Double>(
                inputs: data.featureCount, outputs: kind.outputs, configuration: configuration)
            network.tensors = before
            let trace = network.forward(mix(first, second), masks: [])
            let parts: [(weight: Double, targets: ReferenceTargets<Double>)] =
                switch (firstTargets, secondTargets) {
                case (.values(let left), .values(let right)): [(1, .values(mix(left, right)))]
                default: [(share, firstTargets), (1 - share, secondTargets)]
                }
            let wanted = parts.reduce(0) {
                $0 + $1.weight * ReferenceNetwork.loss(trace.output, $1.targets, kind.referenceLoss)
            }
            #expect((loss / wanted - 1).magnitude < 2e-5)
            let gradients = parts.map { part in
                network.gradient(trace, part.targets, kind.referenceLoss, masks: []).map {
                    $0.map { $0 * part.weight }
                }
            }
            var (worst, largest) = (0.0, 0.0)
            for (index, tensor) in run.tensors().enumerated() {
                for (i, value) in tensor.values.enumerated() {
                    let gradient = gradients.reduce(0) { $0 + $1[index][i] }
                    worst = max(worst, (before[index][i] - Double(value) - gradient).magnitude)
                    largest = max(largest, gradient.magnitude)
                }
            }
            #expect(largest > 1e-3 && worst <= 1e-3 * largest)
        }
    }

    @Test("a run taken up at any epoch and every instruction set give the same bits, in every family")
    func bits() throws {
        for (name, family, shape) in AllocationTests.families {
            for task in [LearningTask.classification(classes: 3), .multiLabel(labels: 2)] {
                let data = TestData.random(task, features: shape.reduce(1, *), rows: 33)
                data.featureShape = shape
                var configuration = Self.configuration(
                    TrainingCase(task: task, batchNormalization: true, dropout: 0.2), 0.4)
                configuration.family = family
                configuration.average = .stochastic(from: 2)
                if shape.count == 3 { configuration.augmentation.flip = 0.5 }
                let records = try availableKernels().map {
                    try train(configuration, on: data, seed: 6, epochs: 4, kernels: $0).record
                }
                #expect(Set(records).count == 1, "\(name)")
                let record = try resumedRecord(configuration, on: data, seed: 6, epochs: 4)
                #expect(record == records.first, "\(name)")
                configuration.augmentation.mixUp = 0
                let plain = try train(
                    configuration, on: data, seed: 6, epochs: 4, kernels: try KernelSet.best(named: nil)
                ).record
                #expect(plain != record, "\(name)")
            }
        }
    }

    @Test("a checkpoint belongs to its share of mixing")
    func fingerprint() throws {
        let kind = TrainingCase()
        let data = kind.data
        let kernels = try KernelSet.best(named: nil)
        let checkpoint = try TrainingRun(
            Self.configuration(kind, 0.2), data: data.view, seed: 1, kernels: kernels
        ).checkpoint()
        for (alpha, isTaken) in [(0.2, true), (0.3, false), (0, false)] {
            let configuration = Self.configuration(kind, alpha)
            let isFine: Bool
            do {
                let run = try TrainingRun(
                    checkpoint: checkpoint, configuration: configuration, data: data.view, seed: 1, kernels: kernels)
                isFine = run.epoch == 0
            } catch { isFine = false }
            #expect(isFine == isTaken, "\(alpha)")
        }
    }

    @Test("is refused beside embeddings, for sequences that end early, and out of its range")
    func refusals() throws {
        let kernels = try KernelSet.best(named: nil)
        func message(_ configuration: TrainingConfiguration, _ data: TestData) -> String {
            do {
                _ = try TrainingRun(configuration, data: data.view, seed: 1, kernels: kernels)
                return "trains"
            } catch { return "\(error)" }
        }
        let data = TestData.random(.classification(classes: 3), features: 6)
        data.categories = [0..<3]
        var configuration = Self.configuration(TrainingCase(), 0.2)
        #expect(message(configuration, data) == "trains")
        configuration.augmentation.mixUp = 101
        #expect(message(configuration, data) == "training.augmentation.mixup = 101.0, want a number in [0, 100]")
        configuration.augmentation.mixUp = 0.2
        configuration.embedding = EmbeddingSettings(units: 2)
        #expect(
            message(configuration, data)
                == "training.augmentation.mixup = 0.2, want 0 beside model.family.mlp.embedding: a mixture of two rows has "
                + "no category")
        let ended = TestData(
            task: .classification(classes: 2), featureCount: 4, rowCount: 6, validationRowCount: 2
        ) { row in ([1, 2, row == 3 ? .nan : 1, row == 3 ? .nan : 1], [Float(row % 2)]) }
        ended.featureShape = [2, 2]
        configuration = Self.configuration(TrainingCase(), 0.2)
        configuration.family = .recurrent(RecurrentSettings([RecurrentLayerSettings(units: 3)]))
        #expect(
            message(configuration, ended)
                == "training.augmentation.mixup = 0.2, want 0 for sequences that end early, as training row 3 does")
    }
}

extension Double {
    /// The arc tangent by its power series behind four halvings of the angle.
    fileprivate var arcTangent: Double {
        guard self.isFinite else { return .pi / 2 }
        var x = self
        for _ in 0..<4 { x = x / (1 + (1 + x * x).squareRoot()) }
        var (power, sum) = (x, 0.0)
        for term in 0..<12 {
            sum += power / Double(2 * term + 1) * (term % 2 == 0 ? 1 : -1)
            power *= x * x
        }
        return 16 * sum
    }
}
