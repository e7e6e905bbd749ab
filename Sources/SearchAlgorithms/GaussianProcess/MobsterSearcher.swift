import TuningModel

/// Bayesian optimisation over several levels with one model for all of them: MOBSTER.
///
/// A Gaussian process of configurations and levels together (``JointModel``) says what is expected at the highest level
/// that has enough observations, and the configuration with the greatest expected improvement there is suggested. Trials
/// that run are fantasised at the level they are heading for. Start, parameters and search are those of
/// ``GaussianProcessSearcher``.
///
/// Source: A. Klein, L. Tiao, T. Lienart, C. Archambeau, M. Seeger, "Model-based Asynchronous Hyperparameter and Neural
/// Architecture Search", 2020, section 3: a joint model `f(x, r)` for an asynchronous scheduler, and expected improvement at
/// the level that BOHB would choose.
/// Deviations, on purpose: the kernel is Matern 5/2 over configuration and logarithm of the level together, with a length
/// scale for each, in place of the exponential decay of freeze-thaw optimisation: the mean of the decay is taken out before
/// (``JointModel``); fantasies are single, at the mean; at most 256 observations are in the process.
///
/// - Complexity: with n <= 256 rows, O(n³) after each new observation and O(n² · candidates / 8) for a suggestion.
struct MobsterSearcher: HistorySearcher {
    private let settings: GaussianProcessSettings
    private let source: SuggestionSource
    private var model: SpeedCache<JointModel>

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)``.
    init(_ settings: GaussianProcessSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try settings.check()
        self.settings = settings
        self.source = SuggestionSource(space: space, seed: seed)
        self.model = SpeedCache(JointModel(self.source.features))
    }

    mutating func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        self.suggest(trial, history: history, pool: nil)
    }

    /// The same where there are only the configurations of a pool.
    mutating func suggest(_ trial: Int, history: SearchHistory, pool: ConfigurationPool?) -> Configuration? {
        let needed = min(self.settings.startupTrials, self.source.space.axes.count + 1)
        guard trial >= self.settings.startupTrials || !history.earlier.isEmpty, !self.source.space.axes.isEmpty,
            let level = history.observedCounts.lastIndex(where: { $0 >= needed })
        else { return self.source.start(trial, history: history) }
        self.model.content.update(history)
        self.model.content.pend(history)
        guard let process = self.model.content.process else { return self.source.start(trial, history: history) }
        let place = JointModel.place(level, in: history.levels)
        let surrogate = SurrogateEnsemble(members: [.init(process: process, weight: 1, further: [place])])
        let best = self.model.content.best(8, at: level)
        let tried = Set(best).union(history.running).sorted()
        let means = surrogate.means(tried.map { self.source.features.point(history.entry($0).coordinates) })
        return self.source.suggest(
            trial, history: history, surrogate: surrogate, best: best, incumbent: means.min() ?? 0,
            count: max(64, min(self.settings.candidates, 40_000 / process.count)), ascentLimit: 12, pool: pool)
    }
}
