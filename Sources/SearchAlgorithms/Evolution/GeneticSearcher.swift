import Randomness
import TuningModel

/// A genetic algorithm: tournaments among the last generation and an elite, simulated binary crossover, polynomial
/// mutation.
///
/// Generation 0 is random. Each trial of a later one is a child of two winners of tournaments among the P trials of
/// the generation before and the E best of all; an elite is a parent again but not a trial again, since what it gives
/// is known.
///
/// Source: D. E. Goldberg and K. Deb, "A comparative analysis of selection schemes used in genetic algorithms", FOGA
/// 1991 (tournaments); K. A. De Jong, "An analysis of the behavior of a class of genetic adaptive systems", 1975,
/// plan R2 (elitism); ``Variation`` for crossover and mutation.
///
/// Deviations, on purpose:
/// - A child whose configuration was tried before is mutated again, up to ``mostAttempts`` times.
/// - Asynchronous, the last generation is the P trials that were judged last.
struct GeneticSearcher: HistorySearcher {
    /// How often a child that is not new is replaced.
    static let mostAttempts = 8

    private let settings: GeneticSettings
    private let generations: Generations
    private let variation: Variation
    private let seed: UInt64
    var population: Int { self.settings.population }

    init(_ settings: GeneticSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try SearchError.check("population", settings.population, in: 2...100_000)
        try SearchError.check("elite", settings.elite, in: 0...settings.population)
        try SearchError.check("tournament", settings.tournament, in: 1...settings.population)
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

    func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        let known = self.generations.known(to: trial, history)
        guard trial >= self.settings.population, known.count > 1 else {
            return history.space.randomConfiguration(seed: self.seed, number: trial)
        }
        let parents = self.parents(known)
        var random = RandomSequence(trial: trial, seed: self.seed)
        let first = self.winner(parents, &random)
        let second = self.winner(parents, &random)
        let genome = self.variation.child(
            history.trials[first].coordinates, history.trials[second].coordinates, random: &random)
        return self.variation.untried(genome, history, random: &random)
    }

    /// The last generation and, beside it, the best of all.
    private func parents(_ known: [Fitness]) -> [Fitness] {
        let last = known.suffix(self.settings.population)
        return Array(last) + known.least(self.settings.elite).filter { elite in !last.contains(elite) }
    }

    private func winner(_ parents: [Fitness], _ random: inout RandomSequence) -> Int {
        var best = parents[random.integer(below: parents.count)]
        for _ in 1..<max(1, self.settings.tournament) {
            best = min(best, parents[random.integer(below: parents.count)])
        }
        return best.trial
    }
}

extension RandomSequence {
    /// The numbers that evolution uses for a trial.
    init(trial: Int, seed: UInt64) {
        self.init(RandomStream(seed: seed, purpose: .population, stream: UInt32(truncatingIfNeeded: trial)))
    }
}

extension Array where Element: Comparable {
    /// The least elements in ascending order, at most `count` of them.
    ///
    /// - Complexity: O(n log n), O(n) where few of them are wanted and the order is random.
    func least(_ count: Int) -> [Element] {
        var least: [Element] = []
        for element in self {
            if least.count == count {
                guard let last = least.last, element < last else { continue }
                least.removeLast()
            }
            let place = least.partitioningIndex { element < $0 }
            least.insert(element, at: place)
        }
        return least
    }

    /// The first index from which on a statement holds that holds for a tail of the array.
    private func partitioningIndex(_ holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension SearchError {
    /// - Throws: ``invalidSetting(name:found:wanted:)`` for a number outside of its range, NaN among them.
    static func check<Number: Comparable & CustomStringConvertible>(
        _ name: String, _ value: Number, in range: ClosedRange<Number>
    ) throws(SearchError) {
        guard range.contains(value) else {
            throw .invalidSetting(
                name: "searcher.\(name)", found: value.description,
                wanted: "\(range.lowerBound) to \(range.upperBound)")
        }
    }
}
