import TuningModel

/// Who gets the next piece of work.
extension Coordinator {
    /// Attempts that a worker may hold for each of its slots, whatever it asks for.
    private static let mostHeldPerSlot = 8

    /// Gives out work as long as somebody can take it and there is some.
    ///
    /// Idle slots come before queues: first every worker gets as much as it has slots, the one with the largest
    /// idle share first, and only then as much as it wants to hold beyond that.
    mutating func dispatch(at now: Duration) {
        guard !self.study.isFinished else { return }
        guard self.virtual == nil else { return self.dispatchVirtualWork() }
        var passed: [WorkerID] = []
        while let index = self.neediestPeer(where: { !passed.contains($0.worker) && self.mayTrain(nil, at: $0) }) {
            let worker = self.peers[index].worker
            guard let decisions = self.decide(for: worker, at: now) else {
                passed.append(worker)
                continue
            }
            guard !decisions.isEmpty else { return }
            self.give(decisions, to: index, at: now)
            if self.study.isFinished { return }
        }
    }

    /// The connected worker with the most free places at its slots, else in its queue, by the order of joining among equals.
    func neediestPeer(where isFit: (Peer) -> Bool) -> Int? {
        self.neediestPeer(beyondSlots: false, isFit) ?? self.neediestPeer(beyondSlots: true, isFit)
    }

    private func neediestPeer(beyondSlots: Bool, _ isFit: (Peer) -> Bool) -> Int? {
        var best: Int?
        var most = 0
        for (index, peer) in self.peers.enumerated() where self.takesWork(peer) {
            let limit =
                beyondSlots ? min(peer.capacity, Self.mostHeldPerSlot * peer.slots) : min(peer.capacity, peer.slots)
            let free = limit - peer.attempts.count
            if free > most, isFit(peer) {
                most = free
                best = index
            }
        }
        return best
    }

    /// What the study decides on a worker's request: nothing where there is no work.
    ///
    /// - Returns: `nil` where it would be a trial that crashed at this worker and that another one may train: the request is
    ///   as if it had never been made.
    private mutating func decide(for worker: WorkerID, at now: Duration) -> [StudyDecision]? {
        let event = StudyEvent.workRequested(worker)
        let crashed = self.study.waiting.filter { self.study.hasCrashed($0, at: worker) }
        guard !crashed.isEmpty, crashed.contains(where: { self.hasOther(than: worker, for: $0) }) else {
            return self.study.apply(event, at: now)
        }
        // A copy is asked, which costs a millisecond in a large study; crashes are rare.
        var study = self.study
        let decisions = study.apply(event, at: now)
        for case .retried(let attempt, _, _) in decisions
        where crashed.contains(attempt.trial) && self.hasOther(than: worker, for: attempt.trial) {
            return nil
        }
        self.study = study
        return decisions
    }

    /// Journals what a request was answered with, and sends it: an unanswered one changes nothing, and is not worth a row.
    private mutating func give(_ decisions: [StudyDecision], to index: Int, at now: Duration) {
        self.effects.append(
            .journal(
                JournalRecord(time: now, event: .workRequested(self.peers[index].worker), decisions: decisions)))
        self.follow(decisions)
        for decision in decisions {
            guard let attempt = decision.begun, let assignment = self.assignment(of: attempt.trial) else { continue }
            self.peers[index].attempts.append(attempt)
            self.effects.append(.send(.assign(assignment), to: self.peers[index].id))
        }
    }
}
