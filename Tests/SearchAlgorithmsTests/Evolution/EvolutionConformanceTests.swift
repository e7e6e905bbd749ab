import Randomness
@testable import SearchAlgorithms
import Testing
import TuningModel

@Suite("Evolutionary searchers")
struct EvolutionConformanceTests {
    /// Each searcher, asynchronous and synchronous where it has both.
    static let all: [SearcherSettings] = Self.synchronous + Self.asynchronous
    static let asynchronous = Self.settings(isSynchronous: false)
    static let synchronous = Self.settings(isSynchronous: true)

    private static func settings(isSynchronous: Bool) -> [SearcherSettings] {
        var genetic = GeneticSettings()
        genetic.isSynchronous = isSynchronous
        genetic.population = 10
        var random = DifferentialEvolutionSettings()
        random.isSynchronous = isSynchronous
        random.population = 12
        var toBest = random
        toBest.variant = .currentToBest
        var dehb = DehbSettings()
        dehb.isSynchronous = isSynchronous
        var swarm = ParticleSwarmSettings()
        swarm.isSynchronous = isSynchronous
        swarm.population = 12
        var cmaes = CmaesSettings()
        cmaes.isSynchronous = isSynchronous
        var nsga2 = Nsga2Settings()
        nsga2.isSynchronous = isSynchronous
        nsga2.population = 16
        let both: [SearcherSettings] = [
            .genetic(genetic), .differentialEvolution(random), .differentialEvolution(toBest), .dehb(dehb),
            .particleSwarm(swarm), .cmaes(cmaes), .nsga2(nsga2),
        ]
        var regularized = RegularizedEvolutionSettings()
        regularized.population = 30
        regularized.sample = 10
        return isSynchronous ? both : both + [.regularizedEvolution(regularized)]
    }

    @Test("suggest valid configurations of every kind of parameter", arguments: Self.all)
    func wholeSpace(settings: SearcherSettings) throws {
        // Selection prefers nothing, so that no branch dies out for its losses.
        var study = try SimulatedStudy(settings, space: Landscape.mixed, seed: 3) { _ in 1 }
        study.run(trials: 800, workers: 7)
        #expect(study.configurations.count == 800)
        #expect(study.configurations.allSatisfy { Landscape.isValid($0, in: Landscape.mixed) })
        // Nothing of the space is forgotten: each family, depth and special value comes up.
        for (index, wanted) in [(4, 3), (5, 4), (3, 4), (2, 6)] {
            #expect(Set(study.configurations.compactMap { $0.values[index] }).count == wanted, "parameter \(index)")
        }
        #expect(study.configurations.contains { $0.values[1] == .float(0) })
        #expect(study.configurations.contains { $0.values[15] == .int(0) })
    }

    @Test("suggest the same to whoever has the same history, asked before or not", arguments: Self.all)
    func purity(settings: SearcherSettings) throws {
        var study = try SimulatedStudy(settings, space: Landscape.mixed, seed: 11, loss: Landscape.mixedLoss)
        study.run(trials: 90, workers: 4)
        var asked = study.searcher
        for trial in 90..<100 { _ = asked.suggest(TrialID(trial), target: 1) }
        var fresh = try Searcher(settings, space: Landscape.mixed, seed: 11, levels: [1])
        // The same history without one suggestion being asked for on the way.
        study.replay(into: &fresh)
        #expect(fresh.suggestion(TrialID(90)) == asked.suggestion(TrialID(90)))
        #expect(asked.suggestion(TrialID(90)) == study.searcher.suggestion(TrialID(90)))
        #expect(fresh.suggestion(TrialID(90)).map { Landscape.isValid($0, in: Landscape.mixed) } == true)
        let other = try Searcher(settings, space: Landscape.mixed, seed: 12, levels: [1])
        #expect(other.suggestion(TrialID(0)) != fresh.suggestion(TrialID(0)))
    }

    @Test("suggest the same synchronous generations to 1, 8 and 64 workers", arguments: Self.synchronous)
    func workers(settings: SearcherSettings) throws {
        var alone = try SimulatedStudy(settings, space: Landscape.mixed, seed: 5, loss: Landscape.mixedLoss)
        alone.run(trials: 130)
        for workers in [8, 64] {
            var many = try SimulatedStudy(settings, space: Landscape.mixed, seed: 5, loss: Landscape.mixedLoss)
            many.run(trials: 130, workers: workers)
            #expect(many.configurations == alone.configurations)
            #expect(many.waits > 0)
        }
        #expect(alone.waits == 0)
    }

