import TuningModel

/// Studies in virtual time: decided as if a fixed number of slots trained each epoch in one unit, whatever workers there
/// are.
///
/// The study has virtual slots for workers, and hears of them alone: of their requests and epochs in the order of
/// virtual time, that of the lower slot first among equals, as in `winnow simulate` on a table without durations. What a
/// slot was given is trained by any worker that has room. What workers tell early is held back until all of earlier virtual
/// time is in the journal; until then it is not acknowledged, so that nothing is lost with a coordinator. A worker that is
/// lost leaves its attempts to others: who holds an attempt is the coordinator's own knowledge, and every worker trains the
/// same bits. Each time that an attempt is given out it has a new, higher number for workers, the fencing token. So neither
/// number, speed nor faults of workers can change a decision.
///
/// The price is idle workers: no more attempts are at work than there are virtual slots, and those that are ahead of
/// virtual time wait for the slowest.
struct VirtualWork: Sendable {
    /// An attempt at a virtual slot.
    struct Held: Sendable {
        let attempt: AttemptID
        /// Epochs that were told and are not in the journal yet, in order.
        var reports: [EpochReport] = []
        /// The number under which a worker told of it last.
        var grant: AttemptID?
        /// Whether that worker has told all of the attempt and waits for its end to be known.
        var isTold = false
        /// Slots that died with it, and workers that were lost with it, without one new epoch since.
        var crashes = 0
        var losses = 0
        /// Why nobody can train it.
        var refusal: String?
        /// How often it was given out by this coordinator.
        var grantCount = 0
    }

    var held: [Held] = []
    /// The worker that trained each trial last, by trial; `nil` for none.
    var holders: [WorkerID?] = []
    /// What is to be acknowledged at the end of an input.
    var acknowledgements: [(worker: WorkerID, Acknowledgement)] = []

    init(_ clock: VirtualClock) { self.held = clock.attempts.map { Held(attempt: $0) } }

    func place(of attempt: AttemptID) -> Int? { self.held.firstIndex { $0.attempt == attempt } }

    func holder(of trial: TrialID) -> WorkerID? {
        self.holders.indices.contains(trial.rawValue) ? self.holders[trial.rawValue] : nil
    }

    mutating func setHolder(_ worker: WorkerID, of trial: TrialID) {
        while self.holders.count <= trial.rawValue { self.holders.append(nil) }
        self.holders[trial.rawValue] = worker
    }
}

extension Coordinator {
    /// Lost workers in a row, without one new epoch, after which a trial counts as the cause.
    private static let mostVirtualLosses = 5

    /// Begins virtual time where the study is fresh and wants it.
    mutating func joinVirtualSlots(_ count: Int, at now: Duration) {
        for slot in 0..<count {
            self.record(.workerJoined(.virtual(slot), name: "virtual slot \(slot)", slots: 1), at: now)
        }
    }

    /// Lets virtual time pass as far as it is known what happens in it.
    mutating func advanceVirtualTime(at now: Duration) {
        while self.virtual != nil, !self.study.isFinished {
            if let slot = self.study.clock.askingSlot, self.ask(for: slot, at: now) { continue }
            guard let attempt = self.study.clock.next?.attempt, self.passNext(attempt, at: now) else { return }
        }
    }

    /// - Returns: Whether there was work for the slot.
    private mutating func ask(for slot: Int, at now: Duration) -> Bool {
        let decisions = self.study.apply(.workRequested(.virtual(slot)), at: now)
        guard !decisions.isEmpty else { return false }
        self.effects.append(
            .journal(JournalRecord(time: now, event: .workRequested(.virtual(slot)), decisions: decisions)))
        self.follow(decisions)
        self.virtual?.held += decisions.compactMap(\.begun).map { VirtualWork.Held(attempt: $0) }
        return true
    }

    /// Takes in the next epoch of an attempt, and its end where that was the last one.
    ///
    /// - Returns: Whether it is known.
    private mutating func passNext(_ attempt: AttemptID, at now: Duration) -> Bool {
        guard let place = self.virtual?.place(of: attempt), let held = self.virtual?.held[place],
            let target = self.study.record(of: attempt.trial)?.openAttempt?.targetEpoch
        else { return false }
        if let report = held.reports.first {
            self.virtual?.held[place].reports.removeFirst()
            self.record(.reported(attempt, [report]), at: now)
        } else if held.refusal == nil {
            return false
        }
        guard let record = self.study.record(of: attempt.trial) else { return false }
        var isOver = true
        if held.reports.isEmpty, let refusal = held.refusal {
            let end = AttemptEnd(outcome: .refused(reason: refusal), epoch: record.epochs)
            self.record(.attemptEnded(attempt, end), at: now)
        } else if record.state != .running || record.epochs >= target {
            self.record(.attemptEnded(attempt, AttemptEnd(outcome: .finished, epoch: record.epochs)), at: now)
            self.wantCheckpointOfBest(attempt)
        } else {
            isOver = false
        }
        if isOver { self.virtual?.held.remove(at: place) }
        if let holder = self.virtual?.holder(of: attempt.trial), let grant = held.grant {
            let known = Acknowledgement(attempt: grant, epoch: record.epochs, isEndKnown: isOver && held.isTold)
            self.virtual?.acknowledgements.append((holder, known))
        }
        return true
    }

