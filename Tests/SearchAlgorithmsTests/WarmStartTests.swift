import SearchAlgorithms
import Testing
import TuningModel

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
                .init(trial: 1, reason: "rate = 0.5 is not a value of its range or list here"),
                .init(trial: 3, reason: "momentum = 0.4 is not a value of its range or list here"),
                .init(trial: 4, reason: "it has 1 values, its study has 3 parameters"),
            ])
    }

    @Test("what was plain may be searched and the other way round, where the values agree")
    func plain() {
        let earlier = Self.study([Self.choice("optimizer", ["adam", "sgd"])], fixed: [("rate", .float(0.01))])
        let later = Self.study([Self.rate(1e-3, 0.1)], fixed: [("optimizer", .text("adam"))])
        let warmStart = self.warmStart([[.text("adam")], [.text("sgd")]], from: earlier, to: later)
        #expect(warmStart.matches.map(\.configuration) == [Configuration([.float(0.01)])])
        #expect(warmStart.drops == [.init(trial: 1, reason: "optimizer = sgd, here it is adam")])
    }

    @Test("a trial that misses a parameter, or has one that is unknown here, is dropped")
    func missing() {
        let small = Self.study([Self.rate(1e-4, 1)])
        let great = Self.study([Self.rate(1e-4, 1), Self.choice("optimizer", ["adam", "sgd"])])
        #expect(
            self.warmStart([[.float(0.1)]], from: small, to: great).drops == [
                .init(trial: 0, reason: "optimizer is missing")
            ])
        #expect(
            self.warmStart([[.float(0.1), .text("sgd")]], from: great, to: small).drops == [
                .init(trial: 0, reason: "optimizer = sgd does not exist here")
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
        searcher.recall(WarmStart(trials, from: study, to: study))
        let mean = (0..<40).reduce(0) { $0 + (searcher.suggestion(TrialID($1))?.values[0]?.number ?? 0) } / 40
        #expect(abs(mean - 0.7) < 0.08)
        var cold = try Searcher(.tpe(TPESettings()), space: study.space, seed: 1, levels: [3])
        cold.recall(WarmStart(trials, from: study, to: study))
        let sobol = try Searcher(.sobol, space: study.space, seed: 1)
        #expect(cold.suggestion(TrialID(0)) == sobol.suggestion(TrialID(0)))
    }
}
