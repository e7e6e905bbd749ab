import StudyFile
import Testing
import TuningModel

@Suite("Constraints in a study file")
struct ConstraintTests {
    private static let old = "objectives: [{metric: validation.loss, direction: minimize}]"

    private static func reading(_ constraints: String) throws -> StudyReading {
        StudyReader.read(text: try StudyEdit(self.old, "\(self.old)\nconstraints: \(constraints)", []).text())
    }

    @Test("are read with their bounds, and figures that are not always measured are asked for")
    func read() throws {
        let reading = try Self.reading(
            "[{metric: model.parameters, at_most: 50000}, {metric: validation.top_3, at_least: 0.5, at_most: 1}]")
        #expect(reading.mistakes == [])
        let study = try #require(reading.study)
        #expect(
            study.constraints == [
                Constraint(metric: .modelParameters, atMost: 50_000),
                Constraint(metric: .validationTop3, atLeast: 0.5, atMost: 1),
            ])
        #expect(study.knownConstraints == [study.constraints[0]])
        #expect(study.outcomeConstraints == [study.constraints[1]])
        let asked = study.settings.filter { $0.name.hasPrefix("training.metrics.") }
        #expect(asked.map(\.source) == [.fixed(.text("validation.top_3"))])
        #expect(try Self.reading("[]").study?.constraints == [])
    }

    @Test(
        "mistakes are told with their places",
        arguments: [
            ("3", "25:14: constraints: found 3, want [{metric: model.parameters, at_most: 50000}]"),
            ("[3]", "25:15: constraints: found 3, want {metric: model.parameters, at_most: 50000}"),
            (
                "[{metric: model.parameters, max: 5}]",
                "25:42: constraints: unknown key \"max\", did you mean at_most?"
            ),
            (
                "[{metric: model.parameters, atmost: 5}]",
                "25:42: constraints: unknown key \"atmost\", did you mean at_most? want metric, at_least or at_most"
            ),
            (
                "[{metric: model.parameters}]",
                "25:15: constraints: model.parameters has no bound, want at_least or at_most"
            ),
            ("[{at_most: 5}]", "25:15: constraints.metric is missing"),
            (
                "[{metric: model.parameters, at_most: 0.5}]",
                "25:51: constraints.at_most: found 0.5, want a whole number in [1, 1000000000000]"
            ),
            (
                "[{metric: validation.loss, at_most: high}]",
                "25:50: constraints.at_most: found high, want a number"
            ),
            (
                "[{metric: validation.loss, at_most: .nan}]",
                "25:50: constraints.at_most: found .nan, want a number"
            ),
            (
                "[{metric: validation.accuracy, at_least: 1.5}]",
                "25:55: constraints.at_least: found 1.5, want a number in [0, 1]"
            ),
            (
                "[{metric: validation.log_loss, at_most: -1}]",
                "25:54: constraints.at_most: found -1, want a number of at least 0"
            ),
            (
                "[{metric: validation.loss, at_least: 2, at_most: 1}]",
                "25:51: constraints: at_least 2.0 is above at_most 1.0, want at_least <= at_most"
            ),
            (
                "[{metric: test.loss, at_most: 1}]",
                "25:24: constraints.metric: test.loss is seen once, at the end; want a validation metric"
            ),
            (
                "[{metric: train.samples, at_most: 1}]",
                "25:24: constraints.metric: train.samples counts what was trained, want a validation metric"
            ),
            (
                "[{metric: train.networks, at_least: 1}]",
                "25:24: constraints.metric: train.networks counts what was trained, want a validation metric"
            ),
            (
                "[{metric: train.loss, at_most: 1}, {metric: train.loss, at_least: 0}]",
                "25:49: constraints: train.loss stands twice, want at_least and at_most in one place"
            ),
        ])
    func mistakes(text: String, message: String) throws {
        let reading = try Self.reading(text)
        #expect(reading.mistakes.map(\.description) == [message])
        #expect(reading.study == nil)
    }

    @Test("more than eight are a mistake")
    func many() throws {
        let nine = "[" + Array(repeating: "{metric: train.loss, at_most: 1}", count: 9).joined(separator: ", ") + "]"
        #expect(
            try Self.reading(nine).mistakes.map(\.description) == ["25:287: constraints: found 9, want at most 8"])
    }

    @Test(
        "on what training gives, need a scheduler that ranks by order", arguments: ["median", "curve", "none", "pasha"])
    func scheduler(name: String) throws {
        for metric in ["validation.accuracy", "model.parameters"] {
            let text = try StudyEdit(Self.old, "\(Self.old)\nconstraints: [{metric: \(metric), at_least: 1}]", [])
                .text()
                .replacing("{name: asha, resource: epochs, min: 1, max: 81, eta: 3}", with: "{name: \(name)}")
            let isRefused = ["median", "curve"].contains(name) && metric == "validation.accuracy"
            #expect(
                StudyReader.read(text: text).mistakes.map(\.description)
                    == (isRefused
                        ? [
                            "25:15: constraints: found validation.accuracy for a scheduler that compares losses of all "
                                + "epochs, want the scheduler auto, asha, hyperband, successive_halving, pasha or none"
                        ] : []))
        }
    }

    @Test("the number of a network's parameters is an objective, and nothing to be patient for")
    func parameters() throws {
        let new = """
            objectives: [{metric: validation.loss, direction: minimize}, {metric: model.parameters, direction: minimize}]
            """
        let study = StudyReader.read(text: try StudyEdit(Self.old, new, []).text()).study
        #expect(study?.furtherObjectives == [Objective(metric: .modelParameters, direction: .minimize)])
    }

    @Test("the defaults are those of the level at which a study began")
    func level() throws {
        let text = try StudyEdit(
            """
            search:
              searcher: {name: random}
              scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}
            """, "search: {}", []
        ).text()
        let first = try #require(StudyReader.read(text: text, level: 1).study)
        #expect(first.searcher == .random)
        #expect(first.scheduler == .asha(minimum: 1, maximum: 81, eta: 3, isGuarded: true))
        let second = try #require(StudyReader.read(text: text, level: 2).study)
        #expect(second.searcher == .automatic && second.scheduler == .automatic(minimum: 1, maximum: 81, eta: 3))
        #expect(StudyReader.read(text: text).study == second && StudyReader.currentLevel == 2)
    }
}
