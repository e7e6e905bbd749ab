/// How far each level's surrogate can be trusted to rank configurations as the highest level does.
///
/// Source: Y. Li et al., "Hyper-Tune: Towards Efficient Hyper-parameter Tuning at Scale", VLDB 2022, section 4.1, equation 2
/// (ranking loss) and algorithm 2; before it Y. Li et al., "MFES-HB: Efficient Hyperband with Multi-Fidelity Quality
/// Measurements", AAAI 2021.
package enum LevelWeights {
    /// The ranking loss of predictions: how many pairs they put in another order than the truth; a tie in the predictions is
    /// half an error, one in the truth no pair.
    ///
    /// - Complexity: O(n²).
    package static func rankingLoss(_ predictions: [Double], truth: [Double]) -> Double {
        var loss = 0.0
        for i in truth.indices {
            for j in 0..<i where truth[i] != truth[j] {
                if predictions[i] == predictions[j] {
                    loss += 0.5
                } else if (predictions[i] < predictions[j]) != (truth[i] < truth[j]) {
                    loss += 1
                }
            }
        }
        return loss
    }

    /// `θ`: for each surrogate the share of rounds in which its ranking loss is the least; surrogates that tie share a round.
    ///
    /// - Parameters:
    ///   - draws: For each surrogate, for each round, a draw of its predictions.
    ///   - truth: What was observed at the highest level.
    /// - Returns: Numbers that sum to 1; all the same where there is no round.
    /// - Complexity: O(surrogates · rounds · n²).
    package static func theta(draws: [[[Double]]], truth: [Double]) -> [Double] {
        guard let roundCount = draws.map(\.count).min(), roundCount > 0 else {
            return draws.map { _ in 1 / Double(draws.count) }
        }
        var weights = [Double](repeating: 0, count: draws.count)
        for round in 0..<roundCount {
            let losses = draws.map { Self.rankingLoss($0[round], truth: truth) }
            let least = losses.min() ?? 0
            let winners = losses.indices.filter { losses[$0] == least }
            for winner in winners { weights[winner] += 1 / Double(winners.count * roundCount) }
        }
        return weights
    }
}
