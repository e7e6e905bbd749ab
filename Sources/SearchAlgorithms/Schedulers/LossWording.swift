import TuningModel

/// How losses are told in reasons.
struct LossWording: Hashable, Sendable {
    /// Losses are an objective's values with the other sign.
    var isNegated = false

    /// A loss as the value that people know.
    func value(_ loss: Double) -> Double { self.isNegated && loss.isFinite ? -loss : loss }

    func comparison(_ loss: Double, cutOff: Double?) -> LossComparison {
        LossComparison(loss: self.value(loss), cutOff: cutOff.map { self.value($0) })
    }
}

/// "; loss 0.2314, cut-off 0.1987", the latter left out where nobody goes on yet.
struct LossComparison {
    let loss: Double
    let cutOff: Double?
}
