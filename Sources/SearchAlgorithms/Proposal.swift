package import TuningModel

/// Where a trial stands in the plan of its scheduler, and how far it is to train.
package struct Placement: Hashable, Sendable {
    /// Hyperband's bracket _s_; for several asynchronous brackets, how many of the lowest rungs it leaves out; else 0.
    package let bracket: Int
    /// The first rung that the trial meets on its way, counted from 0 at the bottom.
    package let rung: Int
    /// Train until so much of the resource is used, counted from the trial's beginning.
    package let level: Int
    /// The networks that a new trial begins with; `nil` for one that begins anew.
    package let origin: TrialOrigin?

    package init(bracket: Int, rung: Int, level: Int, origin: TrialOrigin? = nil) {
        self.bracket = bracket
        self.rung = rung
        self.level = level
        self.origin = origin
    }
}

/// What a scheduler wants to have trained next.
package enum Proposal: Hashable, Sendable {
    /// A new trial. Trials are numbered from 0 in the order of these proposals.
    case start(TrialID, Placement)
    /// A paused trial goes on; the reason is for logs.
    case resume(TrialID, Placement, reason: Reason)
    /// Nothing now: ask again after the next trial was told or retired. The scheduler's state has not changed.
    case wait
    /// Nothing ever again: the scheduler is closed, nothing runs and nothing can be promoted.
    case finished
}

/// What a scheduler's next proposal would be.
package enum Outlook: Hashable, Sendable {
    /// A new trial, placed like this.
    case start(Placement)
    case resume
    case wait
    case finished
}

/// The fate of a trial at a rung.
package struct Decision: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// It rests, keeps its state and may be resumed.
        case pause
        /// It trains no further and is never resumed.
        case stop
        /// It has trained to the last rung.
        case complete
    }
    package let trial: TrialID
    package let kind: Kind
    /// The rung at which it was decided, counted from 0 at the bottom.
    package let rung: Int
    /// The level of that rung, or the one at which a scheduler without rungs in between stopped the trial.
    package let level: Int
    /// For logs and for `trials`: rank, number of competitors, cut-off.
    package let reason: Reason

    package init(trial: TrialID, kind: Kind, rung: Int, level: Int, reason: Reason) {
        self.trial = trial
        self.kind = kind
        self.rung = rung
        self.level = level
        self.reason = reason
    }
}

/// One rung as `check` shows it.
package struct RungPlan: Hashable, Sendable {
    /// The rung's level, in units of the resource: epochs, unless the study says otherwise.
    package let level: Int
    /// How many trials reach it; 0 where that is not fixed in advance.
    package let trials: Int

    package init(level: Int, trials: Int) {
        self.level = level
        self.trials = trials
    }
}

/// One bracket as `check` shows it: its rungs from the bottom up, never empty.
package struct BracketPlan: Hashable, Sendable {
    package let bracket: Int
    package let rungs: [RungPlan]

    package init(bracket: Int, rungs: [RungPlan]) {
        self.bracket = bracket
        self.rungs = rungs
    }
}
