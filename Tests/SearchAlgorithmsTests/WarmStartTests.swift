import Testing
import TuningModel

@testable import SearchAlgorithms

@Suite("Warm start")
struct WarmStartTests {
    private static func study(
        _ parameters: [Parameter], fixed: [(String, ParameterValue)] = [], task: TaskKind = .classification,
        searcher: SearcherSettings = .random
    ) -> StudyDefinition {
        StudyDefinition(
            name: "test",
            subject: .networks(
                data: DataSettings(
                    train: .npy(features: "x.npy", targets: "y.npy"), validation: .holdout(share: 0.2, stratify: false),
                    test: nil), task: task), space: ParameterSpace(parameters),
            settings: fixed.map { SettingTemplate(name: $0.0, source: .fixed($0.1)) }
                + parameters.enumerated().map {
                    SettingTemplate(name: $1.name, source: .searched(parameter: $0), conditions: $1.conditions)
                },
            objective: Objective(metric: .validationLoss, direction: .minimize), searcher: searcher,
            scheduler: .none(maximum: 9), budget: Budget(trials: 5), searchSeed: 1, dataSeed: 1)
    }

    private static func rate(_ low: Double, _ high: Double) -> Parameter {
        Parameter(name: "rate", domain: .float(FloatRange(low: low, high: high, isLogarithmic: true)))
    }

    private static func choice(_ name: String, _ values: [String]) -> Parameter {
        Parameter(name: name, domain: .choice(values.map { .text($0) }))
    }

    private static let momentum = Parameter(
        name: "momentum", domain: .float(FloatRange(low: 0, high: 1, step: 0.1)),
        conditions: [.isOneOf(parameter: 1, values: [.text("sgd")])])

    private func warmStart(
        _ configurations: [[ParameterValue?]], from earlier: StudyDefinition, to later: StudyDefinition
    ) -> WarmStart {
        let observation = SearchHistory.Observation(level: 9, loss: 0.5)
        return WarmStart(configurations.map { (Configuration($0), [observation]) }, from: earlier, to: later)
    }

    private static func recollection(
        _ trials: [(configuration: Configuration, observations: [SearchHistory.Observation])], _ study: StudyDefinition,
        number: Int = 0, isSameData: Bool = true
    ) -> Recollection {
        Recollection(
            study: "earlier", number: number, isSameData: isSameData,
            trials: WarmStart(trials, from: study, to: study).matches)
    }

