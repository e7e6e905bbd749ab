/// Where a trial began that did not begin anew: with the networks that another trial had after an epoch.
package struct TrialOrigin: Hashable, Sendable {
    package let parent: TrialID
    /// The parent's epoch, at least 1, from which the trial's own epochs are counted on.
    package let epoch: Int
    package init(parent: TrialID, epoch: Int) {
        self.parent = parent
        self.epoch = epoch
    }
}

/// What the networks of a trial went through before they were its own: a part of their history that one trial trained.
package struct Ancestor: Hashable, Sendable {
    package let seed: UInt64
    package let settings: [Setting]
    /// The epoch after which the next one took over.
    package let epoch: Int
    package init(seed: UInt64, settings: [Setting], epoch: Int) {
        self.seed = seed
        self.settings = settings
        self.epoch = epoch
    }
}
