import Randomness
import SearchAlgorithms
import Testing
import TuningModel

@Suite("Halving that learns its lowest rung")
struct AdaptiveHalvingTests {
    private static let settings = SchedulerSettings.automatic(minimum: 1, maximum: 27, eta: 3)

    private struct Unexpected: Error {}

    /// Losses whose order is the trial's own from an epoch on, and the reverse of it before.
    private static func turning(at epoch: Int, seed: UInt64 = 2) -> (Int, Int) -> Double {
        let random = RandomStream(seed: seed, purpose: .simulation)
        return { trial, now in
            let quality = random.uniform(at: UInt64(trial))
            return now < epoch ? 2 - quality : quality
        }
    }

    /// How many epochs each trial was first given.
    private static func firstTargets(_ cluster: SimulatedCluster) -> [Int] {
        cluster.proposals.compactMap { if case .start(_, let placement) = $0 { placement.level } else { nil } }
    }

    @Test("eight probes train to the second rung, all others rest at the first while nothing speaks against it")
    func probes() throws {
        var cluster = try SimulatedCluster(Self.settings, workers: 4, trials: 60, loss: Self.turning(at: 1))
        try cluster.run()
        let targets = Self.firstTargets(cluster)
        #expect(targets == Array(repeating: 3, count: 8) + Array(repeating: 1, count: 52))
        #expect(cluster.didFinish && cluster.trials.contains { $0.decision == .complete })
    }

    @Test(
        "new trials first rest at the second rung where the ranks at the first one do not agree with it",
        arguments: [(1, 1), (2, 3), (3, 3), (4, 1)])
    func adaption(turn: Int, base: Int) throws {
        var cluster = try SimulatedCluster(Self.settings, workers: 3, trials: 80, loss: Self.turning(at: turn))
        try cluster.run()
        #expect(Self.firstTargets(cluster).suffix(60).allSatisfy { $0 == base })
        let told = cluster.decisions.filter { $0.reason.text.contains("new trials rest first at") }
        #expect(told.count == 3 && told.last?.reason.text.hasSuffix("at \(base) epoch\(base == 1 ? "" : "s")") == true)
    }

    @Test("a probe that earns a rung it has passed takes its place there and costs nothing")
    func freePromotions() throws {
        var scheduler = try Scheduler(Self.settings)
        for _ in 0..<8 { _ = scheduler.ask() }
        for epoch in 1...3 {
            for trial in 0..<8 { _ = try scheduler.tell(TrialID(trial), level: epoch, loss: Double(trial)) }
        }
        // Two of eight go on from epoch 1, where they are known already; that is too few for one of them to go on again.
        guard case .start(TrialID(8), let placement) = scheduler.ask() else { throw Unexpected() }
        #expect(placement.level == 1)
        #expect(scheduler.fate(of: TrialID(0)).text.hasPrefix("rank 1 of 2 at 3 epochs"))
        #expect(scheduler.fate(of: TrialID(1)).text.hasPrefix("rank 2 of 2 at 3 epochs"))
        #expect(scheduler.fate(of: TrialID(4)).text.hasPrefix("rank 5 of 8 at 1 epoch"))
    }

    @Test(
        "a trial that is known at the next rung never trains to there again, also when it becomes the best that waits")
    func knownBehindUnknown() throws {
        var scheduler = try Scheduler(Self.settings)
        for _ in 0..<12 { _ = scheduler.ask() }
        for epoch in 1...3 {
            for trial in 0..<8 { _ = try scheduler.tell(TrialID(trial), level: epoch, loss: Double(10 + trial)) }
        }
        for trial in 8..<12 {
            _ = try scheduler.tell(TrialID(trial), level: 1, loss: trial == 8 ? 1 : Double(50 + trial))
        }
        // Four of twelve may go on: probes 0 and 1 have, trial 8 does, and probe 2 is next and known.
        guard case .resume(TrialID(8), let placement, _) = scheduler.ask() else { throw Unexpected() }
        #expect(placement.level == 3)
        // With it, three are at the next rung, and the best of them goes on from there.
        guard case .resume(TrialID(0), let higher, _) = scheduler.ask() else { throw Unexpected() }
        #expect(higher.level == 9)
        guard case .start(TrialID(12), _) = scheduler.ask() else { throw Unexpected() }
        #expect(scheduler.fate(of: TrialID(2)).text.hasPrefix("rank 3 of 3 at 3 epochs"))
    }

    @Test("enough trials were made: trials that were not promoted rest, as in ASHA")
    func budget() throws {
        var cluster = try SimulatedCluster(Self.settings, workers: 8, trials: 90, loss: Self.turning(at: 1))
        try cluster.run()
        #expect(cluster.didFinish)
        let complete = cluster.trials.count { $0.decision == .complete }
        #expect((1...5).contains(complete))
        #expect(cluster.epochCount < 90 * 5)
    }

    @Test("no configuration is left: idle slots train those that wait, the best first, until all are complete")
    func exhaustion() throws {
        var scheduler = try Scheduler(Self.settings)
        for _ in 0..<20 { _ = scheduler.ask() }
        _ = scheduler.close(isExhausted: true)
        var epochs = Array(repeating: 0, count: 20)
        var targets = (0..<20).map { $0 < 8 ? 3 : 1 }
        var completed: [Int] = []
        var running = Array(0..<20)
        while !running.isEmpty {
            let trial = running.removeFirst()
            while epochs[trial] < targets[trial] {
                epochs[trial] += 1
                let decisions = try scheduler.tell(TrialID(trial), level: epochs[trial], loss: Double((trial * 7) % 20))
                completed += decisions.filter { $0.kind == .complete }.map(\.trial.rawValue)
            }
            if case .resume(let next, let placement, _) = scheduler.ask() {
                targets[next.rawValue] = placement.level
                running.append(next.rawValue)
            }
        }
        #expect(scheduler.ask() == .finished)
        #expect(completed.sorted() == Array(0..<20))
        // The winner is not the last one to be trained.
        #expect(completed.prefix(4).contains(0))
    }

    @Test(
        "losses that are never finite, failures and impatience hold nobody up", arguments: [1, 7, 40],
        1...4 as ClosedRange<UInt64>)
    func trouble(workers: Int, seed: UInt64) throws {
        let loss = randomLoss(seed: seed)
        var hopeless = try SimulatedCluster(
            Self.settings, workers: workers, trials: 50, seed: seed, loss: { _, _ in .nan })
        try hopeless.run()
        #expect(hopeless.didFinish && hopeless.trials.allSatisfy { $0.decision == .stop })
        var mixed = try SimulatedCluster(
            Self.settings, workers: workers, trials: 150, seed: seed,
            loss: { trial, epoch in (trial + epoch) % 11 == 0 ? .infinity : loss(trial, epoch) },
            end: { trial, epoch in
                trial % 5 == 0 && epoch == 2 ? .failed : trial % 7 == 0 && epoch == 4 ? .outOfPatience : nil
            })
        try mixed.run()
        #expect(mixed.didFinish && mixed.trials.count == 150)
    }

    @Test("ladders of one and two rungs have no probes", arguments: [(1, 1), (1, 2), (5, 5)])
    func short(minimum: Int, maximum: Int) throws {
        var cluster = try SimulatedCluster(
            .automatic(minimum: minimum, maximum: maximum, eta: 3), workers: 3, trials: 30, loss: Self.turning(at: 1))
        try cluster.run()
        #expect(cluster.didFinish && Self.firstTargets(cluster).allSatisfy { $0 == minimum })
    }
}
