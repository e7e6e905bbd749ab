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
        while let index = self.neediestPeer(for: self.study.waiting.first) {
            guard self.grant(to: index, at: now) else { return }
        }
    }

    /// The worker that gets the next piece of work: a trial that has begun, or a new one.
    func neediestPeer(for trial: TrialID?) -> Int? {
        self.neediestPeer(for: trial, beyondSlots: false) ?? self.neediestPeer(for: trial, beyondSlots: true)
    }

    /// The connected worker with the most free places, by the order of joining among equals.
    private func neediestPeer(for trial: TrialID?, beyondSlots: Bool) -> Int? {
        var best: Int?
        var most = 0
        for (index, peer) in self.peers.enumerated() where self.takesWork(peer) && self.isFit(peer, for: trial) {
            let limit =
                beyondSlots ? min(peer.capacity, Self.mostHeldPerSlot * peer.slots) : min(peer.capacity, peer.slots)
            let free = limit - peer.attempts.count
            if free > most {
                most = free
                best = index
            }
        }
        return best
    }

    /// - Returns: Whether there was any work.
    private mutating func grant(to index: Int, at now: Duration) -> Bool {
        let worker = self.peers[index].worker
        // An unanswered request changes nothing, and only a request that was answered is worth a row of the journal.
        let decisions = self.study.apply(.workRequested(worker), at: now)
        guard !decisions.isEmpty else { return false }
        self.effects.append(
            .journal(JournalRecord(time: now, event: .workRequested(worker), decisions: decisions)))
        self.follow(decisions)
        for decision in decisions {
            guard let attempt = decision.begun, let assignment = self.assignment(of: attempt.trial) else { continue }
            self.peers[index].attempts.append(attempt)
            self.effects.append(.send(.assign(assignment), to: self.peers[index].id))
        }
        return !self.study.isFinished
    }
}
