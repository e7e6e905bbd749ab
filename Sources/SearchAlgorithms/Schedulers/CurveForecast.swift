import TuningModel

/// What a learning curve will come to, from an ensemble of curves that level off.
///
/// Each member is `c + a * g(x)` with a falling basis g of the epoch x and `a > 0`:
///
///     pow3, pow4   g = (x + d)^-alpha     alpha in 0.1 ... 2, d in 0, 1, 4, 16
///     exp          g = e^(-k x / R)       k in 1, 2, 4, ..., 128, R the last epoch foretold
///     ilog         g = 1 / log(x + 1)
///     flat         g = 0
///
/// For fixed shape, c and a are found by weighted least squares in closed form, late epochs weighing up to ten times as
/// much as early ones. Members are weighed by the Bayesian information criterion, `log w = -n/2 log(RSS / n) - k/2 log n`
/// with k free numbers, and each foretells a normal distribution with the variance of least squares: its residual variance
/// and that of its mean.
///
/// Source: T. Domhan, J. Springenberg, F. Hutter, "Speeding up automatic hyperparameter optimization of deep neural networks
/// by extrapolation of learning curves", IJCAI 2015, table 1 (families) and equations 3 to 5.
///
/// Deviations, on purpose:
/// - A sum over a grid of shapes stands for the paper's Markov chain Monte Carlo: the same bits everywhere, and bounded.
/// - Members are averaged, not added up into one curve with weights of its own.
/// - Four of the eleven families; the others bend like these over the epochs that matter.
/// - Losses above `best + 20 * (median - best)` of the curve are left out: a first epoch that blew up bends no curve.
/// - The residual's deviation is at least a thousandth of the curve's range: a curve without noise is not a certain one.
///
/// - Complexity: 42 members times at most 64 of the curve's epochs, evenly spread: 2,700 evaluations of a basis.
enum CurveForecast {
    private static let mostPoints = 64
    /// Fewer epochs say nothing of a curve.
    static let fewestPoints = 4

    private enum Basis {
        case power(alpha: Double, offset: Double)
        case exponential(rate: Double)
        case inverseLogarithm
        case flat

        func value(at epoch: Double) -> Double {
            switch self {
            case .power(let alpha, let offset):
                LogarithmicScale.exponential(-alpha * LogarithmicScale.logarithm(epoch + offset))
            case .exponential(let rate): LogarithmicScale.exponential(-rate * epoch)
            case .inverseLogarithm: 1 / LogarithmicScale.logarithm(epoch + 1)
            case .flat: 0
            }
        }

        /// Numbers that are fitted or chosen.
        var freeCount: Double {
            switch self {
            case .power(_, let offset): offset == 0 ? 3 : 4
            case .exponential: 3
            case .inverseLogarithm: 2
            case .flat: 1
            }
        }

        static func all(target: Double) -> [Basis] {
            var all: [Basis] = []
            for alpha in [0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2] {
                for offset in [0.0, 1, 4, 16] { all.append(.power(alpha: alpha, offset: offset)) }
            }
            for step in 0..<8 { all.append(.exponential(rate: Double(1 << step) / target)) }
            return all + [.inverseLogarithm, .flat]
        }
    }

    /// The probability that a curve ends below a loss.
    ///
    /// - Parameters:
    ///   - curve: Losses from epoch 1 on; those that are not finite are left out.
    ///   - target: The epoch foretold; at least the number of epochs there are.
    ///   - best: The loss to be beaten.
    /// - Returns: In [0, 1]; 1 where fewer than 4 losses are left or their range is not finite.
    static func probability(of curve: [Double], at target: Int, below best: Double) -> Double {
        let points = Self.points(of: curve)
        guard let lowest = points.map(\.loss).min(), let highest = points.map(\.loss).max(),
            points.count >= Self.fewestPoints, (highest - lowest).isFinite
        else { return 1 }
        let range = highest - lowest
        guard range > 0 else { return lowest < best ? 1 : 0 }
        let losses = points.map { ($0.loss - lowest) / range }
        let epochs = points.map { Double($0.epoch) }
        let goal = (best - lowest) / range
        let weights = Self.weights(epochs)
        var members: [(logarithm: Double, probability: Double)] = []
        for basis in Basis.all(target: Double(target)) {
            let values = epochs.map(basis.value)
            guard
                let fit = Fit(
                    values: values, losses: losses, weights: weights, freeCount: basis.freeCount,
                    isFlat: { if case .flat = basis { true } else { false } }())
            else { continue }
            let (mean, deviation) = fit.forecast(at: basis.value(at: Double(target)))
            members.append((fit.logarithmOfWeight, Self.normal((goal - mean) / deviation)))
        }
        let top = members.map(\.logarithm).max() ?? 0
        var sum = 0.0
        var total = 0.0
        for member in members {
            let weight = LogarithmicScale.exponential(member.logarithm - top)
            sum += weight * member.probability
            total += weight
        }
        return total > 0 ? min(1, sum / total) : 1
    }

