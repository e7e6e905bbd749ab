/// Whether two lists order the same things alike.
enum RankCorrelation {
    /// Spearman's rho with mean ranks for ties: the correlation of the ranks, in [-1, 1].
    ///
    /// Infinities are equal worst values. 0 where one of the lists has no order.
    ///
    /// - Precondition: Lists of one length, without NaN.
    /// - Complexity: O(n log n).
    static func spearman(_ left: [Double], _ right: [Double]) -> Double {
        let x = self.ranks(left)
        let y = self.ranks(right)
        let mean = Double(left.count - 1) / 2
        var covariance = 0.0
        var squares = (0.0, 0.0)
        for (a, b) in zip(x, y) {
            covariance += (a - mean) * (b - mean)
            squares.0 += (a - mean) * (a - mean)
            squares.1 += (b - mean) * (b - mean)
        }
        let scale = (squares.0 * squares.1).squareRoot()
        return scale > 0 ? covariance / scale : 0
    }

    /// Ranks from 0, the mean of their places for equal values.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for i in start...end { ranks[order[i]] = Double(start + end) / 2 }
            start = end + 1
        }
        return ranks
    }
}
