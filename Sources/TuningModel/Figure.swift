/// What is measured of a network on some rows: the part of a metric's name behind `validation.` or `test.`.
package enum Figure: String, Hashable, Sendable, CaseIterable {
    case loss, accuracy, precision, recall, f1
    case rootMeanSquaredError = "rmse"
    case meanAbsoluteError = "mae"
    case r2
    case top3 = "top_3"
    case top5 = "top_5"
    case microPrecision = "precision_micro"
    case microRecall = "recall_micro"
    case microF1 = "f1_micro"
    case areaUnderCurve = "roc_auc"
    case logLoss = "log_loss"
    case hammingLoss = "hamming_loss"

    /// Whether a smaller value is the better one.
    package var isBetterWhenLower: Bool {
        switch self {
        case .loss, .rootMeanSquaredError, .meanAbsoluteError, .logLoss, .hammingLoss: true
        case .accuracy, .precision, .recall, .f1, .r2, .top3, .top5, .microPrecision, .microRecall, .microF1,
            .areaUnderCurve:
            false
        }
    }

    /// What its values can be.
    package var values: ClosedRange<Double> {
        switch self {
        case .accuracy, .precision, .recall, .f1, .top3, .top5, .microPrecision, .microRecall, .microF1,
            .areaUnderCurve,
            .hammingLoss:
            0...1
        case .rootMeanSquaredError, .meanAbsoluteError, .logLoss: 0...(.infinity)
        case .r2: (-.infinity)...1
        case .loss: (-.infinity)...(.infinity)
        }
    }

    /// The figures of every epoch.
    package static func always(_ task: TaskKind) -> [Figure] {
        switch task {
        case .classification: [.loss, .accuracy, .precision, .recall, .f1]
        case .multiLabel: [.loss, .accuracy, .precision, .recall, .f1, .hammingLoss]
        case .regression, .forecasting: [.loss, .rootMeanSquaredError, .meanAbsoluteError, .r2]
        }
    }

    /// The figures that cost more or repeat others: of an epoch where they are asked for, as the objective or by
    /// `training.metrics`, and at the end.
    package static func optional(_ task: TaskKind) -> [Figure] {
        switch task {
        case .classification: [.top3, .top5, .microPrecision, .microRecall, .microF1, .areaUnderCurve, .logLoss]
        case .multiLabel: [.microPrecision, .microRecall, .microF1, .areaUnderCurve, .logLoss]
        case .regression, .forecasting: []
        }
    }
}

extension Metric {
    /// What is measured, for the metrics of validation and test rows.
    package var figure: Figure? { Self.figures[self] }

    private static let figures: [Metric: Figure] = {
        var figures: [Metric: Figure] = [:]
        for metric in Metric.allCases where !metric.rawValue.hasPrefix("train.") {
            guard let point = metric.rawValue.firstIndex(of: ".") else { continue }
            figures[metric] = Figure(rawValue: String(metric.rawValue[metric.rawValue.index(after: point)...]))
        }
        return figures
    }()

    /// The metrics of validation rows for some figures, in the order of the declaration.
    package static func validation(_ figures: [Figure]) -> [Metric] {
        Metric.allCases.filter { metric in
            metric.rawValue.hasPrefix("validation.") && metric.figure.map(figures.contains) == true
        }
    }

    /// What `training.metrics` may ask for.
    package static let optional = Metric.validation(TaskKind.allCases.flatMap { Figure.optional($0) }) + [.trainSamples]

    /// Whether it counts what was trained: nothing that trials are compared by.
    package var isCount: Bool { self == .trainSamples || self == .trainNetworks }
}
