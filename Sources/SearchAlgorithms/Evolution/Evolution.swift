import TuningModel

/// The evolutionary searchers.
enum Evolution: HistorySearcher {
    case genetic(GeneticSearcher)
    case differential(DifferentialEvolutionSearcher)
    case dehb(DehbSearcher)
    case cmaes(CmaesSearcher)
    case particleSwarm(ParticleSwarmSearcher)
    case regularized(RegularizedEvolutionSearcher)
    case nsga2(Nsga2Searcher)

    /// How many trials a generation has; at first, where that grows.
    var population: Int {
        switch self {
        case .genetic(let searcher): searcher.population
        case .differential(let searcher): searcher.population
        case .dehb(let searcher): searcher.population
        case .cmaes(let searcher): searcher.population
        case .particleSwarm(let searcher): searcher.population
        case .regularized(let searcher): searcher.population
        case .nsga2(let searcher): searcher.population
        }
    }

    mutating func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        switch self {
        case .genetic(let searcher): return searcher.suggest(trial, target: target, history: history)
        case .differential(let searcher): return searcher.suggest(trial, target: target, history: history)
        case .dehb(let searcher): return searcher.suggest(trial, target: target, history: history)
        case .cmaes(var searcher):
            defer { self = .cmaes(searcher) }
            return searcher.suggest(trial, target: target, history: history)
        case .particleSwarm(let searcher): return searcher.suggest(trial, target: target, history: history)
        case .regularized(let searcher): return searcher.suggest(trial, target: target, history: history)
        case .nsga2(var searcher):
            defer { self = .nsga2(searcher) }
            return searcher.suggest(trial, target: target, history: history)
        }
    }

    func isWaiting(_ trial: Int, target: Int?, history: SearchHistory) -> Bool {
        switch self {
        case .genetic(let searcher): searcher.isWaiting(trial, target: target, history: history)
        case .differential(let searcher): searcher.isWaiting(trial, target: target, history: history)
        case .dehb(let searcher): searcher.isWaiting(trial, target: target, history: history)
        case .cmaes(let searcher): searcher.isWaiting(trial, target: target, history: history)
        case .particleSwarm(let searcher): searcher.isWaiting(trial, target: target, history: history)
        case .regularized(let searcher): searcher.isWaiting(trial, target: target, history: history)
        case .nsga2(let searcher): searcher.isWaiting(trial, target: target, history: history)
        }
    }
}
