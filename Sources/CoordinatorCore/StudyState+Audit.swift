import Randomness
import SearchAlgorithms
import TuningModel

/// Audit trials: a share of those that were given up is trained to the end all the same, to learn how often that was wrong.
///
/// Which ones is drawn by the study's seed and the trial's number alone, so that the sample is unbiased. They rest until the
/// scheduler has nothing left to give out, and so influence no decision; they never become the best trial nor a member of
/// the front. Their epochs count against the budget, and where that or the time ends first they are not finished.
extension StudyState {
    /// Whether a trial is trained to the end should it be given up with a finite loss.
    func isPickedForAudit(_ trial: TrialID) -> Bool {
        let share = self.definition.auditShare
        guard share > 0, let record = self.record(of: trial), record.epochs > 0,
            self.definition.objective.loss(of: record.metrics).isFinite
        else { return false }
        return RandomStream(seed: self.definition.searchSeed, purpose: .audit).uniform(at: UInt64(trial.rawValue))
            < share
    }

    /// The next trial to be audited once the scheduler is finished.
    ///
    /// - Complexity: O(trials), over all calls as well, but for those that find none.
    func nextAudit() -> TrialID? {
        guard self.definition.auditShare > 0 else { return nil }
        return self.trials[self.auditCursor...].first {
            $0.state == .paused && $0.auditedFrom == nil && self.isPickedForAudit($0.id)
        }?.id
    }

    /// Gives a worker the next audit trial, if there is one.
    mutating func audit(on worker: WorkerID, _ decisions: inout [StudyDecision]) {
        guard let trial = self.nextAudit() else { return }
        self.auditCursor = trial.rawValue + 1
        let epoch = self.trials[trial.rawValue].epochs
        self.trials[trial.rawValue].auditedFrom = epoch
        guard !self.hasUsed(trial, self.definition.scheduler.maximumLevel) else {
            self.trials[trial.rawValue].placement = self.top(of: trial)
            self.settle(trial, .complete, "audit: at its end though given up at epoch \(epoch)", &decisions)
            return self.audit(on: worker, &decisions)
        }
        self.promote(
            trial, self.top(of: trial), on: worker,
            "audit: given up at epoch \(epoch), trained to the end all the same",
            &decisions)
    }

    /// The last rung of a trial's bracket.
    private func top(of trial: TrialID) -> TrialPlacement {
        let bracket = self.trials[trial.rawValue].placement.bracket
        let rungs = self.scheduler.plan.first { $0.bracket == bracket }?.rungs.count ?? 1
        return TrialPlacement(
            bracket: bracket, rung: rungs - 1, level: self.definition.scheduler.maximumLevel,
            origin: self.trials[trial.rawValue].origin)
    }
}
