import TuningModel

/// Asynchronous successive halving by promotion (ASHA), as a pure state machine: whenever a slot is free, the best
/// trial that has earned it goes on to the next rung, or else a new one starts at the bottom.
///
/// Let _n_ be the number of trials that have completed a rung, those that were promoted from it, that failed and that
/// ran out of patience included. A trial may go on when it is one of the best floor(n / eta) of them, its loss is
/// finite and it waits there. The highest rung is asked first, and in a rung the best trial. With the guard, a rung
/// also promotes no more than floor(n / eta) trials in all: then a searcher whose every new trial is the best so far
/// gets no more promotions than one that draws in random order (27 of 81 instead of 79 with eta = 3).
///
/// With several brackets (asynchronous Hyperband) bracket _s_ begins at rung _s_ of the ladder, the paper's early-stopping
/// rate; each bracket has rungs of its own, and ``BracketChoice`` says where a new trial begins.
///
/// Source: L. Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020, algorithm 2, and section
/// 3.3 for brackets. Guard: Y. Li et al., "Hyper-Tune: towards efficient hyper-parameter tuning at scale", VLDB 2022,
/// delayed ASHA (D-ASHA).
///
/// Deviations, on purpose:
/// - Losses have the total order of ``RankedLoss``; a loss that is not finite is never worth more epochs.
/// - The guard counts promotions that were given out, `n >= eta * (promoted + 1)`, not those that came back.
/// - Over several brackets, whoever heads for the highest level goes first, and of equals the lower bracket.
///
/// - Complexity: Each call O(log n) steps and O(brackets * rungs) comparisons.
struct AshaPromotion: SchedulingAlgorithm {
    private struct Rung: Hashable, Sendable {
        /// Every trial that has completed the rung, however it did.
        var ranking = RankedList()
        /// Those of them that wait here with a finite loss.
        var waiting = PriorityQueue<RankedLoss>()
        /// How many went on from here.
        var promotedCount = 0
    }

    private let ladder: RungLadder
    private let isGuarded: Bool
    private let wording: LossWording
    /// Where new trials begin; `nil` where there is one bracket.
    private var choice: BracketChoice?
    /// By bracket; bracket s has one for each rung of the ladder from s on but the last, from which nobody goes on.
    private var brackets: [[Rung]]
    private var trials = TrialTable()
    /// The losses at the rungs where trials rest, by trial number.
    private var restingLosses: [Double] = []
    private var isClosed = false
    /// Nobody goes beyond this rung of the ladder.
    private(set) var ceiling: Int

    /// `ceiling` is a rung beyond which nobody goes for now; `nil` stands for the last one.
    init(
        ladder: RungLadder, isGuarded: Bool, choice: BracketChoice? = nil, ceiling: Int? = nil, wording: LossWording
    ) {
        self.ladder = ladder
        self.isGuarded = isGuarded
        self.choice = choice
        self.wording = wording
        self.brackets = (0..<(choice?.count ?? 1)).map { Array(repeating: Rung(), count: ladder.top - $0) }
        self.ceiling = min(ceiling ?? ladder.top, ladder.top)
    }

    mutating func ask() -> Proposal {
        for level in (0..<self.ceiling).reversed() {
            for bracket in 0..<min(level + 1, self.brackets.count) {
                if let proposal = self.promote(bracket: bracket, rung: level - bracket) { return proposal }
            }
        }
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        self.restingLosses.append(.infinity)
        let bracket = self.choice?.start(self.trials.count) ?? 0
        let trial = self.trials.start(bracket: bracket)
        return .start(trial, Placement(bracket: bracket, rung: 0, level: self.ladder.levels[bracket]))
    }

    func outlook() -> Outlook {
        for level in (0..<self.ceiling).reversed() {
            for bracket in 0..<min(level + 1, self.brackets.count)
            where self.promotableRank(bracket: bracket, rung: level - bracket) != nil {
                return .resume
            }
        }
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        let bracket = self.choice?.bracket(of: self.trials.count) ?? 0
        return .start(Placement(bracket: bracket, rung: 0, level: self.ladder.levels[bracket]))
    }

    private mutating func promote(bracket: Int, rung: Int) -> Proposal? {
        guard let rank = self.promotableRank(bracket: bracket, rung: rung),
            let best = self.brackets[bracket][rung].waiting.removeLeast()
        else { return nil }
        self.brackets[bracket][rung].promotedCount += 1
        self.trials.resume(best.trial)
        let target = self.ladder.levels[bracket + rung + 1]
        let place = self.place(rank: rank, bracket: bracket, rung: rung)
        let comparison = self.comparison(best.loss, bracket: bracket, rung: rung)
        return .resume(
            TrialID(best.trial), Placement(bracket: bracket, rung: rung + 1, level: target),
            reason: "\(place), promoted to \(target)\(comparison)")
    }