    @Test("answer at once where they are asynchronous, whatever runs", arguments: Self.asynchronous)
    func neverWaiting(settings: SearcherSettings) throws {
        var study = try SimulatedStudy(settings, space: Landscape.mixed, seed: 5, loss: Landscape.mixedLoss)
        study.run(trials: 130, workers: 64)
        #expect(study.waits == 0)
        #expect(study.configurations.count == 130)
        #expect(study.configurations.allSatisfy { Landscape.isValid($0, in: Landscape.mixed) })
    }

    @Test("go on where every trial fails, and where some do", arguments: Self.all)
    func failures(settings: SearcherSettings) throws {
        var failing = try SimulatedStudy(settings, space: Landscape.mixed, seed: 2) { _ in .nan }
        failing.run(trials: 60, workers: 3)
        #expect(failing.configurations.count == 60)
        #expect(failing.configurations.allSatisfy { Landscape.isValid($0, in: Landscape.mixed) })
        var some = try SimulatedStudy(settings, space: Landscape.cube(2), seed: 2) { configuration in
            Landscape.numbers(configuration)[0] > 2 ? .infinity : Landscape.sphere(configuration)
        }
        some.run(trials: 200, workers: 3)
        let late = some.losses.suffix(50).count { $0.isFinite }
        #expect(late > 35, "\(late) of the last 50 trials are finite, 35 would be at random")
    }

    @Test("find less than random search does on a sphere and on a mixed space, over seeds", arguments: Self.all)
    func betterThanRandom(settings: SearcherSettings) throws {
        var wins = (sphere: 0, mixed: 0)
        for seed in UInt64(1)...9 {
            var study = try SimulatedStudy(settings, space: Landscape.cube(5), seed: seed, loss: Landscape.sphere)
            var random = try SimulatedStudy(.random, space: Landscape.cube(5), seed: seed, loss: Landscape.sphere)
            study.run(trials: 400, workers: 4)
            random.run(trials: 400, workers: 4)
            if study.best < random.best { wins.sphere += 1 }
            study = try SimulatedStudy(settings, space: Landscape.mixed, seed: seed, loss: Landscape.mixedLoss)
            random = try SimulatedStudy(.random, space: Landscape.mixed, seed: seed, loss: Landscape.mixedLoss)
            study.run(trials: 400, workers: 4)
            random.run(trials: 400, workers: 4)
            if study.best < random.best { wins.mixed += 1 }
        }
        #expect(wins.sphere >= 8, "SEEDS 1 to 9")
        #expect(wins.mixed >= 8, "SEEDS 1 to 9")
    }

    @Test("take a space without parameters, and one with a single value", arguments: Self.all)
    func smallestSpaces(settings: SearcherSettings) throws {
        let single = ParameterSpace([Parameter(name: "x", domain: .choice([.text("a")]))])
        for space in [ParameterSpace([]), single] {
            var study = try SimulatedStudy(settings, space: space, seed: 1) { _ in 1 }
            study.run(trials: 50, workers: 3)
            #expect(study.configurations.count == 50)
            #expect(study.configurations.allSatisfy { Landscape.isValid($0, in: space) })
        }
    }

    @Test("take in trials of other hands and trials that were never told", arguments: Self.asynchronous)
    func foreignTrials(settings: SearcherSettings) throws {
        var searcher = try Searcher(settings, space: Landscape.mixed, seed: 4, levels: [1, 3])
        for trial in 0..<40 {
            let given = Landscape.mixed.randomConfiguration(seed: 99, number: trial)
            searcher.start(given, bracket: 0, target: trial % 2 == 0 ? 1 : 3)
            if trial % 3 == 0 {
                searcher.observe(TrialID(trial), .init(level: 1, loss: Landscape.mixedLoss(given)))
                searcher.rest(TrialID(trial))
            }
        }
        let suggestion = try #require(searcher.suggestion(TrialID(40), target: 3))
        #expect(Landscape.isValid(suggestion, in: Landscape.mixed))
    }
}
