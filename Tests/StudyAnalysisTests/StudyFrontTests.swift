import CoordinatorCore
import StudyAnalysis
import Testing
import TuningModel

@Suite("The front of a study, and analyses under constraints")
struct StudyFrontTests {
    private func definition(objectives: Int, constraint: Constraint? = nil) -> StudyDefinition {
        let data = DataSettings(
            train: .npy(features: "x.npy", targets: "y.npy"), validation: .holdout(share: 0.2, stratify: false),
            test: nil)
        var definition = StudyDefinition(
            name: "test", subject: .networks(data: data, task: .classification),
            space: ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))]), settings: [],
            objective: Objective(metric: .validationLoss, direction: .minimize), searcher: .random,
            scheduler: .none(maximum: 2), budget: Budget(trials: 8), searchSeed: 7, dataSeed: 1)
        if objectives > 1 {
            definition.furtherObjectives = [Objective(metric: .validationAccuracy, direction: .maximize)]
        }
        definition.constraints = [constraint].compactMap { $0 }
        return definition
    }

    /// A study after trials with these losses and accuracies at both epochs.
    private func study(
        _ definition: StudyDefinition, _ figures: [(loss: Double, accuracy: Double)], epochs: Int = 2
    ) throws -> (state: StudyState, table: RungTable) {
        var study = try StudyState(definition)
        var losses = LossCollector(study)
        for (trial, figures) in figures.enumerated() {
            let reports = (1...epochs).map { epoch in
                EpochReport(
                    epoch: epoch,
                    metrics: [
                        MetricValue(.validationLoss, figures.loss), MetricValue(.validationAccuracy, figures.accuracy),
                    ], seconds: 0.5)
            }
            for event in [
                StudyEvent.workRequested(WorkerID("a")),
                .reported(AttemptID(trial: TrialID(trial), number: 1), reports),
            ] {
                let record = JournalRecord(time: .zero, event: event, decisions: study.apply(event, at: .zero))
                losses.take(record)
            }
        }
        return (study, losses.table(of: study))
    }

    @Test("has its hypervolume up to the worst of each objective")
    func volume() throws {
        let study = try self.study(
            self.definition(objectives: 2), [(0.5, 0.5), (0.25, 0.25), (1, 0.25), (0.75, 0.75), (0.9, 0.1)]
        ).state
        let front = try #require(StudyFront(study))
        #expect(front.members.map(\.trial.rawValue) == [1, 0, 3])
        #expect(front.reference == [1, -0.1] && front.level == 2 && front.comparedCount == 5)
        // Three steps: widths 0.25, 0.25 and 0.25, heights 0.15, 0.4 and 0.65.
        #expect(abs(front.volume - 0.25 * (0.15 + 0.4 + 0.65)) < 1e-12)
    }

    @Test("there is none with one objective, and none before a trial has reached a rung")
    func none() throws {
        #expect(StudyFront(try self.study(self.definition(objectives: 1), [(1, 1)]).state) == nil)
        #expect(StudyFront(try self.study(self.definition(objectives: 2), [(1, 1)], epochs: 1).state) == nil)
    }

    @Test("a trial that breaks an outcome constraint counts as failed in analyses")
    func constrained() throws {
        let constraint = Constraint(metric: .validationAccuracy, atLeast: 0.5)
        let figures = [(0.1, 0.2), (0.7, 0.9), (0.5, 0.6), (0.2, 0.4)]
        let table = try self.study(self.definition(objectives: 1, constraint: constraint), figures).table
        #expect(table.trials.map { $0.losses } == [[.infinity], [0.7], [0.5], [.infinity]])
        #expect(table.ranking.map(\.id.rawValue) == [2, 1])
        #expect(
            try self.study(self.definition(objectives: 1), figures).table.ranking.map(\.id.rawValue) == [0, 3, 2, 1])
    }
}
