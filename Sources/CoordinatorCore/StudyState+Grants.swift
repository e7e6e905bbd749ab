import Randomness
import SearchAlgorithms
import TuningModel

/// Which work a free slot gets.
extension StudyState {
    /// Gives a worker the next piece of work: a trial that lost its worker, else what the scheduler wants.
    mutating func grant(
        to worker: WorkerID, at time: Duration, _ recorded: [StudyDecision]?, _ decisions: inout [StudyDecision]
    ) {
        guard !self.isFinished, self.affordableEpochs > 0 else { return }
        let before = decisions.count
        if !self.waiting.isEmpty {
            self.retry(self.waiting.removeFirst(), on: worker, &decisions)
        } else {
            var proposal = self.proposal(recorded)
            while case .resume(let trial, let placement, _) = proposal, self.hasUsed(trial, placement.level) {
                self.arrive(trial, TrialPlacement(placement), &decisions)
                proposal = self.proposal(recorded)
            }
            switch proposal {
            case .start(let trial, let placement):
                let known = recorded?.lazy.compactMap { $0.configuration(of: trial) }.first
                self.start(trial, TrialPlacement(placement), on: worker, known, &decisions)
            case .resume(let trial, let placement, let reason):
                self.promote(trial, TrialPlacement(placement), on: worker, reason, &decisions)
            case .wait: break
            case .finished: self.audit(on: worker, &decisions)
            }
        }
        if decisions.count > before, self.firstAssignment == nil { self.firstAssignment = time }
    }

    /// Whether a trial that rests has used as much of a resource as a rung asks for: one long epoch may reach several, and
    /// with its last epoch a trial is as far as any.
    func hasUsed(_ trial: TrialID, _ level: Int) -> Bool {
        guard self.definition.resource != .epochs, let record = self.record(of: trial) else { return false }
        return record.level >= level
    }

    /// Gives a trial that has used enough already its place at the rung to which it is promoted.
    private mutating func arrive(_ trial: TrialID, _ placement: TrialPlacement, _ decisions: inout [StudyDecision]) {
        self.trials[trial.rawValue].placement = placement
        self.searcher.resume(trial, target: placement.level)
        self.pass(trial.rawValue, at: placement.level, &decisions)
    }

    /// What the scheduler wants, unless that is a new trial and the searcher waits for results.
    private mutating func proposal(_ recorded: [StudyDecision]?) -> Proposal {
        let next = TrialID(self.trials.count)
        let isGiven =
            self.firstTrials.indices.contains(next.rawValue)
            || recorded?.contains { $0.configuration(of: next) != nil } == true
        guard !isGiven, self.searcher.isWaiting(next, target: nil) || !self.searcher.canSuggest(next) else {
            return self.scheduler.ask()
        }
        // A proposal that is not taken up changes nothing.
        if case .start(let placement) = self.scheduler.outlook(), placement.origin == nil,
            self.searcher.isWaiting(next, target: placement.level) || !self.canStart(target: placement.level)
        {
            return .wait
        }
        return self.scheduler.ask()
    }

    /// Epochs of the budget that are neither spent nor promised to an open attempt.
    var affordableEpochs: Int {
        guard let budget = self.definition.budget.epochs else { return .max }
        let promised = self.running.reduce(0) { sum, id in
            let trial = self.trials[id.rawValue]
            return sum + max(0, (trial.openAttempt?.targetEpoch ?? 0) - trial.epochs)
        }
        return budget - self.epochCount - promised
    }

    /// The epoch at which an attempt must end so that the budget of epochs is never passed.
    ///
    /// - Parameters:
    ///   - placement: Where the trial heads for.
    ///   - epoch: Its last epoch in the ledger.
    ///   - trial: Its number; `nil` before it begins.
    /// - Returns: Above `epoch`, while the budget has epochs.
    private func target(_ placement: TrialPlacement, from epoch: Int, of trial: Int? = nil) -> Int {
        let wanted =
            self.definition.resource == .epochs
            ? placement.level
            : min(self.definition.mostEpochs, epoch + self.part(of: placement, trial.map { self.trials[$0] }))
        let affordable = self.affordableEpochs
        return affordable >= wanted - epoch ? wanted : epoch + affordable
    }

