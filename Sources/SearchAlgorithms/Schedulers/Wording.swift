import TuningModel

/// "1 epoch", "9 epochs".
func epochCount(_ count: Int) -> String { count == 1 ? "1 epoch" : "\(count) epochs" }

extension Decision {
    /// The end of the plan.
    static func complete(_ trial: TrialID, rung: Int, epoch: Int) -> Decision {
        Decision(
            trial: trial, kind: .complete, rung: rung, epoch: epoch,
            reason: "trained to \(epochCount(epoch)), the last rung")
    }

    /// No rank makes up for it.
    static func notFinite(_ trial: TrialID, rung: Int, epoch: Int) -> Decision {
        Decision(
            trial: trial, kind: .stop, rung: rung, epoch: epoch,
            reason: "the loss at \(epochCount(epoch)) is not finite and ranks last")
    }
}

extension TrialTable.Phase {
    /// What is to be said of a trial that does not rest at a rung.
    func description(at epoch: Int) -> String {
        switch self {
        case .running: "running after \(epochCount(epoch))"
        case .paused: "paused after \(epochCount(epoch))"
        case .over: "over after \(epochCount(epoch))"
        }
    }
}
