import SearchAlgorithms
import Testing
import TuningModel

@Suite("Successive halving")
struct SynchronousHalvingTests {
    private static let settings = SchedulerSettings.successiveHalving(minimum: 1, maximum: 9, eta: 3)

    /// A scheduler with its first trials started.
    private func started(_ count: Int) throws -> Scheduler {
        var scheduler = try Scheduler(Self.settings)
        for trial in 0..<count {
            #expect(scheduler.ask() == .start(TrialID(trial), Placement(bracket: 0, rung: 0, level: 1)))
        }
        return scheduler
    }

    @Test("nine trials at one epoch, three at three, one at nine")
    func plan() throws {
        let rungs = [RungPlan(level: 1, trials: 9), RungPlan(level: 3, trials: 3), RungPlan(level: 9, trials: 1)]
        #expect(try Scheduler(Self.settings).plan == [BracketPlan(bracket: 0, rungs: rungs)])
        let odd = try Scheduler(.successiveHalving(minimum: 1, maximum: 50, eta: 3)).plan[0].rungs
        #expect(odd.map { [$0.level, $0.trials] } == [[1, 81], [3, 27], [9, 9], [27, 3], [50, 1]])
    }

    @Test("a trial rests until it is sure to be among the best, and goes on before the rung is complete")
    func earlyPromotion() throws {
        var scheduler = try self.started(9)
        for trial in 0..<6 {
            let told = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial))
            #expect(told.map(\.kind) == (trial < 3 ? [.pause] : [.stop]))
        }
        // Six are there: all three to come may be better than trial 0, but then it is still the fourth. After the
        // seventh, at most two can be better.
        let reason: Reason = "rank 1 of 7 at 1 epoch in bracket 0 with 2 to come, promoted to 3; loss 0, cut-off 2"
        #expect(try scheduler.tell(TrialID(6), level: 1, loss: 6).map(\.kind) == [.stop])
        #expect(scheduler.ask() == .resume(TrialID(0), Placement(bracket: 0, rung: 1, level: 3), reason: reason))
        #expect(scheduler.ask() == .start(TrialID(9), Placement(bracket: 0, rung: 0, level: 1)))
    }

    @Test("whoever falls behind the cut-off is stopped at once")
    func pushedOut() throws {
        var scheduler = try self.started(9)
        for trial in 0..<3 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial)) }
        let decisions = try scheduler.tell(TrialID(3), level: 1, loss: 0.5)
        #expect(
            decisions == [
                Decision(
                    trial: TrialID(3), kind: .pause, rung: 0, level: 1,
                    reason:
                        "rank 2 of 4 at 1 epoch in bracket 0 with 5 to come, the best 3 go on (eta 3); loss 0.5, cut-off 1"
                ),
                Decision(
                    trial: TrialID(2), kind: .stop, rung: 0, level: 1,
                    reason:
                        "rank 4 of 4 at 1 epoch in bracket 0 with 5 to come, the best 3 go on (eta 3); loss 2, cut-off 1"
                ),
            ])
    }

    @Test("the next bracket starts while one waits, and the older one has the right of way")
    func overlap() throws {
        var scheduler = try self.started(11)
        for trial in 0..<8 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial)) }
        // Of the second bracket: its first two trials are there too, and wait.
        for trial in 9..<11 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: -1) }
        let resumed = (0..<4).map { _ in scheduler.ask() }.map { proposal in
            switch proposal {
            case .start(let trial, _), .resume(let trial, _, _): trial.rawValue
            case .wait, .finished: -1
            }
        }
        #expect(resumed == [0, 1, 11, 12])
    }

    @Test("in one bracket the higher rung goes first, and in a rung the better loss")
    func rightOfWay() throws {
        var scheduler = try Scheduler(.successiveHalving(minimum: 1, maximum: 8, eta: 2))
        for _ in 0..<8 { _ = scheduler.ask() }
        for trial in 0..<8 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: Double(-trial)) }
        for trial in [7, 6, 5] {
            guard case .resume(TrialID(trial), _, _) = scheduler.ask() else { throw Unexpected() }
            _ = try scheduler.tell(TrialID(trial), level: 2, loss: Double(trial))
        }
        // Trial 5 is sure to be one of the best two of four, and trial 4 still waits at the rung below.
        for (trial, rung) in [(5, 2), (4, 1)] {
            guard case .resume(TrialID(trial), let place, _) = scheduler.ask() else { throw Unexpected() }
            #expect(place.rung == rung)
        }
    }

    @Test("closed with 5 of 9 started, one goes on to each rung above")
    func cutShort() throws {
        var scheduler = try self.started(5)
        for trial in 0..<4 { #expect(try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial)).count == 1) }
        let left = scheduler.close()
        #expect(left.map(\.trial) == [TrialID(1), TrialID(2)])
        #expect(left.allSatisfy { $0.kind == .stop && $0.rung == 0 && $0.level == 1 })
        #expect(scheduler.ask() == .wait)
        #expect(try scheduler.tell(TrialID(4), level: 1, loss: 9).map(\.kind) == [.stop])
        #expect(
            scheduler.ask()
                == .resume(
                    TrialID(0), Placement(bracket: 0, rung: 1, level: 3),
                    reason: "rank 1 of 5 at 1 epoch in bracket 0, promoted to 3; loss 0, cut-off 0"))
        #expect(try scheduler.tell(TrialID(0), level: 2, loss: 0).isEmpty)
        #expect(try scheduler.tell(TrialID(0), level: 3, loss: 0).map(\.kind) == [.pause])
        guard case .resume(TrialID(0), let place, _) = scheduler.ask() else { throw Unexpected() }
        #expect(place == Placement(bracket: 0, rung: 2, level: 9))
        for epoch in 4...8 { #expect(try scheduler.tell(TrialID(0), level: epoch, loss: 0).isEmpty) }
        #expect(try scheduler.tell(TrialID(0), level: 9, loss: 0).map(\.kind) == [.complete])
        #expect(scheduler.ask() == .finished)
    }

    private struct Unexpected: Error {}

    @Test("closed after the last report, the bracket is settled by that")
    func cutAfterwards() throws {
        var scheduler = try self.started(7)
        for trial in 0..<7 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial)) }
        #expect(scheduler.close().map(\.trial) == [TrialID(2)])
        let resumed = (0..<2).map { _ in scheduler.ask() }
        for (trial, proposal) in resumed.enumerated() {
            guard case .resume(TrialID(trial), _, _) = proposal else { throw Unexpected() }
        }
        #expect(scheduler.ask() == .wait)
    }

    @Test(
        "cut short at m trials, rung i has max(1, floor(m / 3^i)) of them",
        arguments: [1, 2, 3, 8, 9, 26, 27, 57, 80, 81])
    func cutSizes(trials: Int) throws {
        var cluster = try SimulatedCluster(
            .successiveHalving(minimum: 1, maximum: 81, eta: 3), workers: 5, trials: trials, loss: randomLoss(seed: 2))
        try cluster.run()
        let reached = (0..<5).map { rung in
            cluster.proposals.count { proposal in
                switch proposal {
                case .start(_, let place), .resume(_, let place, _): place.rung == rung
                case .wait, .finished: false
                }
            }
        }
        #expect(reached == [trials, max(1, trials / 3), max(1, trials / 9), max(1, trials / 27), max(1, trials / 81)])
    }

    @Test(
        "the winners are the best of their rungs by a slow reading of the paper",
        arguments: 1...10 as ClosedRange<UInt64>)
    func slowReading(seed: UInt64) throws {
        let loss = randomLoss(seed: seed)
        var cluster = try SimulatedCluster(
            .hyperband(maximum: 27, eta: 3, formula: .jmlr), workers: 8, trials: 49, seed: seed, loss: loss)
        try cluster.run()
        var first = 0
        for bracket in cluster.scheduler.plan {
            var alive = Array(first..<first + bracket.rungs[0].trials)
            first += alive.count
            for (rung, plan) in bracket.rungs.enumerated() {
                let reached = cluster.trials.indices.filter {
                    cluster.trials[$0].placement.bracket == bracket.bracket && cluster.trials[$0].epochs >= plan.level
                }
                #expect(reached == alive.sorted(), "seed \(seed), bracket \(bracket.bracket), rung \(rung)")
                guard rung + 1 < bracket.rungs.count else { continue }
                let ranked = alive.sorted { (loss($0, plan.level), $0) < (loss($1, plan.level), $1) }
                alive = Array(ranked[..<bracket.rungs[rung + 1].trials])
            }
        }
    }

    @Test("a trial out of patience keeps its place and does not go on; the rung above has one fewer")
    func outOfPatience() throws {
        var scheduler = try self.started(9)
        #expect(try scheduler.retire(TrialID(0), loss: -5).isEmpty)
        for trial in 1..<9 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial)) }
        for trial in [1, 2] {
            guard case .resume(TrialID(trial), _, _) = scheduler.ask() else { throw Unexpected() }
        }
        // Rung 1 expects two: with both there the better one goes on, no matter that three were planned.
        for trial in [1, 2] {
            _ = try scheduler.tell(TrialID(trial), level: 2, loss: 0)
            _ = try scheduler.tell(TrialID(trial), level: 3, loss: Double(trial))
        }
        guard case .resume(TrialID(1), let place, let reason) = scheduler.ask() else { throw Unexpected() }
        #expect(place == Placement(bracket: 0, rung: 2, level: 9))
        #expect(reason == "rank 1 of 2 at 3 epochs in bracket 0, promoted to 9; loss 1, cut-off 1")
    }

    @Test("a bracket whose every trial fails holds nothing up")
    func allFail() throws {
        var cluster = try SimulatedCluster(
            Self.settings, workers: 4, trials: 20, loss: randomLoss(seed: 1),
            end: { trial, _ in trial < 9 ? .failed : nil })
        try cluster.run()
        #expect(cluster.didFinish)
        #expect(cluster.trials.map(\.decision)[..<9].allSatisfy { $0 == nil })
        #expect(cluster.trials.count { $0.decision == .complete } == 2)
    }
}
