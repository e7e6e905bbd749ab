import TuningModel

/// Losses of trials that break outcome constraints, as schedulers take them: numbers beyond every loss, the higher the more
/// the trial breaks them.
///
/// Among feasible trials the lower loss is better, a feasible trial is better than every other one, and of two that are not
/// the one that breaks less is better. Schedulers that rank so need to know nothing of constraints.
///
/// Source: K. Deb, "An efficient constraint handling method for genetic algorithms", Computer Methods in Applied Mechanics
/// and Engineering 186, 2000, section 3 (the three rules of the tournament).
package enum ConstrainedLoss {
    /// No feasible trial's loss is as high.
    static let floor = 1e300

    /// The losses that a trial ranks with: its own where it is feasible; losses that are not finite stay so.
    package static func ranking(_ losses: [Double], violation: Double) -> [Double] {
        guard losses.allSatisfy(\.isFinite) else { return losses }
        guard violation > 0 else { return losses.map { min($0, Self.floor.nextDown) } }
        let rank = Self.floor * (1 + min(violation, Constraint.largestViolation))
        return losses.map { _ in rank }
    }

    /// By how much constraints are broken, where a ranking loss says so.
    static func violation(of loss: Double) -> Double? {
        loss.isFinite && loss >= Self.floor ? loss / Self.floor - 1 : nil
    }
}
