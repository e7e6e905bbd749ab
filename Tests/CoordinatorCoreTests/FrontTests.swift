import CoordinatorCore
import Testing
import TuningModel

@Suite("Studies with several objectives")
struct FrontTests {
    private let worker = WorkerID("a")

    private func definition(_ scheduler: SchedulerSettings, trials: Int) -> StudyDefinition {
        var definition = Studies.definition(scheduler, trials: trials)
        definition.furtherObjectives = [Objective(metric: .validationAccuracy, direction: .maximize)]
        return definition
    }

    private func report(_ epoch: Int, _ loss: Double, _ accuracy: Double) -> EpochReport {
        EpochReport(
            epoch: epoch, metrics: [MetricValue(.validationLoss, loss), MetricValue(.validationAccuracy, accuracy)],
            seconds: 0.001)
    }

    @Test("the front are the trials of the highest level that no other one dominates, by the first objective")
    func front() throws {
        var study = try StudyState(self.definition(.none(maximum: 1), trials: 6))
        let figures = [(0.5, 0.5), (0.4, 0.3), (0.6, 0.9), (0.45, 0.5), (0.7, 0.8), (.nan, 1)]
        var fronts: [[Int]] = []
        for (trial, figures) in figures.enumerated() {
            _ = study.apply(.workRequested(self.worker), at: .zero)
            let attempt = AttemptID(trial: TrialID(trial), number: 1)
            _ = study.apply(.reported(attempt, [self.report(1, figures.0, figures.1)]), at: .zero)
            fronts.append(study.front.map(\.trial.rawValue))
        }
        #expect(fronts == [[0], [1, 0], [1, 0, 2], [1, 3, 2], [1, 3, 2], [1, 3, 2]])
        #expect(study.incumbent?.trial == TrialID(1))
        #expect(study.isFinished && study.brokenInvariant() == nil)
    }

    @Test("a higher level starts the front anew, and ASHA promotes whom no other one dominates")
    func levels() throws {
        var study = try StudyState(self.definition(.asha(minimum: 1, maximum: 3, eta: 3, isGuarded: true), trials: 3))
        for (trial, figures) in [(0.5, 0.9), (0.6, 0.8), (0.7, 0.7)].enumerated() {
            _ = study.apply(.workRequested(self.worker), at: .zero)
            let attempt = AttemptID(trial: TrialID(trial), number: 1)
            let decisions = study.apply(.reported(attempt, [self.report(1, figures.0, figures.1)]), at: .zero)
            #expect(
                decisions.contains { decision in
                    if case .paused(TrialID(trial), _, let reason) = decision {
                        reason.text.hasSuffix("losses \(figures.0), \(figures.1)")
                    } else {
                        false
                    }
                })
            _ = study.apply(.attemptEnded(attempt, AttemptEnd(outcome: .stopped, epoch: 1)), at: .zero)
        }
        #expect(study.front.map(\.trial) == [TrialID(0)] && study.front.map(\.level) == [1])
        let granted = study.apply(.workRequested(self.worker), at: .zero)
        let attempt = AttemptID(trial: TrialID(0), number: 2)
        #expect(
            granted == [
                .promoted(
                    attempt, worker: self.worker, placement: TrialPlacement(bracket: 0, rung: 1, level: 3),
                    reason: "rank 1 of 3 by fronts at 1 epoch, promoted to 3; losses 0.5, 0.9")
            ])
        _ = study.apply(.reported(attempt, [self.report(2, 9, 0), self.report(3, 0.8, 0.1)]), at: .zero)
        #expect(study.front.map(\.trial) == [TrialID(0)] && study.front.map(\.level) == [3])
    }

    @Test("one objective has no front")
    func single() throws {
        var study = try StudyState(Studies.definition(.none(maximum: 1), trials: 1))
        _ = study.apply(.workRequested(self.worker), at: .zero)
        _ = study.apply(.reported(AttemptID(trial: TrialID(0), number: 1), [self.report(1, 1, 1)]), at: .zero)
        #expect(study.front.isEmpty && study.incumbent?.trial == TrialID(0))
    }
}
