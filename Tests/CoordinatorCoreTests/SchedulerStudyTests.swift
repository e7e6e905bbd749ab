import CoordinatorCore
import Testing
import TuningModel

@Suite("Studies under every scheduler")
struct SchedulerStudyTests {
    static let schedulers: [SchedulerSettings] = [
        .none(maximum: 4),
        .successiveHalving(minimum: 1, maximum: 9, eta: 3),
        .hyperband(maximum: 9, eta: 3, formula: .jmlr),
        Studies.asha,
        .ashaStopping(minimum: 1, maximum: 9, eta: 3),
        .asynchronousHyperband(
            minimum: 1, maximum: 9, eta: 3, isGuarded: true, brackets: 3, allocation: .learned),
        .pasha(minimum: 1, maximum: 9, eta: 3, isGuarded: true),
        .median(maximum: 9, grace: 2, minimumTrials: 2),
        .curve(maximum: 12, grace: 4, threshold: 0.2),
        .automatic(minimum: 1, maximum: 9, eta: 3),
    ]

    @Test("end under faults, and replay from their journals to the same decisions", arguments: schedulers)
    func replay(scheduler: SchedulerSettings) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            let definition = Studies.definition(scheduler, trials: 40)
            var cluster = try SimulatedCluster(
                definition, workers: 3, slots: 2, seed: seed,
                faults: .init(breakage: 0.01, workerCrash: 0.01, coordinatorCrash: 0.0005, duplication: 0.05))
            #expect(try cluster.run(), "SEED=\(seed)")
            #expect(cluster.coordinator.disagreements == 0, "SEED=\(seed)")
            var study = try StudyState(definition)
            for record in cluster.journal {
                #expect(study.apply(record.event, at: record.time) == record.decisions, "SEED=\(seed)")
            }
            #expect(study == cluster.coordinator.study, "SEED=\(seed)")
            #expect(study.trials.allSatisfy { $0.state.isTerminal && !$0.reason.isEmpty }, "SEED=\(seed)")
        }
    }

    @Test("tell a trial that rests when the study ends which budget ended, and then its rank")
    func endOfBudget() throws {
        // Trials 0 to 2 come to the first rung and one of them goes on; with two workers another one runs at the end.
        func reasons(_ end: (inout StudyState) -> Void, epochs: Int? = nil, trials: Int? = nil) throws -> [String] {
            var study = try StudyState(Studies.definition(Studies.asha, trials: trials, epochs: epochs))
            let worker = WorkerID("a")
            while !study.isFinished, study.trials.count < 4 {
                let attempt: AttemptID
                switch study.apply(.workRequested(worker), at: .zero).first {
                case .started(let trial, _, _, _)?: attempt = AttemptID(trial: trial, number: 1)
                case .promoted(let promoted, _, _, _)?: attempt = promoted
                default: return []
                }
                let first = (study.record(of: attempt.trial)?.epochs ?? 0) + 1
                let last = study.record(of: attempt.trial)?.openAttempt?.targetEpoch ?? 0
                guard attempt.trial.rawValue < 3 else { break }
                let reports = (first..<last + 1).map {
                    Studies.report(attempt.trial, $0, loss: Double(attempt.trial.rawValue))
                }
                _ = study.apply(.reported(attempt, reports), at: .zero)
                let done = AttemptEnd(outcome: .finished, epoch: last)
                _ = study.apply(.attemptEnded(attempt, done), at: .zero)
            }
            end(&study)
            #expect(study.isFinished && study.trials.allSatisfy { $0.state == .stopped })
            return study.trials.map(\.reason.text)
        }
        let first = "rank 1 of 1 at 3 epochs, 0 went on of at most 0 (eta 3); loss 0"
        let second = "rank 2 of 3 at 1 epoch, 1 went on of at most 1 (eta 3); loss 1, cut-off 0"
        let third = "rank 3 of 3 at 1 epoch, 1 went on of at most 1 (eta 3); loss 2, cut-off 0"
        let spent = "the budget of 5 epochs is spent"
        #expect(
            try reasons({ _ in }, epochs: 5) == ["\(spent); \(first)", "\(spent); \(second)", "\(spent); \(third)"])
        let made = "all 3 trials of the budget are done"
        #expect(
            try reasons({ _ in }, trials: 3) == ["\(made); \(first)", "\(made); \(second)", "\(made); \(third)"])
        let over = "the wall time of 3 s is over"
        #expect(
            try reasons({ _ = $0.apply(.ended(reason: over), at: .seconds(4)) })
                == ["\(over); \(first)", "\(over); \(second)", "\(over); \(third)", over])
    }

    @Test("end without a best trial where no loss is finite", arguments: schedulers)
    func nothingFinite(scheduler: SchedulerSettings) throws {
        for isDivergence in [true, false] {
            var study = try StudyState(Studies.definition(scheduler, trials: 20))
            let worker = WorkerID("a")
            var steps = 0
            while !study.isFinished, steps < 1000 {
                steps += 1
                let granted = study.apply(.workRequested(worker), at: .zero)
                guard case .started(let trial, _, _, let placement)? = granted.first else { continue }
                let attempt = AttemptID(trial: trial, number: 1)
                for epoch in 1...placement.level {
                    let status: EpochReport.Status = isDivergence ? .diverged : .normal
                    let report = Studies.report(trial, epoch, status: status, loss: .nan)
                    _ = study.apply(.reported(attempt, [report]), at: .zero)
                }
                _ = study.apply(.attemptEnded(attempt, AttemptEnd(outcome: .stopped, epoch: 1)), at: .zero)
            }
            #expect(study.finishReason == "all 20 trials of the budget are done")
            #expect(study.incumbent == nil && study.brokenInvariant() == nil)
            #expect(study.trials.count == 20 && study.trials.allSatisfy { $0.state != .paused })
        }
    }
}
