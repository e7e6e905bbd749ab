import CoordinatorCore
import Testing
import TuningModel

@Suite("Synchronous generations")
struct SynchronousGenerationTests {
    static let searchers: [SearcherSettings] = {
        var genetic = GeneticSettings()
        genetic.population = 12
        genetic.isSynchronous = true
        var differential = DifferentialEvolutionSettings()
        differential.population = 12
        differential.isSynchronous = true
        var swarm = ParticleSwarmSettings()
        swarm.population = 12
        swarm.isSynchronous = true
        var cmaes = CmaesSettings()
        cmaes.population = 12
        cmaes.isSynchronous = true
        var nsga2 = Nsga2Settings()
        nsga2.population = 12
        nsga2.isSynchronous = true
        return [
            .genetic(genetic), .differentialEvolution(differential), .particleSwarm(swarm), .cmaes(cmaes),
            .nsga2(nsga2),
        ]
    }()

    @Test("brackets of DEHB are the same for 1, 8 and 64 workers")
    func dehb() throws {
        var settings = DehbSettings()
        settings.population = 8
        settings.isSynchronous = true
        try self.workers(
            searcher: .dehb(settings), scheduler: .hyperband(maximum: 9, eta: 3, formula: .jmlr))
    }

    static let schedulers: [SchedulerSettings] = [
        .none(maximum: 3), .successiveHalving(minimum: 1, maximum: 9, eta: 3),
        .hyperband(maximum: 9, eta: 3, formula: .jmlr),
    ]

    @Test(
        "the study is the same for 1, 8 and 64 workers, faults or not", arguments: Self.searchers, Self.schedulers)
    func workers(searcher: SearcherSettings, scheduler: SchedulerSettings) throws {
        let definition = Studies.definition(scheduler, trials: 60, searcher: searcher)
        var alone = try SimulatedCluster(definition, workers: 1, seed: 1)
        #expect(try alone.run())
        let expected = alone.coordinator.study
        #expect(expected.trials.count == 60)
        for (workers, faults) in [(8, SimulatedCluster.Faults(breakage: 0.01, workerCrash: 0.01)), (64, .init())] {
            var cluster = try SimulatedCluster(definition, workers: workers, seed: 2, faults: faults)
            #expect(try cluster.run())
            let study = cluster.coordinator.study
            #expect(study.trials.map(\.configuration) == expected.trials.map(\.configuration))
            #expect(study.trials.map(\.metrics) == expected.trials.map(\.metrics))
            #expect(study.trials.map(\.state) == expected.trials.map(\.state))
            #expect(study.incumbent == expected.incumbent)
        }
    }

    @Test("a request that nobody can answer yet changes nothing", arguments: Self.searchers)
    func unansweredRequest(searcher: SearcherSettings) throws {
        let definition = Studies.definition(SchedulerSettings.none(maximum: 1), trials: 60, searcher: searcher)
        var study = try StudyState(definition)
        let worker = WorkerID("w1")
        for number in 0..<12 {
            let decisions = study.apply(.workRequested(worker), at: .zero)
            #expect(decisions.count == 1, "trial \(number)")
        }
        let before = study
        #expect(study.apply(.workRequested(worker), at: .zero) == [])
        #expect(study == before)
        for number in 0..<11 {
            let attempt = AttemptID(trial: TrialID(number), number: 1)
            _ = study.apply(.reported(attempt, [Studies.report(attempt.trial, 1)]), at: .zero)
        }
        #expect(study.apply(.workRequested(worker), at: .zero) == [])
        let last = AttemptID(trial: TrialID(11), number: 1)
        _ = study.apply(.reported(last, [Studies.report(last.trial, 1)]), at: .zero)
        #expect(study.apply(.workRequested(worker), at: .zero).count == 1)
        #expect(study.brokenInvariant() == nil)
    }

    @Test("a trial that lost its worker is waited for, and a failed one is not", arguments: Self.searchers)
    func lostTrial(searcher: SearcherSettings) throws {
        let definition = Studies.definition(SchedulerSettings.none(maximum: 1), trials: 60, searcher: searcher)
        var study = try StudyState(definition)
        let worker = WorkerID("w1")
        for _ in 0..<12 { _ = study.apply(.workRequested(worker), at: .zero) }
        for number in 0..<10 {
            let attempt = AttemptID(trial: TrialID(number), number: 1)
            _ = study.apply(.reported(attempt, [Studies.report(attempt.trial, 1)]), at: .zero)
        }
        let refused = AttemptEnd(outcome: .refused(reason: "no"), epoch: 0)
        _ = study.apply(.attemptEnded(AttemptID(trial: TrialID(10), number: 1), refused), at: .zero)
        _ = study.apply(.attemptLost(AttemptID(trial: TrialID(11), number: 1), reason: "gone"), at: .zero)
        guard case .retried(let attempt, _, _)? = study.apply(.workRequested(worker), at: .zero).first else {
            Issue.record("the lost trial is not tried again")
            return
        }
        #expect(study.apply(.workRequested(worker), at: .zero) == [])
        _ = study.apply(.reported(attempt, [Studies.report(attempt.trial, 1)]), at: .zero)
        #expect(study.apply(.workRequested(worker), at: .zero).count == 1)
    }

    @Test("a journal of synchronous generations is read to the same state", arguments: Self.searchers)
    func replay(searcher: SearcherSettings) throws {
        let definition = Studies.definition(
            .successiveHalving(minimum: 1, maximum: 9, eta: 3), trials: 50, searcher: searcher)
        var cluster = try SimulatedCluster(
            definition, workers: 5, seed: 9, faults: .init(breakage: 0.01, workerCrash: 0.01, coordinatorCrash: 0.001))
        #expect(try cluster.run())
        var derived = try StudyState(definition)
        var read = derived
        for record in cluster.journal {
            #expect(derived.apply(record.event, at: record.time) == record.decisions)
            #expect(read.apply(record.event, at: record.time, recorded: record.decisions) == record.decisions)
        }
        #expect(derived == cluster.coordinator.study)
        #expect(read == derived)
    }
}
