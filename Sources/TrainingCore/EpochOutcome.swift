package import TuningModel

/// What the end of one epoch gave; the caller adds the time.
package struct EpochOutcome: Hashable, Sendable {
    package let status: EpochReport.Status
    /// `train.loss`, `validation.loss` and the other figures of the task, the gap of the two losses and its trend, and of a trial
    /// what is counted, in the order of `Metric.allCases`.
    package let metrics: [MetricValue]
    package init(status: EpochReport.Status, metrics: [MetricValue]) {
        self.status = status
        self.metrics = metrics
    }
}

/// Under which names an evaluation's figures are told.
package enum EvaluationKind: Hashable, Sendable, CaseIterable {
    case validation
    case test
}
