import SearchAlgorithms
import TuningModel

/// How attempts, trials and the study end.
extension StudyState {
    /// Lost workers in a row, without one new epoch, after which a trial counts as the cause.
    private static let mostLosses = 5

    /// Takes in the end of an attempt as its worker tells it.
    ///
    /// An end that is ahead of the ledger is not taken: the missing reports come first, sent again if need be.
    mutating func close(_ attempt: AttemptID, _ end: AttemptEnd, _ decisions: inout [StudyDecision]) {
        let index = attempt.trial.rawValue
        guard self.trials.indices.contains(index), let open = self.trials[index].openAttempt,
            open.number == attempt.number
        else { return }
        let epochs = self.trials[index].epochs
        let isRunning = self.trials[index].state == .running
        switch end.outcome {
        case .finished:
            guard end.epoch <= epochs || !isRunning else { return }
            self.trials[index].openAttempt = nil
            guard isRunning else { return }
            let isPart = self.definition.resource != .epochs && epochs > open.startEpoch
            if isPart || (self.definition.resource == .epochs && epochs >= open.targetEpoch) {
                // Cut short by the budget of epochs: it goes on when another trial has left some of its own. Or a part of
                // what it needs: it goes on with the next free slot.
                self.trials[index].reason = self.partReason(index)
                self.interrupt(attempt.trial)
            } else {
                self.crash(attempt.trial, "ended at epoch \(end.epoch) of \(open.targetEpoch)", &decisions)
            }
        case .stopped, .preempted:
            self.trials[index].openAttempt = nil
            self.interrupt(attempt.trial)
        case .refused(let reason):
            self.trials[index].openAttempt = nil
            self.fail(attempt.trial, "refused by \(self.name(of: open.worker)): \(reason)", &decisions)
        case .crashed(let reason):
            self.trials[index].openAttempt = nil
            self.crash(attempt.trial, reason, &decisions)
        }
    }

    private func partReason(_ trial: Int) -> Reason {
        let resource = self.definition.resource
        guard resource != .epochs else { return "waits for epochs of the budget" }
        let record = self.trials[trial]
        return "goes on, with \(record.level) of \(resource.amount(record.placement.level))"
    }

    /// Lets a trial that took its slot with it try again, until its retries are used up.
    private mutating func crash(_ trial: TrialID, _ reason: String, _ decisions: inout [StudyDecision]) {
        self.trials[trial.rawValue].crashes += 1
        let count = self.trials[trial.rawValue].crashes
        if count > self.definition.budget.retries {
            self.fail(trial, "crashed \(count) slots, last: \(reason)", &decisions)
        } else {
            self.trials[trial.rawValue].reason = Reason(reason)
            self.interrupt(trial)
        }
    }

    /// The worker of an attempt is gone: its trial waits for another one.
    ///
    /// A trial that takes its workers with it, one after the other, is given up. Where the coordinator went down meanwhile it
    /// may have taken the worker along, which says nothing of the trial.
    mutating func lose(_ attempt: AttemptID, _ reason: String, _ decisions: inout [StudyDecision]) {
        guard let record = self.record(of: attempt.trial), let open = record.openAttempt, open.number == attempt.number
        else { return }
        let index = attempt.trial.rawValue
        self.trials[index].openAttempt = nil
        guard record.state == .running else { return }
        if open.coordinatorEpoch == self.coordinatorEpoch { self.trials[index].losses += 1 }
        if self.trials[index].losses >= Self.mostLosses {
            self.fail(
                attempt.trial, "\(Self.mostLosses) workers in a row were lost with it, last: \(reason)", &decisions)
        } else {
            self.trials[index].reason = Reason(reason)
            self.interrupt(attempt.trial)
        }
    }

    /// Lets a running trial wait for its next attempt.
    private mutating func interrupt(_ trial: TrialID) {
        guard self.trials[trial.rawValue].state == .running else { return }
        self.running.removeAll { $0 == trial }
        self.trials[trial.rawValue].state = .waiting
        self.waiting.append(trial)
    }

    private mutating func fail(_ trial: TrialID, _ reason: Reason, _ decisions: inout [StudyDecision]) {
        guard !self.trials[trial.rawValue].state.isTerminal, self.trials[trial.rawValue].state != .paused else {
            return
        }
        let target = self.trials[trial.rawValue].placement.level
        self.searcher.observe(
            trial, .init(level: target, loss: .infinity, seconds: self.trials[trial.rawValue].seconds))
        self.settle(trial, .failed, reason, &decisions)
        self.retire(trial, losses: [.nan], &decisions)
    }

    /// Ends the study now: nothing begins or goes on any more.
    ///
    /// A trial that rests at a rung is told why the study ended, and then its place there.
    mutating func end(_ reason: String, _ decisions: inout [StudyDecision]) {
        guard !self.isFinished else { return }
        let open = self.trials.indices.filter { !self.trials[$0].state.isTerminal }
        let paused = open.filter { self.trials[$0].state == .paused }.map { TrialID($0) }
        // No fate depends on another trial's end: the scheduler is told of none.
        var fates = self.scheduler.fates(of: paused)
        let cause = "\(reason); "
        // In place: there may be thousands.
        for index in fates.indices { fates[index].prepend(cause) }
        var rest = fates[...]
        for trial in open.map({ TrialID($0) }) {
            let fate = self.trials[trial.rawValue].state == .paused ? rest.popFirst() : nil
            self.settle(trial, .stopped, fate ?? Reason(reason), &decisions)
        }
        self.finishReason = reason
        decisions.append(.finished(reason: reason))
    }

    /// Ends the study when nothing runs and nothing can begin.
    mutating func finishIfNothingIsLeft(_ decisions: inout [StudyDecision]) {
        guard !self.isFinished, self.running.isEmpty else { return }
        if let budget = self.definition.budget.epochs, self.epochCount >= budget {
            self.end("the budget of \(budget) epochs is spent", &decisions)
        } else if self.waiting.isEmpty, self.isClosed || !self.trials.isEmpty {
            self.closeIfNothingFits(&decisions)
            if self.scheduler.outlook() == .finished, self.nextAudit() == nil {
                self.end(self.closingReason ?? self.planReason, &decisions)
            }
        }
    }

    /// Why nothing can begin or go on: no trial is left of the budget, or none that the searcher or the scheduler would begin.
    private var planReason: String {
        let count = self.trials.count
        let isSpent = self.definition.budget.trials.map { count >= $0 } ?? false
        guard isSpent || self.isClosed else { return "the plan of \(counted(count, "trial")) is done" }
        let part = isSpent ? " of the budget" : ""
        return count == 1 ? "the only trial\(part) is done" : "all \(count) trials\(part) are done"
    }
}
