import StudyFile
import Testing
import TuningModel

@Suite("The schedulers pbt and pb2 of a study file")
struct PopulationTests {
    private static let asha = "{name: asha, resource: epochs, min: 1, max: 81, eta: 3}"

    private static func reading(_ scheduler: String) throws -> StudyReading {
        StudyReader.read(text: try StudyEdit(Self.asha, scheduler, []).text())
    }

    @Test("take their settings, and have defaults for all of them")
    func settings() throws {
        var full = PopulationSettings(interval: 4, maximum: 40)
        full.count = 10
        full.quantile = 0.2
        full.resample = 0.5
        full.isSynchronous = false
        let text = "{name: pbt, population: 10, interval: 4, max: 40, quantile: 0.2, resample: 0.5, synchronous: false}"
        #expect(try Self.reading(text).study?.scheduler == .population(full))
        #expect(
            try Self.reading("{name: pbt}").study?.scheduler
                == .population(PopulationSettings(interval: 9, maximum: 81)))
        #expect(
            try Self.reading("{name: pb2, max: 5}").study?.scheduler
                == .population(PopulationSettings(exploration: .bandit, interval: 1, maximum: 5)))
    }

    @Test(
        "each mistake is told with its place, what was found and what is wanted",
        arguments: [
            StudyEdit(
                asha, "{name: pbt, eta: 3}",
                [
                    """
                    27:26: search.scheduler: eta means nothing to pbt, want name, resource, max, population, \
                    interval, quantile, resample or synchronous
                    """
                ]),
            StudyEdit(
                asha, "{name: pb2, resample: 0.1}",
                [
                    """
                    27:26: search.scheduler: resample means nothing to pb2, want name, resource, max, population, \
                    interval, quantile or synchronous
                    """
                ]),
            StudyEdit(
                asha, "{name: pbt, population: 1}",
                ["27:38: search.scheduler.population: found 1, want a whole number in [2, 1000]"]),
            StudyEdit(
                asha, "{name: pbt, max: 10, interval: 11}",
                ["27:45: search.scheduler.interval: found 11, want a whole number in [1, 10]"]),
            StudyEdit(
                asha, "{name: pbt, max: 1000, interval: 9}",
                ["27:47: search.scheduler.interval: found 112 intervals in 1000 epochs, want at most 100"]),
            StudyEdit(
                asha, "{name: pbt, quantile: 0.6}",
                ["27:36: search.scheduler.quantile: found 0.6, want a share above 0, at most 0.5"]),
            StudyEdit(
                asha, "{name: pbt, resample: 2}",
                ["27:36: search.scheduler.resample: found 2, want a probability in [0, 1]"]),
            StudyEdit(
                asha, "{name: pbt, synchronous: 3}",
                ["27:39: search.scheduler.synchronous: found 3, want true or false"]),
        ])
    func mistake(_ edit: StudyEdit) throws {
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map(\.description) == edit.mistakes)
        #expect(reading.study == nil)
    }

    @Test("need no budget: the population ends by itself")
    func budget() throws {
        let text = try StudyEdit(Self.asha, "{name: pbt}", []).text()
        let unlimited = text.replacing("budget: {trials: 300}\n", with: "")
        let reading = StudyReader.read(text: unlimited)
        #expect(reading.mistakes.isEmpty && reading.searchMistakes.isEmpty && reading.study != nil)
        let wrong = StudyReader.read(text: unlimited.replacing("{name: pbt}", with: "{name: pbt, population: 1}"))
        #expect(wrong.mistakes.count == 1 && wrong.searchMistakes.isEmpty)
    }

    private static func fixed(_ training: String) -> String {
        """
        version: 1
        name: digits
        data:
          train: {format: csv, file: digits.csv.gz, target: digit}
          validation: {holdout: 0.2, stratify: true}
        task: classification
        model: {family: {choice: {mlp: {layers: [{units: {int: [16, 256]}}]}}}}
        training: \(training)
        search:
          scheduler: {name: pb2, max: 1000, interval: 10}
        """
    }

    @Test("are a mistake where nothing that is searched may change in training, or too much in too many intervals")
    func explorable() throws {
        let nothing = StudyReader.read(text: Self.fixed("{learning_rate: 0.01}"))
        #expect(nothing.mistakes.isEmpty)
        #expect(
            nothing.searchMistakes.map(\.description) == [
                """
                10:14: search.scheduler: nothing that is searched may change while a network is trained, want at least one \
                such setting for pb2, such as training.learning_rate
                """
            ])
        let names = ["l1", "l2", "clip_norm", "clip_value", "max_norm", "warmup_epochs"]
        let ranges = (names + ["learning_rate"]).map { "\($0): {float: [0.1, 0.9]}" }
        let augmentation = ["flip", "crop", "mixup"].map { "\($0): {float: [0.1, 0.9]}" }.joined(separator: ", ")
        let shift = "shift: {int: [1, 4]}"
        let all = (ranges + ["augmentation: {\(augmentation), \(shift)}"]).joined(separator: ", ")
        let much = StudyReader.read(text: Self.fixed("{\(all)}"))
        #expect(much.mistakes.isEmpty, "\(much.mistakes)")
        #expect(
            much.searchMistakes.map(\.description) == [
                """
                10:47: search.scheduler.interval: found 100 intervals for 11 parameters that are explored, want a \
                product of at most 1000
                """
            ])
    }

    @Test("are refused for a table of recorded curves, which has no weights to copy")
    func table() throws {
        let space = ParameterSpace([
            Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))
        ])
        let lookup = TableLookup { _ in
            .success(TableHeader(space: space, stepCount: 27, repeatCount: 1))
        }
        let text = """
            version: 1
            name: recorded
            table: {folder: curves}
            search:
              scheduler: {name: pbt}
            """
        let reading = StudyReader.read(text: text, lookup: lookup)
        #expect(
            reading.mistakes.map(\.description) == [
                "5:14: search.scheduler: found pbt for a table, want networks: recorded curves have no weights to copy"
            ])
    }
}
