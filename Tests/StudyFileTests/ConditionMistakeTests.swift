import StudyFile
import Testing

@Suite("Mistakes of a study file: when")
struct ConditionMistakeTests {
    @Test("each mistake is told with its place, what was found and what is wanted", arguments: Self.cases)
    func mistake(_ edit: StudyEdit) throws {
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map(\.description) == edit.mistakes)
        #expect(reading.study == nil)
    }

    private static let cases: [StudyEdit] = [
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "batch_size: {ordinal: [16, 32], when: {training.optimiser: adam}}",
            [
                """
                23:42: when: no setting of this file is called training.optimiser, did you mean \
                training.optimizer? want a dotted name
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "batch_size: {ordinal: [16, 32], when: {training.optimizer: adamw}}",
            [
                """
                23:62: when: found adamw for training.optimizer, did you mean adam? want sgd or adam
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "batch_size: {ordinal: [16, 32], when: {training.optimizer: []}}",
            [
                """
                23:62: training.batch_size.when: found an empty list, want at least one value
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "batch_size: {ordinal: [16, 32], when: adam}",
            [
                """
                23:41: training.batch_size.when: found adam, want a mapping such as \
                {training.optimizer: adam}
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "batch_size: {ordinal: [16, 32], when: {training.batch_size: 16}}",
            [
                """
                23:42: when: training.batch_size waits for itself, want another parameter
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            """
            batch_size: {ordinal: [16, 32], when: {model.activation: relu}}
              l1: {float: [0.1, 1.0], when: {training.loss: auto}}
            """,
            [
                """
                24:34: when: no setting of this file is called training.loss, did you mean \
                training.l2? want a dotted name
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}\n  batch_size: {ordinal: [16, 32, 64, 128]}",
            """
            l2: {float: [0, 1], when: {training.batch_size: 16}}
              batch_size: {ordinal: [16, 32], when: {training.l2: 0.5}}
            """,
            [
                """
                22:8: when: training.l2, training.batch_size wait for each other, want an order \
                among them
                """
            ]),
    ]
}
