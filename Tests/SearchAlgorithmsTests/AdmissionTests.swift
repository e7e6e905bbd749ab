import Randomness
import Testing
import TuningModel

@testable import SearchAlgorithms

/// Constraints that are known before a trial, and those on what it gives, as searchers and schedulers take them.
@Suite("Constrained search")
struct AdmissionTests {
    private static let space = ParameterSpace([
        Parameter(name: "layers", domain: .int(IntRange(low: 1, high: 3))),
        Parameter(name: "units", domain: .int(IntRange(low: 1, high: 100))),
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true))),
        Parameter(name: "kind", domain: .choice([.text("a"), .text("b")])),
        Parameter(
            name: "width", domain: .ordinal([.int(1), .int(10), .int(100)]),
            conditions: [.isOneOf(parameter: 3, values: [.text("b")])]),
    ])

    /// Layers times units squared, and the width.
    private static func size(_ configuration: Configuration) -> Int {
        func whole(_ index: Int) -> Int { configuration.values[index]?.number.map { Int($0) } ?? 0 }
        return whole(0) * whole(1) * whole(1) + whole(4)
    }

    private static func rule(atMost limit: Double) throws -> AdmissionRule {
        try #require(AdmissionRule([Constraint(metric: .modelParameters, atMost: limit)]) { Self.size($0) })
    }

    private static let searchers: [SearcherSettings] = [
        .random, .sobol, .grid(points: 5), .tpe(TPESettings()), .tpe(.bohb),
        .gaussianProcess(GaussianProcessSettings(startupTrials: 4, candidates: 64)),
        .hyperTune(GaussianProcessSettings(startupTrials: 4, candidates: 64)), .automatic,
        .genetic(genetic), .differentialEvolution(differential), .dehb(dehb), .cmaes(CmaesSettings()), .nsga2(sorting),
        .particleSwarm(swarm), .regularizedEvolution(ageing),
    ]

    private static let genetic = small(GeneticSettings()) { $0.population = 6 }
    private static let differential = small(DifferentialEvolutionSettings()) { $0.population = 6 }
    private static let dehb = small(DehbSettings()) { $0.population = 6 }
    private static let sorting = small(Nsga2Settings()) { $0.population = 6 }
    private static let swarm = small(ParticleSwarmSettings()) { $0.population = 6 }
    private static let ageing = small(RegularizedEvolutionSettings()) {
        $0.population = 6
        $0.sample = 3
    }

    private static func small<Settings>(_ settings: Settings, _ change: (inout Settings) -> Void) -> Settings {
        var settings = settings
        change(&settings)
        return settings
    }

    @Test(
        "every searcher suggests admitted configurations alone, and a copy that was never asked the same ones",
        arguments: searchers)
    func admitted(settings: SearcherSettings) throws {
        // About one in eight configurations is admitted, and the loss draws to the others.
        let rule = try Self.rule(atMost: 300)
        var searcher = try Searcher(settings, space: Self.space, seed: 5, levels: [1], rule: rule)
        var untouched = searcher
        for trial in 0..<40 {
            let id = TrialID(trial)
            var copy = untouched
            let (suggestion, other) = (searcher.suggest(id), copy.suggest(id))
            let configuration = try #require(suggestion, "trial \(trial)")
            #expect(other == configuration, "trial \(trial)")
            #expect(rule.admits(configuration), "trial \(trial): \(configuration)")
            for index in Self.space.parameters.indices {
                let isActive = Self.space.holds(Self.space.parameters[index].conditions, in: configuration.values)
                #expect(isActive == (configuration.values[index] != nil))
            }
            let loss = -Double(Self.size(configuration))
            for index in 0..<2 {
                var other = index == 0 ? searcher : untouched
                other.start(configuration, bracket: 0, target: 1)
                other.observe(id, .init(level: 1, loss: loss, seconds: 10))
                other.rest(id)
                if index == 0 { searcher = other } else { untouched = other }
            }
        }
    }

    @Test(
        "a searcher finds the best of what is admitted",
        arguments: [
            SearcherSettings.tpe(TPESettings()),
            .gaussianProcess(GaussianProcessSettings(startupTrials: 6, candidates: 128)),
            .genetic(genetic),
        ])
    func best(settings: SearcherSettings) throws {
        let rule = try Self.rule(atMost: 2000)
        var study = try SimulatedConstraint(settings, space: Self.space, rule: rule)
        try study.run(trials: 60) { -Double(Self.size($0)) }
        #expect(try #require(study.losses.min()) <= -1800)
        #expect(study.losses.allSatisfy { $0 >= -2000 })
    }

    @Test("a grid leaves out what is refused and ends with the last that is not")
    func grid() throws {
        let space = ParameterSpace([Parameter(name: "units", domain: .int(IntRange(low: 1, high: 10)))])
        let rule = try #require(
            AdmissionRule([Constraint(metric: .modelParameters, atLeast: 3, atMost: 9)]) {
                $0.values[0]?.number.map { Int($0) }
            })
        var searcher = try Searcher(.grid(points: 10), space: space, seed: 0, rule: rule)
        let found = (0..<8).map { searcher.suggest(TrialID($0))?.values[0] }
        #expect(found == (3...9).map { .int($0) } + [nil])
        let can = [6, 7].map { searcher.canSuggest(TrialID($0), target: 1) }
        #expect(can == [true, false])
        // The fifth one asked of a searcher that gave none before.
        let other = try Searcher(.grid(points: 10), space: space, seed: 0, rule: rule)
        #expect(other.suggestion(TrialID(4))?.values[0] == .int(7))
    }

    @Test("Sobol's points keep their order without the refused ones")
    func sobol() throws {
        let rule = try Self.rule(atMost: 300)
        var all = try Searcher(.sobol, space: Self.space, seed: 5)
        let wanted = (0..<400).compactMap { all.suggest(TrialID($0)) }.filter(rule.admits).prefix(20)
        var searcher = try Searcher(.sobol, space: Self.space, seed: 5, rule: rule)
        let found = (0..<20).map { searcher.suggest(TrialID($0)) }
        #expect(found == Array(wanted))
        #expect(wanted.count == 20)
    }

    @Test("nothing is suggested where nothing is admitted, after a bounded number of draws", arguments: searchers)
    func nothing(settings: SearcherSettings) throws {
        var searcher = try Searcher(
            settings, space: Self.space, seed: 5, levels: [1], rule: try Self.rule(atMost: 0.5))
        let (suggestion, can) = (searcher.suggest(TrialID(0)), searcher.canSuggest(TrialID(0), target: 1))
        #expect(suggestion == nil && !can)
    }

    @Test("a network that cannot be counted is admitted")
    func uncounted() throws {
        let rule = try #require(AdmissionRule([Constraint(metric: .modelParameters, atMost: 1)]) { _ in nil })
        #expect(rule.admits(Configuration([])))
        #expect(AdmissionRule([]) { _ in 0 } == nil)
    }

    @Test("Deb's order: feasible first, then by violation, whatever the losses; what is not finite stays so")
    func order() {
        let trials: [(losses: [Double], violation: Double)] = [
            ([5], 0), ([-3], 0.25), ([1], 0), ([1e308], 0), ([-9], 0.125), ([0], 1e9), ([.nan], 0),
        ]
        let ranks = trials.map { RankedLoss(ConstrainedLoss.ranking($0.losses, violation: $0.violation)[0], trial: 0) }
        #expect(trials.indices.sorted { ranks[$0] < ranks[$1] } == [2, 0, 3, 4, 1, 5, 6])
        #expect(ranks.map(\.isFinite) == [true, true, true, true, true, true, false])
        #expect(ConstrainedLoss.ranking([1, 2], violation: 0) == [1, 2])
        let broken: Reason = "\(LossWording(isNegated: true).comparison(ranks[1].loss, cutOff: 2))"
        #expect(broken == "; constraints broken by 0.25, cut-off -2")
        let other: Reason = "\(LossWording().comparison(3, cutOff: ranks[4].loss))"
        #expect(other == "; loss 3, cut-off broken by 0.125")
    }

    @Test(
        "schedulers promote the feasible trial with the higher loss",
        arguments: [
            SchedulerSettings.asha(minimum: 1, maximum: 3, eta: 3, isGuarded: true),
            .successiveHalving(minimum: 1, maximum: 3, eta: 3), .pasha(minimum: 1, maximum: 3, eta: 3, isGuarded: true),
        ])
    func promotion(settings: SchedulerSettings) throws {
        var scheduler = try Scheduler(settings)
        for (trial, (loss, violation)) in [(0.1, 0.5), (0.2, 0.25), (0.9, 0)].enumerated() {
            guard case .start(TrialID(trial), _) = scheduler.ask() else {
                Issue.record("no trial \(trial)")
                return
            }
            _ = try scheduler.tell(
                TrialID(trial), level: 1, losses: ConstrainedLoss.ranking([loss], violation: violation))
        }
        guard case .resume(let trial, _, let reason) = scheduler.ask() else {
            Issue.record("nobody is promoted")
            return
        }
        #expect(trial == TrialID(2))
        #expect(reason.text.contains("loss 0.9"), "\(reason)")
    }

    @Test("several losses: a trial that breaks constraints is behind all feasible ones and does not widen their scale")
    func several() throws {
        let points: [[Double]] = [
            ConstrainedLoss.ranking([0, 0], violation: 0.5), [1, 4], [2, 2], [4, 1],
            ConstrainedLoss.ranking([9, 9], violation: 0.25),
        ]
        #expect(NondominatedOrder.fronts(points) == [[1, 2, 3], [4], [0]])
        #expect(NondominatedOrder.first(5, of: points) == [1, 3, 2, 4, 0])
    }

    @Test(
        "a Gaussian process learns where constraints are kept",
        arguments: [
            SearcherSettings.gaussianProcess(GaussianProcessSettings()), .hyperTune(GaussianProcessSettings()),
        ])
    func surrogate(settings: SearcherSettings) throws {
        let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
        for bound in [0.6, 2] {
            // Beyond 1 nothing is feasible, and the best is to break it least.
            var searcher = try Searcher(settings, space: space, seed: 1, levels: [1])
            var suggestions: [Double] = []
            for trial in 0..<24 {
                let x =
                    trial < 12 ? (Double(trial) + 0.5) / 12 : searcher.suggest(TrialID(trial))?.values[0]?.number ?? 0
                if trial >= 12 { suggestions.append(x) }
                searcher.start(Configuration([.float(x)]), bracket: 0, target: 1)
                searcher.observe(TrialID(trial), .init(level: 1, loss: x, violation: max(0, bound - x)))
                searcher.rest(TrialID(trial))
            }
            // Half of what is drawn at random lies a quarter and more away from the best.
            let distances = suggestions.map { abs($0 - min(bound, 1)) }.sorted()
            #expect(distances[suggestions.count / 2] < 0.12, "bound \(bound): \(suggestions)")
        }
    }
}

/// A study of one worker without a scheduler whose trials are all admitted.
private struct SimulatedConstraint {
    private var searcher: Searcher
    private(set) var losses: [Double] = []

    init(_ settings: SearcherSettings, space: ParameterSpace, rule: AdmissionRule) throws {
        self.searcher = try Searcher(settings, space: space, seed: 3, levels: [1], rule: rule)
    }

    mutating func run(trials: Int, loss: (Configuration) -> Double) throws {
        for trial in 0..<trials {
            let suggestion = self.searcher.suggest(TrialID(trial))
            let configuration = try #require(suggestion)
            self.searcher.start(configuration, bracket: 0, target: 1)
            self.losses.append(loss(configuration))
            self.searcher.observe(TrialID(trial), .init(level: 1, loss: self.losses[trial]))
            self.searcher.rest(TrialID(trial))
        }
    }
}
