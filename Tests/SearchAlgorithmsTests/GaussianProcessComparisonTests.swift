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
        arguments: Objectives.allCases)
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

    @Test("when a minimum is found, every second trial refines it and the others look elsewhere")
    func margin() throws {
        let losses = try fullFidelityLosses(
            .hartmann6, .gaussianProcess(GaussianProcessSettings()), seed: 5, trials: 60)
        let best = try #require(losses.min())
        for trial in 50..<60 {
            let isRefined = losses[trial] - best < 1e-3
            #expect(isRefined == !trial.isMultiple(of: 2), "trial \(trial): \(losses[trial])")
        }
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
    let losses = try fullFidelityLosses(objective, settings, seed: seed, trials: trials)
    return (losses.min() ?? .infinity) - objective.minimum
}

/// The losses of one trial after the other.
func fullFidelityLosses(
    _ objective: Objectives, _ settings: SearcherSettings, seed: UInt64, trials: Int
) throws -> [Double] {
    var searcher = try Searcher(settings, space: objective.space, seed: seed, levels: [1])
    var losses: [Double] = []
    for trial in 0..<trials {
        let suggestion = searcher.suggest(TrialID(trial), target: 1)
        let configuration = try #require(suggestion)
        searcher.start(configuration, bracket: 0, target: 1)
        losses.append(objective.value(configuration))
        searcher.observe(TrialID(trial), .init(level: 1, loss: losses[trial]))
        searcher.rest(TrialID(trial))
    }
    return losses
}
