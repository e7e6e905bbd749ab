package import TuningModel

/// Long lists go out in as many frames as the limits of a frame ask for.
extension WireCodec {
    /// Bytes that one frame's attempts may take, header and the message's own fields set aside.
    private static let attemptByteCount = WireLimits.controlByteCount - 256

    /// Frames that together tell the progress of these attempts, in order: at least one, since a progress message
    /// is a sign of life as well.
    ///
    /// An attempt whose reports pass a frame's end goes on in the next one; its end goes out with its last reports.
    ///
    /// - Complexity: O(reports).
    package static func progressFrames(
        session: UInt64, capacity: Int, times: SlotTimes, attempts: [AttemptProgress]
    ) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var pending: [AttemptProgress] = []
        var byteCount = 0
        var reportCount = 0
        func flush() {
            frames.append(
                Self.encode(.progress(session: session, capacity: capacity, times: times, attempts: pending)))
            pending = []
            byteCount = 0
            reportCount = 0
        }
        for attempt in attempts {
            var rest = attempt.reports[...]
            var isDone = false
            while !isDone {
                let base = Self.byteCount(ofEnd: attempt.end)
                if pending.count == WireLimits.attemptCount || byteCount + base > Self.attemptByteCount { flush() }
                var taken = 0
                var size = base
                for report in rest {
                    let more = Self.byteCount(of: report)
                    guard reportCount + taken < WireLimits.reportCount, byteCount + size + more <= Self.attemptByteCount
                    else { break }
                    taken += 1
                    size += more
                }
                if taken == 0, !rest.isEmpty, !pending.isEmpty {
                    flush()
                    continue
                }
                // A report that no frame could hold goes out alone, so that the loop ends: the sender's socket refuses it.
                let piece = rest.prefix(max(taken, min(1, rest.count)))
                rest = rest.dropFirst(piece.count)
                isDone = rest.isEmpty
                pending.append(
                    AttemptProgress(attempt: attempt.attempt, reports: Array(piece), end: isDone ? attempt.end : nil))
                byteCount += size
                reportCount += piece.count
            }
        }
        if !pending.isEmpty || frames.isEmpty { flush() }
        return frames
    }

    /// One frame for each 1,024 acknowledgements; none for none.
    package static func acknowledgementFrames(_ acknowledgements: [Acknowledgement]) -> [[UInt8]] {
        Self.pieces(of: acknowledgements, count: WireLimits.attemptCount).map { Self.encode(.acknowledge($0)) }
    }

    /// One frame for each 1,024 trials; none for none.
    package static func forgetFrames(_ trials: [TrialID]) -> [[UInt8]] {
        Self.pieces(of: trials, count: WireLimits.trialCount).map { Self.encode(CoordinatorMessage.forget($0)) }
    }

    private static func pieces<Element>(of list: [Element], count: Int) -> [[Element]] {
        stride(from: 0, to: list.count, by: count).map { Array(list[$0..<min($0 + count, list.count)]) }
    }

    /// An upper bound of what an attempt takes without its reports: identifiers, lengths of lists, end.
    private static func byteCount(ofEnd end: AttemptEnd?) -> Int {
        guard let end else { return 64 }
        switch end.outcome {
        case .finished, .stopped, .preempted: return 96
        case .refused(let reason), .crashed(let reason): return 96 + min(reason.utf8.count, WireLimits.textByteCount)
        }
    }

    /// An upper bound of what a report takes, as a table of its own: values, seconds, status, then metric numbers, tags
    /// and lengths.
    private static func byteCount(of report: EpochReport) -> Int {
        let (values, isTooMany) = report.metrics.count.multipliedReportingOverflow(by: 10)
        return isTooMany ? .max / 4 : values + 8 + 2 + 40
    }
}
