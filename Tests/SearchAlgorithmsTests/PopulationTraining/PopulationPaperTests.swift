import Testing
import TuningModel

@testable import SearchAlgorithms

/// The toy example of M. Jaderberg et al., "Population based training of neural networks", arXiv 1711.09846, 2017, section
/// 3.2 and figure 2: `Q(θ) = 1.2 - (θ₀² + θ₁²)` is to be maximised from θ = (0.9, 0.9) by steps along the gradient of
/// `Q̂(θ | h) = 1.2 - (h₀ θ₀² + h₁ θ₁²)`, by two workers that begin with h = (1, 0) and h = (0, 1).
@Suite("The toy example of population based training")
struct PopulationPaperTests {
    static let space = ParameterSpace([
        Parameter(name: "h0", domain: .float(FloatRange(low: 0, high: 1))),
        Parameter(name: "h1", domain: .float(FloatRange(low: 0, high: 1))),
    ])

    /// The highest Q after 200 steps.
    private static func run(_ settings: PopulationSettings, seed: UInt64) throws -> Double {
        var population = try SimulatedPopulation(
            settings, space: Self.space, explorable: [0, 1], seed: seed,
            begin: { member in
                let values: [ParameterValue] = member == 0 ? [.float(1), .float(0)] : [.float(0), .float(1)]
                return (Configuration(values), [0.9, 0.9])
            },
            train: { theta, h, _ in
                for i in 0..<2 { theta[i] -= 0.02 * (h.values[i]?.number ?? 0) * theta[i] }
                return theta[0] * theta[0] + theta[1] * theta[1] - 1.2
            })
        try population.run(workers: 2)
        return -population.bestLoss
    }

    private static func settings(interval: Int, resample: Double = 0.25) -> PopulationSettings {
        var settings = PopulationSettings(interval: interval, maximum: 200)
        settings.count = 2
        settings.resample = resample
        return settings
    }

    @Test("without copies each worker follows its own half of the way: grid search ends below 0.4")
    func gridSearch() throws {
        let best = try Self.run(Self.settings(interval: 200), seed: 1)
        #expect(best < 0.4 && best > 0.385)
    }

    @Test("copying alone, with no change of h, ends there too")
    func exploitOnly() throws {
        // Multiplied by 1.2 or 0.8 a value in [0, 1] stays 0 or near 1: the other half of the way stays closed.
        for seed in 1...20 as ClosedRange<UInt64> {
            #expect(try Self.run(Self.settings(interval: 4, resample: 0), seed: seed) < 0.4, "seed \(seed)")
        }
    }

    @Test("copying and changing finds h that reach the optimum of 1.2")
    func exploitAndExplore() throws {
        var found: [Double] = []
        for seed in 1...20 as ClosedRange<UInt64> { found.append(try Self.run(Self.settings(interval: 4), seed: seed)) }
        #expect(found.allSatisfy { $0 > 1 }, "\(found)")
        #expect(found.sorted()[10] > 1.15, "\(found)")
    }
}
