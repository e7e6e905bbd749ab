/// Whether two lists order the same things alike.
package enum RankOrder {
    /// Spearman's rho: the correlation of the ranks, in [-1, 1].
    ///
    /// - Parameters:
    ///   - first: Values; what is not finite ranks last, all of it equal.
    ///   - second: As many.
    /// - Returns: `nil` for lists of different lengths or of fewer than two values, and where one has no order.
    /// - Complexity: O(n log n).
    package static func spearman(_ first: [Double], _ second: [Double]) -> Double? {
        guard first.count == second.count, first.count > 1 else { return nil }
        let mean = Double(first.count + 1) / 2
        var sums = (xy: 0.0, xx: 0.0, yy: 0.0)
        for (x, y) in zip(self.ranks(first), self.ranks(second)) {
            sums.xy += (x - mean) * (y - mean)
            sums.xx += (x - mean) * (x - mean)
            sums.yy += (y - mean) * (y - mean)
        }
        guard sums.xx > 0, sums.yy > 0 else { return nil }
        return min(1, max(-1, sums.xy / (sums.xx * sums.yy).squareRoot()))
    }

    /// Ranks from 1; equal values share the mean of theirs, and what is not finite ranks last, all of it equal.
    package static func ranks(_ values: [Double]) -> [Double] {
        let values = values.map { $0.isFinite ? $0 : .infinity }
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
            start = end
        }
        return ranks
    }
}
