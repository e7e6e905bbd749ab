/// What one epoch of one trial gave.
package struct EpochReport: Hashable, Sendable {
    package enum Status: Hashable, Sendable, CaseIterable {
        case normal
        /// A loss is not finite; the trial trains no further.
        case diverged
        /// The trial's own patience is exhausted; it trains no further.
        case finishedEarly
    }
    /// Counted from 1.
    package let epoch: Int
    package let status: Status
    /// In the order of `Metric.allCases`, each at most once.
    package let metrics: [MetricValue]
    /// Time the slot spent on this epoch, training and validation, in seconds. Not part of what must be reproducible.
    package let seconds: Double

    package init(epoch: Int, status: Status = .normal, metrics: [MetricValue], seconds: Double) {
        self.epoch = epoch
        self.status = status
        self.metrics = metrics
        self.seconds = seconds
    }

    /// Whether two reports of one epoch tell the same bits, time aside.
    package func agrees(with other: EpochReport) -> Bool {
        self.epoch == other.epoch && self.status == other.status && self.metrics.count == other.metrics.count
            && zip(self.metrics, other.metrics).allSatisfy {
                $0.metric == $1.metric && $0.value.bitPattern == $1.value.bitPattern
            }
    }
}
