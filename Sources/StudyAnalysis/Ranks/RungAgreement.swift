package import TuningModel

/// Whether the order of trials at one rung tells their order at a higher one.
///
/// Compared are the trials that have a loss at both. A trial that diverged or failed on its way to a rung is the worst
/// there. Where a scheduler promotes by rank, only the best of the lower rung come to the higher one: figures among them
/// are lower than they would be among all trials, never better.
///
/// - Complexity: O(n log n).
package struct RungAgreement: Hashable, Sendable {
    /// What the figures say.
    package enum Verdict: Hashable, Sendable {
        /// Too few trials for any statement.
        case unknown
        /// The interval of Spearman's rho holds 0, or is below it.
        case noSignal
        /// The interval is above 0, the coefficient below 0.5.
        case weak
        /// At least 0.5.
        case good
    }

    /// The rungs' levels.
    package let low: Int
    package let high: Int
    /// What levels are counted in.
    package let resource: Resource
    /// How many trials have both.
    package let trials: Int
    package let spearman: RankCorrelation?
    package let kendall: RankCorrelation?
    /// Of the best `floor(n / eta)` trials of the higher rung, at least one, those that are among as many at the lower.
    package let survival: Proportion
    package let eta: Int

    /// - Parameters:
    ///   - low: The lower rung's level.
    ///   - high: The higher rung's.
    ///   - resource: What levels are counted in.
    ///   - lower: Losses at the lower rung.
    ///   - higher: Losses of the same trials at the higher one.
    ///   - eta: One of `eta` trials goes on; at least 2.
    package init(
        low: Int, high: Int, resource: Resource = .epochs, lower: [Double], higher: [Double], eta: Int
    ) {
        precondition(lower.count == higher.count, "\(lower.count) losses and \(higher.count)")
        self.low = low
        self.high = high
        self.resource = resource
        self.eta = max(2, eta)
        self.trials = lower.count
        self.spearman = RankCorrelation.spearman(lower, higher)
        self.kendall = RankCorrelation.kendall(lower, higher)
        let count = lower.isEmpty ? 0 : max(1, lower.count / self.eta)
        let early = Self.best(count, lower)
        let late = Self.best(count, higher)
        self.survival = Proportion(late.count { early.contains($0) }, of: count)
    }

    package var verdict: Verdict {
        guard let rho = self.spearman, let low = rho.low, self.trials >= 8 else { return .unknown }
        if low <= 0 { return .noSignal }
        return rho.coefficient < 0.5 ? .weak : .good
    }

    /// The verdict in words.
    package var sentence: String {
        let isEpochs = self.resource == .epochs
        let names = isEpochs ? "epoch-\(self.low) ranks" : "ranks at \(self.resource.place(self.low))"
        switch self.verdict {
        case .unknown:
            let found = self.trials == 1 ? "1 trial has" : "\(self.trials) trials have"
            let both = isEpochs ? "epochs" : "losses at \(self.resource)"
            return "\(found) \(both) \(self.low) and \(self.high), too few to compare their ranks"
        case .noSignal:
            return
                "\(names) carry no signal on this task that \(self.trials) trials could show; raise the scheduler's min"
        case .weak: return "\(names) say a little of those at \(self.resource.place(self.high))"
        case .good: return "\(names) tell those at \(self.resource.place(self.high))"
        }
    }

    /// The best ones, ties to the earlier.
    private static func best(_ count: Int, _ losses: [Double]) -> [Int] {
        let losses = losses.map { $0.isFinite ? $0 : .infinity }
        let order = losses.indices.sorted { losses[$0] != losses[$1] ? losses[$0] < losses[$1] : $0 < $1 }
        return order.prefix(count).sorted()
    }
}
