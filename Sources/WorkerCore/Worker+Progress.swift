import TuningModel

/// What one progress message tells of one attempt.
struct ProgressMark: Hashable, Sendable {
    let attempt: AttemptID
    let epoch: Int
    let isEnd: Bool

    /// Whether the coordinator has all of it.
    func isCovered(by acknowledgement: Acknowledgement) -> Bool {
        guard acknowledgement.attempt == self.attempt else { return false }
        return acknowledgement.isEndKnown || (!self.isEnd && acknowledgement.epoch >= self.epoch)
    }
}

extension Worker {
    private var hasUnsentProgress: Bool {
        self.attempts.contains { $0.hasUnsentReports || $0.hasUnsentEnd }
    }

    /// Whether the next assignment is wanted at once.
    private var isStarving: Bool {
        self.leaving != nil || self.slots.contains { $0.phase == .ready && $0.jobs.isEmpty }
    }

    var progressDeadline: Duration? {
        guard self.link.isActive else { return nil }
        var deadline = self.flights.first.map { $0.sentAt + self.limits.resendInterval }
        if self.hasUnsentProgress, self.flights.count < self.limits.progressInFlight {
            let next = self.progressAt + self.limits.progressSpacing
            deadline = min(deadline ?? next, next)
        }
        return deadline
    }

    /// Sends what has gathered: many epochs of many attempts in one message. Waits for company while every slot has
    /// work, and for acknowledgements when too many messages are under way.
    mutating func sendProgress(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard self.link.isActive else { return }
        if let oldest = self.flights.first, now >= oldest.sentAt + self.limits.resendInterval {
            self.flights = []
            for i in self.attempts.indices { self.attempts[i].rewind() }
        }
        guard self.isStarving || now >= self.progressAt + self.limits.progressSpacing else { return }
        while self.flights.count < self.limits.progressInFlight {
            let (attempts, marks) = self.gather()
            guard !attempts.isEmpty else { break }
            self.flights.append(ProgressFlight(marks: marks, sentAt: now))
            self.progressAt = now
            self.link.sentAt = now
            effects.append(
                .send(
                    .progress(
                        session: self.link.session, capacity: self.capacity, times: self.times(at: now),
                        attempts: attempts)))
        }
    }

    /// As much unsent progress as fits into one message, oldest attempt first; from now on it counts as sent.
    private mutating func gather() -> ([AttemptProgress], [ProgressMark]) {
        var attempts: [AttemptProgress] = []
        var marks: [ProgressMark] = []
        var room = self.limits.reportsPerMessage
        for i in self.attempts.indices {
            guard attempts.count < self.limits.attemptsPerMessage, room > 0 else { break }
            let record = self.attempts[i]
            guard record.hasUnsentReports || record.hasUnsentEnd else { continue }
            let first = record.sentEpoch - record.acknowledgedEpoch
            let count = min(room, self.limits.reportsPerAttemptInMessage, record.reports.count - first)
            let isWhole = first + count == record.reports.count
            let end = isWhole && record.hasUnsentEnd ? record.end : nil
            room -= count
            self.attempts[i].sentEpoch += count
            if end != nil { self.attempts[i].isEndSent = true }
            attempts.append(
                AttemptProgress(
                    attempt: record.attempt, reports: Array(record.reports[first..<first + count]), end: end))
            marks.append(
                ProgressMark(attempt: record.attempt, epoch: self.attempts[i].sentEpoch, isEnd: end != nil))
        }
        return (attempts, marks)
    }

    /// Forgets what the coordinator has made durable; an attempt whose end is known is forgotten altogether.
    mutating func acknowledge(
        _ acknowledgements: [Acknowledgement], at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        for acknowledgement in acknowledgements {
            self.landFlights { $0.isCovered(by: acknowledgement) }
            guard let i = self.index(of: acknowledgement.attempt) else { continue }
            if acknowledgement.isEndKnown {
                self.drop(acknowledgement.attempt, at: now, &effects)
            } else {
                self.attempts[i].acknowledge(through: acknowledgement.epoch)
            }
        }
    }

    /// Takes what has arrived out of the messages under way.
    mutating func landFlights(where hasLanded: (ProgressMark) -> Bool) {
        for i in self.flights.indices { self.flights[i].marks.removeAll(where: hasLanded) }
        self.flights.removeAll { $0.marks.isEmpty }
    }
}
