import TuningModel

/// What the covariance of a Gaussian process is made of: `k(x, y) = b + scale · matern(Σ weightᵢ (xᵢ - yᵢ)²)`, and the
/// variance of the noise on each observation.
///
/// b is the variance of the mean, which is not known: far from all observations the process returns to what they tell of it
/// together, where a cluster counts little more than one. The average of the observations would be too good a mean, as a
/// search looks mostly where it is good: it would promise that at every corner not yet seen.
///
/// Source: C. Rasmussen and C. Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, equation 2.40, with one
/// basis function; D. Jones, M. Schonlau and W. Welch, "Efficient Global Optimization of Expensive Black-Box Functions",
/// Journal of Global Optimization 13, 1998, equation 5, which is the limit of a large b.
struct KernelParameters: Hashable, Sendable {
    /// For each column 1 / (length scale)².
    var weights: [Double]
    var scale: Double
    var noise: Double

    /// b, for observations of variance 1.
    static let meanVariance = 2.0

    /// The variance of a value, without noise, before there are observations.
    var variance: Double { self.scale + Self.meanVariance }

    /// Parameters from their logarithms: weights, scale, noise.
    init(logarithms: [Double]) {
        let numbers = logarithms.map(LogarithmicScale.exponential)
        self.weights = Array(numbers.dropLast(2))
        self.scale = numbers[numbers.count - 2]
        self.noise = numbers[numbers.count - 1]
    }
}

/// What is held likely of kernel parameters before there is data: normal distributions of their logarithms.
///
/// Source: C. Hvarfner, E. Hellsten and L. Nardi, "Vanilla Bayesian Optimization Performs Great in High Dimensions", ICML
/// 2024: length scales grow with the root of the number of dimensions.
/// Deviations, on purpose: their constants are wider.
struct KernelPrior: Hashable, Sendable {
    let means: [Double]
    let deviations: [Double]
    let lower: [Double]
    let upper: [Double]

    /// - Parameter columnCount: How many weights there are.
    init(columnCount: Int) {
        let spread = LogarithmicScale.logarithm(Double(max(1, columnCount)))
        let lengthScale = -1.2 + 0.5 * spread
        let count = columnCount
        self.means = Array(repeating: -2 * lengthScale, count: count) + [0, -12]
        self.deviations = Array(repeating: 2, count: count) + [1.2, 3]
        self.lower = Array(repeating: -9, count: count) + [-4, -16]
        self.upper = Array(repeating: 8, count: count) + [4, 0]
    }

    /// The negative logarithm of the density, up to a constant, and its gradient.
    func penalty(_ logarithms: [Double]) -> (value: Double, gradient: [Double]) {
        var value = 0.0
        var gradient = logarithms
        for i in logarithms.indices {
            let z = (logarithms[i] - self.means[i]) / self.deviations[i]
            value += 0.5 * z * z
            gradient[i] = z / self.deviations[i]
        }
        return (value, gradient)
    }
}
