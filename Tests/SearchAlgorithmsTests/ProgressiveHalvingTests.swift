import SearchAlgorithms
import Testing
import TuningModel

@Suite("PASHA")
struct ProgressiveHalvingTests {
    private static let settings = SchedulerSettings.pasha(minimum: 1, maximum: 81, eta: 3, isGuarded: true)

    private func longest(
        _ settings: SchedulerSettings, trials: Int, seed: UInt64 = 1, _ loss: @escaping (Int, Int) -> Double
    )
        throws -> Int
    {
        var cluster = try SimulatedCluster(settings, workers: 4, trials: trials, seed: seed, loss: loss)
        try cluster.run()
        #expect(cluster.didFinish)
        return cluster.trials.map(\.epochs).max() ?? 0
    }

    @Test("where the order never changes, nobody goes beyond the second rung")
    func steady() throws {
        let level = randomLoss(seed: 3)
        #expect(
            try self.longest(Self.settings, trials: 200) { trial, epoch in level(trial, 0) + 1 / Double(epoch) } == 3)
    }

    @Test("where every rung turns the order round, the last rung is reached as in ASHA")
    func unsteady() throws {
        let level = randomLoss(seed: 3)
        let turning = { (trial: Int, epoch: Int) in
            let rung = [1, 3, 9, 27, 81].firstIndex { $0 >= epoch } ?? 0
            return rung % 2 == 0 ? level(trial, 0) : 1 - level(trial, 0)
        }
        #expect(try self.longest(Self.settings, trials: 300, turning) == 81)
    }

    @Test("curves that cross there and back are noise, and noise within its own size opens no rung")
    func noise() throws {
        // Each trial's loss swings by 0.1 with its own phase; the first and third epoch have the same phase, but the order
        // between pairs closer than that is turned in between.
        let level = randomLoss(seed: 5)
        for seed in 1...4 as ClosedRange<UInt64> {
            let swinging = { (trial: Int, epoch: Int) in
                0.2 * level(trial, 0) + (epoch == 2 ? 0.4 * level(trial, 1) : 0) + 1e-3 * level(trial, epoch)
            }
            let hushed = try self.longest(Self.settings, trials: 60, seed: seed, swinging)
            #expect(hushed == 3, "seed \(seed)")
        }
        // Without the swing there is no crossing, no measure of the noise, and the smallest change opens the next rung.
        let plain = { (trial: Int, epoch: Int) in
            epoch < 3 ? 0.2 * level(trial, 0) : 0.2 * level(trial, 0) + 0.1 * level(trial, 2)
        }
        #expect(try self.longest(Self.settings, trials: 60, plain) > 3)
    }

    @Test("saves most of ASHA's epochs where ranks settle early, and finds as good a trial")
    func saving() throws {
        let level = randomLoss(seed: 8)
        let loss = { (trial: Int, epoch: Int) in level(trial, 0) + 0.5 / Double(epoch) }
        var pasha = try SimulatedCluster(Self.settings, workers: 4, trials: 256, loss: loss)
        var asha = try SimulatedCluster(
            .asha(minimum: 1, maximum: 81, eta: 3, isGuarded: true), workers: 4, trials: 256, loss: loss)
        try pasha.run()
        try asha.run()
        let best = { (cluster: SimulatedCluster) in
            let top = cluster.trials.map(\.epochs).max() ?? 0
            return cluster.trials.indices.filter { cluster.trials[$0].epochs == top }.map { level($0, 0) }.min() ?? 1
        }
        #expect(best(pasha) == best(asha))
        #expect(asha.epochCount > 2 * pasha.epochCount, "\(asha.epochCount), \(pasha.epochCount)")
    }

    @Test("ladders of one and of two rungs are ASHA's")
    func short() throws {
        for maximum in [1, 2] {
            let loss = randomLoss(seed: 4)
            var pasha = try SimulatedCluster(
                .pasha(minimum: 1, maximum: maximum, eta: 2, isGuarded: true), workers: 3, trials: 40, loss: loss)
            var asha = try SimulatedCluster(
                .asha(minimum: 1, maximum: maximum, eta: 2, isGuarded: true), workers: 3, trials: 40, loss: loss)
            try pasha.run()
            try asha.run()
            #expect(pasha.trials == asha.trials && pasha.proposals == asha.proposals)
        }
    }

    @Test("comparing all pairs at every report (Syne Tune): tens of thousands of trials are no matter")
    func manyTrials() throws {
        let level = randomLoss(seed: 6)
        let longest = try self.longest(
            .pasha(minimum: 1, maximum: 81, eta: 3, isGuarded: true), trials: 30_000
        ) { trial, epoch in level(trial, 0) + 1 / Double(epoch) }
        #expect(longest == 3)
    }
}