    /// Epochs that a trial is given at once of a resource that is not counted in epochs.
    ///
    /// Of networks the rest of the one at work. Of seconds all that the trial may have: its worker ends where the time is used
    /// up. Of samples, and of seconds beside a budget of epochs, from which an attempt is promised all that it may
    /// take, as many as are wanted as far as the trial's own epochs tell; one at first.
    private func part(of placement: TrialPlacement, _ record: TrialRecord?) -> Int {
        let network = self.definition.networkEpochs
        switch self.definition.resource {
        case .epochs: return placement.level
        case .repeats, .folds: return max(1, network - ((record?.epochs ?? 0) - (record?.use.levelEpoch ?? 0)))
        case .seconds where self.definition.budget.epochs == nil: return network
        case .seconds, .samples: break
        }
        guard let record, record.epochs > 0, record.use.amount > 0 else { return 1 }
        let left = max(0, Double(placement.level) - record.use.amount)
        // Rounding must not ask for an epoch more: of samples each epoch has as many as the one before.
        let wanted = (left / (record.use.amount / Double(record.epochs)) - 1e-6).rounded(.up)
        return Int(min(max(1, wanted), Double(network)))
    }

    /// Seconds of its slot after which an attempt ends; `nil` where it is not time that is given out.
    func timeLimit(of record: TrialRecord) -> Double? {
        guard self.definition.resource == .seconds else { return nil }
        // Whoever sums in another order must not train an epoch too many.
        return max(0, Double(record.placement.level) - record.use.amount) * (1 - 1e-12)
    }

    private mutating func start(
        _ trial: TrialID, _ placement: TrialPlacement, on worker: WorkerID, _ known: Configuration?,
        _ decisions: inout [StudyDecision]
    ) {
        // The scheduler counts trials as this list does, and is closed before the searcher runs out.
        guard trial.rawValue == self.trials.count,
            let configuration = known ?? self.configuration(for: trial, placement).flatMap({ self.taken($0) })
        else { return }
        self.searcher.start(
            configuration, bracket: placement.bracket, target: placement.level, origin: placement.origin)
        let first = placement.origin?.epoch ?? 0
        let attempt = TrialRecord.OpenAttempt(
            number: 1, worker: worker, startEpoch: first, targetEpoch: self.target(placement, from: first),
            coordinatorEpoch: self.coordinatorEpoch)
        self.trials.append(
            TrialRecord(
                id: trial, configuration: configuration, parameterCount: self.parameterCount(of: configuration),
                placement: placement, attempt: attempt))
        if let origin = placement.origin {
            self.trials[trial.rawValue].originCheckpoint = self.storedState(of: origin)
        }
        self.running.append(trial)
        if self.definition.scheduler.population != nil { self.members.append(trial) }
        decisions.append(.started(trial, worker: worker, configuration: configuration, placement: placement))
        self.closeIfExhausted(&decisions)
    }

    mutating func promote(
        _ trial: TrialID, _ placement: TrialPlacement, on worker: WorkerID, _ reason: Reason,
        _ decisions: inout [StudyDecision]
    ) {
        guard self.trials.indices.contains(trial.rawValue), self.trials[trial.rawValue].state == .paused else { return }
        let placement = TrialPlacement(
            bracket: placement.bracket, rung: placement.rung, level: placement.level,
            origin: self.trials[trial.rawValue].origin)
        self.trials[trial.rawValue].placement = placement
        self.trials[trial.rawValue].reason = reason
        self.searcher.resume(trial, target: placement.level)
        let attempt = self.open(trial, on: worker)
        decisions.append(.promoted(attempt, worker: worker, placement: placement, reason: reason))
    }

