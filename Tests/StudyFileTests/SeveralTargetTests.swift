import StudyFile
import Testing
import TuningModel

@Suite("Several targets and series in a study file")
struct SeveralTargetTests {
    private static func text(
        task: String, train: String, validation: String = "{holdout: 0.2}", test: String = "{holdout: 0.2}",
        training: String = "loss: auto"
    ) -> String {
        """
        version: 1
        name: targets
        data:
          train: {format: csv, file: a.csv, \(train)}
          validation: \(validation)
          test: \(test)
        task: \(task)
        model: {family: {choice: {mlp: {layers: [{units: 8}]}}}}
        training: {\(training)}
        """
    }

    private static func study(_ text: String) throws -> StudyDefinition {
        let reading = StudyReader.read(text: text)
        return try #require(reading.study, "\(reading.mistakes)")
    }

    @Test("weights of labels' ones by name, and one by one, searched or not")
    func positiveWeights() throws {
        let named = try Self.study(
            Self.text(
                task: "multi_label", train: "target: [a, b]", training: "positive_weights: {choice: [none, balanced]}"))
        let balanced = try TrainingConfiguration(named.settings(for: Configuration([.text("balanced")])))
        #expect(balanced.loss.positiveWeights == .balanced && balanced.loss.classWeights == .none)
        let listed = try Self.study(
            Self.text(
                task: "multi_label", train: "target: [a, b]", training: "positive_weights: [2.5, {float: [1, 9]}]"))
        #expect(listed.space.parameters.map(\.name) == ["training.positive_weights.1"])
        let given = try TrainingConfiguration(listed.settings(for: Configuration([.float(4)])))
        #expect(given.loss.positiveWeights == .given([2.5, 4]))
    }

