import SearchAlgorithms
import Testing
import TuningModel

/// Mistakes that other tuners made or make, each as a test that ours would fail if it made them too.
@Suite("Defects of other systems")
struct KnownDefectTests {
    private static let asha = SchedulerSettings.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true)

    /// Starts trials and tells their first epochs.
    private func scheduler(_ settings: SchedulerSettings, losses: [Double]) throws -> Scheduler {
        var scheduler = try Scheduler(settings)
        for _ in losses { _ = scheduler.ask() }
        for (trial, loss) in losses.enumerated() { _ = try scheduler.tell(TrialID(trial), level: 1, loss: loss) }
        return scheduler
    }

    @Test(
        "rungs counted by logarithms in floating point (Optuna, Ray, HpBandSter, DEHB, NePS, SMAC, Orion, Katib)",
        arguments: [
            (243, 3, 6), (59_049, 3, 11), (1_594_323, 3, 14), (59_049, 9, 6), (1_000, 10, 4), (1_000_000, 10, 7),
            (10, 10, 2), (100, 10, 3), (10_000, 10, 5), (125, 5, 4), (15_625, 5, 7), (1 << 29, 2, 30),
        ])
    func floatingPointLogarithm(maximum: Int, eta: Int, rungs: Int) throws {
        var powers = [1]
        while powers.count < rungs { powers.append(powers[powers.count - 1] * eta) }
        let asha = try Scheduler(.asha(minimum: 1, maximum: maximum, eta: eta, isGuarded: true))
        #expect(asha.plan[0].rungs.map(\.level) == powers)
        let hyperband = try Scheduler(.hyperband(maximum: maximum, eta: eta, formula: .jmlr))
        #expect(hyperband.plan.map(\.bracket) == Array((0..<rungs).reversed()))
        #expect(hyperband.plan[0].rungs.map(\.level) == powers)
        #expect(hyperband.plan[0].rungs.map(\.trials) == powers.reversed())
    }

    @Test("one rung more than the powers give, and too many trials in it (KerasTuner)")
    func ceilingOfLogarithm() throws {
        let plan = try Scheduler(.hyperband(maximum: 100, eta: 3, formula: .jmlr)).plan
        #expect(plan.map { $0.rungs[0].trials } == [81, 34, 15, 8, 5])
        #expect(plan[0].rungs.map(\.level) == [1, 3, 11, 33, 100])
    }

    @Test("the promoted taken out of the pool before it is divided by eta (NePS): 27 of 81, not 79")
    func shrinkingPool() throws {
        for isGuarded in [true, false] {
            var scheduler = try self.scheduler(
                .asha(minimum: 1, maximum: 3, eta: 3, isGuarded: isGuarded), losses: (0..<81).map { Double($0) })
            var promoted: [Int] = []
            while case .resume(let trial, _, _) = scheduler.ask() { promoted.append(trial.rawValue) }
            #expect(promoted == Array(0..<27))
        }
    }

    @Test("stopping only (Ray): a trial that was passed over comes back when it has earned it")
    func stoppingOnly() throws {
        var scheduler = try self.scheduler(Self.asha, losses: [3, 1, 2])
        guard case .resume(TrialID(1), _, _) = scheduler.ask() else { throw Unexpected() }
        guard case .start(TrialID(3), _) = scheduler.ask() else { throw Unexpected() }
        for trial in 3..<6 {
            if trial > 3 { _ = scheduler.ask() }
            _ = try scheduler.tell(TrialID(trial), level: 1, loss: 9)
        }
        guard case .resume(TrialID(2), _, let reason) = scheduler.ask() else { throw Unexpected() }
        #expect(reason == "rank 2 of 6 at 1 epoch, promoted to 3; loss 2, cut-off 2")
    }

    @Test("a cut-off from before the trial itself was counted (Ray): the third trial is one of three")
    func cutOffBeforeInsertion() throws {
        var scheduler = try Scheduler(.ashaStopping(minimum: 1, maximum: 9, eta: 3))
        for _ in 0..<6 { _ = scheduler.ask() }
        let kinds = try [5.0, 6, 4, 7, 8, 4.5].enumerated().map { trial, loss in
            try scheduler.tell(TrialID(trial), level: 1, loss: loss).map(\.kind)
        }
        #expect(kinds == [[], [.stop], [], [.stop], [.stop], []])
    }

    @Test("a report that leaves out a rung (Ray): refused, so that no later epoch fills a lower rung")
    func skippedMilestone() throws {
        for settings in SchedulerConformanceTests.all {
            var scheduler = try Scheduler(settings)
            _ = scheduler.ask()
            let before = scheduler
            #expect(throws: SearchError.unexpectedLevel(TrialID(0), told: 10, expected: 1)) {
                try scheduler.tell(TrialID(0), level: 10, loss: 1)
            }
            #expect(scheduler == before)
        }
    }

    @Test("NaN goes on because every comparison with it is false (Ray)")
    func notANumber() throws {
        for loss in [Double.nan, .infinity, -.infinity] {
            var stopping = try Scheduler(.ashaStopping(minimum: 1, maximum: 9, eta: 3))
            _ = stopping.ask()
            #expect(try stopping.tell(TrialID(0), level: 1, loss: loss).map(\.kind) == [.stop])
            var promotion = try self.scheduler(Self.asha, losses: [loss, loss, loss])
            guard case .start(TrialID(3), _) = promotion.ask() else { throw Unexpected() }
        }
    }

    @Test("rungs of no epochs, and the narrowest bracket first (Ray)", arguments: 1...100)
    func emptyRungs(maximum: Int) throws {
        for formula in HyperbandFormula.allCases {
            let plan = try Scheduler(.hyperband(maximum: maximum, eta: 4, formula: formula)).plan
            #expect(plan.allSatisfy { $0.rungs.allSatisfy { $0.level >= 1 && $0.trials >= 1 } })
            #expect(plan.allSatisfy { $0.rungs.last?.level == maximum })
            #expect(plan.map(\.bracket) == Array((0..<plan.count).reversed()))
        }
    }

    @Test("a resumed trial that is judged at the wrong rung (Ray): it goes on counting where it paused")
    func resumedAtTheWrongRung() throws {
        var scheduler = try self.scheduler(Self.asha, losses: [1, 2, 3])
        guard case .resume(TrialID(0), let place, _) = scheduler.ask() else { throw Unexpected() }
        #expect(place == Placement(bracket: 0, rung: 1, level: 3))
        #expect(throws: SearchError.unexpectedLevel(TrialID(0), told: 1, expected: 2)) {
            try scheduler.tell(TrialID(0), level: 1, loss: 0)
        }
        #expect(try scheduler.tell(TrialID(0), level: 2, loss: 0).isEmpty)
        #expect(try scheduler.tell(TrialID(0), level: 3, loss: 0).map(\.rung) == [1])
    }

    @Test("a promotion that is not remembered when it is given out, and is given out twice")
    func promotedTwice() throws {
        var scheduler = try self.scheduler(Self.asha, losses: [1, 2, 3])
        guard case .resume(TrialID(0), _, _) = scheduler.ask() else { throw Unexpected() }
        guard case .start(TrialID(3), _) = scheduler.ask() else { throw Unexpected() }
    }

    @Test("brackets drawn by a hash of the study's name or by a global generator (Optuna, Ray): the number decides")
    func bracketByName() throws {
        var scheduler = try Scheduler(.hyperband(maximum: 9, eta: 3, formula: .jmlr))
        let brackets = (0..<17).map { _ in
            if case .start(_, let placement) = scheduler.ask() { placement.bracket } else { -1 }
        }
        #expect(brackets == [2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0])
    }

    @Test("everybody is stopped until some count is reached, or nobody is (Optuna): the rule holds from the first on")
    func bootstrap() throws {
        var scheduler = try self.scheduler(Self.asha, losses: [1, 2])
        guard case .start(TrialID(2), _) = scheduler.ask() else { throw Unexpected() }
        _ = try scheduler.tell(TrialID(2), level: 1, loss: 3)
        guard case .resume(TrialID(0), _, _) = scheduler.ask() else { throw Unexpected() }
    }

    @Test("one report that satisfies several rungs (Determined): each epoch belongs to one")
    func severalRungs() throws {
        var scheduler = try Scheduler(.ashaStopping(minimum: 1, maximum: 9, eta: 3))
        _ = scheduler.ask()
        _ = try scheduler.tell(TrialID(0), level: 1, loss: 1)
        // The next trial is worse at epoch 1 and out; nothing of trial 0 may stand at rung 1 yet.
        _ = scheduler.ask()
        #expect(try scheduler.tell(TrialID(1), level: 1, loss: 0.5).isEmpty)
        #expect(try scheduler.tell(TrialID(1), level: 2, loss: 5).isEmpty)
        #expect(try scheduler.tell(TrialID(1), level: 3, loss: 5).isEmpty)
    }

    @Test("failed trials that shrink a round (KerasTuner), or a hole that stalls it (HpBandSter)")
    func failedTrials() throws {
        var cluster = try SimulatedCluster(
            .successiveHalving(minimum: 1, maximum: 9, eta: 3), workers: 3, trials: 9, loss: randomLoss(seed: 3),
            end: { trial, _ in trial < 6 ? .failed : nil })
        try cluster.run()
        #expect(cluster.didFinish)
        #expect(cluster.trials.map(\.epochs).sorted() == [1, 1, 1, 1, 1, 1, 3, 3, 9])
        // In ASHA a failed trial counts as one of eta too.
        var asha = try Scheduler(Self.asha)
        for _ in 0..<3 { _ = asha.ask() }
        _ = try asha.retire(TrialID(0), loss: .nan)
        _ = try asha.retire(TrialID(1), loss: .nan)
        _ = try asha.tell(TrialID(2), level: 1, loss: 1)
        guard case .resume(TrialID(2), _, let reason) = asha.ask() else { throw Unexpected() }
        #expect(reason == "rank 1 of 3 at 1 epoch, promoted to 3; loss 1, cut-off 1")
    }

    @Test("Hyperband that hangs with fewer workers than its widest bracket has trials (Katib)")
    func fewWorkers() throws {
        var cluster = try SimulatedCluster(
            .hyperband(maximum: 27, eta: 3, formula: .jmlr), workers: 1, trials: 49, loss: randomLoss(seed: 1))
        try cluster.run()
        #expect(cluster.didFinish && cluster.epochCount == 357)
    }

    @Test("thresholds that move afterwards (W&B): a stopped trial stays stopped, whoever comes later")
    func movingThresholds() throws {
        var scheduler = try Scheduler(.ashaStopping(minimum: 1, maximum: 9, eta: 3))
        for _ in 0..<30 { _ = scheduler.ask() }
        #expect(try scheduler.tell(TrialID(0), level: 1, loss: 1).isEmpty)
        #expect(try scheduler.tell(TrialID(1), level: 1, loss: 2).map(\.kind) == [.stop])
        for trial in 2..<30 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: 9) }
        #expect(throws: SearchError.notRunning(TrialID(1), level: 1)) {
            try scheduler.tell(TrialID(1), level: 2, loss: 0)
        }
        #expect(try scheduler.tell(TrialID(0), level: 2, loss: 1).isEmpty)
    }

    @Test("no order for NaN, infinities and ties (everybody): last and by number, in whatever order they come")
    func noOrder() throws {
        let losses: [Double] = [.nan, 0.5, .infinity, 0.5, -.infinity, 0.5, .nan, 0.5, 0.5]
        var orders: [[Int]] = []
        for seed in 1...5 as ClosedRange<UInt64> {
            var cluster = try SimulatedCluster(
                .successiveHalving(minimum: 1, maximum: 9, eta: 3), workers: 9, trials: 9, seed: seed,
                loss: { trial, _ in losses[trial] })
            try cluster.run()
            orders.append(cluster.trials.map(\.epochs))
        }
        #expect(orders.allSatisfy { $0 == [1, 9, 1, 3, 1, 3, 1, 1, 1] })
    }

    private struct Unexpected: Error {}
}
