import TuningModel

extension Decision {
    /// The end of the plan.
    static func complete(_ trial: TrialID, rung: Int, level: Int) -> Decision {
        Decision(
            trial: trial, kind: .complete, rung: rung, level: level,
            reason: "trained to \(epochs: level), the last rung")
    }

    /// No rank makes up for it.
    static func notFinite(_ trial: TrialID, rung: Int, level: Int) -> Decision {
        Decision(
            trial: trial, kind: .stop, rung: rung, level: level,
            reason: "the loss at \(epochs: level) is not finite and ranks last")
    }
}

extension TrialTable.Phase {
    /// What is to be said of a trial that does not rest at a rung.
    func description(at level: Int) -> Reason {
        switch self {
        case .running: "running after \(epochs: level)"
        case .paused: "paused after \(epochs: level)"
        case .over: "over after \(epochs: level)"
        }
    }
}

/// "rank 2 of 9 at 3 epochs in bracket 1", the latter left out where there is one bracket.
struct RungPlace {
    /// From 0.
    let rank: Int
    let count: Int
    let level: Int
    var bracket: Int?
}

extension Reason.StringInterpolation {
    mutating func appendInterpolation(_ place: RungPlace) {
        self.appendLiteral("rank ")
        self.appendInterpolation(place.rank + 1)
        self.appendLiteral(" of ")
        self.appendInterpolation(place.count)
        self.appendLiteral(" at ")
        self.appendInterpolation(epochs: place.level)
        guard let bracket = place.bracket else { return }
        self.appendLiteral(" in bracket ")
        self.appendInterpolation(bracket)
    }

    mutating func appendInterpolation(_ comparison: LossComparison) {
        self.appendLiteral(comparison.broken == nil ? "; loss " : "; constraints broken by ")
        self.appendInterpolation(figure: comparison.broken ?? comparison.loss)
        guard let cutOff = comparison.cutOff else { return }
        self.appendLiteral(comparison.brokenCutOff == nil ? ", cut-off " : ", cut-off broken by ")
        self.appendInterpolation(figure: comparison.brokenCutOff ?? cutOff)
    }
}