    /// At most 64 epochs, evenly spread, the first and the last among them, less those whose losses stand out.
    private static func points(of curve: [Double]) -> [(epoch: Int, loss: Double)] {
        let finite = curve.indices.filter { curve[$0].isFinite }
        let count = min(finite.count, Self.mostPoints)
        guard count > 1 else { return [] }
        let spread = (0..<count).map { finite[$0 * (finite.count - 1) / (count - 1)] }
        let sorted = spread.map { curve[$0] }.sorted()
        let median = sorted[count / 2]
        let limit = median > sorted[0] ? sorted[0] + 20 * (median - sorted[0]) : .infinity
        return spread.filter { curve[$0] <= limit }.map { ($0 + 1, curve[$0]) }
    }

    /// `10^(x / last x)`, scaled so that they add up to their number.
    private static func weights(_ epochs: [Double]) -> [Double] {
        let last = epochs[epochs.count - 1]
        let raw = epochs.map { LogarithmicScale.exponential($0 / last * 2.302585092994046) }
        let factor = Double(raw.count) / raw.reduce(0, +)
        return raw.map { $0 * factor }
    }

    /// The normal distribution function; the error is below 2e-7.
    ///
    /// Source: M. Abramowitz, I. Stegun, "Handbook of mathematical functions", 1964, formula 7.1.26.
    static func normal(_ z: Double) -> Double {
        let x = abs(z) / 2.0.squareRoot()
        let t = 1 / (1 + 0.327_591_1 * x)
        let polynomial =
            t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))))
        let tail = polynomial * LogarithmicScale.exponential(-x * x) / 2
        return z < 0 ? tail : 1 - tail
    }
}

extension CurveForecast {
    /// A member of the ensemble after least squares.
    private struct Fit {
        private let count: Double
        private let meanValue: Double
        private let meanLoss: Double
        private let slope: Double
        private let spread: Double
        private let variance: Double
        let logarithmOfWeight: Double

        /// `nil` where the best curve rises.
        init?(values: [Double], losses: [Double], weights: [Double], freeCount: Double, isFlat: Bool) {
            let count = Double(values.count)
            var meanValue = 0.0
            var meanLoss = 0.0
            for i in values.indices {
                meanValue += weights[i] * values[i]
                meanLoss += weights[i] * losses[i]
            }
            meanValue /= count
            meanLoss /= count
            var spread = 0.0
            var product = 0.0
            var square = 0.0
            for i in values.indices {
                let value = values[i] - meanValue
                let loss = losses[i] - meanLoss
                spread += weights[i] * value * value
                product += weights[i] * value * loss
                square += weights[i] * loss * loss
            }
            if !isFlat, !(spread > 0 && product > 0) { return nil }
            let slope = isFlat ? 0 : product / spread
            let residual = max(square - slope * product, count * 1e-6)
            self.count = count
            self.meanValue = meanValue
            self.meanLoss = meanLoss
            self.slope = slope
            self.spread = spread
            self.variance = residual / max(count - freeCount, 1)
            self.logarithmOfWeight =
                -count / 2 * LogarithmicScale.logarithm(residual / count)
                - freeCount / 2 * LogarithmicScale.logarithm(count)
        }

        func forecast(at value: Double) -> (mean: Double, deviation: Double) {
            let distance = value - self.meanValue
            let leverage = 1 + 1 / self.count + (self.slope > 0 ? distance * distance / self.spread : 0)
            return (self.meanLoss + self.slope * distance, (self.variance * leverage).squareRoot())
        }
    }
}
