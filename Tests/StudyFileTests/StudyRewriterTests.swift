import CEmbeddedFiles
import StudyFile
import Testing
import TuningModel

@Suite("A study file written again")
struct StudyRewriterTests {
    private static let text = """
        # A study of clouds.
        version: 1
        name: clouds
        # Where the rows come from.
        data:
          train: {format: csv, file: "a, b.csv", target: cloud}   # by hand
          validation: {holdout: 0.25}
        task: classification
        model:
          family:
            choice:
              mlp:
                layers:
                  repeat: {int: [1, 3], default: 3}
                  each: {units: {int: [4, 32], log: true}, dropout: {float: [0.0, 0.3]}}
          activation: {choice: [relu, tanh, gelu]}

        # How it is trained.
        training:
          optimizer:
            choice:
              sgd: {momentum: {float: [0.0, 0.99]}}
              adam:
                beta2:
                  float:
                    - 0.9
                    - 0.999
          learning_rate: {float: [1.0e-3, 0.3], log: true, default: 1.0e-2}
          l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0, when: {training.optimizer: sgd}}
        objectives: [{metric: validation.loss, direction: minimize}]
        search:
          scheduler: {name: asha, min: 1, max: 9, eta: 3}
          try_first: [{training.learning_rate: 0.2}]
        budget: {trials: 30}
        """

    private static func edit(
        _ parameter: String, _ change: StudyRewriter.Change, best: ParameterValue? = nil
    ) -> StudyRewriter.Edit {
        StudyRewriter.Edit(parameter: parameter, change: change, best: best, reason: "because of \(parameter)")
    }

