import SearchAlgorithms
import Testing
import TuningModel

/// How many of n trials go on from the lowest rung, one worker, eta = 3: the figures of a simulation of the papers'
/// rules that was made apart from this code.
@Suite("Promotions out of n completions")
struct PromotionCountTests {
    private func promotions(
        _ trials: Int, isGuarded: Bool, loss: @escaping (Int, Int) -> Double
    ) throws -> Int {
        var cluster = try SimulatedCluster(
            .asha(minimum: 1, maximum: 3, eta: 3, isGuarded: isGuarded), workers: 1, trials: trials, loss: loss)
        try cluster.run()
        return cluster.proposals.count - trials
    }

    private func mean(_ trials: Int, isGuarded: Bool) throws -> Double {
        let counts = try (1...200).map {
            try self.promotions(trials, isGuarded: isGuarded, loss: randomLoss(seed: UInt64($0)))
        }
        return Double(counts.reduce(0, +)) / Double(counts.count)
    }

    @Test("the guard: 9 of 27 and 27 of 81, in random order")
    func guarded() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            #expect(try self.promotions(27, isGuarded: true, loss: randomLoss(seed: seed)) == 9, "seed \(seed)")
            #expect(try self.promotions(81, isGuarded: true, loss: randomLoss(seed: seed)) == 27, "seed \(seed)")
        }
    }

    @Test("the guard: 27 of 81 where every new trial is the best so far; the paper's rule: 79")
    func everyValueBetter() throws {
        #expect(try self.promotions(81, isGuarded: true) { trial, _ in -Double(trial) } == 27)
        #expect(try self.promotions(81, isGuarded: false) { trial, _ in -Double(trial) } == 79)
    }

    @Test("every new trial the worst so far: a third of them, with and without the guard")
    func everyValueWorse() throws {
        #expect(try self.promotions(81, isGuarded: true) { trial, _ in Double(trial) } == 27)
        #expect(try self.promotions(81, isGuarded: false) { trial, _ in Double(trial) } == 27)
    }

    @Test("the paper's rule in random order: 10.5 of 27 and 30.1 of 81 in the mean")
    func plain() throws {
        let few = try self.mean(27, isGuarded: false)
        let many = try self.mean(81, isGuarded: false)
        #expect(abs(few - 10.5) < 0.4, "\(few)")
        #expect(abs(many - 30.1) < 0.6, "\(many)")
    }

    @Test("the stopping rule in random order: 26.5 of 81 in the mean, and all 81 where each is the best so far")
    func stopping() throws {
        let survivors = { (loss: @escaping (Int, Int) -> Double) throws -> Int in
            var cluster = try SimulatedCluster(
                .ashaStopping(minimum: 1, maximum: 3, eta: 3), workers: 1, trials: 81, loss: loss)
            try cluster.run()
            return cluster.trials.count { $0.decision == .complete }
        }
        let counts = try (1...200).map { try survivors(randomLoss(seed: UInt64($0))) }
        let mean = Double(counts.reduce(0, +)) / Double(counts.count)
        #expect(abs(mean - 26.5) < 0.7, "\(mean)")
        #expect(try survivors { trial, _ in -Double(trial) } == 81)
    }
}