    /// Tells workers which of their epochs are in the journal now.
    mutating func sendVirtualAcknowledgements() {
        guard let acknowledgements = self.virtual?.acknowledgements, !acknowledgements.isEmpty else { return }
        self.virtual?.acknowledgements = []
        for peer in self.peers {
            var own: [Acknowledgement] = []
            for (worker, item) in acknowledgements where worker == peer.worker {
                own.removeAll { $0.attempt == item.attempt }
                own.append(item)
            }
            if !own.isEmpty { self.effects.append(.send(.acknowledge(own), to: peer.id)) }
        }
    }

    /// Gives attempts that nobody trains to workers with room, those that virtual time needs first before others.
    mutating func dispatchVirtualWork(at now: Duration) {
        guard !self.study.isFinished else { return }
        let steps = self.study.clock.steps.enumerated().sorted {
            ($0.element.due, $0.offset) < ($1.element.due, $1.offset)
        }
        for attempt in steps.map(\.element.attempt) where self.isUntrained(attempt) {
            guard let index = self.neediestPeer(at: now) else { return }
            guard let grant = self.nextGrant(of: attempt),
                let assignment = self.assignment(of: attempt.trial)?.renumbered(grant)
            else { continue }
            self.peers[index].attempts.append(grant)
            self.virtual?.setHolder(self.peers[index].worker, of: attempt.trial)
            self.effects.append(.send(.assign(assignment), to: self.peers[index].id))
        }
    }

    /// The number under which an attempt is given out next; `nil`, and the attempt is given up, where there is none left.
    private mutating func nextGrant(of attempt: AttemptID) -> AttemptID? {
        guard let place = self.virtual?.place(of: attempt), var held = self.virtual?.held[place] else { return nil }
        held.grantCount += 1
        let grant = attempt.granted(by: self.study.coordinatorEpoch, count: held.grantCount)
        if grant == nil {
            let count = held.grantCount - 1
            held.refusal =
                count > 0 ? "it was given out \(count) times and never came to its end" : "it has no attempt left"
        }
        self.virtual?.held[place] = held
        return grant
    }

    /// Whether more is wanted of an attempt and nobody is there to give it.
    private func isUntrained(_ attempt: AttemptID) -> Bool {
        guard let virtual = self.virtual, let place = virtual.place(of: attempt) else { return false }
        return virtual.held[place].refusal == nil && !self.isComplete(virtual.held[place])
            && !self.orphans.contains { $0.attempt == attempt || $0.attempt.ungranted == attempt }
            && !self.peers.contains { $0.attempts.contains { $0.ungranted == attempt } }
    }

    /// Whether all epochs of an attempt are there.
    private func isComplete(_ held: VirtualWork.Held) -> Bool {
        if let last = held.reports.last, last.status != .normal { return true }
        guard let record = self.study.record(of: held.attempt.trial), let open = record.openAttempt else { return true }
        return record.epochs + held.reports.count >= open.targetEpoch
    }

    /// Takes in what a worker tells of an attempt, for virtual time to come to it.
    mutating func holdBack(_ item: AttemptProgress, from index: Int, at now: Duration) -> Acknowledgement {
        let worker = self.peers[index].worker
        let known = self.study.record(of: item.attempt.trial)?.epochs ?? 0
        let isHeld = self.peers[index].attempts.contains(item.attempt)
        guard let place = self.virtual?.place(of: item.attempt.ungranted), let held = self.virtual?.held[place],
            isHeld || (held.isTold && held.grant == item.attempt)
        else {
            // The attempt is over, or others have it.
            self.peers[index].attempts.removeAll { $0 == item.attempt }
            if item.end == nil { self.effects.append(.send(.stop(item.attempt), to: self.peers[index].id)) }
            return Acknowledgement(
                attempt: item.attempt, epoch: max(known, item.reports.last?.epoch ?? 0), isEndKnown: item.end != nil)
        }
        self.virtual?.setHolder(worker, of: item.attempt.trial)
        self.virtual?.held[place].grant = item.attempt
        if self.take(item.reports, after: known, at: place) { self.peers[index].pause.noteEpoch() }
        guard let end = item.end else {
            return Acknowledgement(attempt: item.attempt, epoch: known, isEndKnown: false)
        }
        self.peers[index].attempts.removeAll { $0 == item.attempt }
        if let held = self.virtual?.held[place], self.isComplete(held) {
            self.virtual?.held[place].isTold = true
            return Acknowledgement(attempt: item.attempt, epoch: known, isEndKnown: false)
        }
        let name = self.peers[index].name
        switch end.outcome {
        case .stopped, .preempted: break
        case .refused(let reason): self.virtual?.held[place].refusal = "\(name): \(reason)"
        case .crashed(let reason): self.crash(place, reason, from: index, at: now)
        case .finished: self.crash(place, "ended at epoch \(end.epoch)", from: index, at: now)
        }
        return Acknowledgement(attempt: item.attempt, epoch: known, isEndKnown: true)
    }

