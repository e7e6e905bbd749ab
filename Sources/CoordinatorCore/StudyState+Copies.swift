package import TuningModel

/// Trials that begin with the networks of others, and the stored states that they need.
extension StudyState {
    /// What a trial's networks went through before its own first epoch, oldest first.
    ///
    /// - Complexity: O(ancestors * settings).
    package func ancestors(of trial: TrialID) -> [Ancestor] {
        var ancestors: [Ancestor] = []
        var next = self.record(of: trial)?.origin
        while let origin = next, let parent = self.record(of: origin.parent) {
            ancestors.append(
                Ancestor(
                    seed: self.seed(of: origin.parent), settings: self.definition.settings(for: parent.configuration),
                    epoch: origin.epoch))
            // A parent began before its copy, so that this comes to an end.
            next = origin.parent < trial ? parent.origin : nil
        }
        return ancestors.reversed()
    }

    /// The newest stored state of an origin's networks or of those that they came from.
    func storedState(of origin: TrialOrigin) -> CheckpointReference? {
        guard let parent = self.record(of: origin.parent) else { return nil }
        if let own = parent.checkpoint, own.epoch <= origin.epoch { return own }
        // What a parent began with is removed once it has a state of its own.
        return parent.checkpoint == nil ? parent.originCheckpoint : nil
    }

    /// Takes in that a state of a trial is stored: its newest one, or one that copies of it may begin with.
    mutating func store(_ reference: CheckpointReference, of trial: TrialID) {
        guard let record = self.record(of: trial), reference.epoch <= record.epochs else { return }
        for copy in self.copies(of: trial, wanting: reference) {
            self.trials[copy.rawValue].originCheckpoint = reference
        }
        guard reference.epoch > record.checkpoint?.epoch ?? record.origin?.epoch ?? 0 else { return }
        self.trials[trial.rawValue].checkpoint = reference
    }

    /// Copies of a trial without a state of their own for which this is the newest one to begin with.
    ///
    /// - Complexity: O(trials) where there are copies at all.
    func copies(of trial: TrialID, wanting reference: CheckpointReference) -> [TrialID] {
        guard self.definition.scheduler.population != nil else { return [] }
        return self.trials.filter { copy in
            guard let origin = copy.origin, origin.parent == trial, origin.epoch >= reference.epoch else {
                return false
            }
            return copy.isWithoutState && reference.epoch > copy.originCheckpoint?.epoch ?? 0
        }.map(\.id)
    }

    /// Whether a trial without a state of its own may begin with this one.
    package func isOriginState(_ digest: Digest) -> Bool {
        guard self.definition.scheduler.population != nil else { return false }
        return self.trials.contains { $0.originCheckpoint?.digest == digest && $0.isWithoutState }
    }

    /// Whether this is the state of a trial that goes on, or of the best one.
    func isKept(_ digest: Digest) -> Bool {
        self.trials.contains {
            $0.checkpoint?.digest == digest && (!$0.state.isTerminal || $0.id == self.incumbent?.trial)
        }
    }
}

extension TrialRecord {
    /// Whether it can only go on from a state of those before it.
    fileprivate var isWithoutState: Bool { self.checkpoint == nil && !self.state.isTerminal }
}
