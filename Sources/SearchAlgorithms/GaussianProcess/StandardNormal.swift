import TuningModel

/// The standard normal distribution and what expected improvement needs of it, far into its tail.
enum StandardNormal {
    /// `log √(2π)`.
    private static let logRoot = 0.9189385332046727

    /// `φ(z) = exp(-z²/2) / √(2π)`.
    static func density(_ z: Double) -> Double { LogarithmicScale.exponential(-0.5 * z * z - Self.logRoot) }

    /// `Φ(z)`, with a relative error below 1e-12.
    ///
    /// Around 0 by the series `φ(z) (z + z³/3 + z⁵/15 + …)`, else by the continued fraction of the tail.
    ///
    /// Source: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 1964, 26.2.11 and 26.2.14.
    static func cumulative(_ z: Double) -> Double {
        if z.isNaN { return .nan }
        guard abs(z) < 2.5 else {
            let tail = abs(z) > 40 ? 0 : Self.density(z) / (abs(z) + Self.fraction(abs(z)))
            return z > 0 ? 1 - tail : tail
        }
        var term = z
        var sum = z
        var divisor = 1.0
        while abs(term) > 1e-18 * abs(sum) {
            divisor += 2
            term *= z * z / divisor
            sum += term
        }
        return 0.5 + Self.density(z) * sum
    }

    /// The `z` with `Φ(z) = p`, for p strictly between 0 and 1, by Newton's method; what lies outside counts as 1e-12 from
    /// its end.
    static func quantile(_ p: Double) -> Double {
        let p = min(max(p, 1e-12), 1 - 1e-12)
        var low = -8.0
        var high = 8.0
        var z = 0.0
        for _ in 0..<80 {
            let error = Self.cumulative(z) - p
            if error > 0 { high = z } else { low = z }
            let next = z - error / Self.density(z)
            let accepted = next > low && next < high ? next : (low + high) / 2
            if abs(accepted - z) < 1e-13 { return accepted }
            z = accepted
        }
        return z
    }

    /// `log h(z)` with `h(z) = φ(z) + z Φ(z)`, and the ratios `φ/h` and `Φ/h` that its gradients need.
    ///
    /// In the tail, with `t = -z` and the continued fraction `Φ(-t) = φ(t) / (t + c)`, `h = φ(t) c / (t + c)`: no difference
    /// of nearly equal numbers, and no underflow however far the tail is.
    ///
    /// Source: S. Ament et al., "Unexpected Improvements to Expected Improvement for Bayesian Optimization", NeurIPS 2023,
    /// equation 9.
    /// Deviations, on purpose: the tail by a continued fraction in place of `erfcx`.
    static func logarithmicImprovement(_ z: Double) -> (value: Double, densityRatio: Double, cumulativeRatio: Double) {
        if z > -2.5 {
            let density = Self.density(z)
            let cumulative = Self.cumulative(z)
            let h = density + z * cumulative
            return (LogarithmicScale.logarithm(h), density / h, cumulative / h)
        }
        let t = min(-z, 1e100)
        let c = Self.fraction(t)
        return (
            -0.5 * t * t - Self.logRoot + LogarithmicScale.logarithm(c / (t + c)), (t + c) / c, 1 / c
        )
    }

    /// `c = 1 / (t + 2 / (t + 3 / (t + …)))`, for t of at least 2.5.
    private static func fraction(_ t: Double) -> Double {
        var c = 0.0
        for k in stride(from: 40.0, through: 1, by: -1) { c = k / (t + c) }
        return c
    }
}
