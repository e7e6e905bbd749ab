import Randomness
@testable import SearchAlgorithms
import Testing
import TuningModel

@Suite("Differential evolution and particle swarms")
struct SwarmAndDifferenceTests {
    @Test("Clerc and Kennedy 2002: φ = 4.1 gives the constriction 0.7298")
    func constriction() throws {
        let searcher = try ParticleSwarmSearcher(ParticleSwarmSettings(), space: Landscape.cube(1), seed: 1)
        #expect((searcher.constriction * 10_000).rounded() == 7298)
        #expect(
            throws: SearchError.invalidSetting(
                name: "searcher.cognitive + social", found: "4.0", wanted: "more than 4, such as 2.05 each")
        ) {
            var settings = ParticleSwarmSettings()
            settings.cognitive = 2
            settings.social = 2
            _ = try ParticleSwarmSearcher(settings, space: Landscape.cube(1), seed: 1)
        }
    }

    @Test("Storn and Price 1997, equation 2: a donor is base plus F times the difference")
    func donor() {
        let genes = Landscape.cube(3).genes
        let differential = Differential(genes: genes, scale: 0.5, crossoverRate: 1)
        var random = RandomSequence(trial: 1, seed: 1)
        let donor = differential.donor(
            [0.5, 0.5, 0.25], [([0.75, 0.25, 0.5], [0.25, 0.5, 0.5])], random: &random)
        #expect(donor == [0.75, 0.375, 0.25])
        let bounced = differential.donor([0.9, 0.1, 0.5], [([1, 0, 0.5], [0, 1, 0.5])], random: &random)
        #expect(bounced[0] >= 0.9 && bounced[0] < 1 && bounced[1] >= 0 && bounced[1] <= 0.1 && bounced[2] == 0.5)
    }

    @Test("binomial crossover takes one parameter of the donor at least, and each with the probability CR")
    func crossover() {
        let genes = Landscape.cube(10).genes
        let target = [Double](repeating: 0.2, count: 10)
        let donor = [Double](repeating: 0.8, count: 10)
        for (rate, mean) in [(0.0, 1.0), (0.5, 5.5), (1, 10)] {
            let differential = Differential(genes: genes, scale: 0.5, crossoverRate: rate)
            var taken = 0
            for trial in 0..<2000 {
                var random = RandomSequence(trial: trial, seed: 3)
                let child = differential.crossed(target, with: donor, random: &random)
                let count = child.count { $0 == 0.8 }
                #expect(count >= 1)
                taken += count
            }
            #expect(abs(Double(taken) / 2000 - mean) < 0.15)
        }
    }

    @Test(
        "both converge on a sphere of ten dimensions to 1e-6 of the first trials' losses",
        arguments: [DifferentialVariant?.none, .random])
    func convergence(variant: DifferentialVariant?) throws {
        var settings = SearcherSettings.particleSwarm(ParticleSwarmSettings())
        if let variant {
            // Four members a dimension: differential evolution with two of them gets stuck in one run of three.
            var differential = DifferentialEvolutionSettings()
            differential.population = 40
            differential.variant = variant
            settings = .differentialEvolution(differential)
        }
        for seed in UInt64(1)...3 {
            var study = try SimulatedStudy(settings, space: Landscape.cube(10), seed: seed, loss: Landscape.sphere)
            study.run(trials: 12_000)
            #expect(study.best < 1e-4, "SEED=\(seed)")
        }
    }
}
