import Randomness
import StudyAnalysis
import Testing
import TuningModel

@Suite("The next study's space")
struct NarrowingTests {
    private static let space = ParameterSpace([
        float("training.learning_rate", 1e-4, 1, log: true),
        float("training.l2", 1e-7, 1e-2, log: true, or: 0),
        Parameter(
            name: "training.batch_size", domain: .ordinal([.int(8), .int(16), .int(32), .int(64), .int(128)])),
        choice("model.activation", ["relu", "tanh", "gelu"]),
        float("training.warmup_epochs", 0, 10),
    ])

    private static func table(_ count: Int, _ loss: (Configuration) -> Double) -> RungTable {
        let trials = (0..<count).map { index in
            let stream = RandomStream(seed: 3, purpose: .simulation, stream: UInt32(index))
            let configuration = self.space.configuration { stream.uniform(at: UInt64($0)) }
            return RungTable.Trial(
                id: TrialID(index), configuration: configuration,
                coordinates: self.space.coordinates(of: configuration), losses: [loss(configuration)])
        }
        return RungTable(space: self.space, levels: [9], trials: trials)
    }

    private static func logarithm(_ value: ParameterValue?) -> Double {
        LogarithmicScale.logarithm(value?.number ?? .nan) / LogarithmicScale.logarithm(10)
    }

    private static let alone = [[0], [1], [2], [3], [4]]

    @Test("has a box around the best, no values that the best have not, and what explains nothing fixed")
    func box() throws {
        let table = Self.table(400) { configuration in
            let rate = Self.logarithm(configuration.values[0]) + 2
            let batch = configuration.values[2]?.number ?? 0
            return rate * rate + (configuration.values[3] == .text("tanh") ? 2 : 0)
                + (configuration.values[1] == .float(0) ? 1 : 0) + (batch > 32 ? 1 : 0)
        }
        let narrowing = try #require(Narrowing(table, groups: Self.alone, seed: 1) { _, _ in false })
        #expect(narrowing.trials == 400)
        #expect(narrowing.best.count == 40)
        let changes = Dictionary(uniqueKeysWithValues: narrowing.steps.map { ($0.parameters[0], $0) })
        guard case .range(.float(let low), .float(let high), keepsAlternative: false) = changes[0]?.change else {
            Issue.record("the rate: \(String(describing: changes[0]))")
            return
        }
        #expect(low > 1e-3 && low < 5e-3 && high > 2e-2 && high < 1e-1, "[\(low), \(high)]")
        guard case .range(_, _, keepsAlternative: false) = changes[1]?.change else {
            Issue.record("l2 keeps its special value: \(String(describing: changes[1]))")
            return
        }
        #expect(changes[2]?.change == .values([8, 16, 32, 64].map { .int($0) }))
        #expect(changes[3]?.change == .values([.text("relu"), .text("gelu")]))
        let first = try #require(table.trials.first { $0.id == narrowing.best.first })
        #expect(try changes[4]?.change == .fixed(#require(first.configuration.values[4])))
        #expect(changes[3]?.reason.contains("none of the best 40 has tanh (") == true, "\(changes[3]?.reason ?? "")")
        #expect(narrowing.steps.allSatisfy { !$0.reason.contains("\n") })
    }

