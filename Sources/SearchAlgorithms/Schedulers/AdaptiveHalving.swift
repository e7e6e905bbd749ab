import TuningModel

/// Asynchronous halving by promotion whose lowest rung is learned: trials rest only at rungs whose ranks say something
/// about higher ones.
///
/// The first eight trials, the probes, train to the second rung without a rest, so that their losses at both rungs are
/// those of configurations that nobody has selected. Spearman's rank correlation of the two rungs over the probes says how
/// much a comparison at the first one is worth. Where it is below 0.4, new trials first rest at the second rung; until six
/// probes have ended, and otherwise, at the first. From there on trials are promoted as by ``AshaPromotion`` with its guard:
/// the best floor(n / eta) of n. A trial whose loss at the next rung is known already, as a probe's is, takes its place
/// there at once and costs nothing. Trials that rest at the first rung when it is found wanting are compared there no more.
///
/// When no configuration is left to start (a grid or a table is used up), slots that would rest take the best of the trials
/// that wait, from the rung that has sent on the smallest share of its own, until all are complete.
///
/// Sources: L. Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020, algorithm 2; Y. Li et al.,
/// "Hyper-Tune: towards efficient hyper-parameter tuning at scale", VLDB 2022 (guard; that the lowest rung must be learned);
/// C. Spearman, "The proof and measurement of association between two things", 1904.
///
/// Deviations, on purpose: Hyper-Tune learns weights of brackets by resampling; one lowest rung, learned from trials that
/// were not selected, needs no resampling and keeps the reasons of decisions short. Probes that went to the third rung found
/// more and cost more: on twelve tables of recorded curves the mean regret with the second rung was the lower one.
struct AdaptiveHalving: SchedulingAlgorithm {
    /// Probes that must have ended before ranks are compared, and how many there are at most.
    private static let probesNeeded = 6
    private static let probeCount = 8
    /// The least rank correlation of a rung that trials are compared at.
    private static let leastCorrelation = 0.4

    private struct Rung: Hashable, Sendable {
        var ranking = RankedList()
        /// Those that wait here, some of which may have gone on since.
        var waiting = PriorityQueue<RankedLoss>()
        var promotedCount = 0
    }

    private let ladder: RungLadder
    private let wording: LossWording
    private var rungs: [Rung]
    private var trials = TrialTable()
    /// For each trial its loss at each rung, infinity where it diverged, ``unknown`` before it is told.
    private var losses: [Double] = []
    /// The highest rung in whose ranking each trial stands; -1 before the first.
    private var standing: [Int] = []
    /// The rung that each running trial is heading for.
    private var heading: [Int] = []
    private var probesEnded: [Int] = []
    /// The rung at which new trials rest first.
    private(set) var base = 0
    private(set) var correlations: [Double] = []
    private var isClosed = false
    private var usesIdleSlots = false

    init(ladder: RungLadder, wording: LossWording = LossWording()) {
        self.ladder = ladder
        self.wording = wording
        self.rungs = Array(repeating: Rung(), count: ladder.top)
    }

    /// Stands for a loss that was not told; no loss is below all others.
    private static let unknown = -Double.infinity

    /// The rung that probes train to: the second one, and never the last.
    private var probeRung: Int { min(1, max(0, self.ladder.top - 1)) }

    private func isProbe(_ trial: Int) -> Bool { trial < Self.probeCount && self.probeRung > 0 }

    mutating func ask() -> Proposal {
        if let (rung, rank) = self.promotable() {
            return self.promote(from: rung, "\(self.place(rank: rank, in: rung))")
        }
        if !self.isClosed { return self.start() }
        if self.usesIdleSlots, let rung = self.leastServed(), let best = self.rungs[rung].waiting.least {
            let rank = self.rungs[rung].ranking.rank(of: best)
            return self.promote(
                from: rung, "\(self.place(rank: rank, in: rung)), the best that waits while a slot is idle")
        }
        return self.trials.runningCount > 0 ? .wait : .finished
    }

    func outlook() -> Outlook {
        if self.promotable() != nil { return .resume }
        if !self.isClosed {
            let target = self.firstRung(of: self.trials.count)
            return .start(Placement(bracket: 0, rung: target, level: self.ladder.levels[target]))
        }
        if self.usesIdleSlots, self.leastServed() != nil { return .resume }
        return self.trials.runningCount > 0 ? .wait : .finished
    }

    /// The rung at which a new trial would rest first.
    private func firstRung(of trial: Int) -> Int {
        self.isProbe(trial) ? max(self.probeRung, self.base) : self.base
    }

    private mutating func start() -> Proposal {
        let target = self.firstRung(of: self.trials.count)
        let trial = self.trials.start(bracket: 0)
        self.standing.append(-1)
        self.heading.append(target)
        self.losses += Array(repeating: Self.unknown, count: self.ladder.levels.count)
        return .start(trial, Placement(bracket: 0, rung: target, level: self.ladder.levels[target]))
    }

