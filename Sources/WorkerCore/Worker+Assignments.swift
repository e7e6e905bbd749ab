import TuningModel

extension Worker {
    /// Attempts that are asked for at most: a hello names all that are held, and may name 1,024.
    private static let mostHeld = 1000

    /// How many attempts the worker wants to hold: its living slots, and more each where assignments are over in
    /// milliseconds. 0 while it leaves.
    ///
    /// Nothing is fetched ahead before a duration is known: an assignment behind one that takes an hour would wait.
    var capacity: Int {
        guard self.leaving == nil, self.datasetPause == nil else { return 0 }
        return min(self.slots.count(where: \.isPromising) * (1 + self.assignmentsAhead), Self.mostHeld)
    }

    /// Assignments that each slot holds beyond the one at work: as many as take `aheadSeconds` together, one at least
    /// where an assignment takes less than `oneAheadBelow`, none above.
    var assignmentsAhead: Int {
        guard !self.durations.isEmpty else { return 0 }
        let median = self.durations.sorted()[self.durations.count / 2]
        guard median < self.limits.oneAheadBelow else { return 0 }
        let most = self.limits.slotQueueCount - 1
        // Compared before it is converted: a duration may be 0.
        guard median * Double(most) > self.limits.aheadSeconds else { return most }
        return min(most, max(1, Int((self.limits.aheadSeconds / median).rounded(.up))))
    }

    func index(of attempt: AttemptID) -> Int? { self.attempts.firstIndex { $0.attempt == attempt } }

    /// Takes an assignment in. One that is held, or over, is a duplicate; one for a trial that is held under an older
    /// attempt replaces it.
    mutating func take(_ assignment: Assignment, at now: Duration, _ effects: inout [WorkerEffect]) {
        let attempt = assignment.attempt
        let held = self.attempts.filter { $0.attempt.trial == attempt.trial }
        guard !held.contains(where: { $0.attempt.number >= attempt.number }), !self.closed.contains(attempt) else {
            return
        }
        for record in held { self.drop(record.attempt, at: now, &effects) }
        var record = AttemptRecord(assignment)
        let isFull = self.attempts.count { !$0.isEnded } >= self.limits.heldPerSlot * self.slots.count
        if self.leaving != nil || isFull || self.datasetPause != nil || self.slots.allSatisfy(\.isHopeless) {
            record.stage = .ended
            record.end = AttemptEnd(outcome: .preempted, epoch: assignment.ledgerEpoch)
            self.attempts.append(record)
            if isFull { effects.append(.log(.warning, "handed back an assignment: too many", [:])) }
            return
        }
        self.attempts.append(record)
        self.prepare(attempt, at: now, &effects)
        self.dispatch(at: now, &effects)
    }

    /// Sees to it that what an attempt needs is here: its data set, and the checkpoint it should go on from.
    mutating func prepare(_ attempt: AttemptID, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let i = self.index(of: attempt), self.attempts[i].stage == .fetching else { return }
        let record = self.attempts[i]
        guard self.hasDataset(record.assignment, at: now, &effects) else { return }
        if let checkpoint = record.offeredCheckpoint,
            (self.resumeEntry(for: record)?.name.epoch ?? 0) < checkpoint.epoch
        {
            self.fetch(checkpoint, for: record, at: now, &effects)
            return
        }
        self.attempts[i].stage = .queued
    }

    /// The local state an attempt goes on from. Of equal bits by construction, so that the newest is the best.
    ///
    /// A trial without a state of its own goes on from the newest one of those that its networks come from.
    func resumeEntry(for record: AttemptRecord) -> CheckpointShelf.Entry? {
        for stage in record.stages.reversed() {
            let limit = min(stage.end, record.resumeLimit)
            if let entry = self.shelf.newest(of: stage.identity, through: limit), stage.covers(entry.name.epoch) {
                return entry
            }
        }
        return nil
    }

    /// Ends an attempt as this worker knows it. The words of its slot about it mean nothing from now on.
    mutating func end(_ attempt: AttemptID, _ outcome: AttemptOutcome, at now: Duration) {
        guard let i = self.index(of: attempt), !self.attempts[i].isEnded else { return }
        self.attempts[i].stage = .ended
        self.attempts[i].end = AttemptEnd(
            outcome: self.limits.shortened(outcome), epoch: self.attempts[i].reportedEpoch)
    }

    /// A stop from the coordinator. One that is not here, or over, is a duplicate.
    mutating func stop(_ attempt: AttemptID, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let i = self.index(of: attempt) else { return }
        switch self.attempts[i].stage {
        case .ended: break
        case .fetching, .queued: self.end(attempt, .stopped, at: now)
        case .inSlot(let slot, let job): self.stopJob(job, in: slot, at: now, &effects)
        }
    }

    /// Forgets an attempt that is somebody else's, whatever its stage.
    mutating func drop(_ attempt: AttemptID, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let i = self.index(of: attempt) else { return }
        if case .inSlot(let slot, let job) = self.attempts[i].stage {
            self.stopJob(job, in: slot, at: now, &effects)
        }
        self.attempts.remove(at: i)
        self.noteClosed(attempt)
        self.landFlights { $0.attempt == attempt }
    }

    func isHeld(_ identity: TrainingIdentity) -> Bool {
        self.attempts.contains { $0.identity == identity && !$0.isEnded }
    }

    mutating func noteClosed(_ attempt: AttemptID) {
        self.closed.append(attempt)
        if self.closed.count > 256 { self.closed.removeFirst(128) }
    }

    /// These trials are over: their checkpoints are of no use, except those that the coordinator is about to get.
    mutating func forget(_ trials: [TrialID], _ effects: inout [WorkerEffect]) {
        let uploads = self.uploads.map(\.name)
        for name in uploads where self.shelf.entry(named: name).map({ Self.belongs($0, to: trials) }) == true {
            self.shelf.markForgotten(name)
        }
        let held = self.attempts.filter { !$0.isEnded }
        let removed = self.shelf.remove { entry in
            Self.belongs(entry, to: trials) && !uploads.contains(entry.name)
                && !held.contains { $0.beginsWith(entry.name) }
        }
        if !removed.isEmpty { effects.append(.removeCheckpoints(removed)) }
    }

    private static func belongs(_ entry: CheckpointShelf.Entry, to trials: [TrialID]) -> Bool {
        guard let trial = entry.attempt?.trial else { return false }
        return trials.contains(trial)
    }
}

extension WorkerLimits {
    /// An outcome with its reason cut to what fits into a message.
    func shortened(_ outcome: AttemptOutcome) -> AttemptOutcome {
        switch outcome {
        case .finished, .stopped, .preempted: outcome
        case .refused(let reason): .refused(reason: self.shortened(reason))
        case .crashed(let reason): .crashed(reason: self.shortened(reason))
        }
    }

    private func shortened(_ reason: String) -> String {
        var text = ""
        for character in reason {
            guard text.utf8.count + character.utf8.count <= self.reasonByteCount else { break }
            text.append(character)
        }
        return text
    }
}
