import Randomness
import Testing
import TuningModel

@testable import SearchAlgorithms

@Suite("The change of a copy's configuration")
struct PopulationExplorerTests {
    @Test("multiplies numbers within their range, and takes a step where there are steps")
    func perturbation() {
        let rate = ParameterDomain.float(FloatRange(low: 0.001, high: 1, isLogarithmic: true))
        #expect(rate.perturbed(.float(0.5), isLarger: true) == .float(0.6))
        #expect(rate.perturbed(.float(0.5), isLarger: false) == .float(0.4))
        #expect(rate.perturbed(.float(0.9), isLarger: true) == .float(1))
        let steps = ParameterDomain.float(FloatRange(low: 0, high: 0.3, step: 0.1))
        #expect(steps.perturbed(.float(0.1), isLarger: true) == .float(0.2))
        #expect(steps.perturbed(.float(0), isLarger: false) == .float(0))
        let whole = ParameterDomain.int(IntRange(low: 1, high: 100))
        #expect(whole.perturbed(.int(50), isLarger: true) == .int(60))
        #expect(whole.perturbed(.int(2), isLarger: true) == .int(3))
        #expect(whole.perturbed(.int(2), isLarger: false) == .int(1))
        #expect(whole.perturbed(.int(1), isLarger: false) == .int(1))
        let even = ParameterDomain.int(IntRange(low: 0, high: 10, step: 2))
        #expect(even.perturbed(.int(4), isLarger: true) == .int(6))
        let below = ParameterDomain.int(IntRange(low: -10, high: 10))
        #expect(below.perturbed(.int(-5), isLarger: true) == .int(-6))
        #expect(below.perturbed(.int(-5), isLarger: false) == .int(-4))
        let sizes = ParameterDomain.ordinal([.int(16), .int(32), .int(64)])
        #expect(sizes.perturbed(.int(32), isLarger: true) == .int(64))
        #expect(sizes.perturbed(.int(16), isLarger: false) == .int(16))
        let names = ParameterDomain.choice([.text("a"), .text("b")])
        #expect(names.perturbed(.text("a"), isLarger: true) == .text("a"))
        let other = ParameterDomain.float(FloatRange(low: 0.1, high: 1, alternative: 0))
        #expect(other.perturbed(.float(0), isLarger: true) == .float(0))
    }

