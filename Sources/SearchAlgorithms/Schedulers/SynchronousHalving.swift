import TuningModel

/// Successive halving and Hyperband with synchronous rungs, as a pure state machine.
///
/// Brackets are filled one after the other in a fixed order, so a trial's number alone says which bracket it belongs
/// to; while one bracket waits for its last trials, the next one starts. The best floor(n / eta) of a rung go on once
/// all of its trials are there. Who goes on therefore depends on the losses alone, not on the order in which they
/// arrive nor on the number of workers.
///
/// Nobody waits longer than needed: a trial goes on as soon as it would be among the best even if all that are still
/// to come were better, and is stopped as soon as enough are better already. Neither changes who goes on.
///
/// A bracket that ``close()`` cuts short with m trials started halves what it has: the best max(1, floor(m / eta^i))
/// reach rung i, so that the best of them always trains to the end.
///
/// Source: K. Jamieson, A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization",
/// AISTATS 2016 (successive halving); L. Li et al., "Hyperband", JMLR 18(185), 2018, algorithm 1.
///
/// Deviations, on purpose:
/// - Losses have the total order of ``RankedLoss``; failed trials and losses that are not finite fill their rung as
///   the worst and never go on, so they neither shrink a rung nor hold it up.
/// - A trial that ran out of patience keeps its place among the best of its rung but does not train on; the next
///   rung then has one trial fewer.
/// - Rung i of a bracket resumes its trials where they stopped, instead of training them from the beginning.
struct SynchronousHalving: SchedulingAlgorithm {
    /// A trial that has earned more epochs. The oldest bracket goes first, in it the highest rung, then the best
    /// loss.
    private struct Ready: Hashable, Sendable, Comparable {
        let bracket: Int
        let rung: Int
        let entry: RankedLoss

        static func < (left: Self, right: Self) -> Bool {
            if left.bracket != right.bracket { return left.bracket < right.bracket }
            if left.rung != right.rung { return left.rung > right.rung }
            return left.entry < right.entry
        }
    }

    /// What the brackets look like, in turn.
    let plans: [BracketPlan]
    private let eta: Int
    private let wording: LossWording
    /// By running number. Those before the last have all their trials started.
    private var brackets: [HalvingBracket] = []
    private var ready = PriorityQueue<Ready>()
    private var trials = TrialTable()
    /// The losses at the rungs where trials rest, by trial number.
    private var restingLosses: [Double] = []
    private var isClosed = false

    init(plans: [BracketPlan], eta: Int, wording: LossWording) {
        self.plans = plans
        self.eta = eta
        self.wording = wording
    }

    mutating func ask() -> Proposal {
        if let next = self.ready.removeLeast() {
            self.trials.resume(next.entry.trial)
            let plan = self.plan(of: next.bracket)
            let target = plan.rungs[next.rung + 1].level
            let place = self.brackets[next.bracket].place(of: next.entry, rung: next.rung, plan: plan)
            let comparison = self.brackets[next.bracket].comparison(next.entry, rung: next.rung, self.wording)
            return .resume(
                TrialID(next.entry.trial), Placement(bracket: plan.bracket, rung: next.rung + 1, level: target),
                reason: "\(place), promoted to \(target)\(comparison)")
        }
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        if self.brackets.last?.isFull != false {
            self.brackets.append(HalvingBracket(plan: self.plan(of: self.brackets.count), eta: self.eta))
        }
        let bracket = self.brackets.count - 1
        self.brackets[bracket].startedCount += 1
        self.restingLosses.append(.infinity)
        let plan = self.plan(of: bracket)
        return .start(
            self.trials.start(bracket: bracket),
            Placement(bracket: plan.bracket, rung: 0, level: plan.rungs[0].level))
    }

    func outlook() -> Outlook {
        if self.ready.least != nil { return .resume }
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        let isNew = self.brackets.last?.isFull != false
        let plan = self.plan(of: isNew ? self.brackets.count : self.brackets.count - 1)
        return .start(Placement(bracket: plan.bracket, rung: 0, level: plan.rungs[0].level))
    }

    /// Cuts the last bracket to the trials that have started.
    ///
    /// - Returns: `.stop` for those who are left behind by that.
    mutating func close() -> [Decision] {
        self.isClosed = true
        guard let bracket = self.brackets.indices.last, !self.brackets[bracket].isFull else { return [] }
        let leftBehind = self.brackets[bracket].cut(eta: self.eta)
        var decisions: [Decision] = []
        for (rung, entry) in leftBehind { self.stop(entry, bracket: bracket, rung: rung, into: &decisions) }
        for rung in self.brackets[bracket].rungs.indices { self.collectReady(bracket: bracket, rung: rung) }
        self.settle(bracket: bracket)
        return decisions
    }