    @Test("values are found by their names, whatever the order, and ranges may be narrower")
    func overlap() {
        let earlier = Self.study([Self.rate(1e-4, 1), Self.choice("optimizer", ["adam", "sgd"]), Self.momentum])
        let later = Self.study(
            [
                Self.choice("optimizer", ["sgd", "adam", "rmsprop"]), Self.rate(1e-3, 0.1),
                Parameter(
                    name: "momentum", domain: .float(FloatRange(low: 0, high: 0.9, step: 0.3)),
                    conditions: [.isOneOf(parameter: 0, values: [.text("sgd")])]),
            ])
        let warmStart = self.warmStart(
            [
                [.float(0.01), .text("adam"), nil], [.float(0.5), .text("adam"), nil],
                [.float(0.02), .text("sgd"), .float(0.3)], [.float(0.02), .text("sgd"), .float(0.4)], [.float(0.02)],
            ], from: earlier, to: later)
        #expect(
            warmStart.matches.map(\.configuration) == [
                Configuration([.text("adam"), .float(0.01), nil]),
                Configuration([.text("sgd"), .float(0.02), .float(0.3)]),
            ])
        #expect(
            warmStart.drops == [
                .init(trial: 1, setting: "rate", reason: "rate = 0.5 is not a value of its range or list here"),
                .init(trial: 3, setting: "momentum", reason: "momentum = 0.4 is not a value of its range or list here"),
                .init(trial: 4, reason: "it has 1 values, its study has 3 parameters"),
            ])
    }

    @Test("what was plain may be searched and the other way round, where the values agree")
    func plain() {
        let earlier = Self.study([Self.choice("optimizer", ["adam", "sgd"])], fixed: [("rate", .float(0.01))])
        let later = Self.study([Self.rate(1e-3, 0.1)], fixed: [("optimizer", .text("adam"))])
        let warmStart = self.warmStart([[.text("adam")], [.text("sgd")]], from: earlier, to: later)
        #expect(warmStart.matches.map(\.configuration) == [Configuration([.float(0.01)])])
        #expect(warmStart.drops == [.init(trial: 1, setting: "optimizer", reason: "optimizer = sgd, here it is adam")])
    }

    @Test("a trial that misses a parameter, or has one that is unknown here, is dropped")
    func missing() {
        let small = Self.study([Self.rate(1e-4, 1)])
        let great = Self.study([Self.rate(1e-4, 1), Self.choice("optimizer", ["adam", "sgd"])])
        #expect(
            self.warmStart([[.float(0.1)]], from: small, to: great).drops == [
                .init(trial: 0, setting: "optimizer", reason: "optimizer is missing")
            ])
        #expect(
            self.warmStart([[.float(0.1), .text("sgd")]], from: great, to: small).drops == [
                .init(trial: 0, setting: "optimizer", reason: "optimizer = sgd does not exist here")
            ])
        let other = Self.study([Self.rate(1e-4, 1)], task: .regression)
        #expect(
            self.warmStart([[.float(0.1)]], from: other, to: small).drops == [
                .init(trial: 0, reason: "its study has another task")
            ])
    }

    @Test("tpe learns from earlier trials before its own have anything to say")
    func learning() throws {
        let study = Self.study([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
        let trials = (0..<30).map { i -> (configuration: Configuration, observations: [SearchHistory.Observation]) in
            let x = (Double(i) + 0.5) / 30
            return (Configuration([.float(x)]), [.init(level: 9, loss: abs(x - 0.7)), .init(level: 4, loss: x)])
        }
        var searcher = try Searcher(.tpe(TPESettings()), space: study.space, seed: 1, levels: [9])
        searcher.recall([Self.recollection(trials, study)])
        let mean = (0..<40).reduce(0) { $0 + (searcher.suggestion(TrialID($1))?.values[0]?.number ?? 0) } / 40
        #expect(abs(mean - 0.7) < 0.08)
        var cold = try Searcher(.tpe(TPESettings()), space: study.space, seed: 1, levels: [3])
        cold.recall([Self.recollection(trials, study)])
        let sobol = try Searcher(.sobol, space: study.space, seed: 1)
        #expect(cold.suggestion(TrialID(0)) == sobol.suggestion(TrialID(0)))
    }

    @Test("a plain setting that is said to matter little may have had another value")
    func ignored() {
        let earlier = Self.study([Self.rate(1e-4, 1), Self.choice("optimizer", ["adam", "sgd"])])
        var later = Self.study([Self.rate(1e-4, 1)], fixed: [("optimizer", .text("adam"))])
        later.warmStart = WarmStartSettings(studies: ["a"], ignored: ["optimizer"])
        let warmStart = self.warmStart([[.float(0.1), .text("sgd")]], from: earlier, to: later)
        #expect(warmStart.matches.map(\.configuration) == [Configuration([.float(0.1)])])
        #expect(warmStart.drops.isEmpty)
    }

    /// A line from 0 to 1 with its best place, `scale` times as high as it is wide.
    private static func trials(
        _ count: Int, best: Double, scale: Double, level: Int = 9
    ) -> [(configuration: Configuration, observations: [SearchHistory.Observation])] {
        (0..<count).map { i in
            let x = (Double(i) + 0.5) / Double(count)
            return (Configuration([.float(x)]), [.init(level: level, loss: 5 + scale * abs(x - best))])
        }
    }

    private static let line = WarmStartTests.study([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])

    @Test("the best come in turns from each study, those at its highest level first, each once")
    func best() {
        let x = { (value: Double) in Configuration([.float(value)]) }
        let match = { (value: Double, level: Int, loss: Double) in
            WarmStart.Match(configuration: x(value), observations: [.init(level: level, loss: loss)])
        }
        let first = Recollection(
            study: "a", number: 0, isSameData: true,
            trials: [match(0.1, 3, 0.1), match(0.2, 9, 0.5), match(0.3, 9, 0.4)])
        let more = Recollection(study: "a", number: 0, isSameData: true, trials: [match(0.4, 9, 0.45)])
        let second = Recollection(
            study: "b", number: 1, isSameData: false,
            trials: [match(0.3, 9, 70), match(0.5, 9, 80), match(0.6, 9, .nan)])
        #expect(
            Recollection.best([first, more, second], count: 10) == [x(0.3), x(0.4), x(0.5), x(0.2), x(0.1)])
        #expect(Recollection.best([first, more, second], count: 2) == [x(0.3), x(0.4)])
        #expect(Recollection.best([], count: 3).isEmpty)
    }

    @Test("losses of other data count by their ranks, those of the same data as they are")
    func groups() {
        var history = SearchHistory(space: Self.line.space, levels: [9])
        for (number, trial) in Self.trials(3, best: 0, scale: 100).enumerated() {
            history.recall(trial.configuration, trial.observations, group: number == 2 ? 0 : 1)
        }
        for loss in [0.1, .infinity] {
            history.start(Configuration([.float(loss == 0.1 ? 0.5 : 0.6)]), bracket: 0, target: 9)
            history.observe(TrialID(history.trials.count - 1), .init(level: 9, loss: loss))
        }
        let rows = history.observed(at: 0)
        #expect(rows == [-1, -2, -3, 0, 1])
        #expect(history.observedCounts == [5])
        let losses = history.losses(of: rows, at: 0)
        // Φ⁻¹(1/4) and Φ⁻¹(3/4) for two of each group.
        let quartile = 0.6744897501960817
        for (found, wanted) in zip(losses, [-quartile, quartile, quartile, -quartile]) {
            #expect(abs(found - wanted) < 1e-9)
        }
        #expect(losses[4] == .infinity)
    }

    /// How near the suggestions of a searcher are to the best place, in the mean, after what it recalls.
    private func distance(_ settings: SearcherSettings, isSameData: Bool, recalls: Bool) throws -> Double {
        let best = 0.7
        var sum = 0.0
        for seed in 0..<8 {
            var searcher = try Searcher(settings, space: Self.line.space, seed: UInt64(seed), levels: [9])
            if recalls {
                // The same landscape, but 1000 times as high where the data are others.
                let trials = Self.trials(24, best: best, scale: isSameData ? 1 : 1000)
                searcher.recall([Self.recollection(trials, Self.line, isSameData: isSameData)])
            }
            for number in 0..<5 {
                let trial = TrialID(number)
                let configuration = try #require(searcher.suggestion(trial))
                let x = try #require(configuration.values[0]?.number)
                searcher.start(configuration, bracket: 0, target: 9)
                searcher.observe(trial, .init(level: 9, loss: 5 + abs(x - best), seconds: 600))
                searcher.rest(trial)
                sum += abs(x - best)
            }
        }
        return sum / 40
    }

    @Test(
        "each searcher that learns begins near what was best before, on the same data and on others",
        arguments: [
            SearcherSettings.tpe(TPESettings()), .tpe(.bohb), .gaussianProcess(GaussianProcessSettings()),
            .hyperTune(GaussianProcessSettings()), .mobster(GaussianProcessSettings()), .automatic,
            .genetic(GeneticSettings()),
            .regularizedEvolution(RegularizedEvolutionSettings()),
            .differentialEvolution(DifferentialEvolutionSettings()),
            .particleSwarm(ParticleSwarmSettings()), .cmaes(CmaesSettings()),
        ])
    func beginning(_ settings: SearcherSettings) throws {
        let cold = try self.distance(settings, isSameData: true, recalls: false)
        for isSameData in [true, false] {
            let warm = try self.distance(settings, isSameData: isSameData, recalls: true)
            #expect(warm < 0.75 * cold, "\(settings): \(warm) after recalling, \(cold) without")
        }
    }

    @Test("a copy that was never asked suggests the same after what was recalled")
    func copies() throws {
        for settings in [
            SearcherSettings.tpe(TPESettings()), .gaussianProcess(GaussianProcessSettings()),
            .hyperTune(GaussianProcessSettings()), .mobster(GaussianProcessSettings()),
        ] {
            let recollections = [
                Self.recollection(Self.trials(12, best: 0.3, scale: 9), Self.line, isSameData: false),
                Self.recollection(Self.trials(9, best: 0.4, scale: 1), Self.line, number: 1),
            ]
            var asked = try Searcher(settings, space: Self.line.space, seed: 5, levels: [3, 9])
            asked.recall(recollections)
            var silent = asked
            for number in 0..<14 {
                let trial = TrialID(number)
                let configuration = try #require(asked.suggestion(trial))
                for level in [3, 9] {
                    let x = configuration.values[0]?.number ?? 0
                    let observation = SearchHistory.Observation(level: level, loss: abs(x - 0.35) / Double(level))
                    if level == 3 {
                        asked.start(configuration, bracket: 0, target: 3)
                        silent.start(configuration, bracket: 0, target: 3)
                    }
                    asked.observe(trial, observation)
                    silent.observe(trial, observation)
                }
                asked.rest(trial)
                silent.rest(trial)
            }
            #expect(asked.suggestion(TrialID(14)) == silent.suggestion(TrialID(14)))
        }
    }
}
