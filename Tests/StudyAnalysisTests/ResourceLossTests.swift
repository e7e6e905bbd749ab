import CoordinatorCore
import StudyAnalysis
import Testing
import TuningModel

@Suite("Losses at rungs that are not counted in epochs")
struct ResourceLossTests {
    /// A study of seconds whose journal is read as it is written.
    private struct Reading {
        var study: StudyState
        var losses: LossCollector

        init(_ scheduler: SchedulerSettings, trials: Int, epochs: Int) throws {
            let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
            var definition = StudyDefinition(
                name: "s", subject: .table(TableSettings(folder: "t", repeatIndex: 0)), space: space, settings: [],
                objective: Objective(metric: .validationLoss, direction: .minimize), searcher: .random,
                scheduler: scheduler, budget: Budget(trials: trials), searchSeed: 1, dataSeed: 1)
            definition.resource = .seconds
            definition.epochLimit = epochs
            self.study = try StudyState(definition)
            self.losses = LossCollector(self.study)
        }

        mutating func apply(_ event: StudyEvent) {
            let decisions = self.study.apply(event, at: .zero)
            self.losses.take(JournalRecord(time: .zero, event: event, decisions: decisions))
        }
    }

    @Test("stand where a trial's use reaches the rung, and at all rungs where it has all its epochs")
    func seconds() throws {
        var read = try Reading(.ashaStopping(minimum: 2, maximum: 8, eta: 2), trials: 3, epochs: 4)
        func report(_ trial: Int, _ attempt: Int, _ epoch: Int, _ seconds: Double, _ loss: Double) {
            let report = EpochReport(epoch: epoch, metrics: [MetricValue(.validationLoss, loss)], seconds: seconds)
            // A worker that was lost tells it twice.
            for _ in 0..<2 { read.apply(.reported(AttemptID(trial: TrialID(trial), number: attempt), [report])) }
        }
        for _ in 0..<3 { read.apply(.workRequested(WorkerID("w"))) }
        // Trial 0 passes two rungs at once, trial 1 has all its epochs below the last one, trial 2 is stopped at the first.
        report(0, 1, 1, 5, 0.5)
        read.apply(.attemptEnded(AttemptID(trial: TrialID(0), number: 1), AttemptEnd(outcome: .finished, epoch: 1)))
        read.apply(.workRequested(WorkerID("w")))
        report(0, 2, 2, 5, 0.4)
        report(1, 1, 1, 1.5, 0.3)
        read.apply(.attemptEnded(AttemptID(trial: TrialID(1), number: 1), AttemptEnd(outcome: .finished, epoch: 1)))
        read.apply(.workRequested(WorkerID("w")))
        report(1, 2, 2, 1, 0.2)
        read.apply(.attemptEnded(AttemptID(trial: TrialID(1), number: 2), AttemptEnd(outcome: .finished, epoch: 2)))
        for (attempt, epoch) in [(3, 3), (4, 4)] {
            read.apply(.workRequested(WorkerID("w")))
            report(1, attempt, epoch, 0.1, 0.1)
            read.apply(
                .attemptEnded(
                    AttemptID(trial: TrialID(1), number: attempt), AttemptEnd(outcome: .finished, epoch: epoch)))
        }
        report(2, 1, 1, 2.5, 0.9)
        #expect(read.study.trials.map(\.state) == [.complete, .complete, .stopped])
        let table = read.losses.table(of: read.study)
        #expect(table.levels == [2, 4, 8])
        #expect(table.trials.map(\.losses) == [[0.5, 0.5, 0.4], [0.2, 0.1, 0.1], [0.9, nil, nil]])
    }

    @Test("stand nowhere above the rung at which a trial rests, and a report behind that is none")
    func overshoot() throws {
        var read = try Reading(.asha(minimum: 2, maximum: 8, eta: 2, isGuarded: true), trials: 2, epochs: 100)
        func report(_ epoch: Int, _ seconds: Double, _ loss: Double) -> EpochReport {
            EpochReport(epoch: epoch, metrics: [MetricValue(.validationLoss, loss)], seconds: seconds)
        }
        read.apply(.workRequested(WorkerID("w")))
        read.apply(.workRequested(WorkerID("w")))
        // Both rest at 2 s, though the first epoch of trial 0 is as long as the whole plan.
        read.apply(.reported(AttemptID(trial: TrialID(0), number: 1), [report(1, 9, 0.5)]))
        read.apply(
            .reported(
                AttemptID(trial: TrialID(1), number: 1), [report(1, 1, 0.4), report(2, 1, 0.3), report(3, 5, 0.1)]))
        #expect(read.study.trials.map(\.epochs) == [1, 2])
        #expect(read.losses.table(of: read.study).trials.map(\.losses) == [[0.5, nil, nil], [0.3, nil, nil]])
        // The best goes on; what it trains again behind the ledger may take another time.
        read.apply(.attemptEnded(AttemptID(trial: TrialID(1), number: 1), AttemptEnd(outcome: .stopped, epoch: 3)))
        read.apply(.workRequested(WorkerID("w")))
        read.apply(.reported(AttemptID(trial: TrialID(1), number: 2), [report(3, 1, 0.1), report(4, 2, 0.05)]))
        #expect(read.losses.table(of: read.study).trials.map(\.losses) == [[0.5, nil, nil], [0.3, 0.05, nil]])
    }
}
