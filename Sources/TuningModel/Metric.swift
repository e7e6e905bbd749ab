/// What is measured of a network. Raw values are the names in files and on screens.
package enum Metric: String, Hashable, Sendable, CaseIterable {
    case trainLoss = "train.loss"
    case validationLoss = "validation.loss"
    case validationAccuracy = "validation.accuracy"
    case validationPrecision = "validation.precision"
    case validationRecall = "validation.recall"
    case validationF1 = "validation.f1"
    case validationRootMeanSquaredError = "validation.rmse"
    case validationMeanAbsoluteError = "validation.mae"
    case validationR2 = "validation.r2"
    case testLoss = "test.loss"
    case testAccuracy = "test.accuracy"
    case testPrecision = "test.precision"
    case testRecall = "test.recall"
    case testF1 = "test.f1"
    case testRootMeanSquaredError = "test.rmse"
    case testMeanAbsoluteError = "test.mae"
    case testR2 = "test.r2"
    case modelParameters = "model.parameters"
    /// `validation.loss - train.loss`.
    case validationGap = "validation.gap"
    /// The slope of the gap over the last five epochs, by least squares, in loss an epoch; 0 in the first epoch.
    case validationGapTrend = "validation.gap_trend"
    case validationTop3 = "validation.top_3"
    case validationTop5 = "validation.top_5"
    case validationMicroPrecision = "validation.precision_micro"
    case validationMicroRecall = "validation.recall_micro"
    case validationMicroF1 = "validation.f1_micro"
    case validationAreaUnderCurve = "validation.roc_auc"
    case validationLogLoss = "validation.log_loss"
    case testTop3 = "test.top_3"
    case testTop5 = "test.top_5"
    case testMicroPrecision = "test.precision_micro"
    case testMicroRecall = "test.recall_micro"
    case testMicroF1 = "test.f1_micro"
    case testAreaUnderCurve = "test.roc_auc"
    case testLogLoss = "test.log_loss"
    case validationHammingLoss = "validation.hamming_loss"
    case testHammingLoss = "test.hamming_loss"
    /// What a setting that is learned in training has come to; only where it is learned.
    case learnedRate = "training.learning_rate"
    case learnedMomentum = "training.momentum"
    case learnedL2 = "training.l2"
    case learnedWeightDecay = "training.weight_decay"
    /// Rows that an epoch trained on, over all networks of the trial; only where it is asked for.
    case trainSamples = "train.samples"
    /// Networks that were trained to their end so far; only where a trial's networks are trained one after the other.
    case trainNetworks = "train.networks"

    /// Whether a smaller value is the better one.
    package var isBetterWhenLower: Bool {
        [.trainLoss, .modelParameters, .validationGap, .validationGapTrend].contains(self)
            || self.figure?.isBetterWhenLower == true
    }

    /// The number that stands for the metric on the wire and in the journal: its place in the declaration, from 1.
    /// New metrics are added at the end only.
    package var wireNumber: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    package init?(wireNumber: Int) {
        guard Self.allCases.indices.contains(wireNumber - 1) else { return nil }
        self = Self.allCases[wireNumber - 1]
    }
}

/// One measured number.
package struct MetricValue: Hashable, Sendable {
    package let metric: Metric
    package let value: Double
    package init(_ metric: Metric, _ value: Double) {
        self.metric = metric
        self.value = value
    }
}

extension Array where Element == MetricValue {
    /// The value of a metric, or `nil` where it was not measured.
    package subscript(metric: Metric) -> Double? { self.first { $0.metric == metric }?.value }
}

/// The number by which trials are compared.
package struct Objective: Hashable, Sendable {
    package enum Direction: String, Hashable, Sendable { case minimize, maximize }
    package let metric: Metric
    package let direction: Direction

    package init(metric: Metric, direction: Direction) {
        self.metric = metric
        self.direction = direction
    }

    /// The objective as a loss: the lower the better, NaN where the metric is missing.
    package func loss(of metrics: [MetricValue]) -> Double {
        guard let value = metrics[self.metric] else { return .nan }
        return self.direction == .minimize ? value : -value
    }
}
