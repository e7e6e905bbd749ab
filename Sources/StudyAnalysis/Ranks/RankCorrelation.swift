import SearchAlgorithms
import TuningModel

/// A coefficient of rank correlation with its 95 % interval.
package struct RankCorrelation: Hashable, Sendable {
    package let coefficient: Double
    /// `nil` where there are too few pairs for one.
    package let low: Double?
    package let high: Double?

    /// Spearman's rho: Pearson's correlation of the ranks, equal values sharing the mean of theirs.
    ///
    /// Interval: Fisher's z with the variance `(1 + rho^2 / 2) / (n - 3)`.
    ///
    /// Source: D. Bonett and T. Wright, "Sample size requirements for estimating Pearson, Kendall and Spearman
    /// correlations", Psychometrika 65, 2000, equation 8.
    ///
    /// - Parameters:
    ///   - first: Values; what is not finite ranks last, all of it equal.
    ///   - second: As many.
    /// - Returns: `nil` for fewer than two pairs, and where one side has no two different values.
    /// - Complexity: O(n log n).
    package static func spearman(_ first: [Double], _ second: [Double]) -> RankCorrelation? {
        guard let rho = RankOrder.spearman(first, second) else { return nil }
        let freedom = Double(first.count - 3)
        return RankCorrelation(rho, variance: freedom > 0 ? (1 + rho * rho / 2) / freedom : nil)
    }

    /// Kendall's tau-b: concordant less discordant pairs, over the geometric mean of the pairs that are not tied in each.
    ///
    /// Interval: Fisher's z with the variance `0.437 / (n - 4)` (Bonett and Wright 2000).
    ///
    /// Source: W. Knight, "A computer method for calculating Kendall's tau with ungrouped data", JASA 61, 1966: discordant
    /// pairs are the exchanges of a merge sort.
    ///
    /// - Returns: `nil` as above.
    /// - Complexity: O(n log n).
    package static func kendall(_ first: [Double], _ second: [Double]) -> RankCorrelation? {
        guard first.count == second.count, first.count > 1 else { return nil }
        let (x, y) = (RankOrder.ranks(first), RankOrder.ranks(second))
        let order = x.indices.sorted { (x[$0], y[$0]) < (x[$1], y[$1]) }
        let pairs = { (count: Int) in Double(count) * Double(count - 1) / 2 }
        let all = pairs(x.count)
        let tiedX = self.runs(order) { x[$0] == x[$1] }.reduce(0) { $0 + pairs($1) }
        let tiedBoth = self.runs(order) { x[$0] == x[$1] && y[$0] == y[$1] }.reduce(0) { $0 + pairs($1) }
        var column = order.map { y[$0] }
        let exchanges = self.sortCountingExchanges(&column)
        let tiedY = self.runs(Array(column.indices)) { column[$0] == column[$1] }.reduce(0) { $0 + pairs($1) }
        guard all > tiedX, all > tiedY else { return nil }
        let difference = all - tiedX - tiedY + tiedBoth - 2 * exchanges
        let tau = min(1, max(-1, difference / ((all - tiedX) * (all - tiedY)).squareRoot()))
        let freedom = Double(first.count - 4)
        return RankCorrelation(tau, variance: freedom > 0 ? 0.437 / freedom : nil)
    }

    private init(_ coefficient: Double, variance: Double?) {
        self.coefficient = coefficient
        guard let variance, abs(coefficient) < 1 else {
            let bound = variance == nil ? nil : Double?.some(coefficient)
            self.low = bound
            self.high = bound
            return
        }
        let z = 0.5 * LogarithmicScale.logarithm((1 + coefficient) / (1 - coefficient))
        let half = NormalDistribution.z95 * variance.squareRoot()
        self.low = Self.hyperbolicTangent(z - half)
        self.high = Self.hyperbolicTangent(z + half)
    }

    private static func hyperbolicTangent(_ x: Double) -> Double {
        let power = LogarithmicScale.exponential(-2 * abs(x))
        let size = (1 - power) / (1 + power)
        return x < 0 ? -size : size
    }

    /// The lengths of the runs of equal neighbours.
    private static func runs(_ order: [Int], areEqual: (Int, Int) -> Bool) -> [Int] {
        var runs: [Int] = []
        for (place, item) in order.enumerated() {
            if place > 0, areEqual(order[place - 1], item) { runs[runs.count - 1] += 1 } else { runs.append(1) }
        }
        return runs
    }

    /// Sorts by merging and counts the pairs that stood in the wrong order.
    private static func sortCountingExchanges(_ values: inout [Double]) -> Double {
        var count = 0.0
        var width = 1
        var other = values
        while width < values.count {
            for start in stride(from: 0, to: values.count, by: 2 * width) {
                let middle = min(start + width, values.count)
                let end = min(start + 2 * width, values.count)
                var (left, right) = (start, middle)
                for place in start..<end {
                    if left < middle, right >= end || values[left] <= values[right] {
                        other[place] = values[left]
                        left += 1
                    } else {
                        other[place] = values[right]
                        count += Double(middle - left)
                        right += 1
                    }
                }
            }
            swap(&values, &other)
            width *= 2
        }
        return count
    }
}
