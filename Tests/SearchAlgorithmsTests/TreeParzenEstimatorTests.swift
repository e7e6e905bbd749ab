import SearchAlgorithms
import Testing
import TuningModel

@Suite("The tree-structured Parzen estimator")
struct TreeParzenEstimatorTests {
    /// Every kind of parameter, a branch, and a layer that exists only if there are two.
    private let space = ParameterSpace([
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true, alternative: 0))),
        Parameter(name: "share", domain: .float(FloatRange(low: 0, high: 1, step: 0.1))),
        Parameter(name: "batch", domain: .ordinal([.int(16), .int(32), .int(64)])),
        Parameter(name: "family", domain: .choice([.text("tree"), .text("network")])),
        Parameter(
            name: "depth", domain: .int(IntRange(low: 1, high: 9, step: 2, alternative: 100)),
            conditions: [.isOneOf(parameter: 3, values: [.text("tree")])]),
        Parameter(
            name: "layers", domain: .int(IntRange(low: 1, high: 2)),
            conditions: [.isOneOf(parameter: 3, values: [.text("network")])]),
        Parameter(
            name: "first", domain: .int(IntRange(low: 16, high: 4096, isLogarithmic: true)),
            conditions: [.exceeds(parameter: 5, count: 0)]),
        Parameter(
            name: "second", domain: .int(IntRange(low: 1, high: 40, isLogarithmic: true)),
            conditions: [.exceeds(parameter: 5, count: 1)]),
        Parameter(name: "never", domain: .choice([.int(1), .int(2)]), conditions: [.never]),
    ])

    private func loss(_ configuration: Configuration) -> Double {
        let base = (configuration.values[1]?.number ?? 0) - 0.3
        guard configuration.values[3] == .text("network") else { return 1 + base * base }
        let units = configuration.values[6]?.number ?? 0
        return base * base + abs(units - 300) / 4096 + (configuration.values[7] == nil ? 0.2 : 0)
    }

    @Test("all active parameters have values of their domains, and inactive ones have none", arguments: 0..<4)
    func membership(seed: Int) throws {
        var study = try ParzenStudy(TPESettings(), self.space, seed: UInt64(seed))
        try study.run(trials: 80, loss: self.loss)
        for configuration in study.configurations {
            for (i, parameter) in self.space.parameters.enumerated() {
                let value = configuration.values[i]
                #expect(
                    (value != nil) == self.space.holds(parameter.conditions, in: configuration.values), "seed \(seed)")
                if let value { #expect(parameter.domain.coordinate(of: value) != nil, "\(parameter.name) \(value)") }
            }
        }
    }

    @Test("a copy that was never asked, told the same, suggests the same")
    func purity() throws {
        var study = try ParzenStudy(TPESettings(), self.space, seed: 3)
        try study.run(trials: 40, loss: self.loss)
        var other = try Searcher(.tpe(TPESettings()), space: self.space, seed: 3, levels: [1])
        for (i, configuration) in study.configurations.enumerated() {
            other.start(configuration, bracket: 0, target: 1)
            other.observe(TrialID(i), .init(level: 1, loss: study.losses[i]))
            other.rest(TrialID(i))
        }
        #expect(other == study.searcher)
        #expect(other.suggestion(TrialID(40)) == study.searcher.suggestion(TrialID(40)))
        #expect(other.suggestion(TrialID(41)) != other.suggestion(TrialID(40)))
    }

    @Test("the first suggestions are Sobol's points, until there are enough observations")
    func startup() throws {
        let sobol = try Searcher(.sobol, space: self.space, seed: 9)
        var study = try ParzenStudy(TPESettings(startupTrials: 6), self.space, seed: 9)
        try study.run(trials: 7, loss: self.loss)
        let points = (0..<7).map { sobol.suggestion(TrialID($0)) }
        #expect(study.configurations[..<6].map { $0 } == points[..<6].map { $0 })
        #expect(study.configurations[6] != points[6])
    }

    @Test("in a finite space every configuration is tried once before one comes twice")
    func duplicates() throws {
        let space = ParameterSpace([
            Parameter(name: "family", domain: .choice([.text("a"), .text("b"), .text("c")])),
            Parameter(
                name: "count", domain: .int(IntRange(low: 1, high: 5)),
                conditions: [.isOneOf(parameter: 0, values: [.text("b")])]),
            Parameter(
                name: "step", domain: .float(FloatRange(low: 0, high: 1, step: 0.25)),
                conditions: [.isOneOf(parameter: 0, values: [.text("c")])]),
        ])
        var study = try ParzenStudy(TPESettings(startupTrials: 3), space, seed: 1)
        try study.run(trials: 15) { $0.values[1]?.number ?? 7 }
        #expect(Set(study.configurations[..<11]).count == 11)
        #expect(study.configurations.count == 15)
    }

    @Test("a trial that still runs counts as bad: the next one keeps away from it")
    func constantLiar() throws {
        let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
        var study = try ParzenStudy(TPESettings(startupTrials: 20), space, seed: 2)
        try study.run(trials: 20) { abs(($0.values[0]?.number ?? 0) - 0.5) }
        var busy = study.searcher
        for _ in 0..<20 { busy.start(Configuration([.float(0.5)]), bracket: 0, target: 1) }
        func distances(_ searcher: Searcher) -> Double {
            (100..<140).reduce(0) { sum, trial in
                sum + abs((searcher.suggestion(TrialID(trial))?.values[0]?.number ?? 0) - 0.5)
            }
        }
        #expect(distances(busy) > 1.5 * distances(study.searcher))
    }

    @Test("failed trials are the worst: what fails is left alone")
    func failures() throws {
        let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
        var study = try ParzenStudy(TPESettings(), space, seed: 4)
        try study.run(trials: 60) { configuration in
            let x = configuration.values[0]?.number ?? 0
            return x > 0.5 ? .nan : abs(x - 0.25)
        }
        let late = study.configurations[20...].compactMap { $0.values[0]?.number }
        #expect(late.filter { $0 > 0.5 }.count < 10)
        #expect((study.losses.filter { !$0.isNaN }.min() ?? 1) < 0.01)
    }

    @Test("while every loss is infinite, and before any level has enough of them, points spread as in the beginning")
    func hopeless() throws {
        let sobol = try Searcher(.sobol, space: self.space, seed: 5)
        var study = try ParzenStudy(TPESettings(), self.space, seed: 5)
        try study.run(trials: 25) { _ in .infinity }
        #expect(study.configurations == (0..<25).map { sobol.suggestion(TrialID($0)) })
    }

    @Test("the highest level with enough observations decides")
    func levels() throws {
        let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
        func searcher(high: Int) throws -> Searcher {
            var searcher = try Searcher(.tpe(TPESettings()), space: space, seed: 1, levels: [1, 3])
            for trial in 0..<40 {
                let x = (Double(trial) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
                searcher.start(Configuration([.float(x)]), bracket: 0, target: 1)
                searcher.observe(TrialID(trial), .init(level: 1, loss: x))
                if trial < high { searcher.observe(TrialID(trial), .init(level: 3, loss: 1 - x)) }
                searcher.rest(TrialID(trial))
            }
            return searcher
        }
        func mean(_ searcher: Searcher) -> Double {
            (40..<80).reduce(0) { $0 + (searcher.suggestion(TrialID($1))?.values[0]?.number ?? 0) } / 40
        }
        #expect(try mean(searcher(high: 9)) < 0.25)
        #expect(try mean(searcher(high: 10)) > 0.75)
    }

    @Test("a broken constraint is worse than any loss")
    func violation() throws {
        let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
        var searcher = try Searcher(.tpe(TPESettings()), space: space, seed: 1, levels: [1])
        for trial in 0..<40 {
            let x = (Double(trial) + 0.5) / 40
            searcher.start(Configuration([.float(x)]), bracket: 0, target: 1)
            searcher.observe(TrialID(trial), .init(level: 1, loss: x, violation: x < 0.6 ? 0.6 - x : 0))
            searcher.rest(TrialID(trial))
        }
        let mean = (40..<80).reduce(0) { $0 + (searcher.suggestion(TrialID($1))?.values[0]?.number ?? 0) } / 40
        #expect(abs(mean - 0.65) < 0.1)
    }

    @Test("BOHB's third of random suggestions comes whatever is known")
    func randomFraction() throws {
        let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
        var settings = TPESettings()
        settings.randomFraction = 1
        var study = try ParzenStudy(settings, space, seed: 6)
        try study.run(trials: 400) { $0.values[0]?.number ?? 0 }
        let below = study.configurations.filter { ($0.values[0]?.number ?? 0) < 0.25 }.count
        #expect((70...130).contains(below))
        var bohb = try ParzenStudy(.bohb, space, seed: 6)
        try bohb.run(trials: 400) { $0.values[0]?.number ?? 0 }
        let high = bohb.configurations[4...].filter { ($0.values[0]?.number ?? 0) > 0.5 }.count
        // A sixth of the suggestions are random and above one half; the model's own are near 0.
        #expect((40...110).contains(high))
    }

    @Test(
        "settings out of range are refused by name",
        arguments: [
            (TPESettings(startupTrials: 0), "search: tpe startup_trials = 0, want 1 to 10000"),
            (TPESettings(candidates: 0), "search: tpe candidates = 0, want 1 to 10000"),
            (TPESettings(gamma: .nan), "search: tpe gamma = nan, want a number in (0, 1)"),
            (TPESettings(randomFraction: 2), "search: tpe random_fraction = 2.0, want a number in [0, 1]"),
            (TPESettings(priorWeight: 0), "search: tpe prior_weight = 0.0, want a number in [1e-9, 1e9]"),
            (TPESettings(bandwidth: .constant(spread: 0)), "search: tpe bandwidth = 0.0, want a number in (0, 10]"),
        ])
    func refusal(settings: TPESettings, text: String) {
        let error = #expect(throws: SearchError.self) {
            try Searcher(.tpe(settings), space: self.space, seed: 1, levels: [1])
        }
        #expect(error.map { "\($0)" } == text)
    }
}
