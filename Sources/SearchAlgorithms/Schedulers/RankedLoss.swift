/// A trial's loss at a rung, in the one order that all schedulers share.
///
/// The lower loss stands first. NaN and both infinities are one and the same worst loss; a failed trial has it too.
/// Equal losses stand in the order of their trials' numbers, so that no two places are alike and no decision depends
/// on the order in which losses arrive.
struct RankedLoss: Hashable, Sendable, Comparable {
    /// Finite, or infinity for the worst loss; never NaN, never -0.
    let loss: Double
    let trial: Int

    init(_ loss: Double, trial: Int) {
        self.loss = loss.isFinite ? loss + 0.0 : .infinity
        self.trial = trial
    }

    /// Whether more epochs may be spent on it.
    var isFinite: Bool { self.loss.isFinite }

    static func < (left: Self, right: Self) -> Bool {
        left.loss < right.loss || (left.loss == right.loss && left.trial < right.trial)
    }
}
