import StudyFile
import Testing
import TuningModel

@Suite("Several objectives in a study file")
struct ObjectiveTests {
    private static let old = "objectives: [{metric: validation.loss, direction: minimize}]"

    @Test("are read in order, and figures that are not always measured are asked for")
    func several() throws {
        let new = """
            objectives:
              - {metric: validation.loss, direction: minimize}
              - {metric: validation.top_3, direction: maximize}
            """
        let reading = StudyReader.read(text: try StudyEdit(Self.old, new, []).text())
        #expect(reading.mistakes == [])
        let study = try #require(reading.study)
        #expect(
            study.objectives == [
                Objective(metric: .validationLoss, direction: .minimize),
                Objective(metric: .validationTop3, direction: .maximize),
            ])
        #expect(study.objective == study.objectives[0])
        let asked = study.settings.filter { $0.name.hasPrefix("training.metrics.") }
        #expect(asked.map(\.source) == [.fixed(.text("validation.top_3"))])
    }

    @Test("twice the same, or more than eight, are mistakes")
    func mistakes() throws {
        let twice = """
            objectives:
              - {metric: validation.loss, direction: minimize}
              - {metric: validation.loss, direction: minimize}
            """
        #expect(
            StudyReader.read(text: try StudyEdit(Self.old, twice, []).text()).mistakes.map(\.description)
                == ["26:5: objectives: validation.loss is an objective already"])
        let nine =
            "objectives: ["
            + Array(repeating: "{metric: train.loss, direction: minimize}", count: 9).joined(separator: ", ") + "]"
        #expect(
            StudyReader.read(text: try StudyEdit(Self.old, nine, []).text()).mistakes.map(\.description)
                == ["24:358: objectives: found 9, want at most 8"])
    }

    /// A study with two objectives, searched like this.
    private static func read(searcher: String, scheduler: String) throws -> StudyReading {
        let search = """
            \(Self.old)
            search:
              searcher: {name: random}
              scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}
            """
        let new = """
            objectives: [{metric: validation.loss, direction: minimize}, {metric: train.loss, direction: minimize}]
            search:
              searcher: {name: \(searcher)}
              scheduler: {name: \(scheduler)}
            """
        return StudyReader.read(text: try StudyEdit(search, new, []).text())
    }

    @Test("need a scheduler that ranks by all of them", arguments: ["hyperband", "pasha", "median", "none"])
    func scheduler(name: String) throws {
        let wanted =
            "24:62: objectives: found 2 for a scheduler that ranks by one, want one, or the scheduler asha by promotion in"
            + " one bracket, or none"
        let reading = try Self.read(searcher: "random", scheduler: name)
        #expect(reading.mistakes.map(\.description) == (name == "none" ? [] : [wanted]))
    }

    @Test("several of them turn auto into NSGA-II and ASHA")
    func automatic() throws {
        let study = try Self.read(searcher: "auto", scheduler: "auto, max: 9").study
        #expect(study?.searcher == .nsga2(Nsga2Settings()))
        #expect(study?.scheduler == .asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true))
    }

    @Test(
        "a searcher that looks at one objective is refused beside several",
        arguments: ["cmaes", "tpe", "gp", "nsga2", "sobol"])
    func searchers(name: String) throws {
        let reading = StudyReader.read(
            text: try StudyEdit(
                "objectives: [{metric: validation.loss, direction: minimize}]",
                "objectives: [{metric: validation.loss, direction: minimize}, {metric: train.loss, direction: minimize}]",
                []
            ).text().replacing("searcher: {name: random}", with: "searcher: {name: \(name)}"))
        let wanted =
            "24:62: objectives: found 2 for a searcher that looks at one, want one, or the searcher nsga2, random, sobol or grid"
        #expect(reading.mistakes.map(\.description) == (["nsga2", "sobol"].contains(name) ? [] : [wanted]))
    }
}