    mutating func close() -> [Decision] {
        self.isClosed = true
        return []
    }

    /// Lets trials go on to the next rung of the ladder above the ceiling.
    mutating func raiseCeiling() { self.ceiling = min(self.ceiling + 1, self.ladder.top) }

    /// - Throws: unless the trial runs and `level` is its next one.
    func check(_ trial: TrialID, level: Int) throws(SearchError) { try self.trials.check(trial, level: level) }

    mutating func tell(_ trial: TrialID, level: Int, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.check(trial, level: level)
        self.trials.advance(trial.rawValue)
        self.choice?.observe(trial.rawValue, level: level, loss: loss)
        let bracket = self.trials[trial.rawValue].bracket
        let rung = Int(self.trials[trial.rawValue].rung)
        guard level == self.ladder.levels[bracket + rung] else { return [] }
        guard bracket + rung < self.ladder.top else {
            self.trials.rest(trial.rawValue, .over)
            return [.complete(trial, rung: rung, level: level)]
        }
        let entry = RankedLoss(loss, trial: trial.rawValue)
        let rank = self.brackets[bracket][rung].ranking.insert(entry)
        guard entry.isFinite else {
            self.trials.rest(trial.rawValue, .over)
            return [.notFinite(trial, rung: rung, level: level)]
        }
        self.brackets[bracket][rung].waiting.insert(entry)
        self.restingLosses[trial.rawValue] = entry.loss
        self.trials.rest(trial.rawValue, .paused)
        let place = self.place(rank: rank, bracket: bracket, rung: rung)
        let quota = self.quota(bracket: bracket, rung: rung)
        let comparison = self.comparison(entry.loss, bracket: bracket, rung: rung)
        let reason: Reason =
            bracket + rung == self.ceiling
            ? "\(place), the highest rung while ranks agree\(comparison)"
            : "\(place), the best \(quota) go on (eta \(self.ladder.eta))\(comparison)"
        return [Decision(trial: trial, kind: .pause, rung: rung, level: level, reason: reason)]
    }

    mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError) { try self.trials.skip(trial, to: level) }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.checkRunning(trial)
        let bracket = self.trials[trial.rawValue].bracket
        let rung = Int(self.trials[trial.rawValue].rung)
        self.trials.rest(trial.rawValue, .over)
        if bracket + rung < self.ladder.top {
            _ = self.brackets[bracket][rung].ranking.insert(RankedLoss(loss, trial: trial.rawValue))
        }
        return []
    }

    func fate(of trial: TrialID) -> Reason {
        guard let entry = try? self.trials.entry(trial) else { return "never started" }
        guard entry.phase == .paused else { return entry.phase.description(at: Int(entry.level)) }
        let rung = Int(entry.rung)
        let loss = RankedLoss(self.restingLosses[trial.rawValue], trial: trial.rawValue)
        let state = self.brackets[entry.bracket][rung]
        let place = self.place(rank: state.ranking.rank(of: loss), bracket: entry.bracket, rung: rung)
        let quota = self.quota(bracket: entry.bracket, rung: rung)
        let comparison = self.comparison(loss.loss, bracket: entry.bracket, rung: rung)
        return "\(place), \(state.promotedCount) went on of at most \(quota) (eta \(self.ladder.eta))\(comparison)"
    }

    /// The rank, from 0, of the trial that may go on from a rung; `nil` where none may.
    private func promotableRank(bracket: Int, rung: Int) -> Int? {
        let quota = self.quota(bracket: bracket, rung: rung)
        guard !self.isGuarded || self.brackets[bracket][rung].promotedCount < quota,
            let best = self.brackets[bracket][rung].waiting.least
        else { return nil }
        let rank = self.brackets[bracket][rung].ranking.rank(of: best)
        return rank < quota ? rank : nil
    }

    /// floor(n / eta).
    private func quota(bracket: Int, rung: Int) -> Int {
        self.brackets[bracket][rung].ranking.count / self.ladder.eta
    }

    private func place(rank: Int, bracket: Int, rung: Int) -> RungPlace {
        RungPlace(
            rank: rank, count: self.brackets[bracket][rung].ranking.count, level: self.ladder.levels[bracket + rung],
            bracket: self.brackets.count > 1 ? bracket : nil)
    }

    private func comparison(_ loss: Double, bracket: Int, rung: Int) -> LossComparison {
        let quota = self.quota(bracket: bracket, rung: rung)
        return self.wording.comparison(
            loss, cutOff: quota > 0 ? self.brackets[bracket][rung].ranking[quota - 1].loss : nil)
    }
}
