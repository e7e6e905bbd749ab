import SearchAlgorithms
import TuningModel

/// How epochs enter the ledger and what follows from them.
extension StudyState {
    /// Takes in the reports of one attempt: each epoch that is its trial's next one is counted, all others are not.
    mutating func record(_ reports: [EpochReport], of attempt: AttemptID, _ decisions: inout [StudyDecision]) {
        for report in reports { self.record(report, of: attempt, &decisions) }
    }

    private mutating func record(_ report: EpochReport, of attempt: AttemptID, _ decisions: inout [StudyDecision]) {
        let index = attempt.trial.rawValue
        guard let record = self.record(of: attempt.trial), attempt.number <= record.attempts else { return }
        // A trial that rests or is over takes no more epochs: they were trained before its worker heard so.
        // Nor does a budget of epochs: an attempt that was replaced may be ahead of what its trial can afford now.
        let target = record.openAttempt?.targetEpoch ?? (self.affordableEpochs > 0 ? record.placement.epochs : 0)
        guard record.state == .running || record.state == .waiting, report.epoch == record.epochs + 1,
            report.epoch <= min(target, record.placement.epochs)
        else { return }
        self.trials[index].epochs = report.epoch
        self.trials[index].seconds += report.seconds
        let seconds = self.trials[index].seconds
        self.trials[index].metrics = self.measured(report.metrics, of: index)
        self.trials[index].status = report.status
        self.trials[index].crashes = 0
        self.trials[index].losses = 0
        self.epochCount += 1
        let metrics = self.trials[index].metrics
        let losses = self.definition.objectives.map { $0.loss(of: metrics) }
        let further = Array(losses.dropFirst())
        let violation = self.definition.outcomeConstraints.violation(of: metrics)
        switch report.status {
        case .normal:
            if self.levels.contains(report.epoch) {
                self.consider(index, level: report.epoch, losses, violation, &decisions)
                self.searcher.observe(
                    attempt.trial,
                    .init(
                        level: report.epoch, loss: losses[0], furtherLosses: further, violation: violation,
                        seconds: seconds))
            }
            if let epoch = record.auditedFrom {
                guard report.epoch == record.placement.epochs else { break }
                self.settle(
                    attempt.trial, .complete, "audit: trained to the end though given up at epoch \(epoch)", &decisions)
            } else {
                self.follow(
                    self.tell(attempt.trial, report.epoch, self.ranking(losses, violation)), &decisions)
            }
        case .diverged:
            self.settle(
                attempt.trial, .stopped,
                "diverged at epoch \(report.epoch): \(self.definition.objective.metric.rawValue) is not finite",
                &decisions)
            self.searcher.observe(
                attempt.trial, .init(level: record.placement.epochs, loss: .infinity, seconds: seconds))
            self.retire(attempt.trial, losses: [.nan], &decisions)
        case .finishedEarly:
            self.consider(index, level: record.placement.epochs, losses, violation, &decisions)
            self.searcher.observe(
                attempt.trial,
                .init(
                    level: record.placement.epochs, loss: losses[0], furtherLosses: further, violation: violation,
                    seconds: seconds))
            self.settle(attempt.trial, .complete, "out of patience at epoch \(report.epoch)", &decisions)
            self.retire(attempt.trial, losses: self.ranking(losses, violation), &decisions)
        }
    }

    /// What is known of an epoch: what its worker measured, and the network's parameters.
    private func measured(_ metrics: [MetricValue], of trial: Int) -> [MetricValue] {
        guard let count = self.trials[trial].parameterCount else { return metrics }
        return metrics + [MetricValue(.modelParameters, Double(count))]
    }

    /// The losses that a scheduler ranks by.
    private func ranking(_ losses: [Double], _ violation: Double) -> [Double] {
        self.definition.outcomeConstraints.isEmpty
            ? losses : ConstrainedLoss.ranking(losses, violation: violation)
    }

    /// The scheduler's answer; a refusal means that it had been told before, and changes nothing.
    private mutating func tell(_ trial: TrialID, _ epoch: Int, _ losses: [Double]) -> [Decision] {
        (try? self.scheduler.tell(trial, epoch: epoch, losses: losses)) ?? []
    }

