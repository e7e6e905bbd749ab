import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

/// A setting that training goes on differentiably with.
enum LearnedSetting: String, CaseIterable, Sendable {
    case learningRate, momentum, l2, weightDecay

    func value<T: TwinNumber>(in training: TwinTraining<T>) -> T {
        switch self {
        case .learningRate: training.rate
        case .momentum: training.momentum
        case .l2: training.l2
        case .weightDecay: training.weightDecay
        }
    }

    func set<T: TwinNumber>(_ value: T, in training: inout TwinTraining<T>) {
        switch self {
        case .learningRate: training.rate = value
        case .momentum: training.momentum = value
        case .l2: training.l2 = value
        case .weightDecay: training.weightDecay = value
        }
    }

    func value(in found: Hypergradients) -> Double {
        switch self {
        case .learningRate: found.learningRate
        case .momentum: found.momentum
        case .l2: found.l2
        case .weightDecay: found.weightDecay
        }
    }
}

/// An optimiser with the settings that T1-T2 learns of it.
struct LearnedCase: CustomTestStringConvertible, Sendable {
    let optimizer: OptimizerSettings
    let settings: [LearnedSetting]
    var testDescription: String { "\(self.optimizer)" }

    static let all = [
        LearnedCase(optimizer: .sgd(momentum: 0, nesterov: false), settings: [.learningRate, .l2]),
        LearnedCase(optimizer: .sgd(momentum: 0.8, nesterov: false), settings: [.learningRate, .momentum, .l2]),
        LearnedCase(optimizer: .sgd(momentum: 0.7, nesterov: true), settings: [.learningRate, .momentum, .l2]),
        LearnedCase(optimizer: .adam(beta1: 0.8, beta2: 0.95, epsilon: 1e-3), settings: [.learningRate, .l2]),
        LearnedCase(
            optimizer: .adamw(beta1: 0.8, beta2: 0.95, epsilon: 1e-3), settings: [.learningRate, .weightDecay]),
    ]

    var configuration: TrainingConfiguration {
        var configuration = TrainingConfiguration(
            layers: [DenseLayerSettings(units: 6)], optimizer: self.optimizer, learningRate: 0.05, batchSize: 10)
        configuration.activation = .tanh
        if self.settings.contains(.l2) { configuration.l2 = 0.02 }
        if self.settings.contains(.weightDecay) { configuration.weightDecay = 0.3 }
        return configuration
    }
}

@Suite("the forward mode")
struct ForwardModeTests {
    private static let classes = 3
    private let data = TestData.random(.classification(classes: Self.classes), features: 5, rows: 40, validation: 20)

    private func batch<T>(_ type: T.Type, _ rows: [Int]) -> TwinTraining<T>.Batch {
        guard case (let features, .classes(let classes)) = self.data.rows(Double.self, rows) else {
            preconditionFailure("the rows have classes")
        }
        return TwinTraining<T>.Batch(features: features, classes: classes)
    }

    /// A network's first weights.
    private func weights(_ configuration: TrainingConfiguration) throws -> [Double] {
        let run = try TrainingRun(
            configuration, data: self.data.view, seed: 3, kernels: try KernelSet.best(named: nil))
        return run.tensors().flatMap { $0.values.map(Double.init) }
    }

    /// The validation loss behind thirty steps with a setting of this value.
    private func finalLoss<T: TwinNumber>(
        _ kind: LearnedCase, _ weights: [Double], _ setting: LearnedSetting, _ value: T
    ) -> T {
        var training = TwinTraining<T>(kind.configuration, inputs: 5, classes: Self.classes, weights: weights)
        setting.set(value, in: &training)
        for step in 0..<30 { training.train(self.batch(T.self, (0..<10).map { (10 * step + $0) % 40 })) }
        return training.loss(self.batch(T.self, Array(40..<60))).value
    }

    @Test(
        "through a whole training run it equals central differences of the final validation loss to 1e-6",
        arguments: LearnedCase.all)
    func wholeRun(_ kind: LearnedCase) throws {
        let weights = try self.weights(kind.configuration)
        for setting in kind.settings {
            let value = setting.value(
                in: TwinTraining<Double>(kind.configuration, inputs: 5, classes: Self.classes, weights: weights))
            let slope = self.finalLoss(kind, weights, setting, Dual(value, slope: 1)).slope
            let h = 1e-4 * value
            let difference =
                (self.finalLoss(kind, weights, setting, value + h) - self.finalLoss(kind, weights, setting, value - h))
                / (2 * h)
            #expect((slope - difference).magnitude <= 1e-6 * difference.magnitude, "\(setting)")
            #expect(difference.magnitude > 1e-4, "\(setting)")
        }
    }

