import KernelInterface

/// What several Gaussian processes expect together: `μ = Σ θᵢ μᵢ`, `σ² = Σ θᵢ² σᵢ²`; with one of weight 1, that one.
///
/// Source: Y. Li et al., "Hyper-Tune: Towards Efficient Hyper-parameter Tuning at Scale", VLDB 2022, section 4.2.
struct SurrogateEnsemble: Sendable {
    struct Member: Sendable {
        let process: GaussianProcess
        /// θ, above 0.
        let weight: Double
        /// Entries of columns that all points have alike, after those that are told.
        var further: [Double] = []
    }

    let members: [Member]

    /// Means and variances at eight points by column; as ``GaussianProcess/predict(_:gradientColumns:)``.
    func predict(_ x: [Lanes], gradientColumns: [Int] = []) -> GaussianProcess.Prediction {
        var sum = GaussianProcess.Prediction()
        sum.meanGradient = Array(repeating: .zero, count: gradientColumns.count)
        sum.varianceGradient = sum.meanGradient
        for member in self.members {
            let further = member.further.map { Lanes(repeating: $0) }
            let one = member.process.predict(further.isEmpty ? x : x + further, gradientColumns: gradientColumns)
            let square = member.weight * member.weight
            sum.mean += one.mean * member.weight
            sum.variance += one.variance * square
            for i in gradientColumns.indices {
                sum.meanGradient[i] += one.meanGradient[i] * member.weight
                sum.varianceGradient[i] += one.varianceGradient[i] * square
            }
        }
        return sum
    }

    /// The means at any number of points.
    func means(_ points: [[Double]]) -> [Double] {
        var means: [Double] = []
        for start in stride(from: 0, to: points.count, by: 8) {
            let block = Array(points[start..<min(start + 8, points.count)])
            let mean = self.predict(Self.lanes(block)).mean
            for lane in block.indices { means.append(mean[lane]) }
        }
        return means
    }

    /// Up to eight points by column; lanes without a point repeat the first.
    static func lanes(_ points: [[Double]]) -> [Lanes] {
        guard let first = points.first else { return [] }
        return first.indices.map { column in
            var lanes = Lanes(repeating: first[column])
            for (lane, point) in points.enumerated() { lanes[lane] = point[column] }
            return lanes
        }
    }
}
