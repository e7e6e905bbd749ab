/// What a study hands out to its trials, and how much of it one may have.
package struct ResourceScale: Hashable, Sendable {
    package let resource: Resource
    /// Units of a trial that has all.
    package let maximumLevel: Int
    /// Epochs after which a trial has all, whatever they used.
    package let mostEpochs: Int

    package init(resource: Resource, maximumLevel: Int, mostEpochs: Int) {
        self.resource = resource
        self.maximumLevel = maximumLevel
        self.mostEpochs = mostEpochs
    }
}

/// How much of a study's resource a trial has used.
///
/// Where the resource is not epochs, a trial that has all the epochs that it may have is as far as any can come: it stands at
/// the highest level.
package struct ResourceUse: Hashable, Sendable {
    /// The last epoch that was taken in.
    package private(set) var epoch: Int
    /// In whole units of the resource.
    package private(set) var level: Int
    /// The last epoch that raised the level.
    package private(set) var levelEpoch = 0
    /// With what is left over of a unit.
    package private(set) var amount = 0.0

    /// - Parameter epoch: The last epoch of the networks that a trial begins with; 0 for one that begins anew.
    package init(after epoch: Int = 0) {
        self.epoch = epoch
        self.level = epoch
    }

    /// Takes in the next epoch.
    ///
    /// - Parameters:
    ///   - report: Of the epoch after ``epoch``.
    ///   - scale: Of the study.
    package mutating func take(_ report: EpochReport, on scale: ResourceScale) {
        self.epoch = report.epoch
        guard scale.resource != .epochs else {
            self.level = report.epoch
            return
        }
        self.amount = scale.resource.used(after: report, before: self.amount)
        let isAll = report.epoch >= scale.mostEpochs
        let level = max(Int(self.amount), isAll ? scale.maximumLevel : 0)
        if level > self.level { self.levelEpoch = report.epoch }
        self.level = level
    }
}
