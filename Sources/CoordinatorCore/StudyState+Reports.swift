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
        guard self.trials.indices.contains(index), attempt.number <= self.trials[index].attempts else { return }
        // A trial that rests or is over takes no more epochs: they were trained before its worker heard so.
        // Nor does a budget of epochs: an attempt that was replaced may be ahead of what its trial can afford now.
        let resource = self.scale.resource
        let level = self.trials[index].placement.level
        let most = resource == .epochs ? level : self.scale.mostEpochs
        let target = self.trials[index].openAttempt?.targetEpoch ?? (self.affordableEpochs > 0 ? most : 0)
        guard !self.trials[index].state.isResting, report.epoch == self.trials[index].epochs + 1,
            report.epoch <= min(target, most)
        else { return }
        let before = self.trials[index].use.level
        self.trials[index].take(report, on: self.scale)
        self.epochCount += 1
        // Networks that are trained one after the other have all ended where their trial is at its end.
        switch resource.countsNetworks && report.status == .finishedEarly ? .normal : report.status {
        case .normal:
            if resource == .epochs { return self.pass(index, at: report.epoch, &decisions) }
            let reached = min(self.trials[index].use.level, level)
            for mark in self.levels where mark > before && mark <= reached && !self.trials[index].state.isResting {
                self.pass(index, at: mark, &decisions)
            }
        case .diverged:
            self.settle(
                attempt.trial, .stopped,
                "diverged at epoch \(report.epoch): \(self.definition.objective.metric.rawValue) is not finite",
                &decisions)
            self.searcher.observe(
                attempt.trial, .init(level: level, loss: .infinity, seconds: self.seconds(of: index)))
            self.retire(attempt.trial, losses: [.nan], &decisions)
        case .finishedEarly:
            let observation = self.observation(of: index, at: level)
            self.consider(index, observation, &decisions)
            self.searcher.observe(attempt.trial, observation)
            self.settle(attempt.trial, .complete, "out of patience at epoch \(report.epoch)", &decisions)
            self.retire(
                attempt.trial,
                losses: self.ranking([observation.loss] + observation.furtherLosses, observation.violation), &decisions)
        }
    }

    /// Takes in that a trial has come to a level with what its last epoch gave.
    mutating func pass(_ index: Int, at level: Int, _ decisions: inout [StudyDecision]) {
        let trial = TrialID(index)
        let observation = self.observation(of: index, at: level)
        if self.levels.contains(level) {
            self.consider(index, observation, &decisions)
            self.searcher.observe(trial, observation)
        }
        if let epoch = self.trials[index].auditedFrom {
            guard level == self.trials[index].placement.level else { return }
            self.settle(
                trial, .complete, "audit: trained to the end though given up at epoch \(epoch)", &decisions)
        } else {
            self.follow(self.tell(trial, observation), &decisions)
        }
    }

    /// What the last epoch of a trial gave.
    private func observation(of index: Int, at level: Int) -> SearchHistory.Observation {
        SearchHistory.Observation(
            level: level, loss: self.definition.objective.loss(of: self.trials[index].metrics),
            furtherLosses: self.definition.furtherObjectives.map { $0.loss(of: self.trials[index].metrics) },
            violation: self.violation(of: index), seconds: self.seconds(of: index))
    }

    /// The time that workers spent on a trial. In virtual time an epoch takes as long at one trial as at another, and nothing
    /// depends on a stopwatch.
    private func seconds(of index: Int) -> Double {
        self.clock.slotCount > 0 ? Double(self.trials[index].trainedEpochs) : self.trials[index].seconds
    }

    /// By how much a trial breaks the outcome constraints after its last epoch.
    private func violation(of trial: Int) -> Double {
        guard !self.definition.constraints.isEmpty else { return 0 }
        return self.definition.outcomeConstraints.violation(of: self.trials[trial].metrics)
    }

    /// The losses that a scheduler ranks by.
    private func ranking(_ losses: [Double], _ violation: Double) -> [Double] {
        guard !self.definition.constraints.isEmpty, !self.definition.outcomeConstraints.isEmpty else { return losses }
        return ConstrainedLoss.ranking(losses, violation: violation)
    }

    /// The scheduler's answer; a refusal means that it had been told before, and changes nothing.
    private mutating func tell(_ trial: TrialID, _ observation: SearchHistory.Observation) -> [Decision] {
        let (level, loss) = (observation.level, observation.loss)
        // Of what is not counted in epochs the scheduler hears at rungs alone.
        if self.definition.resource != .epochs { try? self.scheduler.skip(trial, to: level - 1) }
        if observation.furtherLosses.isEmpty, self.definition.constraints.isEmpty {
            return (try? self.scheduler.tell(trial, level: level, loss: loss)) ?? []
        }
        let losses = self.ranking([loss] + observation.furtherLosses, observation.violation)
        return (try? self.scheduler.tell(trial, level: level, losses: losses)) ?? []
    }

    /// Tells the scheduler that a trial trains no further, and follows what that settles for others.
    mutating func retire(_ trial: TrialID, losses: [Double], _ decisions: inout [StudyDecision]) {
        let answers = (try? self.scheduler.retire(trial, losses: losses)) ?? []
        self.follow(answers.filter { $0.trial != trial }, &decisions)
    }

    /// Carries out the scheduler's decisions.
    mutating func follow(_ answers: [Decision], _ decisions: inout [StudyDecision]) {
        for answer in answers {
            guard self.trials.indices.contains(answer.trial.rawValue),
                !self.trials[answer.trial.rawValue].state.isTerminal
            else { continue }
            switch answer.kind {
            case .pause: self.settle(answer.trial, .paused, answer.reason, &decisions)
            case .stop where self.isPickedForAudit(answer.trial):
                self.settle(answer.trial, .paused, "\(answer.reason); picked for an audit", &decisions)
            case .stop: self.settle(answer.trial, .stopped, answer.reason, &decisions)
            case .complete:
                self.settle(answer.trial, .complete, self.endReason(answer.trial) ?? answer.reason, &decisions)
            }
        }
    }

    /// Why a trial is at its end that has less of the resource than others there; `nil` for all that have as much.
    private func endReason(_ trial: TrialID) -> Reason? {
        guard self.scale.resource != .epochs,
            self.trials[trial.rawValue].use.amount < Double(self.scale.maximumLevel)
        else { return nil }
        return "trained for \(epochs: self.scale.mostEpochs), the most that a trial may have"
    }

    private mutating func consider(
        _ index: Int, _ observation: SearchHistory.Observation, _ decisions: inout [StudyDecision]
    ) {
        let (loss, further) = (observation.loss, observation.furtherLosses)
        guard loss.isFinite, self.trials[index].auditedFrom == nil else { return }
        let candidate = Incumbent(
            trial: self.trials[index].id, epoch: self.trials[index].epochs, level: observation.level, loss: loss,
            metrics: self.trials[index].metrics, violation: observation.violation)
        if !further.isEmpty, further.allSatisfy(\.isFinite) { self.considerFront(candidate, [loss] + further) }
        guard candidate.precedes(self.incumbent) else { return }
        self.incumbent = candidate
        decisions.append(.newBest(candidate.trial, epoch: candidate.epoch, loss: loss))
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
        _ trial: TrialID, _ state: TrialRecord.State, _ reason: Reason, _ decisions: inout [StudyDecision]
    ) {
        let index = trial.rawValue
        switch self.trials[index].state {
        case .running:
            // The list has no order: the last one takes the place.
            guard let place = self.running.firstIndex(where: { $0.rawValue == index }) else { break }
            self.running.swapAt(place, self.running.count - 1)
            self.running.removeLast()
        case .waiting: if let place = self.waiting.firstIndex(of: trial) { self.waiting.remove(at: place) }
        case .paused, .complete, .stopped, .failed: break
        }
        self.trials[index].state = state
        self.trials[index].reason = reason
        if state.isTerminal { self.members.removeAll { $0 == trial } }
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
