package import TuningModel

/// The best trial so far: the lowest loss at the highest rung that any trial has reached.
///
/// A low loss after one epoch says little, so a trial at a higher rung goes before all trials at lower ones. Where the
/// study has outcome constraints, a feasible trial goes before every other one at whatever rung, and of two that are not
/// feasible the one that breaks less.
///
/// Source: K. Deb, "An efficient constraint handling method for genetic algorithms", Computer Methods in Applied Mechanics
/// and Engineering 186, 2000, section 3.
package struct Incumbent: Hashable, Sendable {
    package let trial: TrialID
    /// The epoch of the loss: that of the rung, or an earlier one where the trial ran out of patience.
    package let epoch: Int
    /// The rung's number of epochs.
    package let level: Int
    package let loss: Double
    package let metrics: [MetricValue]
    /// By how much outcome constraints are broken, relative to their bounds and summed; 0 for a feasible trial.
    package let violation: Double

    /// Whether it keeps all outcome constraints.
    package var isFeasible: Bool { self.violation == 0 }

    /// Whether this one takes the place of another. Ties go to the lower trial number.
    func precedes(_ other: Incumbent?) -> Bool {
        guard let other else { return true }
        if self.violation != other.violation { return self.violation < other.violation }
        if self.level != other.level { return self.level > other.level }
        if self.loss != other.loss { return self.loss < other.loss }
        return self.trial < other.trial
    }
}
