import Randomness
@testable import SearchAlgorithms
import Testing
import TuningModel

@Suite("DEHB")
struct DehbTests {
    private static let maximum = 27

    /// A study under hyperband with one worker.
    private func best(_ settings: SearcherSettings, seed: UInt64, trials: Int) throws -> Double {
        let space = Landscape.cube(6)
        var scheduler = try Scheduler(.hyperband(maximum: Self.maximum, eta: 3, formula: .jmlr))
        let levels = Set(scheduler.plan.flatMap { $0.rungs.map(\.level) }).sorted()
        var searcher = try Searcher(settings, space: space, seed: seed, levels: levels)
        var configurations: [Configuration] = []
        var epochs: [Int] = []
        var best = Double.infinity
        while configurations.count < trials {
            let trial: TrialID
            let target: Int
            switch scheduler.ask() {
            case .start(let started, let placement):
                let suggestion = searcher.suggest(started, target: placement.level)
                let configuration = try #require(suggestion)
                searcher.start(configuration, bracket: placement.bracket, target: placement.level)
                configurations.append(configuration)
                epochs.append(0)
                (trial, target) = (started, placement.level)
            case .resume(let resumed, let placement, _):
                searcher.resume(resumed, target: placement.level)
                (trial, target) = (resumed, placement.level)
            case .wait, .finished: return best
            }
            while epochs[trial.rawValue] < target {
                epochs[trial.rawValue] += 1
                let epoch = epochs[trial.rawValue]
                // Few epochs tell the loss less exactly.
                let noise = RandomStream(seed: seed, purpose: .simulation, stream: UInt32(trial.rawValue))
                    .uniform(at: UInt64(epoch))
                let loss = Landscape.sphere(configurations[trial.rawValue]) * (1 + noise / Double(epoch))
                if levels.contains(epoch) { searcher.observe(trial, .init(level: epoch, loss: loss)) }
                _ = try scheduler.tell(trial, level: epoch, loss: loss)
                if epoch == Self.maximum { best = min(best, Landscape.sphere(configurations[trial.rawValue])) }
            }
            searcher.rest(trial)
        }
        return best
    }

    @Test("Awad 2021, figure 1: ahead of Hyperband with random search on the same plan, synchronous or not")
    func ahead() throws {
        for isSynchronous in [false, true] {
            var settings = DehbSettings()
            settings.isSynchronous = isSynchronous
            var logarithms = (dehb: 0.0, random: 0.0)
            for seed in UInt64(1)...10 {
                logarithms.dehb += LogarithmicScale.logarithm(try self.best(.dehb(settings), seed: seed, trials: 400))
                logarithms.random += LogarithmicScale.logarithm(try self.best(.random, seed: seed, trials: 400))
            }
            let gain = LogarithmicScale.exponential((logarithms.random - logarithms.dehb) / 10)
            #expect(gain > 5, "SEEDS 1 to 10: random search's loss is \(gain) times that of DEHB")
        }
    }
}
