import TuningModel

/// Asynchronous successive halving by promotion for several losses: whoever is among the best floor(n / eta) of a rung by
/// ``NondominatedOrder`` and waits there may go on, the first of that order first.
///
/// Rungs, guard, trials out of patience and losses that are not finite are as in ``AshaPromotion``; a trial with one loss
/// that is not finite ranks last and never goes on.
///
/// Source: R. Schmucker et al., "Multi-objective asynchronous successive halving", arXiv 2106.12639, 2021, algorithm 1 with
/// the epsilon-net strategy. Guard: as in ``AshaPromotion``.
///
/// Deviations, on purpose: the guard; the paper promotes by the share alone.
///
/// - Complexity: `tell` O(1); `ask` O(n log n) for two losses and n trials at a rung whenever a rung's quota is not used up,
///   at most O(n^2) for more losses.
struct MultiObjectiveAsha: SchedulingAlgorithm {
    private struct Rung: Hashable, Sendable {
        /// Every trial that has completed the rung, in the order of arrival, and its losses there.
        var trials: [Int] = []
        var losses: [[Double]] = []
        var promotedCount = 0
    }

    private let ladder: RungLadder
    private let isGuarded: Bool
    private let wordings: [LossWording]
    /// One for each rung but the last, from which nobody goes on.
    private var rungs: [Rung]
    private var trials = TrialTable()
    private var isClosed = false

    /// `wordings` has one for each loss.
    init(ladder: RungLadder, isGuarded: Bool, wordings: [LossWording]) {
        self.ladder = ladder
        self.isGuarded = isGuarded
        self.wordings = wordings
        self.rungs = Array(repeating: Rung(), count: ladder.top)
    }

    mutating func ask() -> Proposal {
        for rung in self.rungs.indices.reversed() {
            guard let (rank, place) = self.promotable(in: rung) else { continue }
            let trial = self.rungs[rung].trials[place]
            self.rungs[rung].promotedCount += 1
            self.trials.resume(trial)
            let target = self.ladder.levels[rung + 1]
            let reason: Reason =
                "rank \(rank + 1) of \(self.rungs[rung].trials.count) by fronts at"
                + " \(epochs: self.ladder.levels[rung]), promoted to \(target)"
                + self.told(self.rungs[rung].losses[place])
            return .resume(
                TrialID(trial), Placement(bracket: 0, rung: rung + 1, level: target), reason: reason)
        }
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        return .start(self.trials.start(bracket: 0), Placement(bracket: 0, rung: 0, level: self.ladder.levels[0]))
    }

    func outlook() -> Outlook {
        if self.rungs.indices.contains(where: { self.promotable(in: $0) != nil }) { return .resume }
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        return .start(Placement(bracket: 0, rung: 0, level: self.ladder.levels[0]))
    }

    mutating func close() -> [Decision] {
        self.isClosed = true
        return []
    }

    mutating func tell(_ trial: TrialID, level: Int, loss: Double) throws(SearchError) -> [Decision] {
        try self.tell(trial, level: level, losses: [loss])
    }

    mutating func tell(_ trial: TrialID, level: Int, losses: [Double]) throws(SearchError) -> [Decision] {
        try self.trials.check(trial, level: level)
        self.trials.advance(trial.rawValue)
        let rung = Int(self.trials[trial.rawValue].rung)
        guard level == self.ladder.levels[rung] else { return [] }
        guard rung < self.ladder.top else {
            self.trials.rest(trial.rawValue, .over)
            return [.complete(trial, rung: rung, level: level)]
        }
        let losses = self.completed(losses)
        self.insert(trial.rawValue, losses, rung: rung)
        guard losses.allSatisfy(\.isFinite) else {
            self.trials.rest(trial.rawValue, .over)
            return [.notFinite(trial, rung: rung, level: level)]
        }
        self.trials.rest(trial.rawValue, .paused)
        let count = self.rungs[rung].trials.count
        let reason: Reason =
            "one of \(count) at \(epochs: level), the best \(count / self.ladder.eta) by fronts go on"
            + " (eta \(self.ladder.eta))\(self.told(losses))"
        return [Decision(trial: trial, kind: .pause, rung: rung, level: level, reason: reason)]
    }

    mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError) { try self.trials.skip(trial, to: level) }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        try self.retire(trial, losses: [loss])
    }

    mutating func retire(_ trial: TrialID, losses: [Double]) throws(SearchError) -> [Decision] {
        try self.trials.checkRunning(trial)
        let rung = Int(self.trials[trial.rawValue].rung)
        self.trials.rest(trial.rawValue, .over)
        if rung < self.ladder.top { self.insert(trial.rawValue, self.completed(losses), rung: rung) }
        return []
    }

    func fate(of trial: TrialID) -> Reason {
        guard let entry = try? self.trials.entry(trial) else { return "never started" }
        guard entry.phase == .paused else { return entry.phase.description(at: Int(entry.level)) }
        return self.fates(at: Int(entry.rung), of: [trial])[0]
    }

    func fates(of trials: [TrialID]) -> [Reason] {
        var fates: [Reason?] = Array(repeating: nil, count: trials.count)
        for rung in self.rungs.indices {
            let places = trials.indices.filter { place in
                guard let entry = try? self.trials.entry(trials[place]) else { return false }
                return entry.phase == .paused && Int(entry.rung) == rung
            }
            for (place, fate) in zip(places, self.fates(at: rung, of: places.map { trials[$0] })) {
                fates[place] = fate
            }
        }
        return zip(trials, fates).map { trial, fate in fate ?? self.fate(of: trial) }
    }

    /// The fates of trials that rest at a rung, whose order is found once.
    private func fates(at rung: Int, of trials: [TrialID]) -> [Reason] {
        guard !trials.isEmpty else { return [] }
        let state = self.rungs[rung]
        let count = state.trials.count
        var ranks = Array(repeating: (rank: count, place: 0), count: self.trials.count)
        for (rank, place) in NondominatedOrder.first(count, of: state.losses).enumerated() {
            ranks[state.trials[place]] = (rank, place)
        }
        return trials.map { trial in
            let (rank, place) = ranks[trial.rawValue]
            return "rank \(rank + 1) of \(count) by fronts at \(epochs: self.ladder.levels[rung]),"
                + " \(state.promotedCount) went on of at most \(count / self.ladder.eta) (eta \(self.ladder.eta))"
                + self.told(state.losses[place])
        }
    }

    private mutating func insert(_ trial: Int, _ losses: [Double], rung: Int) {
        self.rungs[rung].trials.append(trial)
        self.rungs[rung].losses.append(losses)
    }

    /// As many losses as there are objectives; one that is missing or not finite is the worst.
    private func completed(_ losses: [Double]) -> [Double] {
        self.wordings.indices.map { losses.indices.contains($0) && losses[$0].isFinite ? losses[$0] : .infinity }
    }

    /// The rank, from 0, and the place in its rung of the trial that may go on; `nil` where none may.
    private func promotable(in rung: Int) -> (rank: Int, place: Int)? {
        let state = self.rungs[rung]
        let quota = state.trials.count / self.ladder.eta
        guard quota > 0, !self.isGuarded || state.promotedCount < quota else { return nil }
        for (rank, place) in NondominatedOrder.first(quota, of: state.losses).enumerated() {
            let entry = self.trials[state.trials[place]]
            if entry.phase == .paused, Int(entry.rung) == rung { return (rank, place) }
        }
        return nil
    }

    private func told(_ losses: [Double]) -> Reason {
        if let broken = losses.first.flatMap(ConstrainedLoss.violation) {
            return "; constraints broken by \(figure: broken)"
        }
        var told: Reason = "; losses "
        for (index, loss) in zip(self.wordings, losses).map({ $0.value($1) }).enumerated() {
            told = index == 0 ? "\(told)\(figure: loss)" : "\(told), \(figure: loss)"
        }
        return told
    }
}
