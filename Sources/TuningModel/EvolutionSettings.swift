/// A generational genetic algorithm.
package struct GeneticSettings: Hashable, Sendable {
    /// Trials a generation.
    package var population = 20
    /// How many of the best of all former generations are parents beside the last generation.
    package var elite = 2
    /// How many are drawn for a place as a parent; the best of them has it.
    package var tournament = 2
    /// The probability that a pair of parents is crossed.
    package var crossoverRate = 0.9
    /// Distribution indices: the larger, the nearer children are to their parents.
    package var crossoverIndex = 15.0
    package var mutationIndex = 20.0
    /// Whether a generation waits for the results of the one before.
    package var isSynchronous = false

    package init() {}
}

/// Which vector a donor of differential evolution begins with.
package enum DifferentialVariant: String, Hashable, Sendable, CaseIterable {
    /// rand/1: a random member and one difference.
    case random = "rand_1"
    /// current-to-best/1: the target, the way from it to the best, and one difference.
    case currentToBest = "current_to_best_1"
}

/// Differential evolution with binomial crossover.
package struct DifferentialEvolutionSettings: Hashable, Sendable {
    /// NP, trials a generation.
    package var population = 20
    package var variant = DifferentialVariant.random
    /// F, the weight of differences.
    package var scale = 0.5
    /// CR, the probability that a parameter comes from the donor.
    package var crossoverRate = 0.9
    /// Whether a generation waits for the results of the one before.
    package var isSynchronous = false

    package init() {}
}

/// Differential evolution with a subpopulation for each rung of Hyperband.
package struct DehbSettings: Hashable, Sendable {
    /// Members of each subpopulation.
    package var population = 20
    /// F, the weight of differences.
    package var scale = 0.5
    /// CR, the probability that a parameter comes from the donor.
    package var crossoverRate = 0.5
    /// Whether a bracket waits for the ends of those before.
    package var isSynchronous = false

    package init() {}
}

/// Particle swarm optimisation with constriction.
package struct ParticleSwarmSettings: Hashable, Sendable {
    package var population = 20
    /// φ1, the pull of a particle's own best place; φ1 + φ2 is above 4.
    package var cognitive = 2.05
    /// φ2, the pull of the swarm's best place.
    package var social = 2.05
    /// Whether an iteration waits for the results of the one before.
    package var isSynchronous = false

    package init() {}
}

/// Regularised evolution: the oldest dies, not the worst.
package struct RegularizedEvolutionSettings: Hashable, Sendable {
    /// P.
    package var population = 100
    /// S, how many are drawn; the best of them is the parent.
    package var sample = 25

    package init() {}
}

/// CMA-ES with margin for discrete numbers.
package struct CmaesSettings: Hashable, Sendable {
    /// λ; `nil` for 4 + ⌊3 ln n⌋.
    package var population: Int?
    /// The initial σ as a share of each range.
    package var sigma = 0.3
    /// Whether an ended search begins again with twice the λ.
    package var restarts = true
    /// Whether a generation waits for the results of the one before.
    package var isSynchronous = false

    package init() {}
}

/// The non-dominated sorting genetic algorithm II.
package struct Nsga2Settings: Hashable, Sendable {
    /// Trials a generation.
    package var population = 40
    /// The probability that a pair of parents is crossed.
    package var crossoverRate = 0.9
    /// Distribution indices: the larger, the nearer children are to their parents.
    package var crossoverIndex = 20.0
    package var mutationIndex = 20.0
    /// Whether a generation waits for the results of the one before.
    package var isSynchronous = false

    package init() {}
}