    @Test(
        "through one step it equals the derivatives of T1-T2, on held rows, with every instruction set",
        arguments: LearnedCase.all)
    func heldRows(_ kind: LearnedCase) throws {
        for kernels in availableKernels() {
            for setting in kind.settings {
                var steps = T1T2Settings()
                (steps.every, steps.share) = (3, 0.2)
                switch setting {
                case .learningRate: steps.learningRate = 0.1
                case .momentum: steps.momentum = 0.1
                case .l2: steps.l2 = 0.1
                case .weightDecay: steps.weightDecay = 0.1
                }
                var configuration = kind.configuration
                configuration.t1t2 = steps
                var run = try TrainingRun(configuration, data: self.data.view, seed: 3, kernels: kernels)
                let weights = run.tensors().flatMap { $0.values.map(Double.init) }
                var twin = TwinTraining<Double>(configuration, inputs: 5, classes: Self.classes, weights: weights)
                let batches = (0..<3).map { step in (0..<10).map { Int32(10 * step + $0) } }
                for batch in batches {
                    unsafe batch.withUnsafeBufferPointer { rows in
                        guard let start = rows.baseAddress else { return }
                        _ = unsafe run.step(start, count: rows.count)
                    }
                }
                for rows in batches[..<2] { twin.train(self.batch(Double.self, rows.map { Int($0) })) }
                var dual = TwinTraining<Dual>(twin)
                setting.set(Dual(setting.value(in: twin), slope: 1), in: &dual)
                dual.train(self.batch(Dual.self, batches[2].map { Int($0) }))
                let held = run.heldRows
                #expect(held.count == 8)
                let slope = dual.loss(self.batch(Dual.self, held)).value.slope
                let found = setting.value(in: run.hypergradients)
                #expect((found - slope).magnitude <= 1e-4 * slope.magnitude, "\(setting): \(found), \(slope)")
                // A setting that raises the loss falls.
                let moved = run.optimizer.learnedMetrics.map(\.value)
                let start = setting.value(in: twin)
                #expect(moved.count == 1 && (slope > 0 ? moved[0] < start : moved[0] > start), "\(setting)")
            }
        }
    }

    @Test(
        "through one step it equals the derivative by which a learning rate is learned online, and through two where steps leave a trace",
        arguments: LearnedCase.all)
    func online(_ kind: LearnedCase) throws {
        for rule in HypergradientRule.allCases {
            var configuration = kind.configuration
            (configuration.hypergradient, configuration.hypergradientRule) = (1e-9, rule)
            let isTraced = rule == .multiplicative && kind.optimizer == .sgd(momentum: 0, nesterov: false)
            // A trace leaves second derivatives out; behind steps as short as these there is nothing of them.
            if isTraced { configuration.learningRate = 1e-3 }
            var run = try TrainingRun(
                configuration, data: self.data.view, seed: 3, kernels: try KernelSet.best(named: nil))
            let weights = run.tensors().flatMap { $0.values.map(Double.init) }
            let batches = (0..<3).map { step in (0..<10).map { Int32(10 * step + $0) } }
            for batch in batches {
                unsafe batch.withUnsafeBufferPointer { rows in
                    guard let start = rows.baseAddress else { return }
                    _ = unsafe run.step(start, count: rows.count)
                }
            }
            configuration.learningRate = run.optimizer.startRate
            let twin = TwinTraining<Double>(configuration, inputs: 5, classes: Self.classes, weights: weights)
            var dual = TwinTraining<Dual>(twin)
            for (slope, batch) in zip([isTraced ? 0.9 : 0, 1], batches) {
                dual.rate = Dual(twin.rate, slope: slope)
                dual.train(self.batch(Dual.self, batch.map { Int($0) }))
            }
            let slope = dual.objective(self.batch(Dual.self, batches[2].map { Int($0) })).slope
            let found = run.hypergradients.learningRate
            #expect((found - slope).magnitude <= 1e-4 * slope.magnitude, "\(rule): \(found), \(slope)")
        }
    }
}

extension TrainingRun {
    /// The held rows in their order.
    var heldRows: [Int] {
        guard let held = self.plan.held else { return [] }
        return unsafe UnsafeMutableRawPointer(self.arena.base + held.rows).withMemoryRebound(
            to: Int32.self, capacity: held.trainedCount + held.count
        ) { rows in (0..<held.count).map { unsafe Int(rows[held.trainedCount + $0]) } }
    }
}
