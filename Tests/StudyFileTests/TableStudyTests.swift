import StudyFile
import Testing
import TuningModel

@Suite("Study files with a table of recorded curves")
struct TableStudyTests {
    private static let header = TableHeader(
        space: ParameterSpace([Parameter(name: "rate", domain: .float(FloatRange(low: 0, high: 1)))]), stepCount: 50,
        repeatCount: 5)

    private func read(_ text: String) -> StudyReading {
        StudyReader.read(
            text: text,
            lookup: TableLookup { settings in
                settings.folder == "a/b" ? .success(Self.header) : .failure(TableLookupError("no such folder"))
            })
    }

    @Test(
        "seconds are a resource where the table tells them, of other resources it knows nothing",
        arguments: [
            ("resource: seconds, min: 1, max: 9", true, nil),
            (
                "resource: seconds, min: 1, max: 9", false,
                "search.scheduler.resource: found seconds, of which the recorded curves tell nothing, want step"
            ),
            (
                "resource: samples, min: 1, max: 9", true,
                "search.scheduler.resource: found samples, of which the recorded curves tell nothing, want step"
            ),
            (
                "resource: seconds, min: 1, max: 9, epochs: 50", true,
                "search.scheduler: epochs means nothing to recorded curves, which have 50; leave it out"
            ),
        ])
    func resource(scheduler: String, isTimed: Bool, mistake: String?) {
        let header = TableHeader(
            space: Self.header.space, stepCount: Self.header.stepCount, repeatCount: 1, isTimed: isTimed)
        let reading = StudyReader.read(
            text:
                "version: 1\nname: t\ntable: {folder: a}\nsearch: {scheduler: {name: asha, \(scheduler)}}\nbudget: {trials: 9}\n",
            lookup: TableLookup { _ in .success(header) })
        #expect(reading.mistakes.map(\.message) == [mistake].compactMap(\.self))
        #expect(reading.study.map { $0.resource == .seconds && $0.epochLimit == 50 } == (mistake == nil ? true : nil))
    }

    @Test("the form of the contract is read")
    func contract() throws {
        let reading = self.read(
            """
            version: 1
            name: taskset-gru
            table: {folder: a/b, repeat: 4}
            search:
              searcher: {name: random}
              scheduler: {name: asha, resource: step, min: 1, max: 50, eta: 3}
              try_first: [{rate: 0.5}]
              audit: 0.25
            budget: {trials: 2000}
            seeds: {search: 7}
            """)
        #expect(reading.mistakes.isEmpty && reading.searchMistakes.isEmpty)
        let study = try #require(reading.study)
        #expect(study.subject == .table(TableSettings(folder: "a/b", repeatIndex: 4)))
        #expect(study.space == Self.header.space && study.settings.isEmpty && study.data == nil && study.task == nil)
        #expect(study.scheduler == .asha(minimum: 1, maximum: 50, eta: 3, isGuarded: true))
        #expect(study.tryFirst == [Configuration([.float(0.5)])])
        #expect(study.budget.trials == 2000 && study.searchSeed == 7 && study.auditShare == 0.25)
    }

    @Test("the recorded steps are the maximum unless told otherwise, and a table needs no budget")
    func defaults() throws {
        let reading = self.read(
            "version: 1\nname: t\ntable: {folder: a/b}\nsearch: {scheduler: {name: asha, min: 3}}\n")
        #expect(reading.mistakes.isEmpty && reading.searchMistakes.isEmpty)
        #expect(reading.study?.scheduler == .asha(minimum: 3, maximum: 50, eta: 3, isGuarded: true))
    }

    @Test("of what is wrong beside a table, nothing is listed that is refused there itself")
    func foreignKeys() {
        let reading = self.read(
            """
            version: 1
            name: t
            table: {folder: a/b}
            task: classification
            objectives: [{metric: validation.loss, direction: minimize}]
            """)
        #expect(
            reading.mistakes.map(\.description) == [
                "4:1: unknown key \"task\", want version, name, table, search, budget or seeds",
                "5:1: objectives mean nothing to a table of recorded curves, which has its target alone",
            ])
    }

    @Test(
        "mistakes are told with their place",
        arguments: [
            ("table: {folder: c}", "3:17: table.folder: no such folder"),
            ("table: {repeat: 1}", "3:8: table.folder is missing"),
            (
                "table: {folder: a/b, repeat: 5}",
                "3:30: table.repeat: found 5, want 0 to 4, the repeats that were recorded"
            ),
            ("table: {folder: a/b, seed: 5}", "3:22: table: unknown key \"seed\", want folder or repeat"),
            (
                "table: {folder: a/b}\nsearch: {scheduler: {name: asha, max: 51}}",
                "4:39: search.scheduler.max: found 51, want at most 50, the steps that the table has recorded"
            ),
            (
                "table: {folder: a/b}\nconstraints: [{metric: train.loss, at_most: 1}]",
                "4:1: constraints mean nothing to a table of recorded curves, which has its target alone"
            ),
            (
                "table: {folder: a/b}\ntask: classification",
                "4:1: unknown key \"task\", want version, name, table, search, budget or seeds"
            ),
        ])
    func mistakes(text: String, message: String) {
        let reading = self.read("version: 1\nname: t\n\(text)\n")
        #expect(reading.mistakes.map(\.description) == [message] && reading.study == nil)
    }
}