    @Test("goes on beyond an edge at which the best stand, as far as the setting allows")
    func edges() throws {
        let table = Self.table(300) { -Self.logarithm($0.values[0]) + (10 - ($0.values[4]?.number ?? 0)) }
        let narrowing = try #require(Narrowing(table, groups: Self.alone, seed: 1) { _, _ in false })
        let rate = try #require(narrowing.steps.first { $0.parameters == [0] })
        let warmup = try #require(narrowing.steps.first { $0.parameters == [4] })
        guard case .range(_, .float(let high), _) = warmup.change else {
            Issue.record("the warm-up: \(warmup)")
            return
        }
        #expect(high == 13, "10 and a quarter of the range, rounded outwards: \(high)")
        #expect(warmup.reason.contains("at the upper end"), "\(warmup.reason)")
        guard case .range(.float(let low), _, _) = rate.change else {
            Issue.record("the rate: \(rate)")
            return
        }
        #expect(low > 1e-4)
        let bounded = ParameterSpace([float("training.optimizer.sgd.momentum", 0, 0.99)])
        let trials = (0..<60).map { index in
            let value = 0.99 * Double(index) / 59
            return RungTable.Trial(
                id: TrialID(index), configuration: Configuration([.float(value)]),
                coordinates: bounded.coordinates(of: Configuration([.float(value)])), losses: [1 - value])
        }
        let next = try #require(
            Narrowing(RungTable(space: bounded, levels: [1], trials: trials), groups: [[0]], seed: 1) { _, _ in false })
        guard case .range(_, .float(let top), _) = next.steps.first?.change else {
            Issue.record("the momentum: \(next.steps)")
            return
        }
        #expect(top > 0.99 && top < 1, "below 1: \(top)")
    }

    @Test("keeps values that conditions name, judges repeated layers together, and is the same every time")
    func groups() throws {
        let layers = ParameterSpace([
            int("model.family.mlp.layers", 1, 2),
            int("model.family.mlp.layers.0.units", 8, 512, log: true),
            int("model.family.mlp.layers.1.units", 8, 512, log: true, when: [.exceeds(parameter: 0, count: 1)]),
            choice("model.activation", ["relu", "tanh"]),
        ])
        let trials = (0..<200).map { index in
            let stream = RandomStream(seed: 5, purpose: .simulation, stream: UInt32(index))
            let configuration = layers.configuration { stream.uniform(at: UInt64($0)) }
            let units = [1, 2].compactMap { configuration.values[$0]?.number }
            let loss = units.reduce(0) { $0 + abs($1 - 64) } + (configuration.values[3] == .text("tanh") ? 900 : 0)
            return RungTable.Trial(
                id: TrialID(index), configuration: configuration, coordinates: layers.coordinates(of: configuration),
                losses: [loss])
        }
        let table = RungTable(space: layers, levels: [1], trials: trials)
        let make = { (isNamed: @escaping (Int, ParameterValue) -> Bool) in
            Narrowing(table, groups: [[0], [1, 2], [3]], seed: 1, isNamed: isNamed)
        }
        let narrowing = try #require(make { _, _ in false })
        let units = try #require(narrowing.steps.first { $0.parameters == [1, 2] })
        guard case .range(.int(let low), .int(let high), _) = units.change else {
            Issue.record("units: \(units)")
            return
        }
        #expect(low > 8 && low < 64 && high > 64 && high < 512)
        #expect(narrowing.steps.contains { $0.parameters == [3] && $0.change == .values([.text("relu")]) })
        let named = try #require(make { _, value in value == .text("tanh") })
        #expect(!named.steps.contains { $0.parameters == [3] })
        #expect(make { _, _ in false } == narrowing)
    }

    @Test("goes no further where a range has few values, each of which even draws would give as often")
    func fewValues() throws {
        let space = ParameterSpace([
            int("model.family.mlp.layers", 1, 3), int("training.batch_size", 1, 4, log: true),
            float("training.learning_rate", 0.001, 1, log: true),
        ])
        let trials = (0..<150).map { index in
            let stream = RandomStream(seed: 9, purpose: .simulation, stream: UInt32(index))
            let configuration = space.configuration { stream.uniform(at: UInt64($0)) }
            return RungTable.Trial(
                id: TrialID(index), configuration: configuration, coordinates: space.coordinates(of: configuration),
                losses: [abs(Self.logarithm(configuration.values[2]) + 1.5)])
        }
        let table = RungTable(space: space, levels: [1], trials: trials)
        let narrowing = try #require(Narrowing(table, groups: [[0], [1], [2]], seed: 1) { _, _ in false })
        for step in narrowing.steps {
            guard case .range(let low, let high, _) = step.change, let low = low.number, let high = high.number else {
                continue
            }
            let bounds = [(1.0, 3.0), (1, 4), (0.001, 1)][step.parameters[0]]
            #expect(low >= bounds.0 && high <= bounds.1, "\(step)")
        }
        #expect(narrowing.steps.contains { $0.parameters == [2] })
    }

    @Test("is not known from few trials, and from trials that all diverged")
    func few() {
        #expect(Narrowing(Self.table(19) { _ in 1 }, groups: Self.alone, seed: 1) { _, _ in false } == nil)
        #expect(Narrowing(Self.table(80) { _ in .nan }, groups: Self.alone, seed: 1) { _, _ in false } == nil)
    }
}
