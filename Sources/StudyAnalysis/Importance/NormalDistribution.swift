import TuningModel

/// The standard normal distribution, with the same bits on every host.
package enum NormalDistribution {
    /// The two-sided 95 % point.
    package static let z95 = 1.959963984540054

    /// The probability of at most x; NaN for NaN.
    ///
    /// Source: M. Abramowitz and I. Stegun, "Handbook of mathematical functions", 1964: the series 7.1.6 up to 2.5, where
    /// all terms have one sign, and the continued fraction 7.1.14 beyond. The error is below `1e-14`.
    package static func cumulative(_ x: Double) -> Double {
        guard x.isFinite else { return x.isNaN ? .nan : x > 0 ? 1 : 0 }
        let tail = self.upperTail(abs(x))
        return x < 0 ? tail : 1 - tail
    }

    /// The probability of more than x, for `x >= 0`; far out it keeps its digits where `1 - cumulative` has none.
    private static func upperTail(_ x: Double) -> Double {
        let density = LogarithmicScale.exponential(-x * x / 2) * 0.3989422804014327
        guard x < 2.5 else {
            var fraction = x
            for term in stride(from: 60.0, through: 1, by: -1) { fraction = x + term / fraction }
            return density / fraction
        }
        var term = x
        var sum = x
        var n = 1.0
        while term > sum * 1e-17 {
            term *= x * x / (2 * n + 1)
            sum += term
            n += 1
        }
        return 0.5 - density * sum
    }

    /// The probability of (low, high).
    package static func between(_ low: Double, _ high: Double) -> Double {
        if low > 0 { return max(0, self.cumulative(-low) - self.cumulative(-high)) }
        return max(0, self.cumulative(high) - self.cumulative(low))
    }
}
