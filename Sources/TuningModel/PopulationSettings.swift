/// How a population of networks is trained: in intervals, at whose ends bad members are replaced by changed copies of good
/// ones.
package struct PopulationSettings: Hashable, Sendable {
    /// How the configuration of a copy is changed.
    package enum Exploration: String, Hashable, Sendable, CaseIterable {
        /// Each value by chance, as in population based training.
        case perturbation = "pbt"
        /// By a Gaussian process of what configurations gave at which time, as in PB2.
        case bandit = "pb2"
    }

    package var exploration: Exploration
    /// Members, 2 to 1000.
    package var count = 16
    /// Epochs from one comparison to the next, at least 1.
    package var interval: Int
    /// Epochs of each member; at most ``mostIntervals`` intervals.
    package var maximum: Int
    /// The share of members that are replaced, and the share of those that may be copied: above 0, at most 1/2. One of
    /// each at least.
    package var quantile = 0.25
    /// The probability that a value of a copy is drawn anew, in [0, 1]; PB2 does not use it.
    package var resample = 0.25
    /// Whether all members wait for each other at the end of an interval.
    package var isSynchronous = true

    /// A copy's history travels with it, so that there is a limit.
    package static let mostIntervals = 100
    package static let counts = 2...1000
    /// Explored parameters times intervals: so many values may differ between a copy and those before it.
    package static let mostChanges = 1000

    package init(exploration: Exploration = .perturbation, interval: Int, maximum: Int) {
        self.exploration = exploration
        self.interval = interval
        self.maximum = maximum
    }

    /// The epochs at whose ends members are compared, ascending, `maximum` as the last one.
    package var levels: [Int] {
        guard self.interval > 0, self.maximum > 0 else { return [] }
        return Array(stride(from: self.interval, to: self.maximum, by: self.interval)) + [self.maximum]
    }
}
