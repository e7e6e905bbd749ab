import TuningModel

/// How losses are told in reasons.
struct LossWording: Hashable, Sendable {
    /// Losses are an objective's values with the other sign.
    var isNegated = false

    /// A loss as the value that people know.
    func value(_ loss: Double) -> Double { self.isNegated && loss.isFinite ? -loss : loss }

    func comparison(_ loss: Double, cutOff: Double?) -> LossComparison {
        LossComparison(
            loss: self.value(loss), broken: ConstrainedLoss.violation(of: loss), cutOff: cutOff.map { self.value($0) },
            brokenCutOff: cutOff.flatMap { ConstrainedLoss.violation(of: $0) })
    }
}

/// "; loss 0.2314, cut-off 0.1987", the latter left out where nobody goes on yet; of a trial that breaks constraints
/// "; constraints broken by 0.12".
struct LossComparison {
    let loss: Double
    /// By how much constraints are broken, relative to their bounds; `nil` where they are kept.
    let broken: Double?
    let cutOff: Double?
    /// The same of the trial at the cut-off.
    let brokenCutOff: Double?
}
