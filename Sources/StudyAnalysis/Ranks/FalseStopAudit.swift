/// How often a scheduler stops a trial that would have been among the best.
///
/// Some of the stopped trials, drawn at random, were trained to the end all the same. Such a trial was stopped in error
/// when it would have been one of the best `max(1, floor((n + 1) / eta))` of itself and the n trials that came to the end
/// by rule. As each audited trial is an even draw of the stopped ones and the trials by rule do not depend on the draw, the
/// share among the audited is an unbiased estimate of that among all stopped trials; its interval is Wilson's.
///
/// - Complexity: O((n + audited) log n).
package struct FalseStopAudit: Hashable, Sendable {
    /// Stopped in error, of the audited.
    package let falseStops: Proportion
    /// Audited trials better than every trial by rule.
    package let missedBest: Proportion
    package let eta: Int

    /// - Parameters:
    ///   - audited: Losses at the end of trials that a rule had stopped. What is not finite is the worst.
    ///   - finished: Losses of those that came to the end by rule.
    ///   - eta: One of `eta` is among the best; at least 2.
    package init(audited: [Double], finished: [Double], eta: Int) {
        self.eta = max(2, eta)
        let ordered = finished.map { $0.isFinite ? $0 : .infinity }.sorted()
        let places = max(1, (finished.count + 1) / self.eta)
        let ranks = audited.map { $0.isFinite ? Self.rank($0, in: ordered) : ordered.count }
        // Without trials by rule every finite audited one would be the best of one.
        let isComparable = !finished.isEmpty
        self.falseStops = Proportion(
            isComparable ? zip(ranks, audited).count { $0 < places && $1.isFinite } : 0,
            of: isComparable ? audited.count : 0)
        self.missedBest = Proportion(
            isComparable ? zip(ranks, audited).count { $0 == 0 && $1.isFinite } : 0,
            of: isComparable ? audited.count : 0)
    }

    /// How many are at least as good: a tie goes to the trial by rule.
    private static func rank(_ loss: Double, in ordered: [Double]) -> Int {
        var low = 0
        var high = ordered.count
        while low < high {
            let middle = (low + high) / 2
            if ordered[middle] <= loss { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
