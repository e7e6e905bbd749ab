import StudyFile
import Testing

@Suite("Mistakes of a study file: the whole file")
struct WholeFileMistakeTests {
    @Test("each mistake is told with its place, what was found and what is wanted", arguments: Self.cases)
    func mistake(_ edit: StudyEdit) throws {
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map(\.description) == edit.mistakes)
        #expect(reading.study == nil)
    }

    private static let cases: [StudyEdit] = [
        StudyEdit(
            "version: 1",
            "version: 2",
            [
                """
                1:10: version: found 2, want 1
                """
            ]),
        StudyEdit(
            "version: 1\n",
            "",
            [
                """
                1:1: version is missing
                """
            ]),
        StudyEdit(
            "name: digits\n",
            "name: ../digits\n",
            [
                """
                2:7: name: found ../digits, want 1 to 100 letters, digits, '-', '_' or '.', not \
                beginning with '.'
                """
            ]),
        StudyEdit(
            "name: digits\n",
            "name:\n",
            [
                """
                2:6: name: found nothing, want 1 to 100 letters, digits, '-', '_' or '.', not \
                beginning with '.'
                """
            ]),
        StudyEdit(
            "task: classification",
            "task: forecasting",
            [
                """
                4:10: data.train.window is missing
                """,
                """
                5:16: data.validation.holdout: a series is split by time, want {last: 0.2}, or {file: F} for another one
                """,
                """
                6:10: data.test.holdout: a series is split by time, want {last: 0.2}, or {file: F} for another one
                """,
            ]),
        StudyEdit(
            "task: classification",
            "task: clasification",
            [
                """
                7:7: task: found clasification, did you mean classification? want classification, \
                regression, multi_label or forecasting
                """
            ]),
        StudyEdit(
            "task: classification\n",
            "",
            [
                """
                1:1: task is missing
                """
            ]),
        StudyEdit(
            "training:\n",
            "traning:\n",
            [
                """
                16:1: unknown key "traning", did you mean training? want version, name, data, task, \
                model, training, objectives, constraints, search, budget or seeds
                """
            ]),
        StudyEdit(
            "seeds: {search: 1, data: 1}",
            "seeds: {search: 1, data: 1}\nconstraints: 1",
            [
                """
                30:14: constraints: found 1, want [{metric: model.parameters, at_most: 50000}]
                """
            ]),
        StudyEdit(
            "seeds: {search: 1, data: 1}",
            "seeds: {search: 1, data: 1}\nprogram: {command: [a]}",
            [
                """
                30:1: program is not built yet, want version, name, data, task, model, training, \
                objectives, constraints, search, budget or seeds
                """
            ]),
        StudyEdit(
            "seeds: {search: 1, data: 1}",
            "seeds: {search: 1, data: 1, data: 2}",
            [
                """
                29:29: "data" stands in this mapping already, in line 29, want each key once
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: {trials: 300",
            [
                """
                29:6: not YAML: while parsing a flow mapping, did not find expected ',' or '}'
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: &b {trials: 300}",
            [
                """
                28:9: anchors and aliases are not supported, write the values out
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: {trials: 300}\n---\nversion: 1",
            [
                """
                29:1: not YAML: expected a single document in the stream, but found another document
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "? [a]\n: 1",
            [
                """
                28:3: found a list as a key, want a name
                """
            ]),
        StudyEdit(
            "data:\n",
            "data: 3\nother:\n",
            [
                """
                3:7: data: found 3, want a mapping with train, validation or test
                """,
                """
                4:1: unknown key "other", want version, name, data, task, model, training, \
                objectives, constraints, search, budget or seeds
                """,
            ]),
    ]
}
