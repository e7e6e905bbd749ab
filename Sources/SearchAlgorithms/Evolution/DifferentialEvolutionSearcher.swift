import Randomness
import TuningModel

/// Differential evolution: a trial takes its target's place in the population where its loss is lower.
///
/// Trial t is the vector u of slot `t mod NP`. What stands in a slot is the best trial of that slot so far, so the
/// population follows from the history alone. Generation 0 is random.
///
/// Source: R. Storn and K. Price, "Differential evolution", Journal of Global Optimization 11, 1997: DE/rand/1/bin
/// (equations 2 to 5, with v, u, x, F, CR and NP) and its scheme DE2 with a way to the best, here with one weight for
/// both (λ = F), as is usual under the name current-to-best/1.
///
/// Deviations, on purpose:
/// - Asynchronous, the population is the best known trial of each slot; a slot without one has no target, and its trial
///   is crossed with the donor's base. Below four known slots trials are random.
/// - A vector whose configuration was tried before is mutated as in ``Variation``.
struct DifferentialEvolutionSearcher: HistorySearcher {
    private let settings: DifferentialEvolutionSettings
    private let generations: Generations
    private let differential: Differential
    private let variation: Variation
    private let seed: UInt64
    var population: Int { self.settings.population }

    init(_ settings: DifferentialEvolutionSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try SearchError.check("population", settings.population, in: 4...100_000)
        try SearchError.check("scale", settings.scale, in: 0...2)
        try SearchError.check("crossover", settings.crossoverRate, in: 0...1)
        self.settings = settings
        self.generations = Generations(population: settings.population, isSynchronous: settings.isSynchronous)
        let genes = space.genes
        self.differential = Differential(genes: genes, scale: settings.scale, crossoverRate: settings.crossoverRate)
        self.variation = Variation(genes: genes, crossoverRate: 0, crossoverIndex: 15, mutationIndex: 20)
        self.seed = seed
    }

    func isWaiting(_ trial: Int, target: Int?, history: SearchHistory) -> Bool {
        self.generations.isWaiting(trial, history)
    }

    /// - Complexity: O(trials + population · parameters).
    func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        let count = self.settings.population
        var slots = [Fitness?](repeating: nil, count: count)
        for fitness in self.generations.known(to: trial, history) {
            let slot = fitness.trial % count
            slots[slot] = slots[slot].map { min($0, fitness) } ?? fitness
        }
        let own = trial % count
        let others = slots.indices.filter { $0 != own && slots[$0] != nil }
        guard trial >= count, others.count >= 3, let best = slots.compactMap(\.self).min() else {
            return history.space.randomConfiguration(seed: self.seed, number: trial)
        }
        var random = RandomSequence(trial: trial, seed: self.seed)
        let drawn = random.draw(3, of: others).map { history.trials[slots[$0]?.trial ?? best.trial].coordinates }
        let current = slots[own].map { history.trials[$0.trial].coordinates } ?? drawn[0]
        let donor: [Double]
        switch self.settings.variant {
        case .random: donor = self.differential.donor(drawn[0], [(drawn[1], drawn[2])], random: &random)
        case .currentToBest:
            let best = history.trials[best.trial].coordinates
            donor = self.differential.donor(
                current, [(best, current), (drawn[1], drawn[2])], random: &random)
        }
        let genome = self.differential.crossed(current, with: donor, random: &random)
        return self.variation.untried(genome, history, random: &random)
    }
}
