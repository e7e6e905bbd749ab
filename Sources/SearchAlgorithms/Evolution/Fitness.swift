/// How good a trial is, best first: feasible before infeasible, the higher level before the lower one, then the lower
/// loss, then the older trial.
///
/// A trial whose last loss is infinite, because it diverged or failed, is behind all others. A higher level goes first
/// because trials that were stopped below it had the chance and did not take it.
struct Fitness: Hashable, Sendable, Comparable {
    /// By how much constraints are broken; infinity for a trial that failed.
    let violation: Double
    let level: Int
    let loss: Double
    let trial: Int

    init(_ observation: SearchHistory.Observation?, trial: Int) {
        let loss = observation?.loss ?? .infinity
        let violation = observation?.violation ?? .infinity
        self.violation = loss.isFinite && violation.isFinite ? max(0, violation) : .infinity
        self.level = observation?.level ?? 0
        self.loss = loss.isFinite ? loss : .infinity
        self.trial = trial
    }

    static func < (left: Self, right: Self) -> Bool {
        if left.violation != right.violation { return left.violation < right.violation }
        if left.violation == .infinity { return left.trial < right.trial }
        if left.level != right.level { return left.level > right.level }
        if left.loss != right.loss { return left.loss < right.loss }
        return left.trial < right.trial
    }
}
