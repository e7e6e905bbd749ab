import Randomness
import TuningModel

/// Regularised (ageing) evolution: the parent is the best of a random sample of the population, and the oldest dies.
///
/// The population is the P trials that were judged last. A trial is one mutation (``ArchitectureMutation``) of the
/// best of S members that are drawn with replacement. The first P trials are random.
///
/// Source: E. Real, A. Aggarwal, Y. Huang, Q. V. Le, "Regularized evolution for image classifier architecture
/// search", AAAI 2019, algorithm 1 with P = 100 and S = 25. It is asynchronous there too.
///
/// Deviations, on purpose:
/// - Mutations are those of the study's space instead of NASNet's cells.
/// - Ages count from the time when a trial was judged first, not when it ended, since a scheduler may end it much
///   later.
/// - A child whose configuration was tried before is mutated again, up to ``GeneticSearcher/mostAttempts`` times.
struct RegularizedEvolutionSearcher: HistorySearcher {
    private let settings: RegularizedEvolutionSettings
    private let mutation: ArchitectureMutation
    private let seed: UInt64
    var population: Int { self.settings.population }

    init(_ settings: RegularizedEvolutionSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try SearchError.check("population", settings.population, in: 1...100_000)
        try SearchError.check("sample", settings.sample, in: 1...settings.population)
        self.settings = settings
        self.mutation = ArchitectureMutation(space)
        self.seed = seed
    }

    /// - Complexity: O(S + parameters²).
    func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        let members = history.settled.suffix(self.settings.population)
        guard trial >= self.settings.population, !members.isEmpty else {
            return history.space.randomConfiguration(seed: self.seed, number: trial)
        }
        var random = RandomSequence(trial: trial, seed: self.seed)
        var parent: Fitness?
        for _ in 0..<self.settings.sample {
            let member = members[members.startIndex + random.integer(below: members.count)]
            let fitness = Fitness(history.trials[member].observations.last, trial: member)
            parent = parent.map { min($0, fitness) } ?? fitness
        }
        guard let parent else { return nil }
        var genome = history.trials[parent.trial].coordinates
        self.mutation.mutate(&genome, random: &random)
        var configuration = history.space.configuration(genome: genome, random: &random)
        var attempts = 0
        while attempts < GeneticSearcher.mostAttempts, history.excludes(configuration) {
            self.mutation.mutate(&genome, random: &random)
            configuration = history.space.configuration(genome: genome, random: &random)
            attempts += 1
        }
        return configuration
    }
}
