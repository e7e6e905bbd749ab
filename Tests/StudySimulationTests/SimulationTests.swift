import CoordinatorCore
import StudySimulation
import Testing
import TuningModel

@Suite("Studies on recorded curves")
struct SimulationTests {
    private static let asha = SchedulerSettings.asha(minimum: 1, maximum: 27, eta: 3, isGuarded: true)

    @Test("one worker trains every row to the end, one after the other, and both rules find the best")
    func alone() throws {
        let table = Tables.table(rows: 4, steps: 3) { row, step in [5, 3, 2, 4][row] - Double(step) / 10 }
        var simulation = try Simulation(
            Tables.study(.none(maximum: 3), searcher: .grid(points: 4)), table: table, workers: 1)
        simulation.run()
        #expect(simulation.time == 12 && simulation.busyTime == 12 && simulation.busyFraction == 1)
        #expect(simulation.study.epochCount == 12 && simulation.study.trials.allSatisfy { $0.state == .complete })
        #expect(
            simulation.incumbents.map { "\($0.rule) \($0.time) \($0.row) \($0.epoch)" } == [
                "any 1.0 0 1", "any 2.0 0 2", "any 3.0 0 3", "top 3.0 0 3", "any 4.0 1 1", "any 5.0 1 2", "any 6.0 1 3",
                "top 6.0 1 3", "any 7.0 2 1", "any 8.0 2 2", "any 9.0 2 3", "top 9.0 2 3",
            ])
        #expect(simulation.incumbents.last?.value == Double(Float(1.7)))
    }

    @Test("a suggestion takes the nearest row that is left, the lower number among equals")
    func nearest() throws {
        let table = Tables.table(rows: 5, steps: 1) { row, _ in Double(row) }
        var study = Tables.study(.none(maximum: 1))
        study.tryFirst = [0.5, 0.5, 0.5, 0.55, 0.9].map { Configuration([.float($0)]) }
        var simulation = try Simulation(study, table: table, workers: 1)
        simulation.run()
        #expect((0..<5).map { simulation.study.row(of: TrialID($0)) } == [2, 1, 3, 4, 0])
        #expect(simulation.study.finishReason == "all 5 trials are done")
    }

    @Test("as many workers as there are rows need the time of one, and steps take the recorded time")
    func durations() throws {
        let durations: [Float] = [1, 2, 3, 10, 20, 30]
        let table = Tables.table(rows: 2, steps: 3, durations: durations) { row, step in Double(row) + 1 / Double(step)
        }
        var simulation = try Simulation(Tables.study(.none(maximum: 3), trials: 2), table: table, workers: 2)
        simulation.run()
        #expect(simulation.time == 60 && simulation.busyTime == 66)
        #expect(simulation.incumbents.filter { $0.rule == .top }.map(\.time) == [6])
    }

    @Test("a curve that is not finite ends its trial at once and is never the best")
    func divergence() throws {
        let table = Tables.table(rows: 3, steps: 4) { row, step in
            row == 0 ? (step < 2 ? 0 : .nan) : (row == 1 ? .infinity : 1 / Double(step))
        }
        var simulation = try Simulation(
            Tables.study(.none(maximum: 4), searcher: .grid(points: 3)), table: table, workers: 1)
        simulation.run()
        #expect(simulation.study.trials.map(\.state) == [.stopped, .stopped, .complete])
        #expect(simulation.study.trials.map(\.epochs) == [2, 1, 4] && simulation.time == 7)
        #expect(simulation.incumbents.map { "\($0.rule) \($0.row) \($0.epoch)" } == ["any 0 1", "top 2 4"])
    }

    @Test("until a time only what was done by then is told", arguments: [1.0, 2.5, 10, 26.5, 40])
    func until(limit: Double) throws {
        let table = Tables.falling(rows: 200, steps: 27, seed: 1)
        var whole = try Simulation(Tables.study(Self.asha, trials: 100), table: table, workers: 7)
        whole.run()
        var part = try Simulation(Tables.study(Self.asha, trials: 100), table: table, workers: 7)
        part.run(until: limit)
        #expect(part.time == limit && part.study.finishReason == "the time of \(limit) is over")
        #expect(part.incumbents == whole.incumbents.filter { $0.time <= limit })
        #expect(part.study.epochCount <= 7 * Int(limit) && part.study.epochCount > 0)
        #expect(part.study.brokenInvariant() == nil)
    }

    @Test("a budget of epochs is spent and never passed", arguments: [1, 50, 333])
    func epochs(budget: Int) throws {
        var simulation = try Simulation(
            Tables.study(Self.asha, epochs: budget), table: Tables.falling(rows: 500, steps: 27, seed: 2), workers: 16)
        simulation.run()
        #expect(simulation.study.epochCount == budget)
        #expect(simulation.study.brokenInvariant() == nil)
    }

    @Test(
        "the same study in the same virtual cluster gives the same events",
        arguments: [SearcherSettings.random, .sobol], [1, 16])
    func same(searcher: SearcherSettings, workers: Int) throws {
        let table = Tables.falling(rows: 300, steps: 27, seed: 4)
        var first = try Simulation(
            Tables.study(Self.asha, searcher: searcher, trials: 200), table: table, workers: workers)
        var second = first
        first.run()
        second.run()
        #expect(first.study == second.study && first.incumbents == second.incumbents)
        var other = try Simulation(
            Tables.study(Self.asha, searcher: searcher, trials: 200, seed: 99), table: table, workers: workers)
        other.run()
        #expect(other.incumbents != first.incumbents)
    }

    @Test(
        "synchronous schedulers give the same study for 1, 8 and 64 workers",
        arguments: [
            SchedulerSettings.successiveHalving(minimum: 1, maximum: 27, eta: 3),
            .hyperband(maximum: 27, eta: 3, formula: .jmlr),
        ])
    func workers(scheduler: SchedulerSettings) throws {
        let table = Tables.falling(rows: 300, steps: 27, seed: 5)
        let outcomes = try [1, 8, 64].map { workers in
            var simulation = try Simulation(Tables.study(scheduler, trials: 120), table: table, workers: workers)
            simulation.run()
            return simulation.study.trials.map { "\($0.configuration) \($0.epochs) \($0.state)" }
        }
        #expect(outcomes[0].count == 120)
        #expect(outcomes[1] == outcomes[0] && outcomes[2] == outcomes[0])
    }

    @Test("a scheduler that keeps nobody waiting keeps all workers busy")
    func busy() throws {
        var simulation = try Simulation(
            Tables.study(Self.asha), table: Tables.falling(rows: 3_000, steps: 27, seed: 6), workers: 64)
        simulation.run(until: 100)
        #expect(simulation.busyFraction.map { $0 > 0.99 } == true)
        #expect(simulation.study.count(of: .complete) > 10)
    }

    @Test("all losses not finite: the study ends without a best and without a hang", arguments: [1, 5])
    func hopeless(workers: Int) throws {
        let table = Tables.table(rows: 40, steps: 9) { _, _ in .nan }
        for scheduler in [Self.asha, .hyperband(maximum: 9, eta: 3, formula: .jmlr), .none(maximum: 9)] {
            let fitting: SchedulerSettings =
                scheduler == Self.asha ? .asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true) : scheduler
            var simulation = try Simulation(Tables.study(fitting), table: table, workers: workers)
            simulation.run()
            #expect(simulation.study.isFinished && simulation.incumbents.isEmpty && simulation.study.trials.count == 40)
        }
    }
}
