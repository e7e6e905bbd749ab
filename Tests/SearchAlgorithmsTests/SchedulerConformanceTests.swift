import SearchAlgorithms
import Testing
import TuningModel

/// What every scheduler has to keep, whatever it decides.
@Suite("Every scheduler")
struct SchedulerConformanceTests {
    static let all: [SchedulerSettings] = [
        .none(maximum: 4),
        .successiveHalving(minimum: 1, maximum: 9, eta: 3),
        .successiveHalving(minimum: 2, maximum: 13, eta: 2),
        .hyperband(maximum: 9, eta: 3, formula: .jmlr),
        .hyperband(maximum: 20, eta: 2, formula: .blog),
        .asha(minimum: 1, maximum: 27, eta: 3, isGuarded: true),
        .asha(minimum: 1, maximum: 20, eta: 2, isGuarded: false),
        .ashaStopping(minimum: 1, maximum: 9, eta: 3),
        .asynchronousHyperband(
            minimum: 1, maximum: 27, eta: 3, isGuarded: true, brackets: 3, allocation: .hyperband),
        .asynchronousHyperband(
            minimum: 1, maximum: 20, eta: 2, isGuarded: false, brackets: 5, allocation: .learned),
        .pasha(minimum: 1, maximum: 27, eta: 3, isGuarded: true),
        .median(maximum: 9, grace: 2, minimumTrials: 2),
        .curve(maximum: 12, grace: 4, threshold: 0.1),
    ]
    static let synchronous: [SchedulerSettings] = Array(all[..<5])

    /// One trial in five diverges, one in eight fails and one in nine runs out of patience, at an epoch of its own.
    private static func cluster(
        _ settings: SchedulerSettings, workers: Int, trials: Int = 40, seed: UInt64
    ) throws -> SimulatedCluster {
        let loss = randomLoss(seed: seed)
        return try SimulatedCluster(
            settings, workers: workers, trials: trials, seed: seed,
            loss: { trial, epoch in trial % 5 == 3 && epoch > trial % 4 ? .nan : loss(trial, epoch) },
            end: { trial, epoch in
                if trial % 8 == 5 && epoch == 1 + trial % 3 { return .failed }
                if trial % 9 == 7 && epoch == 1 + trial % 4 { return .outOfPatience }
                return nil
            })
    }

