import Testing
import TuningModel
import WorkerCore

@Suite("A worker in a simulated study")
struct WorkerSimulationTests {
    @Test("every trial climbs every rung when nothing goes wrong, and every slot's queue stays within its bound")
    func peace() {
        var simulation = WorkerSimulation(seed: 1, slots: 2, trials: 40, rungs: [1, 3, 9], faults: Faults())
        simulation.run(until: .seconds(600))
        #expect(simulation.coordinator.isDone)
        #expect(simulation.coordinator.trials.allSatisfy { $0.ledger.map(\.epoch) == Array(1...9) })
        #expect(simulation.maximumHeld > 2 && simulation.maximumHeld <= 6)
        #expect(simulation.coordinator.crashedEnds == 0)
    }

    @Test("no report is lost and none is sent again once acknowledged, whatever goes wrong")
    func faults() {
        var seen: [String: Int] = [:]
        for seed in 0..<60 { seen.merge(self.course(seed: seed)) { $0 + $1 } }
        let wanted = [
            "connection lost", "hello with held attempts", "coalesced progress", "upload", "checkpoint fetched",
            "withdrawal", "stop", "resume", "lost a slot", "a checkpoint is of no use; going on without it",
        ]
        for name in wanted { #expect(seen[name] ?? 0 > 0, "never seen: \(name) in \(seen)") }
    }

    /// One study with faults for 20 s and peace after that.
    ///
    /// - Returns: What has happened in it.
    private func course(seed: Int) -> [String: Int] {
        var simulation = WorkerSimulation(
            seed: UInt64(seed), slots: 1 + seed % 3, trials: 12, rungs: [1, 3, 9], faults: Faults())
        func share(_ scale: Double) -> Double { simulation.draw() < 0.5 ? 0 : simulation.draw() * scale }
        simulation.faults = Faults(
            connectionLoss: share(0.1), silence: share(0.05), forgetfulness: share(0.05), duplicate: share(0.5),
            crash: share(0.05), lostCheckpoint: share(0.1), revoke: share(0.1), bulkLoss: share(0.2))
        simulation.epochSeconds = seed.isMultiple(of: 2) ? 0.05 : 0.6
        simulation.run(until: .seconds(20))
        simulation.faults = Faults()
        simulation.run(until: .seconds(300))
        #expect(
            simulation.coordinator.isDone,
            "seed \(seed): \(simulation.coordinator.trials) \(simulation.worker)\n\(simulation.transcript.suffix(40))")
        #expect(simulation.coordinator.trials.allSatisfy { $0.ledger.map(\.epoch) == Array(1...9) }, "seed \(seed)")
        return simulation.seen
    }

    @Test("a signal at any time ends the worker within five seconds", arguments: 0..<20)
    func signal(seed: Int) {
        var simulation = WorkerSimulation(
            seed: UInt64(seed), slots: 2, trials: 50, rungs: [1, 3, 9],
            faults: Faults(connectionLoss: seed < 10 ? 0 : 0.05, bulkLoss: seed < 10 ? 0 : 0.2))
        simulation.run(until: .milliseconds(37 * seed))
        let start = simulation.now
        simulation.tell(.signal)
        simulation.run(until: .seconds(100))
        #expect(simulation.exitCode == 0, "seed \(seed)")
        #expect(simulation.now - start <= .seconds(5), "seed \(seed)")
    }

    @Test("the same seed gives the same course")
    func repetition() {
        var logs: [[String]] = []
        for _ in 0..<2 {
            var simulation = WorkerSimulation(
                seed: 7, slots: 2, trials: 12, rungs: [1, 3],
                faults: Faults(connectionLoss: 0.05, duplicate: 0.2, crash: 0.02, revoke: 0.05))
            simulation.run(until: .seconds(60))
            logs.append(simulation.transcript + ["\(simulation.now)"])
        }
        #expect(logs[0] == logs[1])
    }
}