    static let space = ParameterSpace([
        Parameter(name: "units", domain: .int(IntRange(low: 8, high: 64))),
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true))),
        Parameter(name: "kind", domain: .choice([.text("a"), .text("b")])),
        Parameter(
            name: "decay", domain: .float(FloatRange(low: 0, high: 1)),
            conditions: [.isOneOf(parameter: 2, values: [.text("b")])]),
    ])

    private static func explorer(
        _ exploration: PopulationSettings.Exploration, resample: Double = 0.25
    ) throws -> PopulationExplorer {
        var settings = PopulationSettings(exploration: exploration, interval: 1, maximum: 10)
        settings.resample = resample
        return try PopulationExplorer(settings, space: Self.space, explorable: [1, 3], seed: 4)
    }

    @Test("leaves what is not explorable and what does not exist, and draws anew as often as it was told")
    func kept() throws {
        let parent = Configuration([.int(16), .float(0.01), .text("a"), nil])
        var drawn = 0
        for trial in 0..<400 {
            var random = RandomSequence(RandomStream(seed: 1, purpose: .populationTraining, stream: UInt32(trial)))
            let copy = try Self.explorer(.perturbation).perturbed(parent, &random)
            #expect(copy.values[0] == .int(16) && copy.values[2] == .text("a") && copy.values[3] == nil)
            let rate = try #require(copy.values[1]?.number)
            #expect(rate >= 1e-4 && rate <= 1)
            if abs(rate - 0.012) > 1e-12, abs(rate - 0.008) > 1e-12 { drawn += 1 }
        }
        // 100 expected, with a standard deviation of 8.7.
        #expect((65...135).contains(drawn), "\(drawn)")
    }

    @Test("refuses a space in which nothing may change, and histories that are too long to be told")
    func refusals() throws {
        let settings = PopulationSettings(interval: 1, maximum: 100)
        #expect(
            throws: SearchError.invalidSetting(
                name: "scheduler", found: "no parameter that may change while a network is trained",
                wanted: "one at least, such as training.learning_rate")
        ) { try PopulationExplorer(settings, space: Self.space, explorable: [], seed: 1) }
        #expect(
            throws: SearchError.invalidSetting(
                name: "interval", found: "100 intervals of 11 explored parameters", wanted: "a product of at most 1000")
        ) { try PopulationExplorer(settings, space: Self.space, explorable: Array(0..<11), seed: 1) }
    }

    /// Six trials of which one copied another after epoch 2.
    private static func history() -> (SearchHistory, [TrialOrigin?]) {
        var history = SearchHistory(space: Self.space, levels: [2, 4, 6])
        var origins: [TrialOrigin?] = []
        for trial in 0..<4 {
            history.start(
                Configuration([.int(16), .float(0.1 / Double(trial + 1)), .text("b"), .float(0.25 * Double(trial))]),
                bracket: 0, target: 2)
            history.observe(TrialID(trial), .init(level: 2, loss: 1 + Double(trial)))
            origins.append(nil)
        }
        history.start(Configuration([.int(16), .float(0.2), .text("b"), .float(0.5)]), bracket: 0, target: 4)
        origins.append(TrialOrigin(parent: TrialID(0), epoch: 2))
        history.observe(TrialID(4), .init(level: 4, loss: 0.5))
        history.observe(TrialID(1), .init(level: 4, loss: 3))
        history.observe(TrialID(2), .init(level: 4, loss: .infinity))
        history.observe(TrialID(4), .init(level: 6, loss: 0.25))
        return (history, origins)
    }

    @Test("PB2 learns from how much the loss changed in each interval, the parent's loss before a copy's first one")
    func changes() {
        let (history, origins) = Self.history()
        let changes = PopulationBandit.changes(history, origins: origins, through: 4)
        #expect(
            changes == [
                .init(trial: 1, start: 2, end: 4, loss: 0.5),
                .init(trial: 2, start: 2, end: 4, loss: .infinity),
                .init(trial: 4, start: 2, end: 4, loss: -0.25),
            ])
        #expect(PopulationBandit.changes(history, origins: origins, through: 6).count == 4)
    }

    @Test("PB2's choice follows from the history up to that moment, and keeps what is not explorable")
    func bandit() throws {
        let (history, origins) = Self.history()
        let explorer = try Self.explorer(.bandit)
        let origin = TrialOrigin(parent: TrialID(1), epoch: 4)
        let copy = explorer.configuration(5, origin: origin, history: history, origins: origins)
        #expect(copy?.values[0] == .int(16) && copy?.values[2] == .text("b"))
        #expect(copy == explorer.configuration(5, origin: origin, history: history, origins: origins))
        var later = history
        later.observe(TrialID(1), .init(level: 6, loss: 0.001))
        #expect(copy == explorer.configuration(5, origin: origin, history: later, origins: origins))
        #expect(copy != explorer.configuration(6, origin: origin, history: history, origins: origins))
        #expect(
            explorer.configuration(
                5, origin: TrialOrigin(parent: TrialID(9), epoch: 4), history: history, origins: origins) == nil)
    }

    /// Sixteen trials for two intervals, of which those with higher rates gain more, and break a constraint above a hundredth.
    private static func constrained(by violation: Double) -> (SearchHistory, [TrialOrigin?]) {
        var history = SearchHistory(space: Self.space, levels: [2, 4, 6])
        for trial in 0..<16 {
            let exponent = Double(trial) / 4 - 4
            let rate = LogarithmicScale.exponential(exponent * LogarithmicScale.logarithm(10))
            history.start(
                Configuration([.int(16), .float(rate), .text("b"), .float(0.5)]), bracket: 0, target: 2)
            history.observe(TrialID(trial), .init(level: 2, loss: 10))
            history.observe(
                TrialID(trial), .init(level: 4, loss: 6 - exponent, violation: rate > 0.01 ? violation : 0))
        }
        return (history, Array(repeating: nil, count: 16))
    }

    @Test(
        "PB2 learns the worst change of a feasible trial, and the violation beside it, of trials that break constraints"
    )
    func violations() throws {
        let (history, origins) = Self.constrained(by: 0.5)
        let changes = PopulationBandit.changes(history, origins: origins, through: 4)
        #expect(changes.map(\.violation) == (0..<16).map { $0 > 8 ? 0.5 : 0 })
        #expect(changes[0].loss == 0 && changes[8].loss == -1)
        let losses = SearchHistory.constrained(changes.map(\.loss), violations: changes.map(\.violation))
        #expect(losses == changes.map { $0.violation > 0 ? 0.5 : $0.loss })
        #expect(SearchHistory.constrained([2, .infinity, 1], violations: [0.5, 0.5, 0.25]) == [0.5, .infinity, 0.25])
    }

    @Test("PB2 copies with values that keep constraints, though others lower the loss more")
    func feasibleChoice() throws {
        let explorer = try Self.explorer(.bandit)
        let origin = TrialOrigin(parent: TrialID(8), epoch: 4)
        func rates(_ violation: Double) throws -> [Double] {
            let (history, origins) = Self.constrained(by: violation)
            return try (16..<24).map { trial in
                let copy = explorer.configuration(trial, origin: origin, history: history, origins: origins)
                return try #require(copy?.values[1]?.number)
            }
        }
        let free = try rates(0)
        let bound = try rates(0.5)
        #expect(free.allSatisfy { $0 > 0.1 }, "\(free)")
        #expect(bound.allSatisfy { $0 < 0.02 }, "\(bound)")
    }

    @Test("PB2 follows a schedule with few members better than chance does")
    func regret() throws {
        var medians: [Double] = []
        for exploration in [PopulationSettings.Exploration.perturbation, .bandit] {
            var losses: [Double] = []
            for seed in 1...20 as ClosedRange<UInt64> {
                var settings = PopulationSettings(exploration: exploration, interval: 3, maximum: 60)
                settings.count = 4
                var population = try PopulationTrainingTests.drift(settings, seed: seed)
                try population.run(workers: 4)
                losses.append(LogarithmicScale.logarithm(population.bestLoss))
            }
            medians.append(losses.sorted()[10])
        }
        #expect(medians[1] < medians[0], "\(medians)")
    }
}