    private mutating func retry(_ trial: TrialID, on worker: WorkerID, _ decisions: inout [StudyDecision]) {
        let attempt = self.open(trial, on: worker)
        decisions.append(.retried(attempt, worker: worker, placement: self.trials[trial.rawValue].placement))
    }

    private mutating func open(_ trial: TrialID, on worker: WorkerID) -> AttemptID {
        let index = trial.rawValue
        let target = self.target(self.trials[index].placement, from: self.trials[index].epochs, of: index)
        self.trials[index].attempts += 1
        self.trials[index].openAttempt = TrialRecord.OpenAttempt(
            number: self.trials[index].attempts, worker: worker, startEpoch: self.trials[index].epochs,
            targetEpoch: target, coordinatorEpoch: self.coordinatorEpoch)
        self.trials[index].lastWorker = worker
        self.trials[index].state = .running
        self.running.append(trial)
        return self.trials[index].currentAttempt
    }

    /// A configuration from the list of the first trials, its gaps filled in, else the searcher's own.
    private mutating func configuration(for trial: TrialID, _ placement: TrialPlacement) -> Configuration? {
        if let origin = placement.origin { return self.searcher.suggest(trial, origin: origin) }
        let list = self.firstTrials
        if list.indices.contains(trial.rawValue) { return self.completed(list[trial.rawValue], for: trial) }
        return self.searcher.suggest(trial, target: placement.level)
    }

    /// The nearest row of the table, which is used up with that; the configuration itself where there is no table.
    private mutating func taken(_ configuration: Configuration) -> Configuration? {
        guard self.searcher.hasPool else { return configuration }
        guard let (row, nearest) = self.searcher.take(nearest: configuration) else { return nil }
        self.rows.append(row)
        return nearest
    }

    /// A configuration of which the study file names only some values: each other parameter that is active takes its
    /// default, or a random value of its domain where it has none.
    func completed(_ given: Configuration, for trial: TrialID) -> Configuration {
        let space = self.definition.space
        let random = RandomStream(
            seed: self.definition.searchSeed, purpose: .firstTrials, stream: UInt32(truncatingIfNeeded: trial.rawValue))
        var values: [ParameterValue?] = []
        for (index, parameter) in space.parameters.enumerated() {
            guard space.holds(parameter.conditions, in: values) else {
                values.append(nil)
                continue
            }
            let named = given.values.indices.contains(index) ? given.values[index] : nil
            values.append(
                named ?? parameter.defaultValue
                    ?? parameter.domain.value(at: random.uniform(at: UInt64(index))))
        }
        return Configuration(values)
    }

    /// Tells the scheduler that no further trial can begin: the budget of trials or the grid is used up.
    ///
    /// This happens as soon as it is true, not when the next trial is asked for, so that an unanswered request
    /// never changes the state.
    mutating func closeIfExhausted(_ decisions: inout [StudyDecision]) {
        let next = self.trials.count
        let isSpent = self.definition.budget.trials.map { next >= $0 } ?? false
        // Copies begin after the last configuration of the searcher too, until the budget is spent.
        guard !self.isClosed || isSpent else { return }
        let own = next - self.firstTrials.count
        guard isSpent || self.searcher.isExhausted(after: own) else { return }
        self.isClosed = true
        self.follow(self.scheduler.close(isExhausted: !isSpent), &decisions)
    }
}

extension StudyDecision {
    /// The configuration that a trial was started with.
    fileprivate func configuration(of trial: TrialID) -> Configuration? {
        guard case .started(trial, _, let configuration, _) = self else { return nil }
        return configuration
    }
}

extension TrialPlacement {
    init(_ placement: Placement) {
        self.init(
            bracket: placement.bracket, rung: placement.rung, level: placement.level, origin: placement.origin)
    }
}
