package import TuningModel

/// Learning curves that were recorded once, of configurations that a search may suggest.
package struct RecordedTable: Sendable {
    package let header: TableHeader
    /// The number in the column `id` of each row.
    package let ids: [Int]
    /// The configuration of each row.
    package let configurations: [Configuration]
    /// The target as a loss, negated where more is better: row after row, a number for each step. Not finite where the
    /// recorded training diverged.
    package let losses: [Float]
    /// The time that each step takes, in the order of the losses; `nil` where each takes one unit.
    package let durations: [Float]?

    /// - Precondition: A loss for each row and step, and as many durations where there are any.
    package init(
        header: TableHeader, ids: [Int], configurations: [Configuration], losses: [Float], durations: [Float]?
    ) {
        precondition(
            ids.count == configurations.count && losses.count == ids.count * header.stepCount
                && (durations.map { $0.count == losses.count } ?? true),
            "\(ids.count) ids, \(configurations.count) configurations, \(losses.count) losses")
        self.header = header
        self.ids = ids
        self.configurations = configurations
        self.losses = losses
        self.durations = durations
    }

    /// The loss of a row after a step, counted from 1.
    package func loss(row: Int, step: Int) -> Double { Double(self.losses[row * self.header.stepCount + step - 1]) }

    /// The time that a step takes; never negative.
    package func duration(row: Int, step: Int) -> Double {
        guard let durations = self.durations else { return 1 }
        let time = durations[row * self.header.stepCount + step - 1]
        return time > 0 && time.isFinite ? Double(time) : 0
    }
}
