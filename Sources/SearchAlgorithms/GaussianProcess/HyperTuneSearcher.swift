import Randomness
import TuningModel

/// Bayesian optimisation over several levels: a Gaussian process for each, combined by how well each ranks what was seen at
/// the highest one.
///
/// The reference is the highest level with at least six observations. For each level up to it a process predicts what was
/// observed there, the reference's own by leaving one out; ``LevelWeights/theta(draws:truth:)`` turns draws from these
/// predictions into weights, and ``SurrogateEnsemble`` combines the processes. Start, parameters, losses, running trials and
/// the search for the best suggestion are those of ``GaussianProcessSearcher``.
///
/// Source: Y. Li et al., "Hyper-Tune: Towards Efficient Hyper-parameter Tuning at Scale", VLDB 2022, section 4.
/// Deviations, on purpose: draws of the predictions are independent for each configuration; at most 24 configurations of the
/// reference are ranked, half of them the best; surrogates with less than a twentieth of the weight are left out; there is no
/// share of suggestions at random, because expected improvement looks at what is uncertain.
///
/// - Complexity: with n <= 160 rows for each level, O(levels · n² · candidates / 8) for a suggestion.
struct HyperTuneSearcher: HistorySearcher {
    private static let limits = LevelModel.Limits(observations: 128, fit: 64)
    private static let referenceCount = 6
    private static let rankedCount = 24
    private static let roundCount = 48

    private let settings: GaussianProcessSettings
    private let source: SuggestionSource
    private let seed: UInt64
    private var models: SpeedCache<[Int: LevelModel]> = SpeedCache([:])
    /// The weights after so many observations at each level.
    private var weights: SpeedCache<(counts: [Int], weights: [Double])> = SpeedCache(([], []))

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)``.
    init(_ settings: GaussianProcessSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try settings.check()
        self.settings = settings
        self.source = SuggestionSource(space: space, seed: seed)
        self.seed = seed
    }

    mutating func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        self.suggest(trial, history: history, pool: nil)
    }

    /// The same where there are only the configurations of a pool.
    mutating func suggest(_ trial: Int, history: SearchHistory, pool: ConfigurationPool?) -> Configuration? {
        let theta = self.levelWeights(history)
        guard trial >= self.settings.startupTrials || !history.earlier.isEmpty, !self.source.space.axes.isEmpty,
            let reference = theta.lastIndex(where: { $0 > 0 })
        else { return self.source.start(trial, history: history) }
        var members: [SurrogateEnsemble.Member] = []
        for (level, weight) in theta.enumerated() where weight > 0 {
            self.models.content[level]?.pend(history)
            guard let process = self.models.content[level]?.process else { continue }
            members.append(.init(process: process, weight: weight))
        }
        let surrogate = SurrogateEnsemble(members: members)
        // The best of each level, the highest level's first.
        let best = (0...reference).reversed().flatMap { level in
            theta[level] > 0 ? self.models.content[level]?.best(8) ?? [] : []
        }
        let tried = Set(best).union(history.running).sorted()
        let means = surrogate.means(tried.map { self.source.features.point(history.entry($0).coordinates) })
        return self.source.suggest(
            trial, history: history, surrogate: surrogate, best: best, incumbent: means.min() ?? 0,
            count: min(self.settings.candidates, 128), ascentLimit: 8, pool: pool)
    }

    /// `θ` of each level after what was told: 0 for levels that are not to be asked, all 0 before there is enough to learn
    /// from. The scheduler may weigh its brackets by it.
    mutating func levelWeights(_ history: SearchHistory) -> [Double] {
        let counts = history.observedCounts
        if self.weights.content.counts == counts { return self.weights.content.weights }
        let weights = self.learnedWeights(history)
        self.weights.content = (counts, weights)
        return weights
    }

    private mutating func learnedWeights(_ history: SearchHistory) -> [Double] {
        var weights = [Double](repeating: 0, count: history.levels.count)
        let needed = min(self.settings.startupTrials, self.source.space.axes.count + 1)
        let counts = history.observedCounts
        guard let first = counts.firstIndex(where: { $0 >= needed }) else { return weights }
        let reference = counts.lastIndex { $0 >= Self.referenceCount } ?? first
        let levels = counts.indices.filter {
            $0 <= max(reference, first) && counts[$0] >= min(needed, Self.referenceCount)
        }
        for level in levels {
            var model =
                self.models.content.removeValue(forKey: level)
                ?? LevelModel(level: level, limits: Self.limits, features: self.source.features)
            model.update(history)
            self.models.content[level] = model
        }
        guard let highest = levels.last, let model = self.models.content[highest], levels.count > 1 else {
            for level in levels { weights[level] = 1 }
            return weights
        }
        let ranked = LevelModel.selection(model.targets, limit: Self.rankedCount)
        let truth = ranked.map { model.targets[$0] }
        let points = ranked.map { self.source.features.point(history.entry(model.rows[$0]).coordinates) }
        let theta = LevelWeights.theta(
            draws: levels.map { self.draws(at: $0, points: points, leavingOut: $0 == highest ? ranked : nil) },
            truth: truth)
        let kept = theta.reduce(0) { $0 + ($1 >= 0.05 ? $1 : 0) }
        for (level, weight) in zip(levels, theta) where weight >= 0.05 { weights[level] = weight / kept }
        return weights
    }

    /// Draws of what a level's process predicts at points; without their own observations where these are told.
    private func draws(at level: Int, points: [[Double]], leavingOut rows: [Int]?) -> [[Double]] {
        guard let model = self.models.content[level], var process = model.process else { return [] }
        process.forgetPending(after: 0)
        let predictions =
            rows.map { process.leaveOneOut($0, targets: model.targets) } ?? process.predictions(points)
        var random = RandomSequence(
            RandomStream(seed: self.seed, purpose: .suggestion, stream: UInt32(truncatingIfNeeded: ~level)))
        return (0..<Self.roundCount).map { _ in
            predictions.map { $0.mean + $0.deviation * random.normal(logarithm: LogarithmicScale.logarithm) }
        }
    }
}
