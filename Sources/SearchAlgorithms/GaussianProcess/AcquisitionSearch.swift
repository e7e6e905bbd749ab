import TuningModel

/// Looks for the configuration with the highest expected improvement.
///
/// Many points are looked at, and the best of them improved: continuous parameters along the gradient, the others by moves
/// to neighbours, choices and with them whole branches included, in turns.
///
/// Source: S. Ament et al., "Unexpected Improvements to Expected Improvement for Bayesian Optimization", NeurIPS 2023: the
/// logarithm of expected improvement has gradients everywhere.
struct AcquisitionSearch {
    let space: CandidateSpace
    let features: KernelFeatures
    let surrogate: SurrogateEnsemble
    /// The mean that is to be improved on.
    let incumbent: Double
    /// Gradient evaluations of a turn.
    let ascentLimit: Int

    struct Candidate {
        var point: [Double]
        var value: Double
    }

    /// `log EI` at each point.
    ///
    /// - Complexity: O(n²) for eight points, of n in the surrogate.
    func evaluate(_ points: [[Double]]) -> [Candidate] {
        self.evaluate(points) { self.features.point(self.space.coordinates($0)) }
    }

    /// `log EI` at points whose coordinates tell what is inactive.
    ///
    /// - Complexity: as ``evaluate(_:)``.
    func evaluate(coordinates: [[Double]]) -> [Candidate] {
        self.evaluate(coordinates) { self.features.point($0) }
    }

    private func evaluate(_ points: [[Double]], _ features: ([Double]) -> [Double]) -> [Candidate] {
        var candidates: [Candidate] = []
        candidates.reserveCapacity(points.count)
        for start in stride(from: 0, to: points.count, by: 8) {
            let block = points[start..<min(start + 8, points.count)]
            let prediction = self.surrogate.predict(
                SurrogateEnsemble.lanes(block.map(features)))
            for (lane, point) in block.enumerated() {
                let value = self.improvement(mean: prediction.mean[lane], variance: prediction.variance[lane]).value
                candidates.append(Candidate(point: point, value: value))
            }
        }
        return candidates
    }

    /// Looks at points and improves the best of them.
    ///
    /// - Parameters:
    ///   - points: Where to look.
    ///   - nearby: Points near the best ones so far, of which some are improved in any case.
    /// - Returns: The candidates, best first: the improved ones, then the others.
    func search(points: [[Double]], nearby: [[Double]]) -> [Candidate] {
        let far = self.evaluate(points).sorted { $0.value > $1.value }
        let near = self.evaluate(nearby).sorted { $0.value > $1.value }
        let nearCount = min(3, near.count)
        var starts = Array(near.prefix(nearCount)) + far.prefix(8 - nearCount)
        for turn in 0..<4 {
            let before = starts.map(\.value).max() ?? 0
            self.ascend(&starts)
            let hasMoved = self.move(&starts)
            let after = starts.map(\.value).max() ?? 0
            if !hasMoved || (turn > 0 && after - before < 1e-3) { break }
        }
        let rest = far + near
        return starts.sorted { $0.value > $1.value } + rest.sorted { $0.value > $1.value }
    }

    private func improvement(mean: Double, variance: Double) -> (value: Double, byMean: Double, byVariance: Double) {
        let deviation = variance.squareRoot()
        let (value, density, cumulative) = StandardNormal.logarithmicImprovement((self.incumbent - mean) / deviation)
        // ∂EI/∂μ = -Φ and ∂EI/∂σ = φ, each over EI = σ h, and ∂σ/∂σ² = 1 / 2σ.
        let total = value + LogarithmicScale.logarithm(deviation)
        return (total.isNaN ? -.infinity : total, -cumulative / deviation, density / (2 * variance))
    }

    /// Follows the gradient from all starts side by side.
    private func ascend(_ starts: inout [Candidate]) {
        let parameters = self.space.axes.indices.filter { self.space.axes[$0] == .continuous }
        guard !parameters.isEmpty, !starts.isEmpty else { return }
        let columns = parameters.map { self.features.valueColumns[$0] }
        var points = starts.map { self.features.point(self.space.coordinates($0.point)) }
        let isFree = starts.map { start in
            let coordinates = self.space.coordinates(start.point)
            return parameters.map { parameter in
                let u = coordinates[parameter]
                return !u.isNaN
                    && !(self.features.hasAlternative[parameter] && u < ParameterDomain.alternativeShare)
            }
        }
        var searches = starts.indices.map { i in
            let start = columns.map { points[i][$0] }
            return BoundedMinimizer(
                start: start, lower: zip(start, isFree[i]).map { $1 ? 0 : $0 },
                upper: zip(start, isFree[i]).map { $1 ? 1 : $0 }, tolerance: 1e-5, evaluations: self.ascentLimit)
        }
        while searches.contains(where: { !$0.isDone }) {
            for i in searches.indices {
                for (index, column) in columns.enumerated() { points[i][column] = searches[i].proposal[index] }
            }
            let prediction = self.surrogate.predict(SurrogateEnsemble.lanes(points), gradientColumns: columns)
            for i in searches.indices where !searches[i].isDone {
                let answer = self.improvement(mean: prediction.mean[i], variance: prediction.variance[i])
                let gradient = columns.indices.map { index in
                    -(answer.byMean * prediction.meanGradient[index][i]
                        + answer.byVariance * prediction.varianceGradient[index][i])
                }
                searches[i].receive(value: -answer.value, gradient: gradient)
            }
        }
        for (i, search) in searches.enumerated() where -search.bestValue > starts[i].value {
            starts[i].value = -search.bestValue
            for (index, parameter) in parameters.enumerated() where isFree[i][index] {
                let share = self.features.hasAlternative[parameter] ? ParameterDomain.alternativeShare : 0
                starts[i].point[parameter] = share + search.best[index] * (1 - share)
            }
        }
    }

    /// Moves the best few starts to their best neighbours as long as that improves them.
    private func move(_ starts: inout [Candidate]) -> Bool {
        starts.sort { $0.value > $1.value }
        var hasMoved = false
        for i in starts.indices.prefix(3) {
            for _ in 0..<8 {
                let best = self.evaluate(self.space.neighbours(starts[i].point)).max { $0.value < $1.value }
                guard let best, best.value > starts[i].value + 1e-9 else { break }
                starts[i] = best
                hasMoved = true
            }
        }
        return hasMoved
    }
}
