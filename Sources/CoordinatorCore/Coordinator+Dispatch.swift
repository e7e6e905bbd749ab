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
        guard self.virtual == nil else { return self.dispatchVirtualWork(at: now) }
        while let index = self.neediestPeer(at: now) {
            guard self.grant(to: index, at: now) else { return }
        }
    }

    /// The connected worker with the most free places at its slots, else in its queue, by the order of joining among equals.
    func neediestPeer(at now: Duration) -> Int? {
        self.neediestPeer(beyondSlots: false, at: now) ?? self.neediestPeer(beyondSlots: true, at: now)
    }

    private func neediestPeer(beyondSlots: Bool, at now: Duration) -> Int? {
        var best: Int?
        var most = 0
        for (index, peer) in self.peers.enumerated()
        where peer.brokenSince == nil && !peer.isDraining && !peer.isSuspected {
            let limit =
                beyondSlots ? min(peer.capacity, Self.mostHeldPerSlot * peer.slots) : min(peer.capacity, peer.slots)
            let free = limit - peer.attempts.count
            if free > most, !peer.pause.isRunning(at: now) {
                most = free
                best = index
            }
        }
        return best
    }

    /// Lets a worker rest whose slot died.
    mutating func noteCrash(from index: Int, at now: Duration) {
        let worker = self.peers[index].worker
        let isAlone = !self.peers.contains { $0.worker != worker && !$0.isDraining && $0.capacity > 0 }
        self.peers[index].pause.noteCrash(isAlone: isAlone, at: now)
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
