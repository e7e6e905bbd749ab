import TuningModel

/// Asynchronous successive halving by stopping: a trial trains on through the rungs until it is not one of the best
/// at one of them; then it is stopped and never comes back.
///
/// A trial goes on from a rung when it is one of the best max(1, floor(n / eta)) of the n trials that have reached
/// it, itself, failed ones and ones out of patience included. The first to reach a rung always goes on, and so do the
/// ones of a sequence in which every trial is better than those before it. A ladder of one rung trains every trial to
/// the end.
///
/// Source: L. Li et al., "Massively parallel hyperparameter tuning", arXiv 1810.05934, the stopping variant of
/// algorithm 2 that needs no checkpoints.
///
/// Deviations, on purpose: losses have the total order of ``RankedLoss``; one that is not finite is always stopped.
struct AshaStopping: SchedulingAlgorithm {
    private let ladder: RungLadder
    private let wording: LossWording
    /// For each rung but the last, every trial that has reached it.
    private var rankings: [RankedList]
    private var trials = TrialTable()
    private var isClosed = false

    init(ladder: RungLadder, wording: LossWording) {
        self.ladder = ladder
        self.wording = wording
        self.rankings = Array(repeating: RankedList(), count: ladder.top)
    }

    mutating func ask() -> Proposal {
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        let maximum = self.ladder.levels[self.ladder.top]
        return .start(self.trials.start(bracket: 0), Placement(bracket: 0, rung: 0, level: maximum))
    }

    func outlook() -> Outlook {
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        return .start(Placement(bracket: 0, rung: 0, level: self.ladder.levels[self.ladder.top]))
    }

    mutating func close() -> [Decision] {
        self.isClosed = true
        return []
    }

    mutating func tell(_ trial: TrialID, level: Int, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.check(trial, level: level)
        self.trials.advance(trial.rawValue)
        let rung = Int(self.trials[trial.rawValue].rung)
        guard level == self.ladder.levels[rung] else { return [] }
        guard rung < self.ladder.top else {
            self.trials.rest(trial.rawValue, .over)
            return [.complete(trial, rung: rung, level: level)]
        }
        let entry = RankedLoss(loss, trial: trial.rawValue)
        let rank = self.rankings[rung].insert(entry)
        let count = self.rankings[rung].count
        let cutOff = max(1, count / self.ladder.eta)
        if entry.isFinite, rank < cutOff {
            self.trials.passRung(trial.rawValue)
            return []
        }
        self.trials.rest(trial.rawValue, .over)
        guard entry.isFinite else { return [.notFinite(trial, rung: rung, level: level)] }
        let comparison = self.wording.comparison(entry.loss, cutOff: self.rankings[rung][cutOff - 1].loss)
        let reason: Reason =
            "\(RungPlace(rank: rank, count: count, level: level)), the best \(cutOff) go on (eta \(self.ladder.eta))\(comparison)"
        return [Decision(trial: trial, kind: .stop, rung: rung, level: level, reason: reason)]
    }

    mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError) { try self.trials.skip(trial, to: level) }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.checkRunning(trial)
        let rung = Int(self.trials[trial.rawValue].rung)
        self.trials.rest(trial.rawValue, .over)
        if rung < self.ladder.top { _ = self.rankings[rung].insert(RankedLoss(loss, trial: trial.rawValue)) }
        return []
    }

    func fate(of trial: TrialID) -> Reason {
        guard let entry = try? self.trials.entry(trial) else { return "never started" }
        return entry.phase.description(at: Int(entry.level))
    }
}
