import StudyFile
import Testing
import TuningModel

@Suite("Losses in a study file")
struct LossTests {
    private static func text(task: String, training: String) -> String {
        """
        version: 1
        name: losses
        data:
          train: {format: csv, file: a.csv, target: y}
          validation: {holdout: 0.2}
        task: \(task)
        model: {family: {choice: {mlp: {layers: [{units: 8}]}}}}
        training: {\(training)}
        search: {searcher: {name: random}, scheduler: {name: none, max: 3}}
        budget: {trials: 3}
        """
    }

    private static func study(task: String, training: String) throws -> StudyDefinition {
        let reading = StudyReader.read(text: Self.text(task: task, training: training))
        #expect(reading.mistakes.isEmpty, "\(reading.mistakes)")
        return try #require(reading.study)
    }

    @Test("smoothing and a list of class weights, each fixed or searched, reach the configuration")
    func classes() throws {
        let study = try Self.study(
            task: "classification",
            training: "label_smoothing: {float: [0.0, 0.2]}, class_weights: [1, {float: [1, 20], log: true}, 2.5]")
        #expect(study.space.parameters.map(\.name) == ["training.label_smoothing", "training.class_weights.1"])
        let settings = study.settings(for: Configuration([.float(0.125), .float(7)]))
        let loss = try TrainingConfiguration(settings).loss
        var wanted = LossSettings()
        wanted.labelSmoothing = 0.125
        wanted.classWeights = .given([1, 7, 2.5])
        #expect(loss == wanted)
    }

    @Test("the loss may be searched, and its delta exists with huber alone")
    func huber() throws {
        let study = try Self.study(
            task: "regression",
            training: "loss: {choice: [squared_error, huber]}, huber_delta: {float: [0.1, 3], log: true}")
        #expect(study.space.parameters[1].conditions == [.isOneOf(parameter: 0, values: [.text("huber")])])
        let square = try TrainingConfiguration(study.settings(for: Configuration([.text("squared_error"), nil])))
        #expect(square.loss.function == .squaredError)
        let huber = try TrainingConfiguration(study.settings(for: Configuration([.text("huber"), .float(0.5)])))
        #expect(huber.loss.function == .huber && huber.loss.huberDelta == 0.5)
    }

    @Test("balanced weights by their name; a delta beside huber")
    func names() throws {
        let classes = try Self.study(task: "classification", training: "class_weights: {choice: [none, balanced]}")
        let balanced = try TrainingConfiguration(classes.settings(for: Configuration([.text("balanced")])))
        #expect(balanced.loss.classWeights == .balanced)
        let numbers = try Self.study(task: "regression", training: "loss: huber, huber_delta: 2")
        #expect(try TrainingConfiguration(numbers.settings(for: Configuration([]))).loss.huberDelta == 2)
    }

    @Test(
        "regression has neither smoothing nor class weights",
        arguments: [
            (
                "label_smoothing: 0.1",
                "8:12: training.label_smoothing: regression has no classes, want it for classification or multi_label"
            ),
            (
                "class_weights: [1, 2]",
                "8:12: training.class_weights: regression has no classes, want it for classification"
            ),
        ])
    func regression(training: String, message: String) {
        let reading = StudyReader.read(text: Self.text(task: "regression", training: training))
        #expect(reading.mistakes.map(\.description) == [message])
    }

    @Test(
        "a setting that would change nothing is refused by name",
        arguments: [
            (["training.huber_delta=2"], "training.huber_delta = 2.0, want nothing, or the loss huber"),
            (
                ["training.class_weights=balanced", "training.class_weights.0=2"],
                "training.class_weights = balanced beside 1 numbers, want balanced or a number for each class"
            ),
            (["training.class_weights.1=2"], "training.class_weights.0 = nothing, want a finite number > 0.0"),
        ])
    func useless(sets: [String], message: String) throws {
        let study = try Self.study(task: "classification", training: "learning_rate: 0.1")
        let error = #expect(throws: SettingError.self) { try SettingsParser.apply(sets, to: study) }
        #expect(error?.description == message)
    }
}

@Suite("Metrics in a study file")
struct MetricTests {
    private static func text(task: String, metric: String, direction: String, training: String) -> String {
        """
        version: 1
        name: metrics
        data:
          train: {format: csv, file: a.csv, target: y}
          validation: {holdout: 0.2}
        task: \(task)
        model: {family: {choice: {mlp: {layers: [{units: {int: [8, 9]}}]}}}}
        training: {\(training)}
        objectives: [{metric: \(metric), direction: \(direction)}]
        search: {searcher: {name: random}, scheduler: {name: none, max: 3}}
        budget: {trials: 3}
        """
    }

