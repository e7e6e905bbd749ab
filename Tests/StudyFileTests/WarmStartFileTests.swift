import StudyFile
import Testing
import TuningModel

@Suite("Warm start in a study file")
struct WarmStartFileTests {
    private static let searcher = "  searcher: {name: random}\n"

    @Test("names studies, how many of their best are tried first, and settings that matter little")
    func reading() throws {
        let edit = StudyEdit(
            Self.searcher,
            Self.searcher
                + "  warm_start: {studies: [a.winnow, ../b], try_best: 5, ignore: [training.optimizer.adam.beta1]}\n",
            [])
        let study = try #require(StudyReader.read(text: try edit.text()).study)
        #expect(
            study.warmStart
                == WarmStartSettings(
                    studies: ["a.winnow", "../b"], tryBest: 5, ignored: ["training.optimizer.adam.beta1"]))
        let short = StudyEdit(Self.searcher, Self.searcher + "  warm_start: {studies: [a]}\n", [])
        let other = try #require(StudyReader.read(text: try short.text()).study)
        #expect(other.warmStart == WarmStartSettings(studies: ["a"], tryBest: 3))
        let none = try #require(StudyReader.read(text: StudyEdit.base).study)
        #expect(none.warmStart == nil)
    }

    @Test("the place of each folder is known to whoever reads it")
    func places() throws {
        let edit = StudyEdit(
            Self.searcher, Self.searcher + "  warm_start:\n    studies:\n      - a\n      - ../b\n", [])
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.study?.warmStart?.studies == ["a", "../b"])
        #expect(reading.earlierStudyPlaces == [Place(line: 29, column: 9), Place(line: 30, column: 9)])
        #expect(StudyReader.read(text: StudyEdit.base).earlierStudyPlaces == [])
    }

    @Test("each mistake is told with its place, what was found and what is wanted", arguments: Self.cases)
    func mistake(_ edit: StudyEdit) throws {
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map(\.description) == edit.mistakes)
        #expect(reading.study == nil)
    }

    private static func edit(_ text: String, _ mistakes: [String]) -> StudyEdit {
        StudyEdit(self.searcher, self.searcher + "  warm_start: \(text)\n", mistakes)
    }

    private static let cases = [
        Self.edit(
            "[a]", ["27:15: search.warm_start: found a list, want a mapping with studies, try_best or ignore"]),
        Self.edit("{try_best: 2}", ["27:15: search.warm_start.studies is missing"]),
        Self.edit(
            "{studies: []}",
            ["27:25: search.warm_start.studies: found 0, want the folders of 1 to 64 studies"]),
        Self.edit("{studies: a}", ["27:25: search.warm_start.studies: found a, want a list"]),
        Self.edit("{studies: [a, a]}", ["27:29: search.warm_start.studies: a stands twice"]),
        Self.edit("{studies: [[a]]}", ["27:26: search.warm_start.studies: found a list, want a text"]),
        Self.edit(
            "{studies: [a], try_best: 1001}",
            ["27:40: search.warm_start.try_best: found 1001, want a whole number in [0, 1000]"]),
        Self.edit(
            "{studies: [a], best: 1}",
            ["27:30: search.warm_start: unknown key \"best\", want studies, try_best or ignore"]),
        Self.edit(
            "{studies: [a], ignore: [training.l2]}",
            ["27:39: search.warm_start.ignore: training.l2 is searched, want a plain setting"]),
        Self.edit(
            "{studies: [a], ignore: [training.optimizer.adam.beta3]}",
            [
                """
                27:39: search.warm_start.ignore: unknown setting "training.optimizer.adam.beta3", did you mean \
                training.optimizer.adam.beta1? want a plain setting
                """
            ]),
    ]
}
