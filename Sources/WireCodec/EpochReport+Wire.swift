internal import SwiftProtobuf
internal import TuningModel

/// Reports travel as tables: the names of the metrics once for a run of epochs, then bare numbers.

extension WireEpochSeries {
    private static let metricsByNumber: [Metric] = Metric.allCases

    /// Reports as as few tables as their metrics allow: one, unless the metrics change or an epoch is missing.
    static func series(of reports: [EpochReport]) -> [WireEpochSeries] {
        var all: [WireEpochSeries] = []
        var start = 0
        while start < reports.count {
            var end = start + 1
            while end < reports.count, reports[end].continues(reports[end - 1]) { end += 1 }
            all.append(WireEpochSeries(reports[start..<end]))
            start = end
        }
        return all
    }

    private init(_ reports: ArraySlice<EpochReport>) {
        self.init()
        guard let first = reports.first else { return }
        self.firstEpoch = Int64(first.epoch)
        self.metrics = Self.numbers(of: first.metrics)
        var values: [Double] = []
        var seconds: [Double] = []
        values.reserveCapacity(reports.count * first.metrics.count)
        seconds.reserveCapacity(reports.count)
        for report in reports {
            for metric in report.metrics { values.append(metric.value) }
            seconds.append(report.seconds)
        }
        self.values = values
        self.seconds = seconds
        if reports.contains(where: { $0.status != .normal }) { self.statuses = reports.map(\.status.wire) }
    }

    /// Metric numbers. The table is walked once for metrics in their order, as they should be.
    static func numbers(of metrics: [MetricValue]) -> [UInt32] {
        var numbers: [UInt32] = []
        numbers.reserveCapacity(metrics.count)
        var next = 0
        for metric in metrics {
            if next < Self.metricsByNumber.count,
                let index = Self.metricsByNumber[next...].firstIndex(of: metric.metric)
            {
                next = index + 1
                numbers.append(UInt32(truncatingIfNeeded: next))
            } else {
                numbers.append(UInt32(truncatingIfNeeded: metric.metric.wireNumber))
            }
        }
        return numbers
    }

    /// Metrics by their numbers: known ones, in the order of the declaration, none twice.
    static func metrics(_ numbers: [UInt32]) throws(WireError) -> [Metric] {
        try Check.count(numbers.count, atMost: Self.metricsByNumber.count, "metrics")
        var metrics: [Metric] = []
        metrics.reserveCapacity(numbers.count)
        var last: UInt32 = 0
        for number in numbers {
            guard number > last, number <= UInt32(truncatingIfNeeded: Self.metricsByNumber.count) else {
                throw WireError(
                    .outOfRange, what: "metrics", found: "\(number) after \(last)",
                    wanted: "increasing numbers up to \(Self.metricsByNumber.count)")
            }
            metrics.append(Self.metricsByNumber[Int(number) - 1])
            last = number
        }
        return metrics
    }

    /// Adds the table's reports to those of the tables before it. Where `isGapless`, the first epoch must be the one
    /// after the last of those.
    func append(to reports: inout [EpochReport], isGapless: Bool) throws(WireError) {
        let metrics = try Self.metrics(self.metrics)
        let first = try Check.number(self.firstEpoch, in: WireLimits.epochs, "first_epoch")
        let seconds = self.seconds
        let values = self.values
        let statuses = self.statuses
        guard !seconds.isEmpty, values.count == seconds.count * metrics.count else {
            throw WireError(
                .outOfRange, what: "values", found: "\(values.count) for \(seconds.count) epochs",
                wanted: "\(metrics.count) for each epoch, and an epoch at least")
        }
        guard statuses.isEmpty || statuses.count == seconds.count else {
            throw WireError(
                .outOfRange, what: "statuses", found: "\(statuses.count)", wanted: "\(seconds.count), or none")
        }
        _ = try Check.number(Int64(first + seconds.count - 1), in: WireLimits.epochs, "last epoch")
        if isGapless, let last = reports.last, first != last.epoch + 1 {
            throw WireError(
                .outOfRange, what: "first_epoch", found: "\(first)", wanted: "\(last.epoch + 1), the next one")
        }
        reports.reserveCapacity(reports.count + seconds.count)
        for row in seconds.indices {
            var rowValues: [MetricValue] = []
            rowValues.reserveCapacity(metrics.count)
            for column in metrics.indices {
                rowValues.append(MetricValue(metrics[column], values[row * metrics.count + column]))
            }
            reports.append(
                EpochReport(
                    epoch: first + row, status: statuses.isEmpty ? .normal : try EpochReport.Status(statuses[row]),
                    metrics: rowValues, seconds: try Check.seconds(seconds[row], "seconds[\(row)]")))
        }
    }
}

extension EpochReport {
    /// Whether this report fits into the table of the one before it.
    fileprivate func continues(_ previous: EpochReport) -> Bool {
        self.epoch == previous.epoch &+ 1 && self.metrics.count == previous.metrics.count
            && zip(self.metrics, previous.metrics).allSatisfy { $0.metric == $1.metric }
    }
}

extension EpochReport.Status {
    fileprivate var wire: WireEpochStatus {
        switch self {
        case .normal: .normal
        case .diverged: .diverged
        case .finishedEarly: .finishedEarly
        }
    }

    fileprivate init(_ body: WireEpochStatus) throws(WireError) {
        let status: Self? =
            switch body {
            case .normal: .normal
            case .diverged: .diverged
            case .finishedEarly: .finishedEarly
            case .UNRECOGNIZED: nil
            }
        self = try Check.known(body, status, "statuses")
    }
}

extension WireCodec {
    /// Reads the tables of one attempt: at most `limit` epochs, as the message may still hold, and where `isGapless` each
    /// the one after the one before it.
    static func reports(
        of series: [WireEpochSeries], atMost limit: Int, isGapless: Bool = true
    ) throws(WireError) -> [EpochReport] {
        var count = 0
        for table in series {
            count += table.seconds.count
            try Check.count(count, atMost: limit, "epochs of all attempts")
        }
        var reports: [EpochReport] = []
        for (i, table) in series.enumerated() {
            do throws(WireError) { try table.append(to: &reports, isGapless: isGapless) } catch {
                throw error.inside("series[\(i)]")
            }
        }
        return reports
    }
}
