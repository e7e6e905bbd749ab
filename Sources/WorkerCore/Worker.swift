package import Randomness
package import TuningModel

/// Who a worker is: what it says of itself in its hello.
package struct WorkerProfile: Hashable, Sendable {
    package let worker: WorkerID
    /// For people: `host-name:process-id`.
    package let name: String
    /// At least 1.
    package let slots: Int
    package let instructionSet: String
    package init(worker: WorkerID, name: String, slots: Int, instructionSet: String) {
        self.worker = worker
        self.name = name
        self.slots = slots
        self.instructionSet = instructionSet
    }
}

/// Everything a worker decides, as a value: its connection, the attempts it holds, the spool of reports that the
/// coordinator does not have yet, its slots, its checkpoints, its transfers, and how it leaves.
///
/// The same events at the same times give the same effects. What the outside has to do is in the effects; how much
/// time may pass before the next `tick` is `nextDeadline`.
///
/// What holds after every event:
/// - A report is kept until it is acknowledged, and not sent again after that.
/// - Every assignment that is taken ends with an end that is told until it is acknowledged, unless the coordinator
///   fences it.
/// - Training never waits for the coordinator: slots get work and are heard whatever the state of the connection.
package struct Worker: Hashable, Sendable {
    let profile: WorkerProfile
    let limits: WorkerLimits
    let random: RandomStream
    /// Random numbers drawn so far.
    var draws: UInt64 = 0

    var link: Link
    /// In the order in which they came.
    var attempts: [AttemptRecord] = []
    /// Attempts that are over, newest last: an assignment of theirs is a duplicate. Cleared with each session.
    var closed: [AttemptID] = []
    var slots: [SlotRecord]
    var nextJob: UInt64 = 1
    /// Seconds that recent assignments took, newest last.
    var durations: [Double] = []

    /// Unacknowledged progress messages, oldest first.
    var flights: [ProgressFlight] = []
    var progressAt: Duration = .zero - .seconds(3600)

    var shelf = CheckpointShelf()
    var datasets: [DatasetRecord] = []
    var downloads: [Download] = []
    var uploads: [Upload] = []
    var isBulkOpen = false
    /// Failures in a row to get a data set, and until when no work is taken because of the last one.
    var datasetFailures = 0
    var datasetPause: Duration?
    /// When the last event was taken in.
    var handledAt: Duration = .zero

    var leaving: Leaving?
    /// Nothing is done any more.
    package private(set) var hasLeft = false

    /// - Parameters:
    ///   - profile: Who it is.
    ///   - limits: Its bounds and times.
    ///   - random: Where the jitter of reconnections comes from.
    package init(_ profile: WorkerProfile, limits: WorkerLimits = WorkerLimits(), random: RandomStream) {
        self.profile = profile
        self.limits = limits
        self.random = random
        self.link = Link(heartbeat: limits.heartbeat, silence: limits.silence, orphan: limits.orphan)
        self.slots = Array(repeating: SlotRecord(), count: max(1, profile.slots))
    }

    /// - Parameters:
    ///   - event: What happened.
    ///   - now: Time since the worker began. Never decreases from call to call.
    /// - Returns: What to do, in order.
    package mutating func handle(_ event: WorkerEvent, at now: Duration) -> [WorkerEffect] {
        var effects: [WorkerEffect] = []
        guard !self.hasLeft else { return effects }
        self.forgivePause(until: now)
        switch event {
        case .started(let checkpoints): self.start(checkpoints, at: now, &effects)
        case .tick: self.tick(at: now, &effects)
        case .connected: self.link.isConnected = true
        case .disconnected: self.loseConnection("the connection is gone", at: now, &effects)
        case .received(let message): self.hear(message, at: now, &effects)
        case .receivedGarbage(let what): effects.append(.log(.warning, "ignored a bad message", ["reason": what]))
        case .receivedBulk(let message): self.hearBulk(message, at: now, &effects)
        case .slot(let slot, let event): self.hearSlot(slot, event, at: now, &effects)
        case .slotExited(let slot, let exit): self.loseSlot(slot, exit.description, at: now, &effects)
        case .slotUnavailable(let slot, let reason): self.loseSlot(slot, reason, at: now, &effects)
        case .datasetFound(let digest): self.openDataset(digest, at: now, &effects)
        case .datasetMissing(let digest): self.fetchDataset(digest, at: now, &effects)
        case .downloadFinished(let digest): self.finishDownload(digest, at: now, &effects)
        case .downloadFailed(let digest, let reason): self.failDownload(digest, reason, at: now, &effects)
        case .checkpointDigested(let name, let reference):
            self.offer(name, reference, at: now, &effects)
        case .signal: self.drain(at: now, &effects)
        case .hangUp: if self.leaving == nil { self.drain(at: now, &effects) }
        case .parentEnded: self.followParent(at: now, &effects)
        }
        self.hasLeft = effects.contains { if case .leave = $0 { true } else { false } }
        assert(self.checkInvariants())
        return effects
    }

    /// The time at which the next `tick` is due, whatever happens before; never in the past after a `tick`.
    package var nextDeadline: Duration {
        var deadline = self.linkDeadline
        if let time = self.progressDeadline { deadline = min(deadline, time) }
        if let time = self.slotDeadline { deadline = min(deadline, time) }
        if let time = self.transferDeadline { deadline = min(deadline, time) }
        if let time = self.leavingDeadline { deadline = min(deadline, time) }
        return deadline
    }

    private mutating func start(
        _ checkpoints: [StoredCheckpoint], at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        for slot in self.slots.indices { effects.append(.startSlot(slot)) }
        for checkpoint in checkpoints where checkpoint.byteCount <= self.limits.checkpointByteCount {
            self.shelf.add(
                .init(
                    name: checkpoint.name, byteCount: checkpoint.byteCount, attempt: nil, isFetched: false,
                    undurableSeconds: 0))
        }
        self.pruneShelf(superseding: nil, &effects)
        self.link.heardAt = now
        self.open(at: now, &effects)
    }

    private mutating func tick(at now: Duration, _ effects: inout [WorkerEffect]) {
        self.watchLink(at: now, &effects)
        self.watchSlots(at: now, &effects)
        self.watchTransfers(at: now, &effects)
        self.dispatch(at: now, &effects)
        self.watchLeaving(at: now, &effects)
        self.sendProgress(at: now, &effects)
        self.sendHeartbeat(at: now, &effects)
        self.leaveIfDone(at: now, &effects)
    }

    /// - Returns: `true`; a broken invariant stops the process.
    private func checkInvariants() -> Bool {
        for record in self.attempts {
            assert(record.acknowledgedEpoch <= record.sentEpoch && record.sentEpoch <= record.reportedEpoch)
            assert(record.reports.count == record.reportedEpoch - record.acknowledgedEpoch)
            assert(record.isEnded == (record.end != nil))
        }
        assert(self.slots.allSatisfy { $0.jobs.count <= self.limits.slotQueueCount })
        assert(self.flights.count <= self.limits.progressInFlight)
        return true
    }
}
