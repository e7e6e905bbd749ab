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
            #expect(study.finishReason == "all 20 trials are done")
            #expect(study.incumbent == nil && study.brokenInvariant() == nil)
            #expect(study.trials.count == 20 && study.trials.allSatisfy { $0.state != .paused })
        }
    }
}
