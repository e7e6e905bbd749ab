import CoordinatorCore
import SearchAlgorithms
import Testing
import TuningModel

@Suite("Studies with constraints")
struct ConstraintTests {
    private let worker = WorkerID("a")

    private static func size(_ trial: TrialRecord) -> Int? {
        trial.configuration.values[0]?.number.map { Int($0 * 1000) }
    }

    private static func known(
        _ searcher: SearcherSettings, _ scheduler: SchedulerSettings, atMost limit: Double, trials: Int? = 40
    ) -> StudyDefinition {
        var definition = Studies.definition(scheduler, trials: trials, epochs: 4000, searcher: searcher)
        definition.constraints = [Constraint(metric: .modelParameters, atMost: limit)]
        return definition
    }

    @Test(
        "what breaks a known constraint takes no trial of the budget, and replay finds the same configurations",
        arguments: [
            SearcherSettings.random, .sobol, .tpe(TPESettings()), .genetic(GeneticSettings()),
            .gaussianProcess(GaussianProcessSettings(startupTrials: 6, candidates: 32)),
        ])
    func knownConstraint(searcher: SearcherSettings) throws {
        for (seed, scheduler) in zip(
            [1, 2] as [UInt64], [Studies.asha, .hyperband(maximum: 9, eta: 3, formula: .jmlr)])
        {
            // Rates below 0.005: two fifths of the range in logarithms.
            let definition = Self.known(searcher, scheduler, atMost: 5)
            var cluster = try SimulatedCluster(
                definition, workers: 3, slots: 2, seed: seed,
                faults: .init(breakage: 0.01, workerCrash: 0.01, coordinatorCrash: 0.0005, duplication: 0.05))
            #expect(try cluster.run(), "SEED=\(seed)")
            let study = cluster.coordinator.study
            #expect(study.trials.count == 40, "SEED=\(seed)")
            #expect(study.finishReason == "all 40 trials of the budget are done", "SEED=\(seed)")
            #expect(study.trials.allSatisfy { trial in Self.size(trial).map { $0 <= 5 } == true }, "SEED=\(seed)")
            #expect(study.trials.allSatisfy { $0.parameterCount == Self.size($0) }, "SEED=\(seed)")
            #expect(study.trials.allSatisfy { $0.metrics[.modelParameters] == Self.size($0).map { Double($0) } })
            var derived = try Studies.state(definition)
            var read = derived
            for record in cluster.journal {
                #expect(derived.apply(record.event, at: record.time) == record.decisions, "SEED=\(seed)")
                #expect(read.apply(record.event, at: record.time, recorded: record.decisions) == record.decisions)
            }
            #expect(derived == study && read == study, "SEED=\(seed)")
            #expect(cluster.coordinator.disagreements == 0)
        }
    }