    /// Lets the best trial that waits at a rung go on.
    private mutating func promote(from rung: Int, _ place: Reason) -> Proposal {
        guard let best = self.takeBest(from: rung) else { return .wait }
        let next = rung + 1
        self.trials.resume(best.trial)
        self.heading[best.trial] = next
        // Whoever is the best that waits now may be known at the next rung.
        self.settle()
        let target = self.ladder.levels[next]
        return .resume(
            TrialID(best.trial), Placement(bracket: 0, rung: next, level: target),
            reason: "\(place), promoted to \(target)\(self.comparison(best.loss, in: rung))")
    }

    /// Takes the best trial that waits at a rung, for promotion.
    private mutating func takeBest(from rung: Int) -> RankedLoss? {
        guard let best = self.rungs[rung].waiting.removeLeast() else { return nil }
        self.rungs[rung].promotedCount += 1
        self.forgetGone(in: rung)
        return best
    }

    /// Lets the head of a rung's queue be a trial that still waits there.
    private mutating func forgetGone(in rung: Int) {
        while let best = self.rungs[rung].waiting.least, self.standing[best.trial] != rung {
            _ = self.rungs[rung].waiting.removeLeast()
        }
    }

    /// Gives trials that have earned a rung where their loss is known their place there, until none is left.
    ///
    /// Whatever is told ends with this, so that asking changes nothing unless it gives out work: an unanswered request
    /// is in no journal.
    private mutating func settle() {
        for rung in self.rungs.indices { self.forgetGone(in: rung) }
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            for rung in self.rungs.indices.reversed() {
                guard let best = self.rungs[rung].waiting.least, self.isKnown(best.trial, at: rung + 1),
                    self.usesIdleSlots || self.rank(promotableFrom: rung) != nil
                else { continue }
                _ = self.takeBest(from: rung)
                self.enter(best.trial, rung + 1)
                hasMoved = true
            }
        }
    }

    /// The highest rung from which a trial has earned to go on, and its rank there.
    private func promotable() -> (rung: Int, rank: Int)? {
        for rung in self.rungs.indices.reversed() {
            if let rank = self.rank(promotableFrom: rung) { return (rung, rank) }
        }
        return nil
    }

    /// The rank of the best trial that waits at a rung, where it has earned to go on.
    private func rank(promotableFrom rung: Int) -> Int? {
        let quota = self.rungs[rung].ranking.count / self.ladder.eta
        guard rung >= self.base, self.rungs[rung].promotedCount < quota, let best = self.rungs[rung].waiting.least
        else { return nil }
        let rank = self.rungs[rung].ranking.rank(of: best)
        return rank < quota ? rank : nil
    }

    /// The rung that has sent on the smallest share of those that came, among those where somebody waits; the higher one
    /// among equals.
    private func leastServed() -> Int? {
        var least: Int?
        for rung in self.rungs.indices.reversed() where self.rungs[rung].waiting.least != nil {
            guard let other = least else {
                least = rung
                continue
            }
            let left = self.rungs[rung].promotedCount * self.rungs[other].ranking.count
            let right = self.rungs[other].promotedCount * self.rungs[rung].ranking.count
            if left < right { least = rung }
        }
        return least
    }

    mutating func close() -> [Decision] { self.close(isExhausted: false) }

    /// No new trial from now on.
    ///
    /// - Parameter isExhausted: Whether that is so because no configuration is left, and not because enough were tried.
    /// - Returns: Nothing.
    mutating func close(isExhausted: Bool) -> [Decision] {
        self.isClosed = true
        self.usesIdleSlots = self.usesIdleSlots || isExhausted
        self.settle()
        return []
    }

    mutating func tell(_ trial: TrialID, level: Int, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.check(trial, level: level)
        self.trials.advance(trial.rawValue)
        guard let rung = self.ladder.levels.firstIndex(of: level) else { return [] }
        let entry = RankedLoss(loss, trial: trial.rawValue)
        self.setLoss(entry.loss, of: trial.rawValue, at: rung)
        guard rung == self.heading[trial.rawValue] else { return [] }
        guard rung < self.ladder.top else {
            self.trials.rest(trial.rawValue, .over)
            return [.complete(trial, rung: rung, level: level)]
        }
        self.trials.rest(trial.rawValue, entry.isFinite ? .paused : .over)
        self.arrive(trial.rawValue, at: rung)
        defer { self.settle() }
        guard entry.isFinite else { return [.notFinite(trial, rung: rung, level: level)] }
        let standing = self.standing[trial.rawValue]
        let rank = self.rungs[standing].ranking.rank(of: self.entry(trial.rawValue, standing))
        let quota = self.rungs[standing].ranking.count / self.ladder.eta
        let loss = self.loss(of: trial.rawValue, at: standing)
        let comparison = self.comparison(loss, in: standing)
        var reason: Reason =
            "\(self.place(rank: rank, in: standing)), the best \(quota) go on (eta \(self.ladder.eta))\(comparison)"
        if self.isProbe(trial.rawValue), rung == self.probeRung { reason = reason + "; \(self.stability)" }
        return [Decision(trial: trial, kind: .pause, rung: rung, level: level, reason: reason)]
    }

    mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError) { try self.trials.skip(trial, to: level) }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.checkRunning(trial)
        self.trials.rest(trial.rawValue, .over)
        let heading = self.heading[trial.rawValue]
        let worst = RankedLoss(loss, trial: trial.rawValue).loss
        for rung in 0...heading where !self.isKnown(trial.rawValue, at: rung) {
            self.setLoss(worst, of: trial.rawValue, at: rung)
        }
        if heading < self.ladder.top { self.arrive(trial.rawValue, at: heading) }
        self.settle()
        return []
    }

    func fate(of trial: TrialID) -> Reason {
        guard let entry = try? self.trials.entry(trial) else { return "never started" }
        let rung = self.standing[trial.rawValue]
        guard entry.phase == .paused, rung >= 0, rung < self.rungs.count else {
            return entry.phase.description(at: Int(entry.level))
        }
        let rank = self.rungs[rung].ranking.rank(of: self.entry(trial.rawValue, rung))
        let quota = self.rungs[rung].ranking.count / self.ladder.eta
        let comparison = self.comparison(self.loss(of: trial.rawValue, at: rung), in: rung)
        return "\(self.place(rank: rank, in: rung)), \(self.rungs[rung].promotedCount) went on of at most \(quota) "
            + "(eta \(self.ladder.eta))\(comparison)"
    }

    /// The loss beside the worst one that may go on.
    private func comparison(_ loss: Double, in rung: Int) -> LossComparison {
        let quota = self.rungs[rung].ranking.count / self.ladder.eta
        return self.wording.comparison(loss, cutOff: quota > 0 ? self.rungs[rung].ranking[quota - 1].loss : nil)
    }

    var choice: Reason? { self.correlations.isEmpty ? nil : self.stability }

    /// What the probes say, in words.
    private var stability: Reason {
        guard !self.correlations.isEmpty else {
            return "\(self.probesEnded.count) of \(Self.probesNeeded) probes have ended"
        }
        var reason: Reason = "rank correlation with \(epochs: self.ladder.levels[self.probeRung]): "
        for (rung, correlation) in self.correlations.enumerated() {
            let comma = rung > 0 ? ", " : ""
            reason = reason + "\(comma)\(epochs: self.ladder.levels[rung]) \(Self.hundredths(correlation))"
        }
        return reason + "; new trials rest first at \(epochs: self.ladder.levels[self.base])"
    }

    private static func hundredths(_ x: Double) -> String {
        let whole = Int((x * 100).rounded())
        let digits = whole.magnitude % 100
        return "\(whole < 0 ? "-" : "")\(whole.magnitude / 100).\(digits < 10 ? "0" : "")\(digits)"
    }

    /// A trial that rests or is over takes its place in the rankings.
    private mutating func arrive(_ trial: Int, at rung: Int) {
        let first = self.standing[trial] < 0 ? min(self.base, rung) : rung
        self.enter(trial, first)
        guard self.isProbe(trial), rung >= self.probeRung, self.standing[trial] <= self.probeRung,
            !self.probesEnded.contains(trial)
        else { return }
        self.probesEnded.append(trial)
        self.adapt()
    }

    private mutating func enter(_ trial: Int, _ rung: Int) {
        self.standing[trial] = rung
        guard rung < self.ladder.top else { return }
        let entry = self.entry(trial, rung)
        _ = self.rungs[rung].ranking.insert(entry)
        if entry.isFinite, self.trials[trial].phase == .paused { self.rungs[rung].waiting.insert(entry) }
    }

    /// Finds the lowest rung whose ranks agree with those at the probes' rung.
    private mutating func adapt() {
        guard self.probesEnded.count >= Self.probesNeeded else { return }
        let last = self.probesEnded.map { self.loss(of: $0, at: self.probeRung) }
        self.correlations = (0..<self.probeRung).map { rung in
            RankOrder.spearman(self.probesEnded.map { self.loss(of: $0, at: rung) }, last) ?? 0
        }
        let base = self.correlations.firstIndex { $0 >= Self.leastCorrelation } ?? self.probeRung
        guard base != self.base else { return }
        self.base = base
        // Whoever is known at the new lowest rung is compared there from now on.
        for trial in 0..<self.trials.count
        where self.standing[trial] >= 0 && self.standing[trial] < base && self.isKnown(trial, at: base)
            && self.trials[trial].phase != .running
        {
            self.enter(trial, base)
        }
    }

    private func entry(_ trial: Int, _ rung: Int) -> RankedLoss {
        RankedLoss(self.loss(of: trial, at: rung), trial: trial)
    }

    private func loss(of trial: Int, at rung: Int) -> Double { self.losses[trial * self.ladder.levels.count + rung] }

    private func isKnown(_ trial: Int, at rung: Int) -> Bool { self.loss(of: trial, at: rung) != Self.unknown }

    private mutating func setLoss(_ loss: Double, of trial: Int, at rung: Int) {
        self.losses[trial * self.ladder.levels.count + rung] = loss
    }

    private func place(rank: Int, in rung: Int) -> RungPlace {
        RungPlace(rank: rank, count: self.rungs[rung].ranking.count, level: self.ladder.levels[rung])
    }
}
