import Randomness
import TuningModel

/// In which bracket of asynchronous Hyperband a new trial begins.
///
/// Bracket _s_ compares trials for the first time after `r_s`, the level of rung _s_ of the ladder. The draw of trial _t_ is
/// a function of the seed, of _t_ and of the weights of the brackets.
///
/// - ``BracketAllocation/hyperband``: Hyperband's ratio of trials, weight `eta^h / (h + 1)` for a bracket with _h_ halvings.
/// - ``BracketAllocation/learned``: weight `w_s = theta_s / r_s`, where `theta_s` says how well the order of trials after
///   `r_s` epochs agrees with the order at the highest rung that enough trials have reached. Until 8 trials have reached
///   the second rung, Hyperband's ratio holds.
///
/// Source: L. Li et al., "Hyperband", JMLR 18(185), 2018, algorithm 1 (ratio); Y. Li et al., "Hyper-Tune: towards efficient
/// hyper-parameter tuning at scale", VLDB 2022, section 4.1, where `c_s = 1 / r_s` and `w_s = c_s * theta_s`.
///
/// Deviations, on purpose:
/// - `theta_s` is the positive part of Kendall's rank correlation of the losses themselves, not the share of bootstrap
///   samples in which a model of rung s ranks best: without models, the highest rung would always rank itself best.
///   It is 1 at and above the rung that is compared with.
/// - Losses at all rungs count that a trial passes on its way, also below its bracket's first one, so that trials which
///   were never compared there widen the sample. The sample is the last 32 trials that reached the rung.
/// - Where no bracket has weight, the one that compares first at the highest level is taken.
///
/// - Complexity: O(1) for most calls; a trial that reaches a rung from the second on costs O(32^2 * rungs) comparisons
///   before the next draw. 8 bytes for each rung a trial.
struct BracketChoice: Hashable, Sendable {
    private static let sampleSize = 32
    private static let smallestSample = 8

    let count: Int
    private let ladder: RungLadder
    private let allocation: BracketAllocation
    private let seed: UInt64
    /// Losses of trial t at the rungs of the ladder from `t * ladder.levels.count` on; infinity where not told.
    private var losses: [Double] = []
    /// For each rung of the ladder the last trials that reached it.
    private var samples: [[Int]]
    private var weights: [Double]

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` unless `1 <= brackets <= rungs of the ladder`.
    init(ladder: RungLadder, brackets: Int, allocation: BracketAllocation, seed: UInt64) throws(SearchError) {
        guard (1...ladder.levels.count).contains(brackets) else {
            throw .invalidSetting(
                name: "brackets", found: "\(brackets)", wanted: "1 to \(ladder.levels.count), the number of rungs")
        }
        self.count = brackets
        self.ladder = ladder
        self.allocation = allocation
        self.seed = seed
        self.samples = Array(repeating: [], count: ladder.levels.count)
        self.weights = (0..<brackets).map { bracket in
            let halvings = ladder.top - bracket
            return (0..<halvings).reduce(1.0) { product, _ in product * Double(ladder.eta) } / Double(halvings + 1)
        }
    }

    /// The bracket of the next trial, whose number is given.
    mutating func start(_ trial: Int) -> Int {
        if self.allocation == .learned {
            self.losses.append(contentsOf: repeatElement(.infinity, count: self.ladder.levels.count))
        }
        return self.bracket(of: trial)
    }

    /// The bracket that the next trial would have.
    func bracket(of trial: Int) -> Int {
        let total = self.weights.reduce(0, +)
        var rest = RandomStream(seed: self.seed, purpose: .bracket).uniform(at: UInt64(trial)) * total
        for bracket in 0..<self.count where self.weights[bracket] > 0 {
            rest -= self.weights[bracket]
            if rest < 0 { return bracket }
        }
        return self.weights.lastIndex { $0 > 0 } ?? self.count - 1
    }

    /// A running trial's loss at a level.
    mutating func observe(_ trial: Int, level: Int, loss: Double) {
        guard self.allocation == .learned, let rung = self.ladder.levels.firstIndex(of: level) else { return }
        self.losses[trial * self.ladder.levels.count + rung] = loss.isFinite ? loss : .infinity
        if self.samples[rung].count == Self.sampleSize { self.samples[rung].removeFirst() }
        self.samples[rung].append(trial)
        let reference = self.samples.lastIndex { $0.count >= Self.smallestSample }
        guard rung > 0, rung == reference else { return }
        self.weights = (0..<self.count).map { bracket in
            let agreement = bracket < rung ? self.agreement(of: bracket, with: rung) : 1
            return max(0, agreement) / Double(self.ladder.levels[bracket])
        }
    }

    /// Kendall's rank correlation between two rungs over the sample of the higher one; pairs that tie count as neither.
    private func agreement(of rung: Int, with reference: Int) -> Double {
        let sample = self.samples[reference]
        let stride = self.ladder.levels.count
        var sum = 0
        for i in sample.indices {
            for j in sample[..<i].indices {
                let left = (
                    low: self.losses[sample[i] * stride + rung], high: self.losses[sample[i] * stride + reference]
                )
                let right = (
                    low: self.losses[sample[j] * stride + rung], high: self.losses[sample[j] * stride + reference]
                )
                if left.low == right.low || left.high == right.high { continue }
                sum += (left.low < right.low) == (left.high < right.high) ? 1 : -1
            }
        }
        return Double(sum) / Double(sample.count * (sample.count - 1) / 2)
    }
}
