import Foundation
import Testing
import TuningModel

@testable import SearchAlgorithms

private struct PeerFile: Decodable {
    let optuna: String
    let trials: Int
    let regrets: [String: [Double]]
}

@Suite("The Gaussian process at full fidelity")
struct GaussianProcessComparisonTests {
    @Test(
        "median simple regret after 60 trials is not above that of Optuna's GPSampler on the same seeds",
        arguments: [Objectives.branin, .mix10, .conditional])
    func regret(objective: Objectives) throws {
        let file: PeerFile = try vectors("gp_sampler")
        let peer = try #require(file.regrets[objective.rawValue])
        let own = try peer.indices.map {
            try fullFidelityRegret(
                objective, .gaussianProcess(GaussianProcessSettings()), seed: UInt64($0), trials: file.trials)
        }
        print("\(objective): median regret \(Self.median(own)), GPSampler \(file.optuna): \(Self.median(peer))")
        #expect(Self.median(own) <= Self.median(peer))
    }

    private static func median(_ numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}

/// The best loss of one trial after the other above the function's minimum.
func fullFidelityRegret(
    _ objective: Objectives, _ settings: SearcherSettings, seed: UInt64, trials: Int
) throws -> Double {
    var searcher = try Searcher(settings, space: objective.space, seed: seed, levels: [1])
    var best = Double.infinity
    for trial in 0..<trials {
        let suggestion = searcher.suggest(TrialID(trial), target: 1)
        let configuration = try #require(suggestion)
        searcher.start(configuration, bracket: 0, target: 1)
        let loss = objective.value(configuration)
        best = min(best, loss)
        searcher.observe(TrialID(trial), .init(level: 1, loss: loss))
        searcher.rest(TrialID(trial))
    }
    return best - objective.minimum
}
