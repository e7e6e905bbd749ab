import StudyFile
import Testing
import TuningModel

@Suite("The resource of a study file")
struct ResourceFileTests {
    private static let asha = "{name: asha, resource: epochs, min: 1, max: 81, eta: 3}"

    private static func study(_ scheduler: String, folds: Bool = false, training: String? = nil) throws -> StudyReading
    {
        var text = try StudyEdit(Self.asha, scheduler, []).text()
        if folds { text = text.replacing("validation: {holdout: 0.2, stratify: true}", with: "validation: {folds: 5}") }
        if let training { text = text.replacing("training:\n", with: "training:\n  \(training)\n") }
        return StudyReader.read(text: text)
    }

    private static func fixed(_ study: StudyDefinition, _ name: String) -> ParameterValue? {
        study.settings(for: Configuration(study.space.parameters.map { _ in nil })).first { $0.name == name }?.value
    }

    @Test("seconds have a first and a last level, and a greatest number of epochs")
    func seconds() throws {
        let study = try #require(
            try Self.study("{name: asha, resource: seconds, min: 10, max: 270, epochs: 200}").study)
        #expect(study.resource == .seconds && study.epochLimit == 200 && study.mostEpochs == 200)
        #expect(study.scheduler == .asha(minimum: 10, maximum: 270, eta: 3, isGuarded: true))
    }

    @Test("samples are counted by workers", arguments: ["samples", "examples"])
    func samples(name: String) throws {
        let study = try #require(
            try Self.study("{name: none, resource: \(name), max: 500000, epochs: 200}").study)
        #expect(study.resource == .samples && study.scheduler == .none(maximum: 500_000))
        #expect(Self.fixed(study, "training.metrics.0") == .text("train.samples"))
    }

    @Test("repeats are networks that are trained one after the other, for as many epochs each")
    func repeats() throws {
        let study = try #require(
            try Self.study(
                "{name: successive_halving, resource: repeats, min: 1, max: 9, epochs: 30}",
                training: "schedule: {choice: {cosine: {}}}"
            ).study)
        #expect(study.resource == .repeats && study.mostEpochs == 270 && study.networkEpochs == 30)
        #expect(Self.fixed(study, "training.repeats") == .int(9))
        #expect(Self.fixed(study, "training.network_epochs") == .int(30))
        #expect(Self.fixed(study, "training.schedule_epochs") == .int(30))
    }

    @Test("hyperband's brackets begin at the least amount")
    func hyperband() throws {
        let study = try #require(
            try Self.study("{name: hyperband, resource: seconds, min: 10, max: 300, epochs: 50}").study)
        #expect(study.scheduler == .hyperband(minimum: 10, maximum: 300, eta: 3, formula: .jmlr))
    }

    @Test("folds are counted over all repeats")
    func folds() throws {
        let scheduler = "{name: asha, resource: folds, max: 10, epochs: 30}"
        let study = try #require(try Self.study(scheduler, folds: true, training: "repeats: 2").study)
        #expect(study.resource == .folds && study.scheduler.maximumLevel == 10)
        #expect(Self.fixed(study, "training.repeats") == .int(2))
        let few = try Self.study(scheduler, folds: true)
        #expect(few.mistakes.map(\.message) == ["search.scheduler.max: found 10, want at most 5: 5 folds, 1 repeat"])
    }

    @Test(
        "each mistake is told with its place, what was found and what is wanted",
        arguments: [
            StudyEdit(
                asha, "{name: median, resource: seconds, max: 60, epochs: 9}",
                [
                    "27:39: search.scheduler.resource: found seconds, want epochs, whose losses median compares one by one",
                    """
                    27:57: search.scheduler: epochs means nothing to median, want name, resource, max, min or min_trials
                    """,
                ]),
            StudyEdit(
                asha, "{name: asha, resource: seconds, min: 5, max: 60}",
                [
                    "27:14: search.scheduler.epochs is missing beside resource: seconds, want the most epochs of one network, such as epochs: 100"
                ]),
            StudyEdit(
                asha, "{name: asha, resource: samples, max: 60, epochs: 9}",
                ["27:14: search.scheduler.min is missing, want a number of samples"]),
            StudyEdit(
                asha, "{name: asha, resource: repeats, epochs: 9}",
                ["27:14: search.scheduler.max is missing, want a number of repeats"]),
            StudyEdit(
                asha, "{name: asha, resource: repeats, max: 101, epochs: 9}",
                ["27:51: search.scheduler.max: found 101, want a whole number in [1, 100]"]),
            StudyEdit(
                asha, "{name: asha, resource: seconds, min: 90, max: 60, epochs: 9}",
                ["27:51: search.scheduler: min 90 is above max 60, want min <= max"]),
            StudyEdit(
                asha, "{name: asha, resource: seconds, min: 0.5, max: 60, epochs: 9}",
                ["27:51: search.scheduler.min: found 0.5, want a whole number in [1, 1000000000]"]),
            StudyEdit(
                asha, "{name: asha, resource: second, max: 60, epochs: 9}",
                [
                    """
                    27:37: search.scheduler.resource: found second, did you mean seconds? want epochs, epoch, seconds, \
                    samples, examples, repeats or folds
                    """
                ]),
            StudyEdit(
                asha, "{name: asha, resource: epochs, max: 60, epochs: 9}",
                [
                    """
                    27:54: search.scheduler: epochs, the most that a network may have, stands beside resource: seconds, \
                    samples, repeats or folds alone, want max
                    """
                ]),
            StudyEdit(
                asha, "{name: asha, resource: folds, max: 5, epochs: 9}",
                [
                    "27:37: search.scheduler.resource: found folds, but data.validation has none; want repeats, or data.validation: {folds: 5}"
                ]),
        ])
    func mistakes(edit: StudyEdit) throws {
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map { "\($0.line):\($0.column): \($0.message)" } == edit.mistakes)
    }

    @Test("repeats beside folds, and repeats that are given, are mistakes")
    func networks() throws {
        let scheduler = "{name: asha, resource: repeats, max: 5, epochs: 9}"
        #expect(
            try Self.study(scheduler, folds: true).mistakes.map(\.message) == [
                "search.scheduler.resource: found repeats, want folds, of which there are 5 for each repeat"
            ])
        #expect(
            try Self.study(scheduler, training: "repeats: 2").mistakes.map(\.message) == [
                "training.repeats: found beside resource: repeats, whose max says how many there are; leave it out"
            ])
        #expect(
            try Self.study(
                "{name: asha, resource: folds, max: 5, epochs: 9}", folds: true, training: "repeats: {int: [1, 3]}"
            ).mistakes.map(\.message) == ["training.repeats: found a range, want one number beside resource: folds"])
    }
}
