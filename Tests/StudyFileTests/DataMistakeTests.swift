import StudyFile
import Testing

@Suite("Mistakes of a study file: data")
struct DataMistakeTests {
    @Test("each mistake is told with its place, what was found and what is wanted", arguments: Self.cases)
    func mistake(_ edit: StudyEdit) throws {
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map(\.description) == edit.mistakes)
        #expect(reading.study == nil)
    }

    private static let cases: [StudyEdit] = [
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: cvs, file: digits.csv.gz, target: digit}",
            [
                """
                4:19: data.train.format: found cvs, did you mean csv? want csv, npy or idx
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: parquet, file: x}",
            [
                """
                4:19: data.train.format: parquet is not built yet, want csv, npy or idx
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {file: digits.csv.gz, target: digit}",
            [
                """
                4:10: data.train.format is missing, want csv, npy or idx
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: digits.csv.gz",
            [
                """
                4:10: data.train: found digits.csv.gz, want a mapping such as {format: csv, file: \
                x.csv, target: y}
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: csv, file: digits.csv.gz, taget: digit}",
            [
                """
                4:10: data.train.target is missing
                """,
                """
                4:45: data.train: unknown key "taget", did you mean target? want format, file, \
                target, categorical or ignore
                """,
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: csv, file: [a], target: digit}",
            [
                """
                4:30: data.train.file: found a list, want a text
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: csv, file: a.csv, target: y, categorical: [y], ignore: [z, z]}",
            [
                """
                4:61: data.train.categorical: y is the target, whose classes need no declaration
                """,
                """
                4:78: data.train.ignore: z stands twice
                """,
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: csv, file: a.csv, target: y, categorical: [c], ignore: [c]}",
            [
                """
                4:74: data.train.ignore: c is categorical too, want it in one place
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: csv, file: a.csv, target: y, window: 48}",
            [
                """
                4:48: data.train.window: means something to task: forecasting alone
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: idx, images: a, target: y}",
            [
                """
                4:10: data.train.labels is missing
                """,
                """
                4:35: data.train: unknown key "target", want format, images or labels
                """,
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {holdout: 1.5, stratify: true}",
            [
                """
                5:25: data.validation.holdout: found 1.5, want a share of the rows in (0, 1)
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {holdout: 0.2, stratify: yes}",
            [
                """
                5:40: data.validation.stratify: found yes, want true or false
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {folds: 5}",
            [
                """
                5:16: data.validation: folds is not built yet, want holdout, stratify, file or \
                format
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {last: 0.2}",
            [
                """
                5:16: data.validation.last: only a series has last steps (task: forecasting), want \
                holdout
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {holdout: 0.8, stratify: true}",
            [
                """
                6:9: data.test: the shares of validation and test sum to 1.0, want less than 1
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: 0.2",
            [
                """
                5:15: data.validation: found 0.2, want a mapping with holdout, stratify, file or \
                format
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {stratify: true}",
            [
                """
                5:15: data.validation.holdout is missing
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {file: v.csv, target: x}",
            [
                """
                5:29: data.validation: unknown key "target", want file
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {hodout: 0.2}",
            [
                """
                5:15: data.validation.holdout is missing
                """,
                """
                5:16: data.validation: unknown key "hodout", did you mean holdout? want holdout, \
                stratify, file or format
                """,
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}\n",
            "",
            [
                """
                5:5: not YAML: while parsing a block mapping, did not find expected key
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: csv, file: a.csv, target: [y, z]}",
            [
                """
                4:45: data.train.target: found a list, want one column; several targets of 0 or 1 are \
                task: multi_label
                """
            ]),
        StudyEdit(
            "task: classification",
            "task: multi_label",
            [
                """
                5:40: data.validation.stratify: multi_label has no classes, want false
                """,
                """
                6:34: data.test.stratify: multi_label has no classes, want false
                """,
            ]),
        StudyEdit(
            "task: classification",
            "task: regression",
            [
                """
                5:40: data.validation.stratify: regression has no classes, want false
                """,
                """
                6:34: data.test.stratify: regression has no classes, want false
                """,
            ]),
    ]
}
