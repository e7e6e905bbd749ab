package import TuningModel

/// Decides which trial trains how far: one face for all schedulers.
///
/// A pure value. The same settings and the same sequence of calls give the same sequence of answers, in every process
/// and on every machine; a copy goes on by itself.
///
/// Levels count what is handed out: epochs, unless the study names another resource.
///
/// Use it like this: ``ask()`` says what to train; ``tell(_:level:loss:)`` takes the loss of a running trial at every level,
/// in order; ``retire(_:loss:)`` takes the place of the last `tell` where a trial ends by itself; ``close()``
/// says that no new trials may start.
///
/// - Complexity: Every call takes O(log n) amortised steps for n trials, and each decision or proposal has one
///   reason. At most about 100 bytes a trial. Where a scheduler needs more, its own documentation says so.
package struct Scheduler: Sendable {
    /// Behind an existential, so that a scheduler is one file and one line below; a copy shares its box until either
    /// is changed.
    private var algorithm: any SchedulingAlgorithm
    /// What levels count, and what is meant where a reason speaks of epochs.
    private let resource: Resource
    /// The brackets and their rungs, for people. Hyperband's are repeated for as long as new trials may start.
    package let plan: [BracketPlan]

    /// - Parameters:
    ///   - settings: Which scheduler.
    ///   - seed: The study's seed of the search, for schedulers that draw a new trial's bracket.
    ///   - resource: What is handed out. Where it is not epochs, ``skip(_:to:)`` tells how far a trial is between rungs.
    ///   - directions: Of the objectives, one or several: the losses of those that are maximised are their values with
    ///     the other sign, and reasons tell the values.
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` for epochs outside 1 to 10^9, `min` above `max`,
    ///   `eta` outside 2 to 1000, more brackets than the ladder has rungs, several objectives for a scheduler other
    ///   than `none` and `asha` by promotion in one bracket, or a resource other than epochs for one that needs every epoch's
    ///   loss.
    package init(
        _ settings: SchedulerSettings, seed: UInt64 = 0, resource: Resource = .epochs,
        directions: [Objective.Direction] = [.minimize]
    ) throws(SearchError) {
        self.resource = resource
        guard resource == .epochs || settings.takesAnyResource else {
            throw .invalidSetting(
                name: "resource", found: resource.rawValue,
                wanted: "epochs, whose losses this scheduler compares one by one")
        }
        let wording = LossWording(isNegated: directions.first == .maximize)
        guard directions.count <= 1 || settings.takesSeveralObjectives else {
            throw .invalidSetting(
                name: "scheduler", found: "one that ranks by a single loss",
                wanted: "asha by promotion in one bracket, or none, for \(directions.count) objectives")
        }
        switch settings {
        case .none(let maximum):
            let ladder = try RungLadder(onlyRung: maximum)
            self.algorithm = AshaStopping(ladder: ladder, wording: wording)
            self.plan = [.open(ladder)]
        case .successiveHalving(let minimum, let maximum, let eta):
            self.plan = [.successiveHalving(try RungLadder(minimum: minimum, maximum: maximum, eta: eta))]
            self.algorithm = SynchronousHalving(plans: self.plan, eta: eta, wording: wording)
        case .hyperband(let minimum, let maximum, let eta, let formula):
            self.plan = try BracketPlan.hyperband(minimum: minimum, maximum: maximum, eta: eta, formula: formula)
            self.algorithm = SynchronousHalving(plans: self.plan, eta: eta, wording: wording)
        case .asha(let minimum, let maximum, let eta, let isGuarded):
            let ladder = try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
            self.algorithm =
                directions.count > 1
                ? MultiObjectiveAsha(
                    ladder: ladder, isGuarded: isGuarded,
                    wordings: directions.map { LossWording(isNegated: $0 == .maximize) })
                : AshaPromotion(ladder: ladder, isGuarded: isGuarded, wording: wording)
            self.plan = [.open(ladder)]
        case .ashaStopping(let minimum, let maximum, let eta):
            let ladder = try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
            self.algorithm = AshaStopping(ladder: ladder, wording: wording)
            self.plan = [.open(ladder)]
        case .automatic(let minimum, let maximum, let eta):
            let ladder = try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
            self.algorithm = AdaptiveHalving(ladder: ladder, wording: wording)
            self.plan = [.open(ladder)]
        case .asynchronousHyperband(let minimum, let maximum, let eta, let isGuarded, let brackets, let allocation):
            let ladder = try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
            let choice = try BracketChoice(ladder: ladder, brackets: brackets, allocation: allocation, seed: seed)
            self.algorithm = AshaPromotion(ladder: ladder, isGuarded: isGuarded, choice: choice, wording: wording)
            self.plan = (0..<brackets).map { .open(ladder, bracket: $0) }
        case .pasha(let minimum, let maximum, let eta, let isGuarded):
            let ladder = try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
            self.algorithm = ProgressiveHalving(ladder: ladder, isGuarded: isGuarded, wording: wording)
            self.plan = [.open(ladder)]
        case .median(let maximum, let grace, let minimumTrials):
            self.algorithm = try MedianStopping(
                maximum: maximum, grace: grace, minimumTrials: minimumTrials, wording: wording)
            self.plan = [.open(try RungLadder(onlyRung: maximum))]
        case .curve(let maximum, let grace, let threshold):
            self.algorithm = try CurveStopping(maximum: maximum, grace: grace, threshold: threshold, wording: wording)
            self.plan = [.open(try RungLadder(onlyRung: maximum))]
        case .population(let settings):
            self.algorithm = try PopulationTraining(settings, seed: seed, wording: wording)
            self.plan = [.population(settings)]
        }
    }

    /// What to train next. Promotions come before new trials.
    package mutating func ask() -> Proposal {
        let proposal = self.algorithm.ask()
        guard self.resource != .epochs, case .resume(let trial, let placement, let reason) = proposal else {
            return proposal
        }
        return .resume(trial, placement, reason: reason.counting(self.resource))
    }

    /// What ``ask()`` would answer now, without any change.
    package func outlook() -> Outlook { self.algorithm.outlook() }

    /// No new trials from now on: the budget or the searcher is exhausted. Closing twice is harmless.
    ///
    /// - Parameter isExhausted: Whether no configuration is left, and not enough trials were made.
    /// - Returns: `.stop` for trials that are left behind because a synchronous bracket is cut short; else nothing.
    package mutating func close(isExhausted: Bool = false) -> [Decision] {
        // Apart, so that nothing else holds the algorithm while it changes.
        let decisions = self.algorithm.close(isExhausted: isExhausted)
        return self.counted(decisions)
    }

    /// Takes the loss of a running trial at its next level.
    ///
    /// - Parameters:
    ///   - trial: One that was started or resumed, and not told to rest since.
    ///   - level: Counted from 1 for each trial; the one after the last that was told or skipped.
    ///   - loss: The lower the better. NaN and infinities are the worst.
    /// - Returns: Nothing between rungs. At a rung, what becomes of the trial (nothing where it trains on without a
    ///   break), then `.stop` for others that are now left behind.
    /// - Throws: ``SearchError``, before anything changes: an unknown trial, one that rests, or a level that is not
    ///   the next one.
    package mutating func tell(_ trial: TrialID, level: Int, loss: Double) throws(SearchError) -> [Decision] {
        // Apart, so that nothing else holds the algorithm while it changes.
        let decisions = try self.algorithm.tell(trial, level: level, loss: loss)
        return self.counted(decisions)
    }

    /// Takes the losses of a running trial at its next level, one for each objective; those of missing objectives are the worst.
    ///
    /// - Throws: as ``tell(_:level:loss:)`` does.
    package mutating func tell(_ trial: TrialID, level: Int, losses: [Double]) throws(SearchError) -> [Decision] {
        // Apart, so that nothing else holds the algorithm while it changes.
        let decisions = try self.algorithm.tell(trial, level: level, losses: losses)
        return self.counted(decisions)
    }

    /// A running trial has come further, short of the next rung: the next `tell` is of a later level.
    ///
    /// - Throws: ``SearchError``, before anything changes, unless the trial is running and has told of no later level.
    package mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError) {
        try self.algorithm.skip(trial, to: level)
    }

    /// A running trial trains no further by itself: it diverged, failed or ran out of patience.
    ///
    /// It takes its place in the rung it was heading for, is never promoted and never holds others up. Call it in
    /// place of `tell` for the trial's last level.
    ///
    /// - Parameters:
    ///   - trial: One that is running.
    ///   - loss: The loss it ranks with, NaN for a trial that diverged or failed.
    /// - Returns: `.stop` for others that are now left behind; nothing of the trial itself, whose fate the caller
    ///   knows.
    /// - Throws: ``SearchError``, before anything changes, unless the trial is running.
    package mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        // Apart, so that nothing else holds the algorithm while it changes.
        let decisions = try self.algorithm.retire(trial, loss: loss)
        return self.counted(decisions)
    }

    /// The same with a loss for each objective.
    ///
    /// - Throws: as ``retire(_:loss:)`` does.
    package mutating func retire(_ trial: TrialID, losses: [Double]) throws(SearchError) -> [Decision] {
        // Apart, so that nothing else holds the algorithm while it changes.
        let decisions = try self.algorithm.retire(trial, losses: losses)
        return self.counted(decisions)
    }

    /// What a scheduler that chooses for itself has chosen by now, for people; `nil` for others.
    package var choice: String? { self.algorithm.choice?.counting(self.resource).text }

    /// Why a trial that is still paused got no more epochs, in words: its rank, the size of its rung and the cut-off.
    package func fate(of trial: TrialID) -> Reason { self.algorithm.fate(of: trial).counting(self.resource) }

    /// The same for many trials.
    ///
    /// - Complexity: As often `fate`; with several objectives their order at each rung is found once.
    package func fates(of trials: [TrialID]) -> [Reason] {
        self.algorithm.fates(of: trials).map { $0.counting(self.resource) }
    }

    /// Decisions whose reasons count the study's resource.
    private func counted(_ decisions: [Decision]) -> [Decision] {
        guard self.resource != .epochs else { return decisions }
        return decisions.map {
            Decision(
                trial: $0.trial, kind: $0.kind, rung: $0.rung, level: $0.level,
                reason: $0.reason.counting(self.resource))
        }
    }
}

extension Scheduler: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.plan == right.plan && left.resource == right.resource && left.algorithm.equals(right.algorithm)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.plan)
        self.algorithm.hash(into: &hasher)
    }
}