    /// Keeps those epochs that come next, up to the one that ends the trial.
    ///
    /// - Returns: Whether there were any.
    private mutating func take(_ reports: [EpochReport], after known: Int, at place: Int) -> Bool {
        var isAny = false
        for report in reports {
            guard let held = self.virtual?.held[place], !self.isComplete(held) else { return isAny }
            guard report.epoch == known + held.reports.count + 1 else { continue }
            self.virtual?.held[place].reports.append(report)
            self.virtual?.held[place].crashes = 0
            self.virtual?.held[place].losses = 0
            isAny = true
        }
        return isAny
    }

    private mutating func crash(_ place: Int, _ reason: String, from index: Int, at now: Duration) {
        self.noteCrash(from: index, at: now)
        guard var held = self.virtual?.held[place] else { return }
        held.crashes += 1
        if held.crashes > self.study.definition.budget.retries {
            held.refusal = "crashed \(held.crashes) slots, last: \(reason)"
        }
        self.virtual?.held[place] = held
    }

    /// A worker is gone with these attempts: others train them.
    mutating func leaveToOthers(_ attempts: [AttemptID], reason: String) {
        for attempt in attempts {
            guard let place = self.virtual?.place(of: attempt.ungranted), var held = self.virtual?.held[place] else {
                continue
            }
            held.losses += 1
            if held.losses >= Self.mostVirtualLosses {
                held.refusal = "\(held.losses) workers in a row were lost with it, last: \(reason)"
            }
            self.virtual?.held[place] = held
        }
    }

    /// Whether an attempt is at a virtual slot and no other worker trains it.
    func isFree(_ attempt: AttemptID, for worker: WorkerID) -> Bool {
        self.virtual?.place(of: attempt.ungranted) != nil
            && !self.peers.contains { peer in
                peer.worker != worker && peer.attempts.contains { $0.ungranted == attempt.ungranted }
            }
    }
}

extension AttemptID {
    /// The low bits of a number that workers see: ten of the coordinator's start, twelve of how often it gave out the attempt.
    /// The ten above them are the attempt's own, so that the whole has the 32 bits of the protocol.
    private static let grantBits = 22

    /// The number for workers of an attempt at a virtual slot, higher each time that it is given out.
    ///
    /// A coordinator has 4,095 numbers for an attempt, of which it takes one each time that a worker was lost with it or
    /// handed it back, and a trial 1,023 attempts: one a rung or an interval, of which there are at most 100, and one for each
    /// time that epochs of the budget became free for it. Numbers of the coordinator's starts come again after 1,024: only a
    /// worker that held on to an attempt for as long could take one for another.
    ///
    /// - Returns: `nil` where there is no such number.
    func granted(by coordinatorEpoch: UInt64, count: Int) -> AttemptID? {
        guard (1...0x3FF).contains(self.number), (1...0xFFF).contains(count) else { return nil }
        let grant = Int(truncatingIfNeeded: coordinatorEpoch & 0x3FF) << 12 | count
        return AttemptID(trial: self.trial, number: self.number << Self.grantBits | grant)
    }

    /// The attempt at a virtual slot that a number for workers stands for.
    var ungranted: AttemptID { AttemptID(trial: self.trial, number: self.number >> Self.grantBits) }
}

extension Assignment {
    /// The same work under another number.
    func renumbered(_ attempt: AttemptID) -> Assignment {
        Assignment(
            attempt: attempt, seed: self.seed, settings: self.settings, dataset: self.dataset,
            datasetByteCount: self.datasetByteCount, ledgerEpoch: self.ledgerEpoch, targetEpoch: self.targetEpoch,
            checkpoint: self.checkpoint, ancestors: self.ancestors, timeLimit: self.timeLimit)
    }
}
