/// What suggests configurations.
package enum SearcherSettings: Hashable, Sendable {
    case random
    /// `points` values of each float and int range that has no step.
    case grid(points: Int)
    case sobol
    /// The best one whose suggestions cost little beside a trial.
    case automatic
    case tpe(TPESettings)
    case genetic(GeneticSettings)
    case differentialEvolution(DifferentialEvolutionSettings)
    case dehb(DehbSettings)
    case cmaes(CmaesSettings)
    case nsga2(Nsga2Settings)
    case particleSwarm(ParticleSwarmSettings)
    case regularizedEvolution(RegularizedEvolutionSettings)

    /// Whether suggestions do not follow from the first objective alone.
    package var takesSeveralObjectives: Bool {
        switch self {
        case .random, .grid, .sobol, .nsga2: true
        case .automatic, .tpe, .gaussianProcess, .hyperTune, .mobster, .genetic, .differentialEvolution, .dehb, .cmaes,
            .particleSwarm, .regularizedEvolution:
            false
        }
    }
    case gaussianProcess(GaussianProcessSettings)
    /// A Gaussian process for each level.
    case hyperTune(GaussianProcessSettings)
    /// One Gaussian process over configurations and levels together.
    case mobster(GaussianProcessSettings)
}
