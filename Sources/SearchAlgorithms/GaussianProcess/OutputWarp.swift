import TuningModel

/// Brings losses onto a scale on which a Gaussian process can explain them: finite, of mean 0 and variance 1, with the long
/// tail of bad losses pulled in.
///
/// Losses above `q₃ + 3 (q₃ - q₁)`, or above the median by as much as it is above the best, whichever is higher, are cut off
/// there. With z the share of the way from the best loss to the worst one left, `log(1 + c z) / log(1 + c)` takes its place,
/// where c is the one of a few that makes the losses most like normal numbers. An infinite loss (a trial that diverged or
/// failed) counts as a tenth of that way worse than the worst.
///
/// Source: the maximum of the profile likelihood as in G. Box and D. Cox, "An Analysis of Transformations", J. R. Stat. Soc. B
/// 26, 1964, equation 8; the family is ours: unlike powers it is bounded, and its slope at the best loss is finite.
struct OutputWarp: Hashable, Sendable {
    private let low: Double
    private let high: Double
    private let bend: Double

    /// The warp that suits these losses.
    ///
    /// - Complexity: O(n log n).
    init(_ losses: [Double]) {
        let finite = losses.filter(\.isFinite).sorted()
        guard let low = finite.first, let worst = finite.last else {
            (self.low, self.high, self.bend) = (0, 0, 0)
            return
        }
        // Halves, because the difference of very far losses is not a finite number.
        let median = finite[finite.count / 2] / 2
        let first = finite[finite.count / 4] / 2
        let third = finite[finite.count * 3 / 4] / 2
        let reach = max(third + 3 * (third - first), median + (median - low / 2))
        let high = reach > low / 2 ? min(worst / 2, reach) * 2 : worst
        self.low = low
        self.high = high.isFinite ? high : worst
        let shares = finite.map { Self.share($0, low: low, high: high) }
        var best = (likelihood: -Double.infinity, bend: 0.0)
        for bend in [0.0, 1, 3] where shares.count > 3 {
            let likelihood = Self.likelihood(shares, bend: bend)
            if likelihood > best.likelihood { best = (likelihood, bend) }
        }
        self.bend = best.bend
    }

    /// The warped losses, of mean 0 and variance 1; all 0 where they are all the same.
    func callAsFunction(_ losses: [Double]) -> [Double] {
        let scale = self.bend > 0 ? 1 / LogarithmicScale.logarithm(1 + self.bend) : 1
        var numbers = losses.map { loss in
            let share = loss.isFinite ? Self.share(loss, low: self.low, high: self.high) : 1.1
            return self.bend > 0
                ? LogarithmicScale.logarithm(1 + self.bend * max(share, -0.5 / self.bend)) * scale : share
        }
        guard !numbers.isEmpty else { return [] }
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        var variance = 0.0
        for i in numbers.indices {
            numbers[i] -= mean
            variance += numbers[i] * numbers[i]
        }
        let deviation = (variance / Double(numbers.count)).squareRoot()
        guard deviation > 1e-12 else { return numbers.map { _ in 0 } }
        for i in numbers.indices { numbers[i] /= deviation }
        return numbers
    }

    /// Where a loss lies between the best and the worst.
    private static func share(_ loss: Double, low: Double, high: Double) -> Double {
        let width = high / 2 - low / 2
        guard width > 0 else { return loss > low ? 1 : 0 }
        return min((loss / 2 - low / 2) / width, 1)
    }

    private static func likelihood(_ shares: [Double], bend: Double) -> Double {
        guard bend > 0 else { return Self.likelihood(shares, slopes: 0) }
        let logarithm = LogarithmicScale.logarithm(1 + bend)
        var slopes = 0.0
        let numbers = shares.map { share in
            let number = LogarithmicScale.logarithm(1 + bend * share)
            slopes += LogarithmicScale.logarithm(bend / logarithm) - number
            return number / logarithm
        }
        return Self.likelihood(numbers, slopes: slopes)
    }

    private static func likelihood(_ numbers: [Double], slopes: Double) -> Double {
        let count = Double(numbers.count)
        let mean = numbers.reduce(0, +) / count
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        return -count / 2 * LogarithmicScale.logarithm(variance + 1e-12) + slopes
    }
}