    @Test("has the changed settings with their reasons, and all else as it stood")
    func whole() throws {
        let rewriter = try #require(StudyRewriter(text: Self.text))
        let text = rewriter.rewritten(
            [
                Self.edit(
                    "model.family.mlp.layers", .range(low: .int(1), high: .int(2), keepsAlternative: false),
                    best: .int(2)),
                Self.edit(
                    "model.family.mlp.layers.1.units", .range(low: .int(8), high: .int(64), keepsAlternative: false)),
                Self.edit("model.activation", .values([.text("relu"), .text("gelu")])),
                Self.edit("training.optimizer.adam.beta2", .fixed(.float(0.99))),
                Self.edit(
                    "training.learning_rate", .range(low: .float(1e-5), high: .float(0.005), keepsAlternative: false),
                    best: .float(0.004)),
                Self.edit("training.l2", .range(low: .float(1e-6), high: .float(1e-3), keepsAlternative: true)),
            ], name: "clouds-2", warmStart: "clouds.winnow", heading: ["narrowed"])
        let reading = StudyReader.read(text: text)
        #expect(reading.mistakes.isEmpty && reading.searchMistakes.isEmpty, "\(reading.mistakes)\n\(text)")
        let study = try #require(reading.study)
        let before = try #require(StudyReader.read(text: Self.text).study)
        #expect(study.name == "clouds-2")
        #expect(study.data == before.data)
        #expect(study.objective == before.objective)
        #expect(study.scheduler == before.scheduler)
        #expect(study.budget == before.budget)
        #expect(study.tryFirst.isEmpty)
        let domain = { (name: String) in study.space.index(of: name).map { study.space.parameters[$0] } }
        #expect(domain("model.family.mlp.layers")?.domain == .int(IntRange(low: 1, high: 2)))
        #expect(domain("model.family.mlp.layers")?.defaultValue == .int(2))
        for layer in 0..<2 {
            #expect(
                domain("model.family.mlp.layers.\(layer).units")?.domain
                    == .int(IntRange(low: 8, high: 64, isLogarithmic: true)))
        }
        #expect(domain("model.family.mlp.layers.2.units") == nil)
        #expect(domain("model.activation")?.domain == .choice([.text("relu"), .text("gelu")]))
        #expect(domain("training.optimizer.adam.beta2") == nil)
        #expect(domain("training.optimizer.sgd.momentum")?.domain == .float(FloatRange(low: 0, high: 0.99)))
        let rate = try #require(domain("training.learning_rate"))
        #expect(rate.domain == .float(FloatRange(low: 1e-5, high: 0.005, isLogarithmic: true)))
        #expect(rate.defaultValue == .float(0.004))
        #expect(
            domain("training.l2")?.domain
                == .float(FloatRange(low: 1e-6, high: 1e-3, isLogarithmic: true, alternative: 0)))
        #expect(text.hasPrefix("# narrowed\n# A study of clouds.\nversion: 1\nname: clouds-2\n"))
        #expect(text.contains("  train: {format: csv, file: \"a, b.csv\", target: cloud}   # by hand\n"))
        #expect(text.contains("# How it is trained.\ntraining:\n"))
        #expect(
            text.contains(
                "  # because of training.learning_rate\n"
                    + "  learning_rate: {float: [1.0e-05, 0.005], log: true, default: 0.004}\n"), "\(text)")
        #expect(
            study.warmStart
                == WarmStartSettings(studies: ["clouds.winnow"], ignored: ["training.optimizer.adam.beta2"]))
    }

    @Test("drops a branch with all that stands below it")
    func branch() throws {
        let text = Self.text.replacing(", when: {training.optimizer: sgd}", with: "")
        let rewriter = try #require(StudyRewriter(text: text))
        let next = rewriter.rewritten(
            [Self.edit("training.optimizer", .values([.text("adam")]))], name: "clouds-2", warmStart: "a", heading: [])
        let reading = StudyReader.read(text: next)
        let study = try #require(reading.study, "\(reading.mistakes)")
        let names = study.space.parameters.map(\.name)
        #expect(!names.contains("training.optimizer.sgd.momentum"))
        #expect(names.contains("training.optimizer.adam.beta2"))
        #expect(study.settings.contains { $0.name == "training.optimizer" && $0.source == .fixed(.text("adam")) })
    }

    @Test("knows which values conditions name, and that layers share a setting")
    func places() throws {
        let rewriter = try #require(StudyRewriter(text: Self.text))
        #expect(rewriter.isNamed("training.optimizer", .text("sgd")))
        #expect(!rewriter.isNamed("training.optimizer", .text("adam")))
        let units = (0..<3).map { rewriter.place(of: "model.family.mlp.layers.\($0).units") }
        #expect(units[0] != nil && units[0] == units[1] && units[1] == units[2])
        #expect(rewriter.place(of: "model.family.mlp.layers") != units[0])
        #expect(rewriter.place(of: "training.nothing") == nil)
        #expect(StudyRewriter(text: "- 1") == nil)
        #expect(StudyRewriter(text: "{") == nil)
    }

    @Test("means the same where nothing changes, also in one line")
    func same() throws {
        let flow =
            "{version: 1, name: x, data: {train: {format: csv, file: 'a b', target: a}, validation: {holdout: 0.5}}, "
            + "task: regression, model: {family: {choice: {mlp: {layers: [{units: 4}, {units: {int: [2, 8]}}]}}}}, "
            + "budget: {trials: 2}}"
        for text in [Self.text.replacing("  try_first: [{training.learning_rate: 0.2}]\n", with: ""), flow] {
            let before = try #require(StudyReader.read(text: text).study)
            let rewriter = try #require(StudyRewriter(text: text))
            let next = rewriter.rewritten([], name: before.name, warmStart: "a", heading: [])
            let reading = StudyReader.read(text: next)
            #expect(reading.mistakes.isEmpty, "\(reading.mistakes)\n\(next)")
            #expect(reading.study?.space == before.space)
            #expect(reading.study?.data == before.data)
        }
        let rewriter = try #require(StudyRewriter(text: flow))
        let next = rewriter.rewritten(
            [Self.edit("model.family.mlp.layers.1.units", .fixed(.int(5)))], name: "y", warmStart: "a", heading: [])
        #expect(next.contains("- {units: 4}"), "\(next)")
        #expect(StudyReader.read(text: next).study?.space.count == 0, "\(next)")
    }
}
