import Randomness
import TuningModel

/// NSGA-II for one objective or several, with outcome constraints.
///
/// Generation 0 is random. The parents of a generation are the best P of the parents before and their offspring, by
/// fronts and, in the last front, by room; an offspring has two winners of binary tournaments for parents.
///
/// Source: K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, "A fast and elitist multiobjective genetic algorithm:
/// NSGA-II", IEEE TEC 6(2), 2002, section III and, for constraints, section VI (``Candidate/dominates(_:)``);
/// ``Variation`` for crossover and mutation.
///
/// Deviations, on purpose:
/// - An offspring whose configuration was tried before is mutated again, up to ``GeneticSearcher/mostAttempts`` times.
/// - Asynchronous, the generations are those P trials each that were judged first, second and so on, and the parents
///   are the best P of all that are known.
struct Nsga2Searcher: HistorySearcher {
    private struct Parents: Sendable {
        var generation: Int
        var members: [RankedCandidate]
    }

    private let settings: Nsga2Settings
    private let generations: Generations
    private let variation: Variation
    private let seed: UInt64
    var population: Int { self.settings.population }
    /// Of synchronous generations that are complete.
    private var parents = SpeedCache(Parents(generation: 0, members: []))

    init(_ settings: Nsga2Settings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try SearchError.check("population", settings.population, in: 2...100_000)
        try SearchError.check("crossover", settings.crossoverRate, in: 0...1)
        try SearchError.check("crossover_index", settings.crossoverIndex, in: 0...1000)
        try SearchError.check("mutation_index", settings.mutationIndex, in: 0...1000)
        self.settings = settings
        self.generations = Generations(population: settings.population, isSynchronous: settings.isSynchronous)
        self.variation = Variation(
            genes: space.genes, crossoverRate: settings.crossoverRate, crossoverIndex: settings.crossoverIndex,
            mutationIndex: settings.mutationIndex)
        self.seed = seed
    }

    func isWaiting(_ trial: Int, target: Int?, history: SearchHistory) -> Bool {
        self.generations.isWaiting(trial, history)
    }

    /// - Complexity: Synchronous, O(objectives · P²) for the first trial of a generation and O(parameters) for the
    ///   others; asynchronous, O(objectives · P · trials).
    mutating func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        let parents =
            self.settings.isSynchronous
            ? self.synchronousParents(self.generations.generation(of: trial), history) : self.knownParents(history)
        guard trial >= self.settings.population, parents.count > 1 else {
            return history.space.randomConfiguration(seed: self.seed, number: trial)
        }
        var random = RandomSequence(trial: trial, seed: self.seed)
        let first = self.winner(parents, &random)
        let second = self.winner(parents, &random)
        let genome = self.variation.child(
            history.trials[first].coordinates, history.trials[second].coordinates, random: &random)
        return self.variation.untried(genome, history, random: &random)
    }

    private func winner(_ parents: [RankedCandidate], _ random: inout RandomSequence) -> Int {
        let first = parents[random.integer(below: parents.count)]
        let second = parents[random.integer(below: parents.count)]
        return (second.precedes(first) ? second : first).candidate.trial
    }

    /// The best of a population and of another block of trials.
    private func merged(_ members: [RankedCandidate], _ block: [Candidate]) -> [RankedCandidate] {
        NonDominatedSort.survivors(members.map(\.candidate) + block, count: self.settings.population)
    }

    private mutating func synchronousParents(_ generation: Int, _ history: SearchHistory) -> [RankedCandidate] {
        let count = self.settings.population
        if self.parents.content.generation > generation { self.parents.content = Parents(generation: 0, members: []) }
        var parents = self.parents.content
        while parents.generation < generation {
            let first = parents.generation * count
            let trials = first..<max(first, min(first + count, history.trials.count))
            let known = trials.filter { history.trials[$0].isSettled }
            let block = known.map { Candidate(history.trials[$0].firstObservation, trial: $0) }
            parents = Parents(generation: parents.generation + 1, members: self.merged(parents.members, block))
            // What is not complete may change, and is not kept.
            if known.count == count, self.parents.content.generation == parents.generation - 1 {
                self.parents.content = parents
            }
        }
        return parents.members
    }

    private func knownParents(_ history: SearchHistory) -> [RankedCandidate] {
        var members: [RankedCandidate] = []
        for first in stride(from: 0, to: history.settled.count, by: self.settings.population) {
            let trials = history.settled[first..<min(first + self.settings.population, history.settled.count)]
            members = self.merged(
                members, trials.map { Candidate(history.trials[$0].observations.last, trial: $0) })
        }
        return members
    }
}