    @Test("a list of targets, of labels and of numbers; other files have the same")
    func lists() throws {
        let labels = try Self.study(
            Self.text(
                task: "multi_label", train: "target: [a, b], ignore: [id]", test: "{file: t.csv}",
                training: "loss: binary_cross_entropy, label_smoothing: 0.1, metrics: [validation.roc_auc]"))
        #expect(labels.task == .multiLabel)
        #expect(labels.data?.train == .table(file: "a.csv", targets: ["a", "b"], categorical: [], ignore: ["id"]))
        #expect(
            labels.data?.test == .source(.table(file: "t.csv", targets: ["a", "b"], categorical: [], ignore: ["id"])))
        let filled = try Self.study(
            Self.text(
                task: "multi_label", train: "target: [a, b], missing: {fill: mean, indicator: true}",
                validation: "{folds: 4, fold: 1, group: who}", test: "{file: t.csv}"))
        let missing = MissingCells(.mean, hasIndicators: true)
        #expect(
            filled.data?.train
                == .table(file: "a.csv", targets: ["a", "b"], categorical: [], ignore: [], missing: missing))
        #expect(filled.data?.validation == .fold(1, of: 4, stratify: false, group: "who"))
        #expect(
            filled.data?.test
                == .source(.table(file: "t.csv", targets: ["a", "b"], categorical: [], ignore: [], missing: missing)))
        let one = try Self.study(Self.text(task: "multi_label", train: "target: a"))
        #expect(one.data?.train == .table(file: "a.csv", targets: ["a"], categorical: [], ignore: []))
        let numbers = try Self.study(Self.text(task: "regression", train: "target: [a, b]"))
        #expect(numbers.data?.train == .table(file: "a.csv", targets: ["a", "b"], categorical: [], ignore: []))
    }

    @Test("a series has a window, a horizon and its last steps")
    func series() throws {
        let study = try Self.study(
            Self.text(
                task: "forecasting",
                train: "target: [load], categorical: [day], ignore: [date], window: 48, horizon: 3",
                validation: "{last: 0.2}", test: "{last: 0.1}", training: "loss: huber"))
        #expect(
            study.data?.train
                == .series(
                    SeriesSource(
                        file: "a.csv", targets: ["load"], categorical: ["day"], ignore: ["date"], window: 48, horizon: 3
                    )))
        #expect(study.data?.validation == .last(share: 0.2) && study.data?.test == .last(share: 0.1))
        let least = try Self.study(
            Self.text(
                task: "forecasting", train: "target: y, window: 1", validation: "{last: 0.2}", test: "{last: 0.1}"))
        #expect(least.data?.train == .series(SeriesSource(file: "a.csv", targets: ["y"], window: 1, horizon: 1)))
    }

    @Test(
        "mistakes are told",
        arguments: [
            (
                Self.text(task: "multi_label", train: "target: [a, a]"),
                "4:49: data.train.target: a stands twice"
            ),
            (
                Self.text(task: "regression", train: "target: []"),
                "4:45: data.train.target: found an empty list, want at least one column"
            ),
            (
                Self.text(task: "multi_label", train: "target: [a, b], categorical: [b]"),
                "4:66: data.train.categorical: b is the target, whose classes need no declaration"
            ),
            (
                Self.text(
                    task: "multi_label", train: "target: [a, b]", validation: "{holdout: 0.2, stratify: true}"),
                "5:40: data.validation.stratify: multi_label has no classes, want false"
            ),
            (
                Self.text(task: "multi_label", train: "target: [a, b]", validation: "{folds: 5, group: b}"),
                "5:33: data.validation.group: b is the target too, want it in one place"
            ),
            (
                Self.text(
                    task: "multi_label", train: "target: [a, b]",
                    validation: "{format: csv, file: b.csv, target: [a, b], missing: mean}"),
                "5:15: data.validation.missing: differs from data.train, want the same there and here: what stands in for "
                    + "a missing value is learnt from the training rows"
            ),
            (
                Self.text(
                    task: "forecasting", train: "target: a, window: 4, missing: mean", validation: "{last: 0.2}",
                    test: "{last: 0.2}"),
                "4:59: data.train.missing: found mean for forecasting, want refuse; fill the gaps of a series in its file"
            ),
            (
                Self.text(
                    task: "forecasting", train: "target: a, window: 4", validation: "{last: 0.2, group: b}",
                    test: "{last: 0.2}"),
                "5:27: data.validation.group: a series is split by time, want {last: 0.2}, or {file: F} for another one"
            ),
            (
                Self.text(task: "multi_label", train: "target: [a]", training: "loss: cross_entropy"),
                "9:18: training.loss: found cross_entropy for multi_label, want binary_cross_entropy or auto"
            ),
            (
                Self.text(task: "multi_label", train: "target: [a]", training: "class_weights: balanced"),
                "9:12: training.class_weights: multi_label has no classes, want it for classification"
            ),
            (
                Self.text(task: "classification", train: "target: a", training: "positive_weights: balanced"),
                "9:12: training.positive_weights: classification has no labels, want it for multi_label"
            ),
            (
                Self.text(task: "multi_label", train: "target: [a, b]", training: "positive_weights: [1, 0]"),
                "9:34: training.positive_weights.1: found 0, want a finite number > 0.0"
            ),
            (
                Self.text(task: "multi_label", train: "target: [a, b]", training: "positive_weights: balance"),
                "9:30: training.positive_weights: found balance, did you mean balanced? want one of none, balanced"
            ),
            (
                Self.text(
                    task: "forecasting", train: "target: a, window: 0", validation: "{last: 0.2}", test: "{last: 0.2}"),
                "4:56: data.train.window: found 0, want a whole number in [1, 1048576]"
            ),
            (
                Self.text(
                    task: "forecasting", train: "target: a, window: 4", validation: "{last: 1}", test: "{last: 0.2}"),
                "5:22: data.validation.last: found 1, want a share of the steps in (0, 1)"
            ),
            (
                Self.text(
                    task: "forecasting", train: "target: a, window: 4", validation: "{last: 0.5}", test: "{last: 0.5}"),
                "6:9: data.test: the shares of validation and test sum to 1.0, want less than 1"
            ),
            (
                Self.text(
                    task: "forecasting", train: "target: a, window: 4", validation: "{last: 0.5}", test: "{folds: 5}"),
                "6:10: data.test.folds: a series is split by time, want {last: 0.2}, or {file: F} for another one"
            ),
            (
                Self.text(
                    task: "forecasting", train: "target: a, window: 4", validation: "{file: b.csv, last: 0.2}",
                    test: "{last: 0.2}"),
                "5:29: data.validation: unknown key \"last\", want file"
            ),
        ])
    func mistakes(text: String, message: String) {
        #expect(StudyReader.read(text: text).mistakes.map(\.description) == [message])
    }

    @Test("formats with one target a row are refused for several")
    func formats() {
        let text = Self.text(task: "multi_label", train: "target: a")
        for (format, message) in [
            (
                "{format: libsvm, file: a.txt}",
                "4:19: data.train.format: a libsvm file is read with one label a row, want task: classification, or csv or "
                    + "npy for several labels"
            ),
            (
                "{format: images, folder: f}",
                "4:19: data.train.format: a folder of images has classes, want task: classification, or npy for images "
                    + "with numbers"
            ),
        ] {
            let text = text.replacing("{format: csv, file: a.csv, target: a}", with: format)
            #expect(StudyReader.read(text: text).mistakes.map(\.description) == [message])
        }
    }

    @Test("other series have the columns and windows of the training file")
    func otherSeries() throws {
        let study = try Self.study(
            Self.text(
                task: "forecasting", train: "target: [a, b], ignore: [day], window: 4, horizon: 2",
                validation: "{file: b.csv}", test: "{last: 0.2}"))
        let series = { (file: String) in
            DataSource.series(SeriesSource(file: file, targets: ["a", "b"], ignore: ["day"], window: 4, horizon: 2))
        }
        #expect(
            study.data
                == DataSettings(
                    train: series("a.csv"), validation: .source(series("b.csv")), test: .last(share: 0.2)))
    }

    @Test("a series is no array")
    func arrays() {
        let text = Self.text(
            task: "forecasting", train: "target: a, window: 4", validation: "{last: 0.2}", test: "{last: 0.2}"
        ).replacing("{format: csv, file: a.csv, target: a, window: 4}", with: "{format: npy, features: x, targets: y}")
        #expect(
            StudyReader.read(text: text).mistakes.map(\.description) == [
                "4:19: data.train.format: found npy for forecasting, want csv, a row for each step"
            ])
    }
}
