import CoordinatorCore
import Testing
import TuningModel

@Suite("A cluster under faults")
struct ClusterSimulationTests {
    /// The epochs of each trial that stand in the journal's rows, in their order, counted without the study's own state.
    private func reported(_ journal: [JournalRecord]) -> [TrialID: [Int]] {
        var epochs: [TrialID: [Int]] = [:]
        for record in journal {
            guard case .reported(let attempt, let reports) = record.event else { continue }
            epochs[attempt.trial, default: []] += reports.map(\.epoch)
        }
        return epochs
    }

    @Test(
        "ends, with each epoch of each trial in the ledger once and in order",
        arguments: [UInt64](1...24))
    func everyEpochOnce(seed: UInt64) throws {
        let definition = Studies.definition(Studies.asha, trials: 40)
        var cluster = try SimulatedCluster(
            definition, workers: 3, slots: 2, seed: seed,
            faults: .init(breakage: 0.01, workerCrash: 0.01, coordinatorCrash: 0.0005, duplication: 0.05))
        #expect(try cluster.run(), "SEED=\(seed)")
        let study = cluster.coordinator.study
        #expect(study.brokenInvariant() == nil, "SEED=\(seed)")
        #expect(cluster.coordinator.disagreements == 0, "SEED=\(seed)")
        #expect(study.trials.count == 40, "SEED=\(seed)")
        #expect(study.trials.allSatisfy { $0.state.isTerminal }, "SEED=\(seed)")
        // Rows may have epochs behind the one at which a trial came to rest; those before it stand there once, in order.
        let reported = self.reported(cluster.journal)
        for trial in study.trials {
            let epochs = reported[trial.id] ?? []
            #expect(epochs == Array(1..<epochs.count + 1), "SEED=\(seed), trial \(trial.id)")
            #expect(epochs.count >= trial.epochs, "SEED=\(seed), trial \(trial.id)")
            if !trial.state.isTerminal || trial.state == .complete {
                #expect(epochs.count == trial.epochs, "SEED=\(seed), trial \(trial.id)")
            }
            #expect(trial.metrics == (trial.epochs > 0 ? Studies.report(trial.id, trial.epochs).metrics : []))
        }
        // Whatever a worker was told is safe is in the journal.
        for (trial, epoch) in cluster.acknowledged { #expect((reported[trial]?.count ?? 0) >= epoch, "SEED=\(seed)") }
        #expect(!cluster.acknowledged.isEmpty)
    }

    @Test("in a batch of seeds meets every kind of fault")
    func everyFaultHappens() throws {
        var breakages = 0
        var workerCrashes = 0
        var coordinatorCrashes = 0
        var fencings = 0
        for seed in UInt64(100)..<112 {
            var cluster = try SimulatedCluster(
                Studies.definition(Studies.asha, trials: 30), workers: 4, seed: seed,
                faults: .init(breakage: 0.02, workerCrash: 0.02, coordinatorCrash: 0.002, duplication: 0.05))
            #expect(try cluster.run(), "SEED=\(seed)")
            breakages += cluster.breakages
            workerCrashes += cluster.workerCrashes
            coordinatorCrashes += cluster.coordinatorCrashes
            fencings += cluster.fencings
        }
        #expect(breakages > 0 && workerCrashes > 0 && coordinatorCrashes > 0 && fencings > 0)
    }

    @Test(
        "gives a synchronous study the same trials whatever the number of workers and the faults",
        arguments: [
            SchedulerSettings.successiveHalving(minimum: 1, maximum: 9, eta: 3),
            .hyperband(maximum: 9, eta: 3, formula: .jmlr),
        ])
    func synchronousStudiesDoNotDependOnTheCluster(scheduler: SchedulerSettings) throws {
        let definition = Studies.definition(scheduler, trials: 34)
        var alone = try SimulatedCluster(definition, workers: 1, seed: 1)
        #expect(try alone.run())
        let expected = alone.coordinator.study
        for (workers, faults) in [(4, SimulatedCluster.Faults()), (8, .init(breakage: 0.01, workerCrash: 0.01))] {
            var cluster = try SimulatedCluster(definition, workers: workers, seed: 2, faults: faults)
            #expect(try cluster.run())
            let study = cluster.coordinator.study
            #expect(study.trials.map(\.configuration) == expected.trials.map(\.configuration))
            #expect(study.trials.map(\.metrics) == expected.trials.map(\.metrics))
            #expect(study.trials.map(\.state) == expected.trials.map(\.state))
            #expect(study.incumbent == expected.incumbent)
        }
    }

    @Test("never passes a budget of epochs", arguments: [1, 10, 57, 100])
    func epochBudget(epochs: Int) throws {
        let definition = Studies.definition(Studies.asha, epochs: epochs)
        var cluster = try SimulatedCluster(
            definition, workers: 3, slots: 2, seed: 5, faults: .init(breakage: 0.01, workerCrash: 0.01))
        #expect(try cluster.run())
        #expect(cluster.coordinator.study.epochCount == epochs)
        #expect(cluster.coordinator.study.brokenInvariant() == nil)
    }

    @Test("replays its journal to the same state and the same decisions")
    func replay() throws {
        let definition = Studies.definition(Studies.asha, trials: 40)
        var cluster = try SimulatedCluster(
            definition, workers: 3, seed: 9, faults: .init(breakage: 0.01, workerCrash: 0.01, coordinatorCrash: 0.001))
        #expect(try cluster.run())
        var state = try StudyState(definition)
        for record in cluster.journal { #expect(state.apply(record.event, at: record.time) == record.decisions) }
        #expect(state == cluster.coordinator.study)
    }
}
