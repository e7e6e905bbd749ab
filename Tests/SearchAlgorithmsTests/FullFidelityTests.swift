import Foundation
import SearchAlgorithms
import Testing
import TuningModel

/// What `Tests/Peers/full_fidelity/run_optuna.py` prints.
private struct PeerRun: Decodable {
    let sampler: String
    let trials: Int
    let seeds: [UInt64]
    let medians: [String: Double]
}

@Suite("Full fidelity, against recorded runs of Optuna's samplers on the same functions and seeds")
struct FullFidelityTests {
    @Test("the median regret of tpe after as many trials is not above theirs", arguments: Objectives.allCases)
    func regret(objective: Objectives) throws {
        var regrets: [Double] = []
        for seed in UInt64(0)..<20 {
            var study = try ParzenStudy(TPESettings(), objective.space, seed: seed)
            try study.run(trials: 60, loss: objective.value)
            regrets.append((study.losses.min() ?? .infinity) - objective.minimum)
        }
        regrets.sort()
        let median = (regrets[9] + regrets[10]) / 2
        for sampler in ["tpe", "tpe_independent", "tpe_group"] {
            let peer: PeerRun = try vectors("optuna-\(sampler)")
            #expect(peer.seeds == Array(0..<20) && peer.trials == 60)
            let theirs = try #require(peer.medians[objective.rawValue])
            print("\(objective.rawValue): tpe \(median), Optuna's \(sampler) \(theirs)")
            #expect(median <= theirs)
        }
    }
}
