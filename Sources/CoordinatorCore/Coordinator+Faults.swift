import TuningModel

/// Workers that crash what they are given.
extension Coordinator {
    /// Takes in what became of a trial.
    mutating func noteFaults(_ decision: StudyDecision) {
        switch decision {
        case .failed(let trial, _, _): self.faults.noteFailure(of: trial)
        case .paused(let trial, _, _), .stopped(let trial, _, _), .completed(let trial, _, _):
            guard let worker = self.holder(of: trial) else { return }
            for worker in self.faults.noteSuccess(of: trial, at: worker) { self.warn(of: worker) }
        case .started, .promoted, .retried, .newBest, .finished: break
        }
    }

    private mutating func warn(of worker: WorkerID) {
        let text =
            "\(self.study.name(of: worker)) crashes trials that other workers train: it gets no more work while others are "
            + "there; look at its memory, its disk and its messages"
        self.effects.append(.log(text, isWarning: true))
    }

    /// Whether a worker is to have a trial, or a new one: a trial that crashed there goes elsewhere, and who is suspected of
    /// being the cause of crashes gets nothing, as long as others are there who might do better.
    func mayTrain(_ trial: TrialID?, at peer: Peer) -> Bool {
        self.suits(trial, peer) || !self.peers.contains { self.takesWork($0) && self.suits(trial, $0) }
    }

    /// Whether another worker is there that a trial has not crashed at.
    func hasOther(than worker: WorkerID, for trial: TrialID) -> Bool {
        self.peers.contains { peer in
            peer.worker != worker && self.takesWork(peer) && self.mayTrain(nil, at: peer)
                && !self.study.hasCrashed(trial, at: peer.worker)
        }
    }

    private func suits(_ trial: TrialID?, _ peer: Peer) -> Bool {
        if self.faults.isSuspected(peer.worker) { return false }
        return trial.map { !self.faults.hasCrashed($0, at: peer.worker) } ?? true
    }

    /// Whether a worker is connected, heard and stays.
    func takesWork(_ peer: Peer) -> Bool { peer.brokenSince == nil && !peer.isDraining && !peer.isSuspected }
}
