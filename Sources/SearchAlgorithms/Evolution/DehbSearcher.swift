import Randomness
import TuningModel

/// DEHB: differential evolution with a subpopulation for each level of epochs, under Hyperband.
///
/// A trial begins at the first rung of its bracket. Its target is a member of that level's subpopulation, taken in
/// turn; its donor, rand/1, comes from the best of the level below (from its own subpopulation at the lowest level),
/// filled up with members of all levels where those are fewer than three. So what few epochs showed to be good shapes
/// what many are spent on.
///
/// Source: N. Awad, N. Mallik, F. Hutter, "DEHB: Evolutionary Hyperband for scalable, robust and efficient
/// hyperparameter optimization", IJCAI 2021, section 4.2 and algorithm 1 (parent pool), F = CR = 0.5.
///
/// Deviations, on purpose:
/// - A trial that Hyperband promotes trains on and joins the subpopulation of the next level itself, instead of being
///   replaced there by a new vector that would train from its beginning. The paper does so in its first bracket only.
/// - A subpopulation is the best N trials of its level, so that it follows from the history alone.
/// - Synchronous, a bracket sees the results of the brackets before it, and waits for their ends. Where there is one
///   level only, generations of N trials take the place of brackets.
struct DehbSearcher: HistorySearcher {
    private let settings: DehbSettings
    private let generations: Generations
    private let differential: Differential
    private let variation: Variation
    private let seed: UInt64
    var population: Int { self.settings.population }

    init(_ settings: DehbSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
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
        guard self.settings.isSynchronous else { return false }
        guard history.levels.count > 1 else { return self.generations.isWaiting(trial, history) }
        guard let last = history.trials.last, !history.running.isEmpty else { return false }
        return target == nil || last.firstTarget != target
    }

    /// - Complexity: O(trials log trials).
    func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        let limit = self.visibleCount(trial, target: target, history)
        let level = history.levels.firstIndex { $0 >= target } ?? 0
        let own = self.members(at: level, below: limit, history)
        var pool = level > 0 ? self.members(at: level - 1, below: limit, history) : own
        let isInitial = level == 0 && own.count < self.settings.population && trial < self.settings.population
        var other = history.levels.count - 1
        while pool.count < 3, other >= 0 {
            pool += self.members(at: other, below: limit, history).filter { !pool.contains($0) }
            other -= 1
        }
        guard !isInitial, pool.count >= 3 else {
            return history.space.randomConfiguration(seed: self.seed, number: trial)
        }
        var random = RandomSequence(trial: trial, seed: self.seed)
        let drawn = random.draw(3, of: pool).map { history.trials[$0].coordinates }
        let current = own.isEmpty ? drawn[0] : history.trials[own[trial % own.count]].coordinates
        let donor = self.differential.donor(drawn[0], [(drawn[1], drawn[2])], random: &random)
        let genome = self.differential.crossed(current, with: donor, random: &random)
        return self.variation.untried(genome, history, random: &random)
    }

    /// How many of the first trials a suggestion may know of.
    private func visibleCount(_ trial: Int, target: Int, _ history: SearchHistory) -> Int {
        guard self.settings.isSynchronous else { return history.trials.count }
        guard history.levels.count > 1 else {
            return min(self.generations.generation(of: trial) * self.settings.population, history.trials.count)
        }
        // The brackets of a plan differ in their first rungs, so a bracket is a run of trials with the same one.
        var first = min(trial, history.trials.count)
        while first > 0, history.trials[first - 1].firstTarget == target { first -= 1 }
        return first
    }

    /// The best trials that were judged at a level.
    private func members(at level: Int, below limit: Int, _ history: SearchHistory) -> [Int] {
        guard history.levels.indices.contains(level) else { return [] }
        let judged = history.arrivals[level].filter { $0 < limit }.map { trial in
            Fitness(history.trials[trial].observation(at: history.levels[level]), trial: trial)
        }
        return judged.least(self.settings.population).filter { $0.loss.isFinite }.map(\.trial)
    }
}
