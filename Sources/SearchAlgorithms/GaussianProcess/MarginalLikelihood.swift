import KernelInterface
import TuningModel

/// How well kernel parameters explain observations, and the parameters that do so best.
///
/// `-log p(y | X, θ) = ½ yᵀ K⁻¹ y + ½ log |K| + const`, with the gradient `½ tr((K⁻¹ - α αᵀ) ∂K/∂θ)` and `α = K⁻¹ y`.
///
/// Source: C. Rasmussen and C. Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, equations 5.8 and 5.9.
struct MarginalLikelihood: Sendable {
    private let count: Int
    private let columnCount: Int
    private let targets: [Double]
    private let prior: KernelPrior
    /// Blocks of eight pairs (i, j), j < i, in order of i; the last one is filled up with zeros.
    private let blockCount: Int
    /// For each column and block the squared differences.
    private let differences: [Lanes]

    /// - Parameters:
    ///   - points: A point's columns after the other's.
    ///   - targets: For each point what was observed.
    ///   - isCategorical: For each column whether only equality counts.
    /// - Complexity: O(points² · columns) in time and space.
    init(points: [[Double]], targets: [Double], isCategorical: [Bool]) {
        self.count = points.count
        self.columnCount = isCategorical.count
        self.targets = targets
        self.prior = KernelPrior(columnCount: isCategorical.count)
        let pairCount = points.count * (points.count - 1) / 2
        self.blockCount = (pairCount + 7) / 8
        var differences = [Lanes](repeating: .zero, count: self.blockCount * isCategorical.count)
        for (column, isCategorical) in isCategorical.enumerated() {
            var pair = 0
            let start = column * self.blockCount
            for i in points.indices {
                for j in 0..<i {
                    let difference = points[i][column] - points[j][column]
                    let square = isCategorical ? (difference == 0 ? 0 : 1) : difference * difference
                    differences[start + (pair >> 3)][pair & 7] = square
                    pair += 1
                }
            }
        }
        self.differences = differences
    }

    /// Looks for the parameters of the highest posterior density from a few starts.
    ///
    /// - Parameters:
    ///   - starts: How many starts; the first one is the mean of the prior.
    ///   - evaluations: How often each may evaluate.
    /// - Returns: The best parameters that were found.
    /// - Complexity: O(points³) for an evaluation.
    func fit(starts: Int, evaluations: Int) -> KernelParameters {
        var best = self.prior.means
        var bestValue = Double.infinity
        for start in 0..<max(1, starts) {
            var logarithms = self.prior.means
            // Shorter length scales, then longer ones, with more noise.
            let shift = [0, 2, -2][start % 3]
            for i in 0..<self.columnCount { logarithms[i] += Double(shift) }
            if start > 0 { logarithms[self.columnCount + 1] = -4.5 }
            var search = BoundedMinimizer(
                start: logarithms, lower: self.prior.lower, upper: self.prior.upper, tolerance: 1e-2,
                evaluations: evaluations)
            while !search.isDone {
                let answer = self.evaluate(search.proposal)
                search.receive(value: answer.value, gradient: answer.gradient)
            }
            if search.bestValue < bestValue {
                bestValue = search.bestValue
                best = search.best
            }
        }
        return KernelParameters(logarithms: best)
    }

    /// How unlikely parameters are after the observations.
    ///
    /// - Parameter logarithms: Of the weights, the scale and the noise.
    /// - Returns: The negative logarithm of the posterior density, up to a constant, and its gradient.
    func evaluate(_ logarithms: [Double]) -> (value: Double, gradient: [Double]) {
        let parameters = KernelParameters(logarithms: logarithms)
        var (value, gradient) = self.prior.penalty(logarithms)
        guard self.count > 0 else { return (value, gradient) }
        var values = [Double](repeating: 0, count: self.blockCount * 8)
        var slopes = [Lanes](repeating: .zero, count: self.blockCount)
        for block in 0..<self.blockCount {
            var square = Lanes.zero
            for column in 0..<self.columnCount {
                square += self.differences[column * self.blockCount + block] * parameters.weights[column]
            }
            let (value, slope) = LaneMath.matern(squaredDistance: square)
            slopes[block] = slope * parameters.scale
            for lane in 0..<8 { values[block << 3 | lane] = value[lane] * parameters.scale }
        }
        var factor = CholeskyFactor(floor: 1e-10 * parameters.variance)
        for i in 0..<self.count {
            let start = i * (i - 1) / 2
            let row = values[start..<start + i].map { $0 + KernelParameters.meanVariance }
            factor.append(row + [parameters.variance + parameters.noise])
        }
        let alpha = factor.solve(self.targets)
        let inverse = factor.inverse()
        var fit = 0.0
        var trace = 0.0
        for i in 0..<self.count {
            fit += alpha[i] * self.targets[i]
            trace += inverse[i * (i + 1) / 2 + i] - alpha[i] * alpha[i]
        }
        value += 0.5 * fit + factor.logarithmicDeterminant
        gradient[self.columnCount + 1] += 0.5 * parameters.noise * trace
        gradient[self.columnCount] += 0.5 * parameters.scale * trace
        // From here on the inverse's pairs hold ∂/∂K of the likelihood.
        var byCovariance = [Lanes](repeating: .zero, count: self.blockCount)
        var pair = 0
        for i in 0..<self.count {
            let start = i * (i + 1) / 2
            for j in 0..<i {
                byCovariance[pair >> 3][pair & 7] = inverse[start + j] - alpha[i] * alpha[j]
                pair += 1
            }
        }
        var byScale = 0.0
        for block in 0..<self.blockCount {
            for lane in 0..<8 { byScale += byCovariance[block][lane] * values[block << 3 | lane] }
            byCovariance[block] *= slopes[block]
        }
        gradient[self.columnCount] += byScale
        for column in 0..<self.columnCount {
            var sum = Lanes.zero
            for block in 0..<self.blockCount {
                sum += byCovariance[block] * self.differences[column * self.blockCount + block]
            }
            gradient[column] += LaneMath.total(sum) * parameters.weights[column]
        }
        return (value, gradient)
    }
}
