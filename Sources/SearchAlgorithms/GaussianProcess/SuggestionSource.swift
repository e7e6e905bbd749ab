import Randomness
import TuningModel

/// Where searchers with a surrogate look: evenly spread points for the start, and candidates around the best and everywhere.
struct SuggestionSource: Hashable, Sendable {
    let space: CandidateSpace
    let features: KernelFeatures
    private let sobol: SobolSequence?
    /// How many configurations of a pool are looked at for a suggestion.
    private static let poolLimit = 256
    private let seed: UInt64

    init(space: ParameterSpace, seed: UInt64) {
        self.space = CandidateSpace(space)
        self.features = KernelFeatures(space)
        self.seed = seed
        // Dimensions beyond Sobol's are drawn at random.
        self.sobol = try? SobolSequence(
            dimensionCount: min(space.count, SobolDirections.dimensionLimit), scramble: seed)
    }

    /// A point of Sobol's sequence, moved along each axis by a shift and around its end.
    private func point(_ number: UInt64, shift: [Double], random: RandomStream) -> [Double] {
        self.space.axes.indices.map { i in
            let u =
                i < SobolDirections.dimensionLimit
                ? self.sobol?.coordinate(dimension: i, point: number) ?? 0.5
                : random.uniform(at: number &* UInt64(self.space.axes.count) &+ UInt64(i))
            let moved = u + shift[i]
            return moved < 1 ? moved : moved - 1
        }
    }

    private func random(_ trial: Int) -> RandomStream {
        RandomStream(seed: self.seed, purpose: .suggestion, stream: UInt32(truncatingIfNeeded: trial))
    }

    /// The configuration of a trial while too little is known, another one than those before if there is one.
    func start(_ trial: Int, history: SearchHistory) -> Configuration {
        let shift = [Double](repeating: 0, count: self.space.axes.count)
        let random = self.random(trial)
        let number = UInt64(truncatingIfNeeded: trial)
        let first = self.space.configuration(self.point(number, shift: shift, random: random))
        guard history.excludes(first) else { return first }
        return self.unused(random: random, history: history) ?? first
    }

    /// The configuration of a pool with the highest expected improvement, of at most ``poolLimit`` drawn at random.
    private func suggest(
        from pool: ConfigurationPool, _ search: AcquisitionSearch, _ random: RandomStream
    ) -> Configuration {
        var rows = pool.candidates
        var sequence = RandomSequence(random)
        if rows.count > Self.poolLimit {
            for i in 0..<Self.poolLimit { rows.swapAt(i, i + sequence.integer(below: rows.count - i)) }
            rows.removeLast(rows.count - Self.poolLimit)
        }
        let values = search.evaluate(coordinates: rows.map { pool.point(of: $0) }).map(\.value)
        var best = 0
        for i in values.indices where values[i] > values[best] { best = i }
        return pool.configuration(of: rows[best])
    }

    /// A configuration at random that no trial has, after at most 256 draws.
    private func unused(random: RandomStream, history: SearchHistory) -> Configuration? {
        for draw in 0..<256 {
            let offset = UInt64(1) << 40 + UInt64(draw) * UInt64(self.space.axes.count)
            let configuration = self.space.space.configuration { random.uniform(at: offset &+ UInt64($0)) }
            if !history.excludes(configuration) { return configuration }
        }
        return nil
    }

    /// The configuration with the highest expected improvement.
    ///
    /// - Parameters:
    ///   - trial: The number of the trial that is to begin.
    ///   - history: What was told so far.
    ///   - surrogate: What is expected where.
    ///   - best: Rows of the history that did well, best first.
    ///   - incumbent: The mean that is to be improved on.
    ///   - count: How many candidates are looked at.
    ///   - ascentLimit: Gradient evaluations of a turn.
    ///   - pool: The only configurations there are, where that is so: then one of them is suggested.
    /// - Returns: The best configuration that was found and no trial has; where all are taken, the best of them again.
    func suggest(
        _ trial: Int, history: SearchHistory, surrogate: SurrogateEnsemble, best: [Int], incumbent: Double, count: Int,
        ascentLimit: Int, pool: ConfigurationPool?
    ) -> Configuration {
        let random = self.random(trial)
        if let pool, pool.count > 0 {
            let search = AcquisitionSearch(
                space: self.space, features: self.features, surrogate: surrogate, incumbent: incumbent, ascentLimit: 0)
            return self.suggest(from: pool, search, random)
        }
        var sequence = RandomSequence(random)
        let shift = self.space.axes.map { _ in sequence.uniform() }
        let points = (0..<count).map { self.point(UInt64($0), shift: shift, random: random) }
        var nearby: [[Double]] = []
        for (rank, trial) in best.prefix(4).enumerated() {
            let own = zip(history.entry(trial).coordinates, shift).map { $0.isNaN ? $1 : $0 }
            for step in 0..<8 {
                let width = LogarithmicScale.exponential(-1 - 0.7 * Double(step))
                nearby.append(
                    own.enumerated().map { i, u in
                        // The best one moves as a whole, the others along some of their axes.
                        if rank > 0, sequence.uniform() < 0.5 { return u }
                        let moved = u + width * sequence.normal(logarithm: LogarithmicScale.logarithm)
                        return min(max(moved, 0), 1 - 0x1p-53)
                    })
            }
        }
        let search = AcquisitionSearch(
            space: self.space, features: self.features, surrogate: surrogate, incumbent: incumbent,
            ascentLimit: ascentLimit)
        let candidates = search.search(points: points, nearby: nearby)
        for candidate in candidates {
            let configuration = self.space.configuration(candidate.point)
            if !history.excludes(configuration) { return configuration }
        }
        if let configuration = self.unused(random: random, history: history) { return configuration }
        return self.space.configuration(candidates.first?.point ?? shift)
    }
}