    mutating func tell(_ trial: TrialID, level: Int, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.check(trial, level: level)
        self.trials.advance(trial.rawValue)
        let entry = self.trials[trial.rawValue]
        let rung = Int(entry.rung)
        let plan = self.plan(of: entry.bracket)
        guard level == plan.rungs[rung].level else { return [] }
        let ranked = RankedLoss(loss, trial: trial.rawValue)
        let goesOn = rung < plan.rungs.count - 1 && ranked.isFinite
        self.trials.rest(trial.rawValue, goesOn ? .paused : .over)
        self.restingLosses[trial.rawValue] = ranked.loss
        let rank = self.brackets[entry.bracket].rungs[rung].insert(ranked)
        var decisions: [Decision] = []
        if rung == plan.rungs.count - 1 {
            decisions.append(.complete(trial, rung: rung, level: level))
        } else if !ranked.isFinite {
            decisions.append(.notFinite(trial, rung: rung, level: level))
        } else if rank < self.brackets[entry.bracket].rungs[rung].quota {
            let reason = self.brackets[entry.bracket].outlook(
                of: ranked, rung: rung, plan: plan, eta: self.eta, self.wording)
            decisions.append(Decision(trial: trial, kind: .pause, rung: rung, level: level, reason: reason))
        } else {
            self.stop(ranked, bracket: entry.bracket, rung: rung, into: &decisions)
        }
        self.arrive(bracket: entry.bracket, rung: rung, rank: rank, into: &decisions)
        return decisions
    }

    mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError) { try self.trials.skip(trial, to: level) }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.checkRunning(trial)
        let entry = self.trials[trial.rawValue]
        self.trials.rest(trial.rawValue, .over)
        let ranked = RankedLoss(loss, trial: trial.rawValue)
        let rank = self.brackets[entry.bracket].rungs[Int(entry.rung)].insert(ranked)
        var decisions: [Decision] = []
        self.arrive(bracket: entry.bracket, rung: Int(entry.rung), rank: rank, into: &decisions)
        return decisions
    }

    func fate(of trial: TrialID) -> Reason {
        guard let entry = try? self.trials.entry(trial) else { return "never started" }
        guard entry.phase == .paused else { return entry.phase.description(at: Int(entry.level)) }
        let ranked = RankedLoss(self.restingLosses[trial.rawValue], trial: trial.rawValue)
        return self.brackets[entry.bracket].outlook(
            of: ranked, rung: Int(entry.rung), plan: self.plan(of: entry.bracket), eta: self.eta, self.wording)
    }

    private func plan(of bracket: Int) -> BracketPlan { self.plans[bracket % self.plans.count] }

    /// After a trial took its place in a rung: who falls behind, who goes on, what is settled.
    private mutating func arrive(bracket: Int, rung: Int, rank: Int, into decisions: inout [Decision]) {
        if let pushedOut = self.brackets[bracket].rungs[rung].firstLeftBehind {
            self.stop(pushedOut, bracket: bracket, rung: rung, into: &decisions)
        }
        if self.brackets[bracket].rungs[rung].claim(rank: rank) {
            self.makeReady(self.brackets[bracket].rungs[rung].ranking[rank], bracket: bracket, rung: rung)
        }
        self.collectReady(bracket: bracket, rung: rung)
        self.settle(bracket: bracket)
    }

    /// Stops a trial that waits at a rung; says nothing of one that is over already.
    private mutating func stop(_ entry: RankedLoss, bracket: Int, rung: Int, into decisions: inout [Decision]) {
        guard self.trials[entry.trial].phase == .paused else { return }
        self.trials.rest(entry.trial, .over)
        let plan = self.plan(of: bracket)
        decisions.append(
            Decision(
                trial: TrialID(entry.trial), kind: .stop, rung: rung, level: plan.rungs[rung].level,
                reason: self.brackets[bracket].outlook(
                    of: entry, rung: rung, plan: plan, eta: self.eta, self.wording)))
    }

    /// Lets go on whoever is now sure to be among the best of a rung.
    private mutating func collectReady(bracket: Int, rung: Int) {
        while let entry = self.brackets[bracket].rungs[rung].claimNext() {
            self.makeReady(entry, bracket: bracket, rung: rung)
        }
    }

    private mutating func makeReady(_ entry: RankedLoss, bracket: Int, rung: Int) {
        guard self.trials[entry.trial].phase == .paused else { return }
        self.brackets[bracket].rungs[rung].promotedCount += 1
        self.ready.insert(Ready(bracket: bracket, rung: rung, entry: entry))
    }

    /// Tells each rung above a complete one how many are really on their way to it, and forgets a finished bracket.
    private mutating func settle(bracket: Int) {
        while let rung = self.brackets[bracket].settleNext() { self.collectReady(bracket: bracket, rung: rung) }
    }
}
