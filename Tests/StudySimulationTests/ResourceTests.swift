import CoordinatorCore
import Randomness
import StudySimulation
import Testing
import TuningModel

@Suite("Recorded curves by their time")
struct ResourceTests {
    private static func study(_ scheduler: SchedulerSettings, trials: Int) -> StudyDefinition {
        var study = Tables.study(scheduler, trials: trials)
        study.resource = .seconds
        study.epochLimit = 50
        return study
    }

    @Test("a rung of seconds has as much time of each trial, give or take a step", arguments: [1, 16])
    func seconds(workers: Int) throws {
        let random = RandomStream(seed: 4, purpose: .simulation)
        func duration(_ row: Int) -> Double { 0.5 + 9.5 * random.uniform(at: UInt64(row)) }
        let table = Tables.table(
            rows: 200, steps: 50, durations: (0..<10_000).map { Float(duration($0 / 50)) }
        ) { row, step in random.uniform(at: UInt64(1000 + row)) + 1 / Double(step) }
        var simulation = try Simulation(
            Self.study(.asha(minimum: 10, maximum: 90, eta: 3, isGuarded: true), trials: 100), table: table,
            workers: workers)
        simulation.run()
        var busy = 0.0
        for trial in simulation.study.trials {
            let step = duration(try #require(simulation.study.row(of: trial.id)))
            let isLimited = trial.epochs == 50
            let rung = try #require([10.0, 30, 90].last { $0 <= trial.seconds || isLimited })
            #expect(isLimited || abs(trial.seconds - rung - step / 2) <= step / 2 + 1e-3)
            busy += trial.seconds
        }
        #expect(abs(simulation.busyTime - busy) < 1e-6 * busy)
        let counts = [10.0, 30, 90].map { rung in simulation.study.trials.count { $0.seconds >= rung } }
        #expect(counts[0] == 100 && counts[1] <= 33 && counts[2] >= 3)
        #expect(simulation.study.brokenInvariant() == nil)
    }

    @Test(
        "steps of equal time whose last one reaches a rung come to an end, and a trial that climbs without a step is told"
    )
    func equalSteps() throws {
        var study = Self.study(.asha(minimum: 10, maximum: 90, eta: 3, isGuarded: true), trials: 27)
        study.epochLimit = 30
        let table = Tables.table(rows: 27, steps: 30, durations: Array(repeating: 1, count: 810)) { row, step in
            Double(row) + 1 / Double(step)
        }
        var simulation = try Simulation(study, table: table, workers: 4)
        simulation.run()
        #expect(simulation.study.isFinished && simulation.study.trials.count { $0.state == .complete } == 3)
        #expect(simulation.study.trials.allSatisfy { $0.epochs == 10 || $0.epochs == 30 })
        let best = simulation.study.incumbent
        let told = simulation.incumbents.last { $0.rule == .top }
        #expect(best?.level == 90 && told?.trial == best?.trial.rawValue && told?.epoch == 30)
    }

    @Test("a curve that ends before its time is over is complete")
    func shortCurves() throws {
        let table = Tables.table(rows: 3, steps: 50, durations: Array(repeating: 0.1, count: 150)) { row, step in
            Double(row) + 1 / Double(step)
        }
        var simulation = try Simulation(Self.study(.none(maximum: 100), trials: 3), table: table, workers: 2)
        simulation.run()
        #expect(simulation.study.trials.map(\.epochs) == [50, 50, 50])
        #expect(
            simulation.study.trials.allSatisfy { $0.reason == "trained for 50 epochs, the most that a trial may have" })
        #expect(simulation.incumbents.last { $0.rule == .top }?.row == 0)
    }
}
