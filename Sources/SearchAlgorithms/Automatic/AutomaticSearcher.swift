import TuningModel

/// The searcher that is taken where none is named: the best one whose suggestions cost little beside a trial.
///
/// Hyper-Tune's ensemble (``HyperTuneSearcher``) while a suggestion takes no more than a fiftieth of the median trial and
/// all workers together ask for less than half of what one core can suggest; else the tree-structured Parzen estimator
/// (``TreeParzenEstimator``) by the same rule; else random search. What a suggestion costs is estimated from the number of
/// observations, by constants that were measured on one core of 2024, and not measured anew: so a study that is replayed
/// chooses as it did. What a trial takes is the median of what the last 64 trials took until they were judged first.
///
/// Every fourth trial is drawn at random: a model of low rungs is sometimes wrong about what is best in the end, and then what
/// it shuns would never be tried.
struct AutomaticSearcher: HistorySearcher {
    /// Raw values are names for people.
    enum Choice: String {
        case hyperTune = "hyper_tune"
        case tpe, random
    }

    /// Seconds for one suggestion of the ensemble, with all of its rows.
    private static let ensembleSeconds = 6e-3
    /// Seconds for one suggestion of the estimator, for each observation and parameter.
    private static let parzenSeconds = 7.5e-8
    /// The largest share of a trial that its suggestion may cost, and of a core that all suggestions may.
    private static let trialShare = 0.02
    private static let coreShare = 0.5
    private static let medianCount = 64
    /// One of so many trials is drawn at random.
    private static let randomPeriod = 4

    private let space: ParameterSpace
    private let seed: UInt64
    private let offset: Int
    private var ensemble: HyperTuneSearcher
    private var parzen: TreeParzenEstimator

    /// - Throws: ``SearchError``, never for a space that can be searched.
    init(space: ParameterSpace, seed: UInt64, offset: Int) throws(SearchError) {
        self.space = space
        self.seed = seed
        self.offset = offset
        self.ensemble = try HyperTuneSearcher(GaussianProcessSettings(), space: space, seed: seed)
        self.parzen = try TreeParzenEstimator(TPESettings(), space: space, seed: seed, offset: offset)
    }

    mutating func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        self.suggest(trial, target: target, history: history, pool: nil)
    }

    /// The same where there are only the configurations of a pool.
    mutating func suggest(
        _ trial: Int, target: Int, history: SearchHistory, pool: ConfigurationPool?
    ) -> Configuration? {
        let isRandom = (trial - self.offset) % Self.randomPeriod == Self.randomPeriod - 1
        switch isRandom ? .random : self.choice(history) {
        case .hyperTune: return self.ensemble.suggest(trial, history: history, pool: pool)
        case .tpe: return self.parzen.suggest(trial, target: target, history: history)
        case .random: return self.space.randomConfiguration(seed: self.seed, number: trial - self.offset)
        }
    }

    /// Which searcher suggests after what was told.
    ///
    /// - Complexity: O(1): the last trials are looked at.
    func choice(_ history: SearchHistory) -> Choice {
        var seconds: [Double] = []
        for trial in history.settled.suffix(Self.medianCount) {
            if let first = history.trials[trial].firstObservation { seconds.append(first.seconds) }
        }
        guard !seconds.isEmpty else { return .hyperTune }
        let median = seconds.sorted()[seconds.count / 2]
        let workers = Double(max(1, history.running.count))
        func isCheap(_ cost: Double) -> Bool {
            cost <= Self.trialShare * median && cost * workers <= Self.coreShare * median
        }
        if isCheap(Self.ensembleSeconds) { return .hyperTune }
        let observations = Double(min(history.settled.count, 100_000))
        if isCheap(Self.parzenSeconds * observations * Double(self.space.count)) { return .tpe }
        return .random
    }
}
