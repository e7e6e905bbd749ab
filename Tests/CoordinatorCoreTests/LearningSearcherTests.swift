import CoordinatorCore
import Testing
import TuningModel

@Suite("Studies whose searcher learns")
struct LearningSearcherTests {
    @Test(
        "replay their journal to the same state, after crashes of workers and of the coordinator",
        arguments: [
            (SearcherSettings.tpe(TPESettings(startupTrials: 5)), Studies.asha),
            (.tpe(.bohb), SchedulerSettings.hyperband(maximum: 9, eta: 3, formula: .jmlr)),
        ])
    func replay(searcher: SearcherSettings, scheduler: SchedulerSettings) throws {
        let definition = Studies.definition(scheduler, trials: 40, searcher: searcher)
        var cluster = try SimulatedCluster(
            definition, workers: 3, seed: 9, faults: .init(breakage: 0.01, workerCrash: 0.01, coordinatorCrash: 0.001))
        #expect(try cluster.run())
        var state = try StudyState(definition)
        for record in cluster.journal { #expect(state.apply(record.event, at: record.time) == record.decisions) }
        #expect(state == cluster.coordinator.study)
        let study = cluster.coordinator.study
        #expect(study.trials.count == 40 && study.brokenInvariant() == nil)
        var unlearned = try SimulatedCluster(
            Studies.definition(scheduler, trials: 40, searcher: .sobol), workers: 1, seed: 1)
        #expect(try unlearned.run())
        #expect(study.trials.map(\.configuration) != unlearned.coordinator.study.trials.map(\.configuration))
    }
}
