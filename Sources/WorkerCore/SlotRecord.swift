import TuningModel

/// What the worker knows of one slot.
struct SlotRecord: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        case starting
        case ready
        /// Its process is gone; another is started at this time.
        case down(until: Duration)
    }

    struct Job: Hashable, Sendable {
        let number: UInt64
        /// When the slot was told to stop it.
        var stoppedAt: Duration?
        var isWithdrawn = false
    }

    var phase: Phase = .starting
    /// In the order in which the slot works on them; the first is at work.
    var jobs: [Job] = []
    /// As the process now alive told last, and when.
    var activity = SlotActivity.none
    var activityAt: Duration = .zero
    /// When a job came to a slot without one, or anything was heard since; and the same of training that went on.
    var heardAt: Duration = .zero
    var movedAt: Duration = .zero
    /// Sums of the processes before it.
    var formerBusySeconds = 0.0
    var formerTotalSeconds = 0.0
    var formerCounter: UInt64 = 0
    /// Deaths since the last finished job.
    var crashes = 0
    /// Deaths since the process last said that it is ready.
    var failedStarts = 0

    /// Whether it may take work: it is up, or has not shown yet that it does not come up.
    var isPromising: Bool {
        switch self.phase {
        case .ready: true
        case .starting: self.failedStarts < Self.mostFailedStarts
        case .down: false
        }
    }

    /// Whether nothing should wait for it.
    var isHopeless: Bool { self.failedStarts >= Self.mostFailedStarts }

    /// Starts in a row after which nothing waits for a slot any more; it is still tried again.
    private static let mostFailedStarts = 3

    /// The time between the last word and now counts as idle if there is nothing to do.
    func totalSeconds(at now: Duration) -> Double {
        let idle = self.jobs.isEmpty && self.activity.totalSeconds > 0 ? (now - self.activityAt).inSeconds : 0
        return self.formerTotalSeconds + self.activity.totalSeconds + max(0, idle)
    }

    mutating func note(_ activity: SlotActivity, at now: Duration) {
        if activity.counter != self.activity.counter { self.movedAt = now }
        self.activity = activity
        self.activityAt = now
    }

    /// Keeps the sums of a process that died.
    mutating func bury(at now: Duration) {
        self.formerTotalSeconds = self.totalSeconds(at: now)
        self.formerBusySeconds += self.activity.busySeconds
        self.formerCounter &+= self.activity.counter
        self.activity = .none
        self.jobs = []
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(self.components.seconds) + Double(self.components.attoseconds) * 1e-18
    }
}