    @Test(
        "an objective that is not measured anyway is measured after each epoch",
        arguments: [
            ("validation.roc_auc", "maximize", ""), ("validation.top_5", "maximize", "metrics: [validation.top_3]"),
            ("validation.log_loss", "minimize", "metrics: [validation.f1_micro, validation.log_loss]"),
            ("validation.f1", "maximize", "metrics: [validation.f1]"),
        ])
    func objective(metric: String, direction: String, training: String) throws {
        let reading = StudyReader.read(
            text: Self.text(task: "classification", metric: metric, direction: direction, training: training))
        let study = try #require(reading.study, "\(reading.mistakes)")
        #expect(study.objective.metric.rawValue == metric)
        let configuration = try TrainingConfiguration(study.settings(for: Configuration([.int(8)])))
        let wanted: [Metric] =
            switch metric {
            case "validation.roc_auc": [.validationAreaUnderCurve]
            case "validation.top_5": [.validationTop3, .validationTop5]
            case "validation.log_loss": [.validationMicroF1, .validationLogLoss]
            default: []
            }
        #expect(configuration.metrics == wanted)
    }

    @Test(
        "trained rows are counted where they are asked for, whatever the task",
        arguments: [
            ("classification", "[train.samples]", [Metric.trainSamples]),
            ("classification", "[validation.f1, train.samples, validation.top_3]", [.trainSamples, .validationTop3]),
            ("regression", "train.samples", [.trainSamples]),
            ("regression", "[validation.mae, train.samples]", [.trainSamples]),
            ("multi_label", "[validation.roc_auc, train.samples]", [.validationAreaUnderCurve, .trainSamples]),
        ])
    func samples(task: String, metrics: String, wanted: [Metric]) throws {
        let reading = StudyReader.read(
            text: Self.text(
                task: task, metric: "validation.loss", direction: "minimize", training: "metrics: \(metrics)"))
        #expect(reading.mistakes.map(\.description) == [])
        let study = try #require(reading.study)
        #expect(try TrainingConfiguration(study.settings(for: Configuration([.int(8)]))).metrics == wanted)
    }

    @Test(
        "mistakes are told",
        arguments: [
            (
                "classification", "validation.roc_auc", "minimize", "",
                """
                9:54: objectives.direction: found minimize for validation.roc_auc, want maximize, it is better when \
                higher
                """
            ),
            (
                "regression", "validation.roc_auc", "maximize", "",
                """
                9:23: objectives.metric: validation.roc_auc is not measured for regression, want train.loss, \
                validation.loss, validation.rmse, validation.mae, validation.r2, model.parameters, \
                validation.gap or validation.gap_trend
                """
            ),
            (
                "classification", "validation.loss", "minimize", "metrics: [validation.roc_auk]",
                """
                8:22: training.metrics: found validation.roc_auk, did you mean validation.roc_auc? want \
                validation.top_3, validation.top_5, validation.precision_micro, validation.recall_micro, \
                validation.f1_micro, validation.roc_auc, validation.log_loss, validation.loss, validation.accuracy, \
                validation.precision, validation.recall, validation.f1 or train.samples
                """
            ),
            (
                "classification", "validation.loss", "minimize", "metrics: [validation.top_3, validation.top_3]",
                "8:40: training.metrics: validation.top_3 stands twice"
            ),
            (
                "regression", "validation.loss", "minimize", "metrics: [validation.mae]",
                "8:21: training.metrics: regression measures all it has, want [train.samples] or no such list"
            ),
            (
                "regression", "train.samples", "minimize", "",
                "9:23: objectives.metric: train.samples counts what was trained, want a validation metric"
            ),
            (
                "classification", "train.networks", "maximize", "",
                "9:23: objectives.metric: train.networks counts what was trained, want a validation metric"
            ),
            (
                "regression", "validation.loss", "minimize", "metrics: [train.samples, train.networks]",
                """
                8:37: training.metrics: found train.networks, want validation.loss, validation.rmse, validation.mae, \
                validation.r2 or train.samples
                """
            ),
            (
                "regression", "validation.loss", "minimize", "metrics: [train.samples, train.samples]",
                "8:37: training.metrics: train.samples stands twice"
            ),
            (
                "regression", "validation.loss", "minimize", "early_stopping: {patience: 3, metric: train.samples}",
                """
                8:50: training.early_stopping.metric: found train.samples, want one of train.loss, \
                validation.loss, validation.accuracy, validation.precision, validation.recall, validation.f1, \
                validation.rmse, validation.mae, validation.r2, validation.gap, validation.gap_trend, \
                validation.top_3, validation.top_5, validation.precision_micro, validation.recall_micro, \
                validation.f1_micro, validation.roc_auc, validation.log_loss, validation.hamming_loss
                """
            ),
        ])
    func mistakes(task: String, metric: String, direction: String, training: String, message: String) {
        let reading = StudyReader.read(
            text: Self.text(task: task, metric: metric, direction: direction, training: training))
        #expect(reading.mistakes.map(\.description) == [message])
    }
}
