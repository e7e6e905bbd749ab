import TuningModel

/// Bayesian optimisation with a Gaussian process: Matern 5/2 with a length scale for each parameter, fitted by maximum a
/// posteriori, and the logarithm of expected improvement.
///
/// The first trials are points of a scrambled Sobol sequence. Then the process is fitted to what trials gave at the highest
/// level with enough observations: losses by ``OutputWarp``, parameters by ``KernelFeatures``, running trials by the kriging
/// believer (``GaussianProcess/pend(_:)``), kernel parameters by ``MarginalLikelihood``. The suggestion is the best
/// configuration that ``AcquisitionSearch`` finds and no trial has.
///
/// Every second suggestion wants the best mean bettered by more than ``margin(_:)``. As long as that can be had near the best
/// trials, both kinds of suggestion are much the same; after that the one refines them and the other looks elsewhere.
///
/// Source: J. Snoek, H. Larochelle and R. Adams, "Practical Bayesian Optimization of Machine Learning Algorithms", NeurIPS
/// 2012; S. Ament et al., NeurIPS 2023, for the acquisition; D. Lizotte, "Practical Bayesian Optimization", PhD thesis,
/// University of Alberta, 2008, for the margin ξ and its 0.01.
/// Deviations, on purpose: kernel parameters are fitted again at fixed numbers of observations (``LevelModel/fitCount(_:)``);
/// with more than 400 observations at a level the best, the newest and some others stand for all; the margin holds for
/// every second trial, so that neither the last digits of a minimum are given up nor all other minima.
///
/// - Complexity: O(n² · candidates / 8) for a suggestion, n² for an observation.
struct GaussianProcessSearcher: HistorySearcher {
    private static let limits = LevelModel.Limits(observations: 400, fit: 128)

    private let settings: GaussianProcessSettings
    private let source: SuggestionSource
    private var models: SpeedCache<[Int: LevelModel]> = SpeedCache([:])

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)``.
    init(_ settings: GaussianProcessSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try settings.check()
        self.settings = settings
        self.source = SuggestionSource(space: space, seed: seed)
    }

    /// ξ: by how much a trial must better the best mean before that counts, where observations have the variance 1.
    static func margin(_ trial: Int) -> Double { trial.isMultiple(of: 2) ? 0.01 : 0 }

    mutating func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        self.suggest(trial, history: history, pool: nil)
    }

    /// The same where there are only the configurations of a pool.
    mutating func suggest(_ trial: Int, history: SearchHistory, pool: ConfigurationPool?) -> Configuration? {
        let needed = min(self.settings.startupTrials, self.source.space.axes.count + 1)
        guard trial >= self.settings.startupTrials || !history.earlier.isEmpty, !self.source.space.axes.isEmpty,
            let level = history.observedCounts.lastIndex(where: { $0 >= needed })
        else { return self.source.start(trial, history: history) }
        var model =
            self.models.content.removeValue(forKey: level)
            ?? LevelModel(level: level, limits: Self.limits, features: self.source.features)
        model.update(history)
        model.pend(history)
        defer { self.models.content[level] = model }
        guard let process = model.process else { return self.source.start(trial, history: history) }
        let count = max(64, min(self.settings.candidates, 100_000 / process.count))
        let margin = Self.margin(trial)
        // What looks elsewhere needs no last digits where they are expensive.
        let ascentLimit = process.count <= 200 ? 40 : margin > 0 ? 8 : 15
        return self.source.suggest(
            trial, history: history,
            surrogate: SurrogateEnsemble(members: [.init(process: process, weight: 1)]), best: model.best(4),
            incumbent: process.leastMean - margin, count: count, ascentLimit: ascentLimit, pool: pool)
    }
}

extension GaussianProcessSettings {
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)``.
    func check() throws(SearchError) {
        guard self.startupTrials >= 1 else {
            throw .invalidSetting(name: "startup_trials", found: "\(self.startupTrials)", wanted: "at least 1")
        }
        guard self.candidates >= 1 else {
            throw .invalidSetting(name: "candidates", found: "\(self.candidates)", wanted: "at least 1")
        }
    }
}
