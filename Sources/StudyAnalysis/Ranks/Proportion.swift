/// How often something happened, with an interval for how often it does.
package struct Proportion: Hashable, Sendable {
    package let count: Int
    package let total: Int

    package init(_ count: Int, of total: Int) {
        self.count = count
        self.total = total
    }

    /// `nil` where nothing was counted.
    package var share: Double? { self.total > 0 ? Double(self.count) / Double(self.total) : nil }

    /// The 95 % interval; all of [0, 1] where nothing was counted.
    ///
    /// With p the share of n and z the two-sided point:
    /// `(p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)`.
    ///
    /// Source: E. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    package var interval: (low: Double, high: Double) {
        guard let share = self.share else { return (0, 1) }
        let n = Double(self.total)
        let square = NormalDistribution.z95 * NormalDistribution.z95
        let centre = share + square / (2 * n)
        let half = NormalDistribution.z95 * (share * (1 - share) / n + square / (4 * n * n)).squareRoot()
        let low = self.count == 0 ? 0 : (centre - half) / (1 + square / n)
        let high = self.count == self.total ? 1 : (centre + half) / (1 + square / n)
        return (max(0, low), min(1, high))
    }
}