    @Test("a study in which no configuration keeps its constraints is refused with the number of draws")
    func impossible() throws {
        var wide = Self.known(.random, Studies.asha, atMost: 5)
        wide.constraints = [Constraint(metric: .modelParameters, atLeast: 2000)]
        let impossible = wide
        #expect {
            try Studies.state(impossible)
        } throws: { error in
            "\(error)"
                == "search: constraints = no configuration within the constraint was found in 10000 draws: "
                + "model.parameters >= 2000, want wider constraints, or ranges with configurations that keep them"
        }
        var definition = Self.known(.random, Studies.asha, atMost: 5)
        definition.tryFirst = [Configuration([.float(0.001)]), Configuration([.float(0.5)])]
        let given = definition
        #expect(throws: SearchError.self) { try StudyState(given) }
        #expect {
            try Studies.state(given)
        } throws: { error in
            "\(error)"
                == "search: try_first[1] = model.parameters = 500, want model.parameters <= 5, as constraints say"
        }
    }

    @Test("a grid whose admitted configurations are used up ends the study, what waits is trained first")
    func grid() throws {
        let scheduler = SchedulerSettings.successiveHalving(minimum: 1, maximum: 9, eta: 3)
        // Eight of the ten points keep the constraint, a bracket wants nine.
        var definition = Self.known(.grid(points: 10), scheduler, atMost: 150, trials: 20)
        definition.budget.epochs = nil
        var study = try Studies.state(definition)
        var steps = 0
        while !study.isFinished, steps < 200 {
            steps += 1
            let before = study
            let granted = study.apply(.workRequested(self.worker), at: .zero)
            let attempt: AttemptID
            let target: Int
            switch granted.first {
            case .started(let trial, _, _, let placement):
                (attempt, target) = (AttemptID(trial: trial, number: 1), placement.level)
            case .promoted(let promoted, _, let placement, _): (attempt, target) = (promoted, placement.level)
            default:
                #expect(study == before, "an unanswered request changes nothing")
                continue
            }
            let known = try #require(study.record(of: attempt.trial)).epochs
            _ = study.apply(
                .reported(attempt, ((known + 1)...target).map { Studies.report(attempt.trial, $0) }), at: .zero)
            _ = study.apply(.attemptEnded(attempt, AttemptEnd(outcome: .stopped, epoch: target)), at: .zero)
        }
        let reason = try #require(study.finishReason)
        #expect(reason.hasPrefix("no configuration within the constraint was found"), "\(reason)")
        #expect(study.trials.allSatisfy { trial in Self.size(trial).map { $0 <= 150 } == true })
        #expect(study.trials.count < 10 && study.incumbent != nil && study.brokenInvariant() == nil)
    }

    // Outcome constraints.

    private func outcome(
        _ scheduler: SchedulerSettings, trials: Int, objectives: Int = 1
    ) -> StudyDefinition {
        var definition = Studies.definition(scheduler, trials: trials)
        definition.constraints = [Constraint(metric: .validationAccuracy, atLeast: 0.8)]
        if objectives > 1 { definition.furtherObjectives = [Objective(metric: .trainLoss, direction: .minimize)] }
        return definition
    }

    private func report(_ epoch: Int, _ loss: Double, accuracy: Double, train: Double = 0) -> EpochReport {
        EpochReport(
            epoch: epoch,
            metrics: [
                MetricValue(.trainLoss, train), MetricValue(.validationLoss, loss),
                MetricValue(.validationAccuracy, accuracy),
            ], seconds: 0.001)
    }

    @Test("a trial that breaks a constraint is never the best once one keeps them all, at whatever rung")
    func incumbent() throws {
        var study = try Studies.state(self.outcome(Studies.asha, trials: 4))
        let figures = [(0.1, 0.4), (0.2, 0.6), (0.9, 0.8), (0.05, 0.79)]
        var best: [Int?] = []
        for _ in figures { _ = study.apply(.workRequested(self.worker), at: .zero) }
        for (trial, (loss, accuracy)) in figures.enumerated() {
            let attempt = AttemptID(trial: TrialID(trial), number: 1)
            _ = study.apply(.reported(attempt, [self.report(1, loss, accuracy: accuracy)]), at: .zero)
            best.append(study.incumbent?.trial.rawValue)
            _ = study.apply(.attemptEnded(attempt, AttemptEnd(outcome: .stopped, epoch: 1)), at: .zero)
        }
        #expect(best == [0, 1, 2, 2])
        #expect(study.incumbent?.violation == 0 && study.incumbent?.isFeasible == true)
        // The feasible one goes on, though its loss is the highest.
        let granted = study.apply(.workRequested(self.worker), at: .zero)
        guard case .promoted(let attempt, _, _, let reason)? = granted.first else {
            Issue.record("\(granted)")
            return
        }
        #expect(attempt.trial == TrialID(2) && reason.text.contains("loss 0.9"), "\(reason)")
        let broken = self.report(2, 0.01, accuracy: 0.5)
        _ = study.apply(.reported(attempt, [broken, self.report(3, 0.01, accuracy: 0.5)]), at: .zero)
        // At the higher rung it breaks the constraint: what it was at the lower one stays the best.
        #expect(study.incumbent.map { [$0.trial.rawValue, $0.epoch] } == [2, 1])
        #expect(study.record(of: TrialID(2))?.reason.text.contains("constraints broken by 0.375") == true)
    }

    @Test("without a feasible trial the best is the one that breaks least, and says so")
    func infeasible() throws {
        var study = try Studies.state(self.outcome(.none(maximum: 1), trials: 2))
        for (trial, accuracy) in [0.2, 0.4].enumerated() {
            _ = study.apply(.workRequested(self.worker), at: .zero)
            _ = study.apply(
                .reported(
                    AttemptID(trial: TrialID(trial), number: 1),
                    [self.report(1, Double(trial), accuracy: accuracy)]), at: .zero)
        }
        #expect(study.incumbent?.trial == TrialID(1) && study.incumbent?.isFeasible == false)
        #expect(study.incumbent?.violation == 0.5)
    }

    @Test("the front is by constrained domination")
    func front() throws {
        var study = try Studies.state(self.outcome(.none(maximum: 1), trials: 6, objectives: 2))
        let figures = [(0.1, 0.4, 0.1), (0.5, 0.8, 0.5), (0.6, 0.9, 0.4), (0.01, 0.7, 0.01), (0.7, 0.8, 0.7)]
        var fronts: [[Int]] = []
        for (trial, (loss, accuracy, train)) in figures.enumerated() {
            _ = study.apply(.workRequested(self.worker), at: .zero)
            let report = self.report(1, loss, accuracy: accuracy, train: train)
            _ = study.apply(.reported(AttemptID(trial: TrialID(trial), number: 1), [report]), at: .zero)
            fronts.append(study.front.map(\.trial.rawValue))
        }
        #expect(fronts == [[0], [1], [1, 2], [1, 2], [1, 2]])
    }

    @Test("the size of a network is an objective beside others")
    func sizeAsObjective() throws {
        var definition = Studies.definition(.none(maximum: 1), trials: 6)
        definition.furtherObjectives = [Objective(metric: .modelParameters, direction: .minimize)]
        var study = try StudyState(definition, networks: Studies.networks)
        for trial in 0..<6 {
            _ = study.apply(.workRequested(self.worker), at: .zero)
            _ = study.apply(
                .reported(AttemptID(trial: TrialID(trial), number: 1), [self.report(1, 1, accuracy: 1)]), at: .zero)
        }
        let least = try #require(study.trials.compactMap(Self.size).min())
        #expect(Set(study.front.compactMap { study.record(of: $0.trial).flatMap(Self.size) }) == [least])
    }
}
