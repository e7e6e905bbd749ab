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
                4:19: data.train.format: found cvs, did you mean csv? want csv, npy, npz, idx, libsvm \
                or images
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: parquet, file: x}",
            [
                """
                4:19: data.train.format: parquet is not built yet, want csv, npy, npz, idx, libsvm \
                or images
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {file: digits.csv.gz, target: digit}",
            [
                """
                4:10: data.train.format is missing, want csv, npy, npz, idx, libsvm \
                or images
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
                target, categorical, ignore or missing
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
            "train: {format: csv, file: a.csv, target: y, missing: modus}",
            [
                """
                4:57: data.train.missing: found modus, want refuse, drop_row, mean, median or \
                most_frequent
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: csv, file: a.csv, target: y, missing: {fill: drop_row, indicator: 1, by: x}}",
            [
                """
                4:64: data.train.missing.fill: found drop_row, want mean, median or most_frequent
                """,
                """
                4:85: data.train.missing.indicator: found 1, want true or false
                """,
                """
                4:88: data.train.missing: unknown key "by", want fill or indicator
                """,
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: csv, file: a.csv, target: y, missing: {indicator: true}}",
            [
                """
                4:57: data.train.missing.fill is missing
                """
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: npz, file: a.npz, feature: x, targets: y}",
            [
                """
                4:10: data.train.features is missing
                """,
                """
                4:37: data.train: unknown key "feature", did you mean features? want format, file, \
                features or targets
                """,
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: libsvm, file: a.txt, features: 0, zero_based: 1}",
            [
                """
                4:50: data.train.features: found 0, want a whole number in [1, 1048576]
                """,
                """
                4:65: data.train.zero_based: found 1, want true or false
                """,
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: images, folder: f, resize: [28], color: gray}",
            [
                """
                4:46: data.train.resize: found a list, want [HEIGHT, WIDTH]
                """,
                """
                4:59: data.train.color: found gray, did you mean grey? want grey or rgb
                """,
            ]),
        StudyEdit(
            "train: {format: csv, file: digits.csv.gz, target: digit}",
            "train: {format: images, folder: f, resize: [28, 0]}",
            [
                """
                4:51: data.train.resize: found 0, want a whole number in [1, 4096]
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {format: csv, file: v.csv, target: digit, missing: mean}",
            [
                """
                5:15: data.validation.missing: differs from data.train, want the same there and here: \
                what stands in for a missing value is learnt from the training rows
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
            "validation: {folds: 1, fold: 2}",
            [
                """
                5:23: data.validation.folds: found 1, want a whole number in [2, 1000]
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {folds: 5, fold: 5}",
            [
                """
                5:32: data.validation.fold: found 5, want a whole number in [0, 4]
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {folds: 5, holdout: 0.2}",
            [
                """
                5:15: data.validation: found holdout and folds, want one of them
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {last: 1.0}",
            [
                """
                5:22: data.validation.last: found 1.0, want a share of the rows in (0, 1)
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {holdout: 0.2, stratify: true, group: who}",
            [
                """
                5:40: data.validation.stratify: whole groups cannot be stratified, want false
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}",
            "validation: {holdout: 0.2, group: digit}",
            [
                """
                5:37: data.validation.group: digit is the target too, want it in one place
                """
            ]),
        StudyEdit(
            "test: {holdout: 0.2, stratify: true}",
            "test: {folds: 5}",
            [
                """
                6:9: data.test: folds are for validation, want holdout or last here
                """
            ]),
        StudyEdit(
            "test: {holdout: 0.2, stratify: true}",
            "test: {last: 0.8}",
            [
                """
                6:9: data.test: the shares of validation and test sum to 1.0, want less than 1
                """
            ]),
        StudyEdit(
            "validation: {holdout: 0.2, stratify: true}\n  test: {holdout: 0.2, stratify: true}",
            "validation: {folds: 3, group: a}\n  test: {holdout: 0.2, group: b}",
            [
                """
                6:9: data.test.group: found b, want a as in validation
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
                5:15: data.validation: found 0.2, want a mapping with holdout, stratify, \
                group, last, folds, file or format
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
                stratify, group, last, folds, file or format
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
