import StudyFile
import Testing
import TuningModel

@Suite("Evolutionary searchers in a study file")
struct EvolutionSettingsTests {
    private static let searcher = "searcher: {name: random}"

    @Test("have their defaults where only a name is given, and take every setting", arguments: Self.good)
    func settings(text: String, wanted: SearcherSettings) throws {
        let reading = StudyReader.read(text: try StudyEdit(Self.searcher, "searcher: \(text)", []).text())
        #expect(reading.mistakes.map(\.description) == [])
        #expect(reading.study?.searcher == wanted)
    }

    @Test("tell each mistake with its place, what was found and what is wanted", arguments: Self.bad)
    func mistake(text: String, wanted: String) throws {
        let reading = StudyReader.read(text: try StudyEdit(Self.searcher, "searcher: \(text)", []).text())
        #expect(reading.mistakes.map(\.description) == [wanted])
        #expect(reading.study == nil)
    }

    @Test("dehb stands with the scheduler hyperband")
    func dehb() throws {
        let pair = "searcher: {name: random}\n  scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}"
        let text = try StudyEdit(
            pair,
            "searcher: {name: dehb, population: 12, scale: 0.4, crossover: 0.3, synchronous: true}\n"
                + "  scheduler: {name: hyperband, max: 81}", []
        ).text()
        var wanted = DehbSettings()
        wanted.population = 12
        wanted.scale = 0.4
        wanted.crossoverRate = 0.3
        wanted.isSynchronous = true
        #expect(StudyReader.read(text: text).study?.searcher == .dehb(wanted))
    }

    private static let good: [(String, SearcherSettings)] = {
        var genetic = GeneticSettings()
        genetic.population = 30
        genetic.elite = 0
        genetic.tournament = 3
        genetic.crossoverRate = 1
        genetic.crossoverIndex = 2.5
        genetic.mutationIndex = 50
        genetic.isSynchronous = true
        var differential = DifferentialEvolutionSettings()
        differential.population = 9
        differential.variant = .currentToBest
        differential.scale = 0.7
        differential.crossoverRate = 0
        differential.isSynchronous = true
        var swarm = ParticleSwarmSettings()
        swarm.population = 9
        swarm.cognitive = 2.5
        swarm.social = 1.6
        swarm.isSynchronous = true
        var regularized = RegularizedEvolutionSettings()
        regularized.population = 9
        regularized.sample = 9
        var cmaes = CmaesSettings()
        cmaes.population = 9
        cmaes.sigma = 0.2
        cmaes.restarts = false
        cmaes.isSynchronous = true
        var nsga2 = Nsga2Settings()
        nsga2.population = 9
        nsga2.crossoverRate = 0.5
        nsga2.crossoverIndex = 5
        nsga2.mutationIndex = 7
        nsga2.isSynchronous = true
        return [
            ("{name: genetic}", .genetic(GeneticSettings())),
            (
                "{name: genetic, population: 30, elite: 0, tournament: 3, crossover: 1, crossover_index: 2.5, "
                    + "mutation_index: 50, synchronous: true}", .genetic(genetic)
            ),
            ("{name: differential_evolution}", .differentialEvolution(DifferentialEvolutionSettings())),
            (
                "{name: differential_evolution, population: 9, variant: current_to_best_1, scale: 0.7, crossover: 0, "
                    + "synchronous: true}", .differentialEvolution(differential)
            ),
            ("{name: particle_swarm}", .particleSwarm(ParticleSwarmSettings())),
            (
                "{name: particle_swarm, population: 9, cognitive: 2.5, social: 1.6, synchronous: true}",
                .particleSwarm(swarm)
            ),
            ("{name: regularized_evolution}", .regularizedEvolution(RegularizedEvolutionSettings())),
            ("{name: cmaes}", .cmaes(CmaesSettings())),
            ("{name: cmaes, population: 9, sigma: 0.2, restarts: false, synchronous: true}", .cmaes(cmaes)),
            ("{name: nsga2}", .nsga2(Nsga2Settings())),
            (
                "{name: nsga2, population: 9, crossover: 0.5, crossover_index: 5, mutation_index: 7, synchronous: true}",
                .nsga2(nsga2)
            ),
            ("{name: regularized_evolution, population: 9}", .regularizedEvolution(regularized)),
        ]
    }()

    private static let bad: [(String, String)] = [
        (
            "{name: genetic, population: 1}",
            "26:41: search.searcher.population: found 1, want a whole number in [2, 100000]"
        ),
        (
            "{name: genetic, population: 8, elite: 9}",
            "26:51: search.searcher.elite: found 9, want a whole number in [0, 8]"
        ),
        (
            "{name: genetic, crossover: 1.5}",
            "26:40: search.searcher.crossover: found 1.5, want a number in [0.0, 1.0]"
        ),
        (
            "{name: genetic, mutation_index: .nan}",
            "26:45: search.searcher.mutation_index: found .nan, want a number in [0.0, 1000.0]"
        ),
        (
            "{name: genetic, synchronous: 1}",
            "26:42: search.searcher.synchronous: found 1, want true or false"
        ),
        (
            "{name: genetic, populaton: 4}",
            """
            26:29: search.searcher: unknown key "populaton", did you mean population? want name, population, elite, \
            tournament, crossover, crossover_index, mutation_index or synchronous
            """
        ),
        (
            "{name: differential_evolution, variant: rand}",
            "26:53: search.searcher.variant: found rand, did you mean rand_1? want rand_1 or current_to_best_1"
        ),
        (
            "{name: differential_evolution, population: 3}",
            "26:56: search.searcher.population: found 3, want a whole number in [4, 100000]"
        ),
        (
            "{name: differential_evolution, scale: -1}",
            "26:51: search.searcher.scale: found -1, want a number in [0.0, 2.0]"
        ),
        ("{name: dehb}", "26:13: search: the searcher dehb needs brackets, want scheduler: {name: hyperband}"),
        (
            "{name: particle_swarm, cognitive: 1, social: 2}",
            "26:13: search.searcher: found cognitive + social = 3.0, want more than 4, such as 2.05 each"
        ),
        (
            "{name: regularized_evolution, population: 9, sample: 10}",
            "26:66: search.searcher.sample: found 10, want a whole number in [1, 9]"
        ),
        (
            "{name: cmaes, sigma: 0}",
            "26:34: search.searcher.sigma: found 0, want a number in [0.001, 1.0]"
        ),
        (
            "{name: cmaes, population: 3}",
            "26:39: search.searcher.population: found 3, want a whole number in [4, 100000]"
        ),
        (
            "{name: nsga2, crossover_index: x}",
            "26:44: search.searcher.crossover_index: found x, want a number in [0.0, 1000.0]"
        ),
        ("{name: random, population: 4}", "26:28: search.searcher: unknown key \"population\", want name"),
    ]
}
