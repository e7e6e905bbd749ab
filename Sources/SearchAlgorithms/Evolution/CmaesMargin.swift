import TuningModel

/// The margin correction of CMA-ES: each of a discrete number's neighbours keeps the probability α / 2 at least, so
/// that no such number gets stuck at one value while the others are still adapted.
///
/// Source: R. Hamano, S. Saito, M. Nomura, S. Shirakawa, "CMA-ES with margin: lower-bounding marginal probability for
/// mixed-integer black-box optimization", GECCO 2022, section 4, with m, A and α = 1 / (λ N) as there, ℓ for the
/// thresholds between values, and `√χ²ppf(1 - 2p)` written as the normal quantile of `1 - p`.
enum CmaesMargin {
    /// Corrects the mean and the scale A of one discrete number.
    ///
    /// - Parameters:
    ///   - mean: m, the number's mean.
    ///   - scale: A.
    ///   - deviation: `σ √C` of the number, without A.
    ///   - cell: The thresholds around the mean, ascending.
    ///   - isFirst: Whether there is no value below.
    ///   - isLast: Whether there is no value above.
    ///   - alpha: α.
    static func correct(
        mean: inout Double, scale: inout Double, deviation: Double, cell: (low: Double, high: Double), isFirst: Bool,
        isLast: Bool, alpha: Double
    ) {
        guard !(isFirst && isLast), deviation > 0, deviation.isFinite else { return }
        let spread = deviation * scale
        if isFirst {
            mean = cell.high - min(cell.high - mean, self.quantile(1 - alpha) * spread)
        } else if isLast {
            mean = cell.low + min(mean - cell.low, self.quantile(1 - alpha) * spread)
        } else {
            let low = self.probability((cell.low - mean) / spread)
            let up = self.probability((mean - cell.high) / spread)
            let middle = 1 - low - up
            let raisedLow = max(alpha / 2, low)
            let raisedUp = max(alpha / 2, up)
            let excess = 1 - raisedLow - raisedUp - middle
            let room = raisedLow + raisedUp + middle - 3 * alpha / 2
            guard room > 0 else { return }
            let finalLow = min(0.5 - 1e-9, raisedLow + excess / room * (raisedLow - alpha / 2))
            let finalUp = min(0.5 - 1e-9, raisedUp + excess / room * (raisedUp - alpha / 2))
            let lowQuantile = self.quantile(1 - finalLow)
            let upQuantile = self.quantile(1 - finalUp)
            mean = (cell.low * upQuantile + cell.high * lowQuantile) / (lowQuantile + upQuantile)
            scale = (cell.high - cell.low) / (deviation * (lowQuantile + upQuantile))
        }
    }

    /// The distribution function of the standard normal distribution, within 1e-15.
    ///
    /// `1/2 + φ(x) (x + x³/3 + x⁵/15 + …)`.
    static func probability(_ x: Double) -> Double {
        guard x > -8 else { return 0 }
        guard x < 8 else { return 1 }
        var term = x
        var sum = x
        var k = 3.0
        while abs(term) > 1e-18 * abs(sum), k < 400 {
            term *= x * x / k
            sum += term
            k += 2
        }
        return min(max(0.5 + sum * LogarithmicScale.exponential(-x * x / 2) * 0.398_942_280_401_432_7, 0), 1)
    }

    /// Where the distribution function has a value in [1/2, 1): by bisection, at most 8.
    static func quantile(_ probability: Double) -> Double {
        var low = 0.0
        var high = 8.0
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if self.probability(middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