    @Test("terminates with any number of workers, every trial decided", arguments: all, [1, 2, 3, 7, 64])
    func termination(settings: SchedulerSettings, workers: Int) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            var cluster = try Self.cluster(settings, workers: workers, seed: seed)
            try cluster.run()
            #expect(cluster.didFinish && cluster.trials.count == 40, "seed \(seed)")
            #expect(cluster.trials.allSatisfy { $0.hasEnded || $0.decision != nil }, "seed \(seed)")
            #expect(cluster.scheduler.ask() == .finished)
        }
    }

    @Test("foretells each of its proposals", arguments: all + [.automatic(minimum: 1, maximum: 9, eta: 3)], [1, 5])
    func outlook(settings: SchedulerSettings, workers: Int) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            var cluster = try Self.cluster(settings, workers: workers, trials: 60, seed: seed)
            try cluster.run()
            #expect(cluster.surprises == 0 && cluster.scheduler.outlook() == .finished, "SEED=\(seed)")
        }
    }

    @Test("tells the fates of many trials as those of each", arguments: all)
    func fates(settings: SchedulerSettings) throws {
        var cluster = try Self.cluster(settings, workers: 5, trials: 60, seed: 4)
        while try cluster.step() {}
        let trials = (0..<62).map { TrialID($0) }
        #expect(cluster.scheduler.fates(of: trials) == trials.map { cluster.scheduler.fate(of: $0) })
    }

    @Test("gives the same answers to the same calls", arguments: all)
    func equality(settings: SchedulerSettings) throws {
        var first = try Self.cluster(settings, workers: 4, seed: 3)
        var second = try Self.cluster(settings, workers: 4, seed: 3)
        while try first.step() {
            #expect(try second.step())
            #expect(first.scheduler == second.scheduler)
        }
        #expect(first.proposals == second.proposals && first.decisions == second.decisions)
    }

    @Test("a copy in the middle goes on as the original does", arguments: all)
    func copies(settings: SchedulerSettings) throws {
        var original = try Self.cluster(settings, workers: 5, seed: 6)
        for _ in 0..<25 { _ = try original.step() }
        let kept = original
        try original.run()
        for _ in 0..<2 {
            var copy = kept
            try copy.run()
            #expect(copy.scheduler == original.scheduler)
            #expect(copy.decisions == original.decisions && copy.proposals == original.proposals)
        }
    }

    @Test("a report that comes twice, too early or from nowhere changes nothing", arguments: all)
    func duplicates(settings: SchedulerSettings) throws {
        var cluster = try Self.cluster(settings, workers: 4, trials: 20, seed: 8)
        var steps = 0
        while try cluster.step() {
            steps += 1
            guard steps % 5 == 0 else { continue }
            var scheduler = cluster.scheduler
            let started = cluster.trials.count
            for (number, trial) in cluster.trials.enumerated() {
                let identifier = TrialID(number)
                let resting = trial.hasEnded || trial.decision != nil
                let expected = trial.epochs + (trial.hasEnded ? 0 : 1)
                for epoch in [expected - 1, expected + 1, -1, .max, .min] {
                    #expect(throws: SearchError.unexpectedLevel(identifier, told: epoch, expected: expected)) {
                        try scheduler.tell(identifier, level: epoch, loss: 0)
                    }
                }
                if resting {
                    let error = SearchError.notRunning(identifier, level: expected - 1)
                    #expect(throws: error) { try scheduler.tell(identifier, level: expected, loss: 0) }
                    #expect(throws: error) { try scheduler.retire(identifier, loss: 0) }
                }
            }
            for unknown in [started, -1, .max, .min] {
                #expect(throws: SearchError.unknownTrial(TrialID(unknown), started: started)) {
                    try scheduler.tell(TrialID(unknown), level: 1, loss: 0)
                }
                #expect(throws: SearchError.unknownTrial(TrialID(unknown), started: started)) {
                    try scheduler.retire(TrialID(unknown), loss: 0)
                }
            }
            #expect(scheduler == cluster.scheduler)
        }
    }

    @Test("waiting changes nothing", arguments: all)
    func waiting(settings: SchedulerSettings) throws {
        var cluster = try Self.cluster(settings, workers: 64, seed: 9)
        var waits = 0
        while try cluster.step() {
            var scheduler = cluster.scheduler
            guard scheduler.ask() == .wait else { continue }
            waits += 1
            #expect(scheduler == cluster.scheduler)
            #expect(scheduler.close().isEmpty && scheduler == cluster.scheduler)
        }
        #expect(waits > 0)
    }

    @Test("never gives more epochs to a loss that is not finite", arguments: all)
    func notFinite(settings: SchedulerSettings) throws {
        var cluster = try SimulatedCluster(
            settings, workers: 3, trials: 30,
            loss: { trial, _ in [.nan, .infinity, -.infinity][trial % 3] })
        try cluster.run()
        #expect(cluster.didFinish)
        #expect(cluster.proposals.count == 30)
        #expect(cluster.decisions.allSatisfy { $0.kind == .complete || $0.kind == .stop })
        let first = cluster.trials.map(\.placement.level)
        #expect(zip(cluster.trials, first).allSatisfy { $0.epochs <= $1 })
    }

    @Test("starts trials in order, to a placement of the plan, and trains none past the maximum", arguments: all)
    func placements(settings: SchedulerSettings) throws {
        var cluster = try Self.cluster(settings, workers: 5, trials: 60, seed: 2)
        try cluster.run()
        for proposal in cluster.proposals {
            let placement: Placement
            switch proposal {
            case .start(_, let place): placement = place
            case .resume(_, let place, let reason):
                placement = place
                #expect(!reason.isEmpty && place.rung > 0)
            case .wait, .finished: continue
            }
            let bracket = try #require(cluster.scheduler.plan.first { $0.bracket == placement.bracket })
            #expect(bracket.rungs.map(\.level).contains(placement.level))
        }
        #expect(cluster.trials.allSatisfy { $0.epochs <= settings.maximumLevel })
        for decision in cluster.decisions {
            #expect(!decision.reason.isEmpty)
            #expect(decision.kind != .complete || decision.level == settings.maximumLevel)
        }
    }

    @Test("closed at the very start it is finished at once", arguments: all)
    func closedAtOnce(settings: SchedulerSettings) throws {
        var scheduler = try Scheduler(settings)
        #expect(scheduler.close().isEmpty)
        #expect(scheduler.ask() == .finished)
        #expect(scheduler.fate(of: TrialID(0)) == "never started")
    }

    @Test("a synchronous result does not depend on the number of workers", arguments: synchronous, [23, 40, 81])
    func orderIndependence(settings: SchedulerSettings, trials: Int) throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            var results: [[SimulatedCluster.Trial]] = []
            for workers in [1, 4, 64] {
                var cluster = try Self.cluster(settings, workers: workers, trials: trials, seed: seed)
                // The order of epochs differs from run to run, what an epoch gives does not.
                cluster.seed = seed &+ UInt64(workers)
                try cluster.run()
                results.append(cluster.trials)
            }
            for result in results {
                #expect(result.map(\.epochs) == results[0].map(\.epochs), "seed \(seed)")
                #expect(result.map(\.decision) == results[0].map(\.decision), "seed \(seed)")
                #expect(result.map(\.placement) == results[0].map(\.placement), "seed \(seed)")
            }
        }
    }

    @Test("a rung never has more trials than planned", arguments: all)
    func plan(settings: SchedulerSettings) throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let loss = randomLoss(seed: seed)
            let scheduler = try Scheduler(settings)
            let round = scheduler.plan.map { max(1, $0.rungs[0].trials) }.reduce(0, +)
            var cluster = try SimulatedCluster(settings, workers: 6, trials: round, seed: seed, loss: loss)
            try cluster.run()
            for bracket in scheduler.plan where bracket.rungs[0].trials > 0 {
                for (number, rung) in bracket.rungs.enumerated() {
                    let reached = cluster.proposals.filter { proposal in
                        switch proposal {
                        case .start(_, let place), .resume(_, let place, _):
                            place.bracket == bracket.bracket && place.rung == number
                        case .wait, .finished: false
                        }
                    }
                    #expect(reached.count == rung.trials, "seed \(seed), bracket \(bracket.bracket), rung \(number)")
                }
            }
        }
    }
}
