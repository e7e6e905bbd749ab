package import TuningModel

/// Decides which trial trains how far: one face for all schedulers.
///
/// A pure value. The same settings and the same sequence of calls give the same sequence of answers, in every process
/// and on every machine; a copy goes on by itself.
///
/// Use it like this: ``ask()`` says what to train; ``tell(_:epoch:loss:)`` takes every epoch's loss of a running
/// trial, in order; ``retire(_:loss:)`` takes the place of the last `tell` where a trial ends by itself; ``close()``
/// says that no new trials may start.
///
/// - Complexity: Every call takes O(log n) amortised steps for n trials, and each decision or proposal builds one
///   sentence. At most about 100 bytes a trial.
package struct Scheduler: Hashable, Sendable {
    private enum Algorithm: Hashable, Sendable {
        case promotion(AshaPromotion)
        case stopping(AshaStopping)
        case synchronous(SynchronousHalving)
        case adaptive(AdaptiveHalving)
        /// Only while a call is at work, so that the state is not copied by it.
        case absent
    }

    private var algorithm: Algorithm
    /// The brackets and their rungs, for people. Hyperband's are repeated for as long as new trials may start.
    package let plan: [BracketPlan]

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` for epochs outside 1 to 10^9, `min` above `max`,
    ///   or `eta` outside 2 to 1000.
    package init(_ settings: SchedulerSettings) throws(SearchError) {
        switch settings {
        case .none(let maximum):
            let ladder = try RungLadder(onlyRung: maximum)
            self.algorithm = .stopping(AshaStopping(ladder: ladder))
            self.plan = [.open(ladder)]
        case .successiveHalving(let minimum, let maximum, let eta):
            self.plan = [.successiveHalving(try RungLadder(minimum: minimum, maximum: maximum, eta: eta))]
            self.algorithm = .synchronous(SynchronousHalving(plans: self.plan, eta: eta))
        case .hyperband(let maximum, let eta, let formula):
            self.plan = try BracketPlan.hyperband(maximum: maximum, eta: eta, formula: formula)
            self.algorithm = .synchronous(SynchronousHalving(plans: self.plan, eta: eta))
        case .asha(let minimum, let maximum, let eta, let isGuarded):
            let ladder = try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
            self.algorithm = .promotion(AshaPromotion(ladder: ladder, isGuarded: isGuarded))
            self.plan = [.open(ladder)]
        case .ashaStopping(let minimum, let maximum, let eta):
            let ladder = try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
            self.algorithm = .stopping(AshaStopping(ladder: ladder))
            self.plan = [.open(ladder)]
        case .automatic(let minimum, let maximum, let eta):
            let ladder = try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
            self.algorithm = .adaptive(AdaptiveHalving(ladder: ladder))
            self.plan = [.open(ladder)]
        }
    }

    /// What to train next. Promotions come before new trials.
    package mutating func ask() -> Proposal {
        switch self.take() {
        case .promotion(var asha):
            defer { self.algorithm = .promotion(asha) }
            return asha.ask()
        case .stopping(var asha):
            defer { self.algorithm = .stopping(asha) }
            return asha.ask()
        case .synchronous(var halving):
            defer { self.algorithm = .synchronous(halving) }
            return halving.ask()
        case .adaptive(var halving):
            defer { self.algorithm = .adaptive(halving) }
            return halving.ask()
        case .absent: return .finished
        }
    }

    /// No new trials from now on: the budget or the searcher is exhausted. Closing twice is harmless.
    ///
    /// - Parameter isExhausted: Whether no configuration is left, and not enough trials were made.
    /// - Returns: `.stop` for trials that are left behind because a synchronous bracket is cut short; else nothing.
    package mutating func close(isExhausted: Bool = false) -> [Decision] {
        switch self.take() {
        case .promotion(var asha):
            asha.close()
            self.algorithm = .promotion(asha)
            return []
        case .stopping(var asha):
            asha.close()
            self.algorithm = .stopping(asha)
            return []
        case .synchronous(var halving):
            defer { self.algorithm = .synchronous(halving) }
            return halving.close()
        case .adaptive(var halving):
            halving.close(isExhausted: isExhausted)
            self.algorithm = .adaptive(halving)
            return []
        case .absent: return []
        }
    }

    /// Takes the loss of a running trial's next epoch.
    ///
    /// - Parameters:
    ///   - trial: One that was started or resumed, and not told to rest since.
    ///   - epoch: Counted from 1 for each trial; the one after the last that was told.
    ///   - loss: The lower the better. NaN and infinities are the worst.
    /// - Returns: Nothing between rungs. At a rung, what becomes of the trial (nothing where it trains on without a
    ///   break), then `.stop` for others that are now left behind.
    /// - Throws: ``SearchError``, before anything changes: an unknown trial, one that rests, or an epoch that is not
    ///   the next one.
    package mutating func tell(_ trial: TrialID, epoch: Int, loss: Double) throws(SearchError) -> [Decision] {
        switch self.take() {
        case .promotion(var asha):
            defer { self.algorithm = .promotion(asha) }
            return try asha.tell(trial, epoch: epoch, loss: loss)
        case .stopping(var asha):
            defer { self.algorithm = .stopping(asha) }
            return try asha.tell(trial, epoch: epoch, loss: loss)
        case .synchronous(var halving):
            defer { self.algorithm = .synchronous(halving) }
            return try halving.tell(trial, epoch: epoch, loss: loss)
        case .adaptive(var halving):
            defer { self.algorithm = .adaptive(halving) }
            return try halving.tell(trial, epoch: epoch, loss: loss)
        case .absent: return []
        }
    }

    /// A running trial trains no further by itself: it diverged, failed or ran out of patience.
    ///
    /// It takes its place in the rung it was heading for, is never promoted and never holds others up. Call it in
    /// place of `tell` for the trial's last epoch.
    ///
    /// - Parameters:
    ///   - trial: One that is running.
    ///   - loss: The loss it ranks with, NaN for a trial that diverged or failed.
    /// - Returns: `.stop` for others that are now left behind; nothing of the trial itself, whose fate the caller
    ///   knows.
    /// - Throws: ``SearchError``, before anything changes, unless the trial is running.
    package mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        switch self.take() {
        case .promotion(var asha):
            defer { self.algorithm = .promotion(asha) }
            try asha.retire(trial, loss: loss)
            return []
        case .stopping(var asha):
            defer { self.algorithm = .stopping(asha) }
            try asha.retire(trial, loss: loss)
            return []
        case .synchronous(var halving):
            defer { self.algorithm = .synchronous(halving) }
            return try halving.retire(trial, loss: loss)
        case .adaptive(var halving):
            defer { self.algorithm = .adaptive(halving) }
            try halving.retire(trial, loss: loss)
            return []
        case .absent: return []
        }
    }

    /// Why a trial that is still paused got no more epochs, in words: its rank, the size of its rung and the cut-off.
    package func fate(of trial: TrialID) -> String {
        switch self.algorithm {
        case .promotion(let asha): asha.fate(of: trial)
        case .stopping(let asha): asha.fate(of: trial)
        case .synchronous(let halving): halving.fate(of: trial)
        case .adaptive(let halving): halving.fate(of: trial)
        case .absent: "unknown"
        }
    }

    /// Moves the state out, so that its arrays have one owner and are changed in place.
    private mutating func take() -> Algorithm {
        defer { self.algorithm = .absent }
        return self.algorithm
    }
}
