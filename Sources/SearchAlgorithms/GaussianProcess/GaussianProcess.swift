import KernelInterface
import NumericKernels

/// A Gaussian process whose mean only its observations tell: what is expected at a point after observations at others.
///
/// Points whose outcome is not known yet may follow the observed ones: they are held to come out at the mean expected
/// there (the kriging believer), which changes no mean and narrows the variance around them.
///
/// Source: C. Rasmussen and C. Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, algorithm 2.1.
/// D. Ginsbourger et al., "Kriging is Well-Suited to Parallelize Optimization", 2010, section 3.2 (believer).
///
/// - Complexity: O(n² + n · columns) to add a point and for eight predictions.
struct GaussianProcess: Sendable {
    let parameters: KernelParameters
    private let isCategorical: [Bool]
    /// Point after point, observed ones first.
    private var points: [Double] = []
    private var factor: CholeskyFactor
    private(set) var observedCount = 0
    /// `K⁻¹ y` of the observed points.
    private var alpha: [Double] = []
    /// The least mean expected at an observed point; infinity before the first.
    private var leastObservedMean = Double.infinity
    /// The means expected at the points that are being tried.
    private var pendingMeans: [Double] = []

    /// The least mean expected at a point that was observed or is being tried; infinity before the first.
    var leastMean: Double { min(self.leastObservedMean, self.pendingMeans.min() ?? .infinity) }

    init(parameters: KernelParameters, isCategorical: [Bool]) {
        self.parameters = parameters
        self.isCategorical = isCategorical
        self.factor = CholeskyFactor(floor: 1e-10 * parameters.variance)
    }

    private var columnCount: Int { self.isCategorical.count }
    /// Observed points and those that are being tried.
    var count: Int { self.factor.count }

    /// How many points are being tried.
    var pendingCount: Int { self.count - self.observedCount }

    /// Adds an observed point, after which ``observe(_:)`` must follow. Points that are being tried are forgotten.
    mutating func append(_ point: [Double]) {
        self.forgetPending(after: 0)
        self.extend(point)
        self.observedCount += 1
    }

    /// What was observed at each of the observed points. Points that are being tried are forgotten.
    ///
    /// - Precondition: There are as many as ``observedCount``.
    mutating func observe(_ targets: [Double]) {
        precondition(targets.count == self.observedCount, "\(targets.count) targets, \(self.observedCount) points")
        self.forgetPending(after: 0)
        self.alpha = self.factor.solve(targets)
        self.leastObservedMean = .infinity
        for (target, weight) in zip(targets, self.alpha) {
            self.leastObservedMean = min(self.leastObservedMean, target - self.parameters.noise * weight)
        }
    }

    /// Adds a point that is being tried.
    mutating func pend(_ point: [Double]) {
        let covariances = self.extend(point)
        var mean = 0.0
        for i in 0..<self.observedCount { mean += covariances[i] * self.alpha[i] }
        self.pendingMeans.append(mean)
    }

    /// Keeps only the first so many of the points that are being tried.
    mutating func forgetPending(after kept: Int) {
        guard kept < self.pendingCount else { return }
        self.pendingMeans.removeLast(self.pendingMeans.count - kept)
        self.factor.truncate(to: self.observedCount + kept)
        self.points.removeLast(self.points.count - (self.observedCount + kept) * self.columnCount)
    }

    @discardableResult
    private mutating func extend(_ point: [Double]) -> [Double] {
        var row: [Double] = []
        row.reserveCapacity(self.count + 1)
        var squares = Lanes.zero
        for i in 0..<self.count {
            squares[i & 7] = self.squaredDistance(point, i)
            if i & 7 == 7 || i == self.count - 1 {
                let values =
                    LaneMath.matern(squaredDistance: squares).value * self.parameters.scale
                    + KernelParameters.meanVariance
                for lane in 0...(i & 7) { row.append(values[lane]) }
            }
        }
        let covariances = row
        row.append(self.parameters.variance + self.parameters.noise)
        self.factor.append(row)
        self.points += point
        return covariances
    }

    private func squaredDistance(_ point: [Double], _ i: Int) -> Double {
        var sum = 0.0
        let start = i * self.columnCount
        for column in 0..<self.columnCount {
            let difference = point[column] - self.points[start + column]
            let square = self.isCategorical[column] ? (difference == 0 ? 0 : 1) : difference * difference
            sum += square * self.parameters.weights[column]
        }
        return sum
    }

