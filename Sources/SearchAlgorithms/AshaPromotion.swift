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
/// Source: L. Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020, algorithm 2. Guard:
/// Y. Li et al., "Hyper-Tune: towards efficient hyper-parameter tuning at scale", VLDB 2022, delayed ASHA (D-ASHA).
///
/// Deviations, on purpose:
/// - Losses have the total order of ``RankedLoss``; a loss that is not finite is never worth more epochs.
/// - The guard counts promotions that were given out, `n >= eta * (promoted + 1)`, not those that came back.
struct AshaPromotion: Hashable, Sendable {
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
    /// One for each rung but the last, from which nobody goes on.
    private var rungs: [Rung]
    private var trials = TrialTable()
    /// The losses at the rungs where trials rest, by trial number.
    private var restingLosses: [Double] = []
    private var isClosed = false

    init(ladder: RungLadder, isGuarded: Bool) {
        self.ladder = ladder
        self.isGuarded = isGuarded
        self.rungs = Array(repeating: Rung(), count: ladder.top)
    }

    mutating func ask() -> Proposal {
        for rung in self.rungs.indices.reversed() {
            guard let rank = self.promotableRank(in: rung), let best = self.rungs[rung].waiting.removeLeast() else {
                continue
            }
            self.rungs[rung].promotedCount += 1
            self.trials.resume(best.trial)
            let target = self.ladder.epochs[rung + 1]
            let place = self.place(rank: rank, in: rung)
            return .resume(
                TrialID(best.trial), Placement(bracket: 0, rung: rung + 1, epochs: target),
                reason: "\(place), promoted to \(target)")
        }
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        self.restingLosses.append(.infinity)
        return .start(self.trials.start(bracket: 0), Placement(bracket: 0, rung: 0, epochs: self.ladder.epochs[0]))
    }

    mutating func close() { self.isClosed = true }

    mutating func tell(_ trial: TrialID, epoch: Int, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.check(trial, epoch: epoch)
        self.trials.advance(trial.rawValue)
        let rung = Int(self.trials[trial.rawValue].rung)
        guard epoch == self.ladder.epochs[rung] else { return [] }
        guard rung < self.ladder.top else {
            self.trials.rest(trial.rawValue, .over)
            return [.complete(trial, rung: rung, epoch: epoch)]
        }
        let entry = RankedLoss(loss, trial: trial.rawValue)
        let rank = self.rungs[rung].ranking.insert(entry)
        guard entry.isFinite else {
            self.trials.rest(trial.rawValue, .over)
            return [.notFinite(trial, rung: rung, epoch: epoch)]
        }
        self.rungs[rung].waiting.insert(entry)
        self.restingLosses[trial.rawValue] = entry.loss
        self.trials.rest(trial.rawValue, .paused)
        let reason =
            "\(self.place(rank: rank, in: rung)), the best \(self.quota(of: rung)) go on (eta \(self.ladder.eta))"
        return [Decision(trial: trial, kind: .pause, rung: rung, epoch: epoch, reason: reason)]
    }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) {
        try self.trials.checkRunning(trial)
        let rung = Int(self.trials[trial.rawValue].rung)
        self.trials.rest(trial.rawValue, .over)
        if rung < self.ladder.top { _ = self.rungs[rung].ranking.insert(RankedLoss(loss, trial: trial.rawValue)) }
    }

    func fate(of trial: TrialID) -> String {
        guard let entry = try? self.trials.entry(trial) else { return "never started" }
        guard entry.phase == .paused else { return entry.phase.description(at: Int(entry.epoch)) }
        let rung = Int(entry.rung)
        let loss = RankedLoss(self.restingLosses[trial.rawValue], trial: trial.rawValue)
        let place = self.place(rank: self.rungs[rung].ranking.rank(of: loss), in: rung)
        return "\(place), \(self.rungs[rung].promotedCount) went on"
            + " of at most \(self.quota(of: rung)) (eta \(self.ladder.eta))"
    }

    /// The rank, from 0, of the trial that may go on from a rung; `nil` where none may.
    private func promotableRank(in rung: Int) -> Int? {
        let state = self.rungs[rung]
        let quota = self.quota(of: rung)
        guard !self.isGuarded || state.promotedCount < quota, let best = state.waiting.least else { return nil }
        let rank = state.ranking.rank(of: best)
        return rank < quota ? rank : nil
    }

    /// floor(n / eta).
    private func quota(of rung: Int) -> Int { self.rungs[rung].ranking.count / self.ladder.eta }

    private func place(rank: Int, in rung: Int) -> String {
        "rank \(rank + 1) of \(self.rungs[rung].ranking.count) at \(epochCount(self.ladder.epochs[rung]))"
    }
}
