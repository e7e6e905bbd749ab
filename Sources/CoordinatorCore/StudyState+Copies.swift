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
    /// - Complexity: O(places of the population).
    func copies(of trial: TrialID, wanting reference: CheckpointReference) -> [TrialID] {
        self.members.filter { member in
            let copy = self.trials[member.rawValue]
            guard let origin = copy.origin, origin.parent == trial, origin.epoch >= reference.epoch else {
                return false
            }
            return copy.isWithoutState && reference.epoch > copy.originCheckpoint?.epoch ?? 0
        }
    }

    /// The states that trials without one of their own may begin with, each as often as there are such trials.
    ///
    /// - Complexity: O(places of the population).
    package var originStates: [Digest] {
        self.members.compactMap { member in
            let trial = self.trials[member.rawValue]
            return trial.isWithoutState ? trial.originCheckpoint?.digest : nil
        }
    }

    /// Whether a trial without a state of its own may begin with this one.
    ///
    /// - Complexity: O(places of the population).
    func isOriginState(_ digest: Digest) -> Bool { self.originStates.contains(digest) }

    /// Whether this is the state of a member of the population that goes on, or of the best trial.
    ///
    /// - Complexity: O(places of the population).
    func isKept(_ digest: Digest) -> Bool {
        let trials = self.members + (self.incumbent.map { [$0.trial] } ?? [])
        return trials.contains { self.trials[$0.rawValue].checkpoint?.digest == digest }
    }
}

extension TrialRecord {
    /// Whether it can only go on from a state of those before it.
    fileprivate var isWithoutState: Bool { self.checkpoint == nil && !self.state.isTerminal }
}
