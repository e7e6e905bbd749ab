import TuningModel

/// Workers that crash what they are given.
extension Coordinator {
    /// Takes in that an attempt came to its end at a worker.
    mutating func noteSuccess(of trial: TrialID, at index: Int) {
        for worker in self.faults.noteSuccess(of: trial, at: self.peers[index].worker) {
            let text =
                "\(self.study.name(of: worker)) crashes trials that other workers train: it gets no more work while others are "
                + "there; look at its memory, its disk and its messages"
            self.effects.append(.log(text, isWarning: true))
        }
    }

    /// Whether a worker is to have the next piece of work, a given trial or a new one: a trial that crashed there goes
    /// elsewhere, and who is the cause of crashes gets nothing, as long as others are there who might do better.
    func isFit(_ peer: Peer, for trial: TrialID?) -> Bool {
        self.mayTrain(trial, at: peer)
            || !self.peers.contains { self.takesWork($0) && self.mayTrain(trial, at: $0) }
    }

    private func mayTrain(_ trial: TrialID?, at peer: Peer) -> Bool {
        if self.faults.isCause(peer.worker) { return false }
        return trial.map { !self.faults.hasCrashed($0, at: peer.worker) } ?? true
    }

    /// Whether a worker is connected, heard and stays.
    func takesWork(_ peer: Peer) -> Bool { peer.brokenSince == nil && !peer.isDraining && !peer.isSuspected }
}
