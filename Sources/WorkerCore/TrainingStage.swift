package import TuningModel

/// A part of the history of a trial's networks: what one trial trained, an ancestor or the trial itself.
///
/// Epochs are counted through all of the history, so that a state's epoch says how far it is, whoever trained it.
package struct TrainingStage: Hashable, Sendable {
    package let identity: TrainingIdentity
    package let seed: UInt64
    package let settings: [Setting]
    /// The epoch at which it begins.
    package let start: Int
    /// The epoch after which the next stage takes over; the last stage has no end of its own.
    package let end: Int

    /// Whether it has a state after this epoch.
    func covers(_ epoch: Int) -> Bool { epoch >= self.start && epoch <= self.end }
}

extension Assignment {
    /// The stages of its history, oldest first; the last one is the trial's own.
    ///
    /// - Complexity: O(ancestors² * settings).
    package var stages: [TrainingStage] {
        var stages: [TrainingStage] = []
        var start = 0
        for (i, ancestor) in self.ancestors.enumerated() {
            let identity = TrainingIdentity(
                seed: ancestor.seed, settings: ancestor.settings, dataset: self.dataset, ancestors: self.ancestors[..<i]
            )
            stages.append(
                TrainingStage(
                    identity: identity, seed: ancestor.seed, settings: ancestor.settings, start: start,
                    end: ancestor.epoch))
            start = ancestor.epoch
        }
        stages.append(
            TrainingStage(
                identity: TrainingIdentity(self), seed: self.seed, settings: self.settings, start: start, end: .max))
        return stages
    }
}
