import Randomness
@testable import SearchAlgorithms
import Testing
import TuningModel

@Suite("Regularised evolution")
struct RegularizedEvolutionTests {
    private struct Table: Decodable {
        let accuracies: [Int]
    }

    @Test("Real 2019, figure 3: evolution is ahead of random search in a space of architectures, at equal trials")
    func nasBench201() throws {
        let accuracies = try vectors("nasbench201-cifar10-subset", as: Table.self).accuracies
        try #require(accuracies.count == 4096)
        let operations: [ParameterValue] = (0..<4).map { .int($0) }
        let space = ParameterSpace((0..<6).map { Parameter(name: "Op\($0)", domain: .choice(operations)) })
        func loss(_ configuration: Configuration) -> Double {
            let cell = Landscape.numbers(configuration).reduce(0) { 4 * $0 + Int($1) }
            return 1 - Double(accuracies[cell]) / 10_000
        }
        let least = 1 - Double(accuracies.max() ?? 0) / 10_000
        var evolved = 0.0
        var random = 0.0
        var hits = (evolved: 0, random: 0)
        let settings = RegularizedEvolutionSettings()
        #expect(settings.population == 100 && settings.sample == 25)
        for seed in UInt64(1)...20 {
            var study = try SimulatedStudy(.regularizedEvolution(settings), space: space, seed: seed, loss: loss)
            study.run(trials: 400, workers: 8)
            evolved += study.best - least
            if study.best <= least { hits.evolved += 1 }
            study = try SimulatedStudy(.random, space: space, seed: seed, loss: loss)
            study.run(trials: 400, workers: 8)
            random += study.best - least
            if study.best <= least { hits.random += 1 }
        }
        #expect(evolved < 0.5 * random, "SEEDS 1 to 20, mean regrets \(evolved / 20) and \(random / 20)")
        #expect(hits.evolved > hits.random, "SEEDS 1 to 20, the best cell was found \(hits) times")
    }

    private struct Reference: Decodable {
        /// Numbers of trials.
        let after: [Int]
        /// For each seed the regret after so many, in hundredths of a percent.
        let regrets: [[Double]]
    }

    @Test("Real 2019, algorithm 1: the mean regret is that of a plain implementation within its error, or less")
    func algorithm() throws {
        let accuracies = try vectors("nasbench201-cifar10-subset", as: Table.self).accuracies
        let reference = try vectors("regularized_evolution", as: Reference.self)
        try #require(accuracies.count == 4096 && reference.regrets.count == 50)
        let operations: [ParameterValue] = (0..<4).map { .int($0) }
        let space = ParameterSpace((0..<6).map { Parameter(name: "Op\($0)", domain: .choice(operations)) })
        let greatest = Double(accuracies.max() ?? 0)
        var own: [[Double]] = []
        for seed in UInt64(0)..<50 {
            var study = try SimulatedStudy(
                .regularizedEvolution(RegularizedEvolutionSettings()), space: space, seed: seed
            ) { configuration in
                -Double(accuracies[Landscape.numbers(configuration).reduce(0) { 4 * $0 + Int($1) }])
            }
            study.run(trials: reference.after.max() ?? 0)
            own.append(reference.after.map { greatest + (study.losses.prefix($0).min() ?? 0) })
        }
        for (place, count) in reference.after.enumerated() {
            let (ours, theirs) = (own.map { $0[place] }, reference.regrets.map { $0[place] })
            let error = (Self.squaredError(ours) + Self.squaredError(theirs)).squareRoot()
            let (mean, wanted) = (Self.mean(ours), Self.mean(theirs))
            #expect(mean <= wanted + 2 * error, "SEEDS 0 to 49, after \(count) trials: \(mean), theirs \(wanted)")
            // What the first random trials give is the same but for chance, in both directions.
            if count == RegularizedEvolutionSettings().population { #expect(mean >= wanted - 2 * error) }
        }
    }

    private static func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

    /// Of the mean.
    private static func squaredError(_ numbers: [Double]) -> Double {
        let mean = Self.mean(numbers)
        let count = Double(numbers.count)
        return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count
    }

    @Test("the oldest dies: a trial older than the population is a parent no more, however good it was")
    func ageing() throws {
        var settings = RegularizedEvolutionSettings()
        settings.population = 10
        settings.sample = 10
        var study = try SimulatedStudy(.regularizedEvolution(settings), space: Landscape.cube(3), seed: 3) { _, _ in
            SearchHistory.Observation(level: 1, loss: 1)
        }
        study.run(trials: 30)
        var kept = try Searcher(.regularizedEvolution(settings), space: Landscape.cube(3), seed: 3, levels: [1])
        var changed = kept
        for trial in 0..<30 {
            let other = Landscape.cube(3).randomConfiguration(seed: 77, number: trial)
            for (index, loss) in [0.0, 5].enumerated() {
                let observation = SearchHistory.Observation(level: 1, loss: trial < 20 ? loss : 1)
                let configuration = trial < 20 && index == 1 ? other : study.configurations[trial]
                if index == 0 {
                    kept.start(configuration, bracket: 0, target: 1)
                    kept.observe(TrialID(trial), observation)
                    kept.rest(TrialID(trial))
                } else {
                    changed.start(configuration, bracket: 0, target: 1)
                    changed.observe(TrialID(trial), observation)
                    changed.rest(TrialID(trial))
                }
            }
        }
        #expect(kept.suggestion(TrialID(30)) == changed.suggestion(TrialID(30)))
    }
}
