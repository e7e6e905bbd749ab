import Randomness
package import TuningModel

/// Suggests configurations: one face for all searchers.
///
/// A pure value: a suggestion depends on the settings, the space, the seed, the trial's number and on what was told
/// before, never on what was suggested before to whom. So a study that is read from its journal, where configurations
/// stand, goes on as the one that was interrupted.
///
/// Use it like this: ``suggest(_:target:)`` gives a configuration; ``start(_:bracket:target:)`` says what a trial really
/// began with, in the order of trials; ``resume(_:target:)``, ``observe(_:_:)`` and ``rest(_:)`` say what became of it.
package struct Searcher: Hashable, Sendable {
    private enum Algorithm: Hashable, Sendable {
        case random
        case grid(Grid)
        case sobol(SobolSequence)
        case tpe(TreeParzenEstimator)
        case evolution(Evolution)
        case gaussianProcess(GaussianProcessSearcher)
        case hyperTune(HyperTuneSearcher)
        case mobster(MobsterSearcher)
        case automatic(AutomaticSearcher)
    }

    private var algorithm: Algorithm
    private let space: ParameterSpace
    private let seed: UInt64
    /// Trials with this number and more are the searcher's own: the ones before were given by hand.
    private let offset: Int
    /// `nil` for searchers that learn nothing.
    private var history: SearchHistory?
    /// The best of earlier studies, with which an evolution begins.
    private var founders: [Configuration] = []
    /// The only configurations that trials may have, where that is so.
    package private(set) var pool: ConfigurationPool?
    /// Whether trials may have the configurations of a pool alone; apart, so that asking copies no pool.
    package let hasPool: Bool
    /// Which configurations may become trials; `nil` for all.
    private let rule: AdmissionRule?
    /// Of a grid or Sobol's sequence.
    private var admitted = SpeedCache(AdmittedPlaces())
    /// The last trial for which draws found nothing.
    private var unsuited = SpeedCache<TrialID?>(nil)
    /// What changes the configurations of trials that begin with another one's networks.
    private let explorer: PopulationExplorer?
    /// Where trials began, by number; empty without an explorer.
    private var origins: [TrialOrigin?] = []

    /// - Parameters:
    ///   - settings: Which searcher.
    ///   - space: What is searched.
    ///   - seed: The study's seed of the search.
    ///   - levels: Those at which some bracket has a rung, ascending.
    ///   - offset: How many of the first trials take configurations that were given by hand.
    ///   - pool: The only configurations that trials may have, each once; searchers that look at candidates look at these.
    ///   - rule: Which configurations may become trials.
    ///   - explorer: What changes the configurations of trials that begin with another one's networks.
    /// - Throws: ``SearchError`` for a parameter that cannot be drawn from, more parameters than Sobol's sequence has
    ///   dimensions, or a grid of less than one point an axis.
    package init(
        _ settings: SearcherSettings, space: ParameterSpace, seed: UInt64, levels: [Int] = [], offset: Int = 0,
        pool: ConfigurationPool? = nil, rule: AdmissionRule? = nil, explorer: PopulationExplorer? = nil
    ) throws(SearchError) {
        try space.check()
        self.rule = rule
        self.space = space
        self.seed = seed
        self.offset = offset
        self.pool = pool
        self.hasPool = pool != nil
        self.explorer = explorer
        switch settings {
        case .random: self.algorithm = .random
        case .grid(let points): self.algorithm = .grid(try Grid(space, points: points))
        case .sobol:
            self.algorithm = .sobol(try SobolSequence(dimensionCount: space.count, scramble: seed))
        case .tpe(let settings):
            self.algorithm = .tpe(try TreeParzenEstimator(settings, space: space, seed: seed, offset: offset))
        case .genetic(let settings):
            self.algorithm = .evolution(.genetic(try GeneticSearcher(settings, space: space, seed: seed)))
        case .differentialEvolution(let settings):
            self.algorithm = .evolution(
                .differential(try DifferentialEvolutionSearcher(settings, space: space, seed: seed)))
        case .dehb(let settings):
            self.algorithm = .evolution(.dehb(try DehbSearcher(settings, space: space, seed: seed)))
        case .cmaes(let settings):
            self.algorithm = .evolution(.cmaes(try CmaesSearcher(settings, space: space, seed: seed)))
        case .nsga2(let settings):
            self.algorithm = .evolution(.nsga2(try Nsga2Searcher(settings, space: space, seed: seed)))
        case .particleSwarm(let settings):
            self.algorithm = .evolution(.particleSwarm(try ParticleSwarmSearcher(settings, space: space, seed: seed)))
        case .regularizedEvolution(let settings):
            self.algorithm = .evolution(
                .regularized(try RegularizedEvolutionSearcher(settings, space: space, seed: seed)))
        case .gaussianProcess(let settings):
            self.algorithm = .gaussianProcess(try GaussianProcessSearcher(settings, space: space, seed: seed))
        case .hyperTune(let settings):
            self.algorithm = .hyperTune(try HyperTuneSearcher(settings, space: space, seed: seed))
        case .mobster(let settings):
            self.algorithm = .mobster(try MobsterSearcher(settings, space: space, seed: seed))
        case .automatic:
            self.algorithm = .automatic(try AutomaticSearcher(space: space, seed: seed, offset: offset))
        }
        switch self.algorithm {
        case .random, .grid, .sobol:
            self.history = explorer == nil ? nil : SearchHistory(space: space, levels: levels, rule: rule)
        case .tpe, .evolution, .gaussianProcess, .hyperTune, .mobster, .automatic:
            self.history = SearchHistory(space: space, levels: levels, rule: rule)
        }
        switch self.algorithm {
        case .gaussianProcess, .hyperTune, .mobster, .automatic: self.pool?.findPoints()
        case .random, .grid, .sobol, .tpe, .evolution: break
        }
    }

    /// The configuration of a trial by its number.
    ///
    /// - Parameters:
    ///   - trial: Its number.
    ///   - target: The level at which the trial will be judged first.
    /// - Returns: `nil` where the grid is used up, and where no configuration is found that is admitted.
    /// - Complexity: O(parameters + conditions) for `random`; 53 times that for `sobol`; a logarithm for each axis of
    ///   a `grid`; with a rule as many times that as configurations are refused.
    package mutating func suggest(_ trial: TrialID, target: Int = 1) -> Configuration? {
        guard self.rule != nil else { return self.proposed(trial, target: target) }
        return self.admitted(trial, target: target)
    }

    /// The searcher's own suggestion.
    private mutating func proposed(_ trial: TrialID, target: Int) -> Configuration? {
        switch self.algorithm {
        case .random: return self.space.randomConfiguration(seed: self.seed, number: trial.rawValue - self.offset)
        case .grid(let grid):
            return grid.configuration(at: trial.rawValue - self.offset)
        case .sobol(let sequence):
            let number = UInt64(bitPattern: Int64(trial.rawValue - self.offset))
            return self.space.configuration { sequence.coordinate(dimension: $0, point: number) }
        case .tpe(var estimator):
            guard let history = self.history else { return nil }
            return estimator.suggest(trial.rawValue, target: target, history: history)
        case .evolution(var evolution):
            guard let history = self.history else { return nil }
            let own = trial.rawValue - self.offset
            if trial.rawValue < evolution.population, self.founders.indices.contains(own) { return self.founders[own] }
            // The state has one owner while it is at work, so that its arrays are changed in place.
            self.algorithm = .random
            defer { self.algorithm = .evolution(evolution) }
            return evolution.suggest(trial.rawValue, target: target, history: history)
        case .gaussianProcess(var searcher):
            // Taken out meanwhile, so that what it keeps is changed in place.
            self.algorithm = .random
            defer { self.algorithm = .gaussianProcess(searcher) }
            return self.history.flatMap { searcher.suggest(trial.rawValue, history: $0, pool: self.pool) }
        case .hyperTune(var searcher):
            self.algorithm = .random
            defer { self.algorithm = .hyperTune(searcher) }
            return self.history.flatMap { searcher.suggest(trial.rawValue, history: $0, pool: self.pool) }
        case .mobster(var searcher):
            self.algorithm = .random
            defer { self.algorithm = .mobster(searcher) }
            return self.history.flatMap { searcher.suggest(trial.rawValue, history: $0, pool: self.pool) }
        case .automatic(var searcher):
            self.algorithm = .random
            defer { self.algorithm = .automatic(searcher) }
            return self.history.flatMap {
                searcher.suggest(trial.rawValue, target: target, history: $0, pool: self.pool)
            }
        }
    }

    /// How many configurations that are refused are looked at for one trial.
    package static let mostDraws = 10_000
    /// How many draws that trials have already are passed over.
    private static let mostRepetitions = 64

    /// The searcher's own suggestion where it is admitted, else one drawn at random that is.
    ///
    /// A grid and Sobol's sequence leave out what is refused. Learning searchers look for what is admitted by themselves
    /// first, each among its own candidates.
    private mutating func admitted(_ trial: TrialID, target: Int) -> Configuration? {
        guard let rule = self.rule else { return nil }
        let number = trial.rawValue - self.offset
        switch self.algorithm {
        case .grid(let grid):
            return self.admitted.content.place(of: number, limit: Self.mostDraws, count: grid.count) { place in
                grid.configuration(at: place).map(rule.admits) ?? false
            }.flatMap { grid.configuration(at: $0) }
        case .sobol(let sequence):
            let space = self.space
            func configuration(_ place: Int) -> Configuration {
                space.configuration { sequence.coordinate(dimension: $0, point: UInt64(place)) }
            }
            return self.admitted.content.place(of: number, limit: Self.mostDraws, count: nil) {
                rule.admits(configuration($0))
            }.map(configuration)
        case .random, .tpe, .evolution, .gaussianProcess, .hyperTune, .mobster, .automatic:
            if let own = self.proposed(trial, target: target), rule.admits(own) { return own }
            return self.drawn(trial)
        }
    }

    /// A configuration drawn at random that is admitted, if possible one that no trial has; a function of the seed and the
    /// trial's number beside the configurations that trials have.
    private mutating func drawn(_ trial: TrialID) -> Configuration? {
        guard let rule = self.rule, self.unsuited.content != trial else { return nil }
        let random = RandomStream(
            seed: self.seed, purpose: .admission, stream: UInt32(truncatingIfNeeded: trial.rawValue))
        let stride = UInt64(self.space.count)
        var first: Configuration?
        var repetitions = 0
        for draw in 0..<UInt64(Self.mostDraws) where repetitions < Self.mostRepetitions {
            let configuration = self.space.configuration { random.uniform(at: draw * stride + UInt64($0)) }
            guard rule.admits(configuration) else { continue }
            if self.history?.configurations.contains(configuration) != true { return configuration }
            first = first ?? configuration
            repetitions += 1
        }
        if first == nil { self.unsuited.content = trial }
        return first
    }

    /// Whether there is a suggestion for a trial, whatever its target, found without asking what was learnt; always, without
    /// a rule.
    ///
    /// - Complexity: mostly that of one random configuration.
    package mutating func canSuggest(_ trial: TrialID) -> Bool {
        guard self.rule != nil else { return true }
        switch self.algorithm {
        case .random, .grid, .sobol: return self.suggest(trial) != nil
        case .tpe, .evolution, .gaussianProcess, .hyperTune, .mobster, .automatic: return self.drawn(trial) != nil
        }
    }

    /// Whether there is a suggestion for a trial.
    package mutating func canSuggest(_ trial: TrialID, target: Int) -> Bool {
        self.canSuggest(trial) || self.suggest(trial, target: target) != nil
    }

    /// The configuration of a trial that begins with another one's networks: that one's, changed where it may be.
    ///
    /// - Returns: `nil` without an explorer, and where there is no such parent.
    package func suggest(_ trial: TrialID, origin: TrialOrigin) -> Configuration? {
        guard let explorer = self.explorer, let history = self.history else { return nil }
        return explorer.configuration(trial.rawValue, origin: origin, history: history, origins: self.origins)
    }

    /// Whether a suggestion has to wait for results of trials that run.
    ///
    /// - Parameters:
    ///   - trial: The number of the trial that is to begin.
    ///   - target: The level at which it will be judged first; `nil` asks whether any trial had to wait.
    /// - Returns: False whenever nothing runs.
    package func isWaiting(_ trial: TrialID, target: Int?) -> Bool {
        guard let history = self.history, case .evolution(let evolution) = self.algorithm else { return false }
        return evolution.isWaiting(trial.rawValue, target: target, history: history)
    }

    /// What a searcher that chooses for itself has chosen by now, for people; `nil` for others.
    package var choice: String? {
        guard case .automatic(let searcher) = self.algorithm, let history = self.history else { return nil }
        return searcher.choice(history).rawValue
    }

    /// Whether no configuration is left after so many of the searcher's own trials.
    package func isExhausted(after ownTrials: Int) -> Bool {
        if self.pool?.count == 0 { return true }
        return self.configurationCount.map { ownTrials >= $0 } ?? false
    }

    /// Takes the configuration of the pool that is nearest to a suggestion.
    ///
    /// - Returns: Its row; `nil` where none is left, and where there is no pool.
    package mutating func take(nearest configuration: Configuration) -> (row: Int, configuration: Configuration)? {
        self.pool?.take(nearest: configuration)
    }

    /// The trial after the last one begins with this configuration, wherever that came from.
    package mutating func start(
        _ configuration: Configuration, bracket: Int, target: Int, origin: TrialOrigin? = nil
    ) {
        self.history?.start(configuration, bracket: bracket, target: target)
        if self.explorer != nil { self.origins.append(origin) }
    }

    /// A paused trial goes on.
    package mutating func resume(_ trial: TrialID, target: Int) { self.history?.resume(trial, target: target) }

    /// A trial has reached a level, or never will.
    package mutating func observe(_ trial: TrialID, _ observation: SearchHistory.Observation) {
        self.history?.observe(trial, observation)
    }

    /// A trial rests or is over.
    package mutating func rest(_ trial: TrialID) { self.history?.rest(trial) }

    /// What earlier studies found; before the first suggestion, so that each suggestion can be derived again.
    ///
    /// Parzen estimators and Gaussian processes count the trials like their own (``SearchHistory/losses(of:at:)``). Of the
    /// first population of an evolution at most half are the best of them, so that the other half stays diverse. Searchers
    /// that learn nothing take no notice.
    ///
    /// - Parameters:
    ///   - recollections: Of each study; their configurations are of this space.
    ///   - tried: How many of the best are tried before the searcher is asked.
    package mutating func recall(_ recollections: [Recollection], tried: Int = 0) {
        for recollection in recollections {
            let group = recollection.isSameData ? 0 : recollection.number + 1
            for trial in recollection.trials {
                self.history?.recall(trial.configuration, trial.observations, group: group)
            }
        }
        guard case .evolution(let evolution) = self.algorithm else { return }
        let best = Recollection.best(recollections, count: max(tried, evolution.population / 2), rule: self.rule)
        self.founders = Array(best.dropFirst(tried))
    }

    /// How many configurations there are in all, at most `Int.max`; `nil` for searchers without an end.
    package var configurationCount: Int? {
        switch self.algorithm {
        case .random, .sobol, .tpe, .evolution, .gaussianProcess, .hyperTune, .mobster, .automatic: nil
        case .grid(let grid): grid.count
        }
    }
}

extension ParameterSpace {
    /// A configuration drawn at random, addressed by seed and number.
    ///
    /// - Complexity: O(parameters + conditions).
    func randomConfiguration(seed: UInt64, number: Int) -> Configuration {
        let number = UInt64(bitPattern: Int64(number))
        let random = RandomStream(seed: seed, purpose: .searchSpace, stream: UInt32(truncatingIfNeeded: number))
        return self.configuration { random.uniform(at: (number >> 32) << 32 | UInt64($0)) }
    }
}
