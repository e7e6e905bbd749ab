import Randomness
import Testing
import TuningModel

@testable import SearchAlgorithms

/// Counting ones of Falkner 2018, section 5.1, and Awad 2021, section 5.1: eight choices of 0 and 1 beside eight
/// probabilities, whose means of Bernoulli draws are seen; the budget is 9 to 729 draws for each.
private struct CountingOnes {
    static let kind = 8
    /// Draws of the lowest rung, which stand for one epoch.
    static let leastDraws = 9
    static let maximum = 81

    static let space = ParameterSpace(
        (0..<Self.kind).map { Parameter(name: "c\($0)", domain: .choice([.int(0), .int(1)])) }
            + (0..<Self.kind).map { Parameter(name: "x\($0)", domain: .float(FloatRange(low: 0, high: 1))) })

    private let values: [Double]
    private var ones = 0
    private var epochs = 0

    init(_ configuration: Configuration) { self.values = configuration.values.map { $0?.number ?? 0 } }

    /// By how much it is worse than all ones, as a share of the dimensions.
    var regret: Double { 1 - self.values.reduce(0, +) / Double(self.values.count) }

    /// Draws as many more as an epoch has, and gives the loss that is seen of all draws so far.
    mutating func train(_ random: inout RandomSequence) -> Double {
        self.epochs += 1
        for value in self.values[Self.kind...] {
            for _ in 0..<Self.leastDraws where random.uniform() < value { self.ones += 1 }
        }
        let mean = Double(self.ones) / Double(self.epochs * Self.leastDraws)
        return -(self.values[..<Self.kind].reduce(0, +) + mean)
    }
}

private struct References: Decodable {
    /// Total budgets in units of the greatest budget.
    let budgets: [Double]
    /// For each package with its version, for each seed, the regrets after these budgets.
    let regrets: [String: [[Double]]]
}

@Suite("Counting ones: the figures of BOHB and DEHB")
struct CountingOnesTests {
    /// The regrets of the incumbents of a searcher under Hyperband with one worker, the brackets being those of both
    /// packages. Each evaluation is counted in full, also where a trial goes on from its checkpoint, as they count.
    private static func regrets(_ settings: SearcherSettings, seed: UInt64, budgets: [Double]) throws -> [Double] {
        var scheduler = try Scheduler(.hyperband(maximum: CountingOnes.maximum, eta: 3, formula: .blog))
        let levels = Set(scheduler.plan.flatMap { $0.rungs.map(\.level) }).sorted()
        var searcher = try Searcher(settings, space: CountingOnes.space, seed: seed, levels: levels)
        var random = RandomSequence(RandomStream(seed: seed, purpose: .simulation))
        var trials: [CountingOnes] = []
        var spent = 0
        var best = (level: 0, loss: 0.0, regret: 1.0)
        var regrets: [Double] = []
        while true {
            let trial: TrialID
            let first: Int
            let target: Int
            switch scheduler.ask() {
            case .start(let started, let placement):
                let suggestion = searcher.suggest(started, target: placement.level)
                let configuration = try #require(suggestion)
                searcher.start(configuration, bracket: placement.bracket, target: placement.level)
                trials.append(CountingOnes(configuration))
                (trial, first, target) = (started, 1, placement.level)
            case .resume(let resumed, let placement, _):
                searcher.resume(resumed, target: placement.level)
                (trial, first, target) = (resumed, placement.level / 3 + 1, placement.level)
            case .wait, .finished: return regrets
            }
            spent += target
            while Double(spent) > budgets[regrets.count] * Double(CountingOnes.maximum) {
                regrets.append(best.regret)
                if regrets.count == budgets.count { return regrets }
            }
            for epoch in first...target {
                let loss = trials[trial.rawValue].train(&random)
                if epoch == target {
                    searcher.observe(trial, .init(level: epoch, loss: loss))
                    if (-target, loss) < (-best.level, best.loss) {
                        best = (target, loss, trials[trial.rawValue].regret)
                    }
                }
                _ = try scheduler.tell(trial, level: epoch, loss: loss)
            }
            searcher.rest(trial)
        }
    }

    private struct Sample {
        let mean: Double
        /// Of the mean.
        let error: Double

        init(_ numbers: [Double]) {
            let count = Double(numbers.count)
            let mean = numbers.reduce(0, +) / count
            self.mean = mean
            let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            self.error = (squares / (count - 1) / count).squareRoot()
        }
    }

    @Test(
        "the mean regret is that of the authors' package within its error, or less, after each budget",
        arguments: [
            ("hpbandster", SearcherSettings.tpe(.bohb)), ("dehb", .dehb(DehbSettings())),
        ])
    func figure(package: String, settings: SearcherSettings) throws {
        let file: References = try vectors("counting_ones")
        let reference = try #require(file.regrets.first { $0.key.hasPrefix(package) }).value
        try #require(reference.count >= 20)
        let budgets = Array(file.budgets.prefix(reference[0].count))
        let own = try reference.indices.map { try Self.regrets(settings, seed: UInt64($0), budgets: budgets) }
        let random = try reference.indices.map { try Self.regrets(.random, seed: UInt64($0), budgets: budgets) }
        for (place, budget) in budgets.enumerated() {
            let (ours, theirs) = (Sample(own.map { $0[place] }), Sample(reference.map { $0[place] }))
            let hyperband = Sample(random.map { $0[place] })
            print("\(package) after \(budget): \(ours.mean) ± \(ours.error), theirs \(theirs.mean) ± \(theirs.error)")
            print("  hyperband with random search \(hyperband.mean) ± \(hyperband.error)")
            let error = (ours.error * ours.error + theirs.error * theirs.error).squareRoot()
            #expect(ours.mean <= theirs.mean + 2 * error, "SEEDS 0 to \(reference.count - 1), budget \(budget)")
        }
        // Both papers' figure: ahead of Hyperband by far at the end.
        let last = budgets.count - 1
        #expect(Sample(own.map { $0[last] }).mean < 0.7 * Sample(random.map { $0[last] }).mean)
    }
}