    /// Means and variances at eight points, the noise left out, and their gradients by the columns that are asked for.
    struct Prediction {
        var mean = Lanes.zero
        var variance = Lanes.zero
        /// For each of the columns asked for.
        var meanGradient: [Lanes] = []
        var varianceGradient: [Lanes] = []
    }

    /// What is expected at eight points.
    ///
    /// - Parameters:
    ///   - x: Of each column the eight points' entries.
    ///   - gradientColumns: The columns by which gradients are wanted; none where only values are.
    /// - Returns: Means and variances, and the gradients that were asked for.
    func predict(_ x: [Lanes], gradientColumns: [Int] = []) -> Prediction {
        let count = self.count
        var covariances = [Lanes](repeating: .zero, count: count)
        var slopes: [Lanes] = []
        let (columnCount, weights) = (self.columnCount, self.parameters.weights)
        precondition(
            x.count == columnCount && weights.count == columnCount && self.points.count == count * columnCount,
            "\(x.count) columns, \(weights.count) weights, \(self.points.count) numbers, want \(columnCount) of \(count)"
        )
        if gradientColumns.isEmpty {
            unsafe self.fill(&covariances, nil, at: x, self.points, weights, self.isCategorical)
        } else {
            slopes = covariances
            unsafe self.fill(&covariances, &slopes, at: x, self.points, weights, self.isCategorical)
        }
        var prediction = Prediction()
        for i in 0..<self.observedCount { prediction.mean += covariances[i] * self.alpha[i] }
        self.factor.solveLower(&covariances)
        var explained = Lanes.zero
        for value in covariances { explained += value * value }
        prediction.variance = pointwiseMax(
            Lanes(repeating: self.parameters.variance) - explained,
            Lanes(repeating: 1e-12 * self.parameters.variance))
        guard !gradientColumns.isEmpty else { return prediction }
        self.factor.solveUpper(&covariances)
        prediction.meanGradient = Array(repeating: .zero, count: gradientColumns.count)
        prediction.varianceGradient = prediction.meanGradient
        for i in 0..<count {
            let byMean = i < self.observedCount ? slopes[i] * self.alpha[i] : .zero
            let byVariance = slopes[i] * covariances[i] * -2
            for (index, column) in gradientColumns.enumerated() {
                let difference =
                    (x[column] - self.points[i * columnCount + column]) * 2 * self.parameters.weights[column]
                prediction.meanGradient[index] += difference * byMean
                prediction.varianceGradient[index] += difference * byVariance
            }
        }
        return prediction
    }

    /// The covariances of eight points with all points, and their slopes where they are wanted. Arrays are pointers as long as
    /// this call lasts.
    private func fill(
        _ covariances: UnsafeMutablePointer<Lanes>, _ slopes: UnsafeMutablePointer<Lanes>?, at x: UnsafePointer<Lanes>,
        _ points: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ isCategorical: UnsafePointer<Bool>
    ) {
        unsafe SurrogateTable.best.covariances(
            CovarianceArguments(
                count: self.count, columns: self.columnCount, points: points, weights: weights,
                isCategorical: isCategorical, x: x, scale: self.parameters.scale,
                offset: KernelParameters.meanVariance, values: covariances, slopes: slopes))
    }

    /// What is expected at any number of points, the noise of an observation included.
    func predictions(_ points: [[Double]]) -> [(mean: Double, deviation: Double)] {
        var predictions: [(mean: Double, deviation: Double)] = []
        for start in stride(from: 0, to: points.count, by: 8) {
            let block = Array(points[start..<min(start + 8, points.count)])
            let prediction = self.predict(SurrogateEnsemble.lanes(block))
            for lane in block.indices {
                let variance = prediction.variance[lane] + self.parameters.noise
                predictions.append((prediction.mean[lane], variance.squareRoot()))
            }
        }
        return predictions
    }

    /// What would be expected at observed points without their own observations:
    /// `μ₋ᵢ = yᵢ - αᵢ / K⁻¹ᵢᵢ` and `σ₋ᵢ² = 1 / K⁻¹ᵢᵢ`.
    ///
    /// Source: C. Rasmussen and C. Williams, 2006, equation 5.12.
    ///
    /// - Complexity: O(n²) for each point.
    func leaveOneOut(_ rows: [Int], targets: [Double]) -> [(mean: Double, deviation: Double)] {
        rows.map { row in
            var unit = [Double](repeating: 0, count: self.observedCount)
            unit[row] = 1
            let precision = max(self.factor.solve(unit)[row], 1e-300)
            return (targets[row] - self.alpha[row] / precision, (1 / precision).squareRoot())
        }
    }
}
