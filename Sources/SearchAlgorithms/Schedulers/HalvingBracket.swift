import TuningModel

/// One bracket of synchronous successive halving: its rungs and who has reached them.
struct HalvingBracket: Hashable, Sendable {
    struct Rung: Hashable, Sendable {
        private(set) var ranking = RankedList()
        /// How many of the best go on from here; 0 at the top.
        var quota: Int
        /// How many trials reach this rung: from above while the rung below is still open, then exactly.
        var expectedCount: Int
        /// The best so many are sure to be among the `quota` best, and have been let go on where they wait.
        private(set) var claimedCount = 0
        /// How many of those have been let go on.
        var promotedCount = 0

        init(quota: Int, expectedCount: Int) {
            self.quota = quota
            self.expectedCount = expectedCount
        }

        /// Whether all trials of the rung are there.
        var isFull: Bool { self.ranking.count >= self.expectedCount }

        /// The best of those who cannot go on any more.
        var firstLeftBehind: RankedLoss? { self.ranking.count > self.quota ? self.ranking[self.quota] : nil }

        mutating func insert(_ entry: RankedLoss) -> Int { self.ranking.insert(entry) }

        /// Claims a trial that has just arrived among the claimed ones.
        ///
        /// - Returns: Whether it did. The trials before and after it were claimed already.
        mutating func claim(rank: Int) -> Bool {
            guard rank < self.claimedCount else { return false }
            self.claimedCount += 1
            return true
        }

        /// Claims the next trial that stays among the best `quota` even if all that are still to come were better.
        mutating func claimNext() -> RankedLoss? {
            let missing = max(0, self.expectedCount - self.ranking.count)
            guard self.claimedCount < min(self.quota - missing, self.ranking.count) else { return nil }
            self.claimedCount += 1
            return self.ranking[self.claimedCount - 1]
        }
    }

    /// From the bottom up; empty once the bracket is finished.
    var rungs: [Rung]
    private var trialCount: Int
    var startedCount = 0
    /// The rungs below this one are complete, and this one knows how many trials reach it.
    private var openRung = 0

    init(plan: BracketPlan, eta: Int) {
        self.trialCount = plan.rungs[0].trials
        self.rungs = Self.rungs(trials: self.trialCount, count: plan.rungs.count, eta: eta)
    }

    /// Whether all its trials have started.
    var isFull: Bool { self.startedCount >= self.trialCount }

    /// Makes do with the trials that have started: at least one, and fewer than planned.
    ///
    /// - Returns: The waiting places that are now beyond the quota of their rung, best first.
    mutating func cut(eta: Int) -> [(rung: Int, entry: RankedLoss)] {
        self.trialCount = self.startedCount
        let smaller = Self.rungs(trials: self.trialCount, count: self.rungs.count, eta: eta)
        var leftBehind: [(rung: Int, entry: RankedLoss)] = []
        for rung in self.rungs.indices {
            let places =
                smaller[rung]
                .quota..<max(smaller[rung].quota, min(self.rungs[rung].quota, self.rungs[rung].ranking.count))
            leftBehind += places.map { (rung, self.rungs[rung].ranking[$0]) }
            self.rungs[rung].quota = smaller[rung].quota
            self.rungs[rung].expectedCount = smaller[rung].expectedCount
        }
        return leftBehind
    }

    /// Settles the lowest open rung where it is complete.
    ///
    /// - Returns: The rung above it, which now knows how many trials reach it; `nil` where nothing was settled or the
    ///   bracket is finished.
    mutating func settleNext() -> Int? {
        guard self.openRung < self.rungs.count, self.rungs[self.openRung].isFull else { return nil }
        let promotedCount = self.rungs[self.openRung].promotedCount
        self.openRung += 1
        guard self.openRung < self.rungs.count else {
            self.rungs = []
            return nil
        }
        self.rungs[self.openRung].expectedCount = promotedCount
        return self.openRung
    }

    /// "rank 2 of 9 at 3 epochs in bracket 4".
    func place(of entry: RankedLoss, rung: Int, plan: BracketPlan) -> Reason {
        let ranking = self.rungs[rung].ranking
        let missing = max(0, self.rungs[rung].expectedCount - ranking.count)
        return "rank \(ranking.rank(of: entry) + 1) of \(ranking.count) at \(epochs: plan.rungs[rung].level)"
            + " in bracket \(plan.bracket)" + (missing > 0 ? " with \(missing) to come" : "")
    }

    /// The place and the cut-off.
    func outlook(of entry: RankedLoss, rung: Int, plan: BracketPlan, eta: Int, _ wording: LossWording) -> Reason {
        "\(self.place(of: entry, rung: rung, plan: plan)), the best \(self.rungs[rung].quota) go on (eta \(eta))\(self.comparison(entry, rung: rung, wording))"
    }

    /// The loss, and that of the last trial that goes on as things stand.
    func comparison(_ entry: RankedLoss, rung: Int, _ wording: LossWording) -> LossComparison {
        let state = self.rungs[rung]
        let last = min(state.quota, state.ranking.count) - 1
        return wording.comparison(entry.loss, cutOff: last >= 0 ? state.ranking[last].loss : nil)
    }

    /// The rungs of a bracket of so many trials: rung i is for the best max(1, floor(trials / eta^i)).
    private static func rungs(trials: Int, count: Int, eta: Int) -> [Rung] {
        var expected = trials
        return (0..<count).map { rung in
            let quota = rung == count - 1 ? 0 : max(1, expected / eta)
            defer { expected = quota }
            return Rung(quota: quota, expectedCount: expected)
        }
    }
}
