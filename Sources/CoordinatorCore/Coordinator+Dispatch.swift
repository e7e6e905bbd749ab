import TuningModel

/// Who gets the next piece of work.
extension Coordinator {
    /// Attempts that a worker may hold for each of its slots, whatever it asks for.
    private static let mostHeldPerSlot = 8

    /// Gives out work as long as somebody can take it and there is some.
    ///
    /// Idle slots come before queues: first every worker gets as much as it has slots, the one with the largest
    /// idle share first, and only then as much as it wants to hold beyond that. A trial whose slot died at a worker goes to
    /// another one, as long as one is there that has not tried it: a broken host would take it again and again.
    mutating func dispatch(at now: Duration) {
        guard !self.study.isFinished else { return }
        guard self.virtual == nil else { return self.dispatchVirtualWork() }
        var passed: [WorkerID] = []
        while let index = self.neediestPeer(where: { !passed.contains($0.worker) }) {
            let worker = self.peers[index].worker
            let withheld = self.study.waiting.filter { trial in
                self.study.hasCrashed(trial, at: worker)
                    && self.hasOther(than: worker) { !self.study.hasCrashed(trial, at: $0) }
            }
            if self.grant(to: index, withholding: withheld, at: now) {
                if self.study.isFinished { return }
            } else if withheld.isEmpty {
                return
            } else {
                passed.append(worker)
            }
        }
    }

    /// The connected worker with the most free places at its slots, else in its queue, by the order of joining among equals.
    func neediestPeer(where isFit: (Peer) -> Bool) -> Int? {
        self.neediestPeer(beyondSlots: false, isFit) ?? self.neediestPeer(beyondSlots: true, isFit)
    }

    private func neediestPeer(beyondSlots: Bool, _ isFit: (Peer) -> Bool) -> Int? {
        var best: Int?
        var most = 0
        for (index, peer) in self.peers.enumerated()
        where peer.brokenSince == nil && !peer.isDraining && !peer.isSuspected {
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

    /// Whether another worker of some kind is there that will sooner or later take work. One whose connection broke a
    /// moment ago is: it comes back, or is given up soon.
    func hasOther(than worker: WorkerID, where isFit: (WorkerID) -> Bool) -> Bool {
        self.peers.contains { peer in
            peer.worker != worker && !peer.isDraining && (peer.capacity > 0 || !peer.attempts.isEmpty)
                && isFit(peer.worker)
        }
    }

    /// - Returns: Whether there was any work.
    private mutating func grant(to index: Int, withholding withheld: [TrialID], at now: Duration) -> Bool {
        let worker = self.peers[index].worker
        // An unanswered request changes nothing, and only a request that was answered is worth a row of the journal.
        let decisions = self.study.apply(.workRequested(worker), at: now, withholding: withheld)
        guard !decisions.isEmpty else { return false }
        self.effects.append(
            .journal(JournalRecord(time: now, event: .workRequested(worker), decisions: decisions)))
        self.follow(decisions)
        for decision in decisions {
            guard let attempt = decision.begun, let assignment = self.assignment(of: attempt.trial) else { continue }
            self.peers[index].attempts.append(attempt)
            self.effects.append(.send(.assign(assignment), to: self.peers[index].id))
        }
        return true
    }
}