    /// Tells the scheduler that a trial trains no further, and follows what that settles for others.
    mutating func retire(_ trial: TrialID, losses: [Double], _ decisions: inout [StudyDecision]) {
        let answers = (try? self.scheduler.retire(trial, losses: losses)) ?? []
        self.follow(answers.filter { $0.trial != trial }, &decisions)
    }

    /// Carries out the scheduler's decisions.
    mutating func follow(_ answers: [Decision], _ decisions: inout [StudyDecision]) {
        for answer in answers {
            guard let record = self.record(of: answer.trial), !record.state.isTerminal else { continue }
            switch answer.kind {
            case .pause: self.settle(answer.trial, .paused, answer.reason, &decisions)
            case .stop where self.isPickedForAudit(answer.trial):
                self.settle(answer.trial, .paused, "\(answer.reason); picked for an audit", &decisions)
            case .stop: self.settle(answer.trial, .stopped, answer.reason, &decisions)
            case .complete: self.settle(answer.trial, .complete, answer.reason, &decisions)
            }
        }
    }

    private mutating func consider(
        _ index: Int, level: Int, _ losses: [Double], _ violation: Double, _ decisions: inout [StudyDecision]
    ) {
        let loss = losses[0]
        let trial = self.trials[index]
        guard loss.isFinite, trial.auditedFrom == nil else { return }
        let candidate = Incumbent(
            trial: trial.id, epoch: trial.epochs, level: level, loss: loss, metrics: trial.metrics, violation: violation
        )
        if losses.count > 1, losses.allSatisfy(\.isFinite) { self.considerFront(candidate, losses) }
        guard candidate.precedes(self.incumbent) else { return }
        self.incumbent = candidate
        decisions.append(.newBest(trial.id, epoch: trial.epochs, loss: loss))
    }

    /// Takes a trial into the front where no member dominates it, and out of it whom it dominates: by constrained
    /// domination, in which whoever breaks outcome constraints less dominates.
    ///
    /// Source: K. Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE TEC 6(2), 2002, section VI.
    ///
    /// - Complexity: O(members of the front).
    private mutating func considerFront(_ candidate: Incumbent, _ losses: [Double]) {
        if let member = self.front.first {
            // All members break constraints alike, as none of them is feasible or all are.
            guard candidate.violation <= member.violation else { return }
            let isAhead = candidate.violation < member.violation
            guard isAhead || candidate.level >= member.level else { return }
            if isAhead || candidate.level > member.level { self.front = [] }
        }
        let objectives = self.definition.objectives
        let others = self.front.map { member in objectives.map { $0.loss(of: member.metrics) } }
        if others.contains(where: { NondominatedOrder.dominates($0, losses) }) { return }
        self.front = zip(self.front, others).filter { !NondominatedOrder.dominates(losses, $0.1) }.map(\.0)
        let place = self.front.firstIndex { candidate.precedes($0) } ?? self.front.count
        self.front.insert(candidate, at: place)
    }

    /// Puts a trial that ran or waited into a state in which it does not run.
    ///
    /// Its open attempt stays open until its worker says that it has ended, so that a slot is never counted as free
    /// while it still works.
    mutating func settle(
        _ trial: TrialID, _ state: TrialRecord.State, _ reason: String, _ decisions: inout [StudyDecision]
    ) {
        let index = trial.rawValue
        switch self.trials[index].state {
        case .running: self.running.removeAll { $0 == trial }
        case .waiting: self.waiting.removeAll { $0 == trial }
        case .paused, .complete, .stopped, .failed: break
        }
        self.trials[index].state = state
        self.trials[index].reason = reason
        self.searcher.rest(trial)
        let epoch = self.trials[index].epochs
        switch state {
        case .paused: decisions.append(.paused(trial, epoch: epoch, reason: reason))
        case .stopped: decisions.append(.stopped(trial, epoch: epoch, reason: reason))
        case .complete: decisions.append(.completed(trial, epoch: epoch, reason: reason))
        case .failed: decisions.append(.failed(trial, epoch: epoch, reason: reason))
        case .waiting: self.waiting.append(trial)
        case .running: self.running.append(trial)
        }
    }
}
