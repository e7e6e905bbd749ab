import Randomness
package import SearchAlgorithms
package import TuningModel

/// A study as its journal tells it: trials, rungs, ledger and budget.
///
/// `apply` is a function of the state and the event alone, so that the same events give the same decisions in every
/// process: a restarted coordinator, `winnow trials` and `winnow replay` all read a study by applying its journal.
///
/// An epoch enters the ledger exactly once: when it is the next one of its trial. Whoever trains it again after a
/// fault gets the same bits, so it does not matter which worker's report arrives first.
package struct StudyState: Hashable, Sendable {
    package let definition: StudyDefinition
    /// What trials are given, as the definition says it.
    let scale: ResourceScale
    /// How networks are counted; `nil` where none are trained, or the data is not known.
    let networks: NetworkMeasure?
    /// Workers by the order in which they joined.
    package internal(set) var workers: [WorkerRecord] = []
    package internal(set) var trials: [TrialRecord] = []
    /// The best by the first objective.
    package internal(set) var incumbent: Incumbent?
    /// In a study with several objectives the trials at the highest level reached whom no other one there dominates, by the
    /// first objective; empty with one objective.
    package internal(set) var front: [Incumbent] = []
    /// The metrics of the confirmed best network on the test rows.
    package internal(set) var confirmation: [MetricValue]?
    /// Epochs in the ledger, over all trials.
    package internal(set) var epochCount = 0
    /// How often a coordinator has started on this study.
    package internal(set) var coordinatorEpoch: UInt64 = 0
    /// The time of a study in virtual time.
    package internal(set) var clock = VirtualClock()
    /// The time of the first assignment; wall time counts from here.
    package internal(set) var firstAssignment: Duration?
    /// Why the study is over; `nil` while it goes on.
    package internal(set) var finishReason: String?

    /// What earlier studies found, in the order of the events that told it.
    package internal(set) var recollections: [Recollection] = []
    /// What the first trials begin with: the study file's list, then the best of earlier studies.
    var firstTrials: [Configuration]

    var searcher: Searcher
    var scheduler: Scheduler
    /// Levels of the resource at which some bracket has a rung, increasing.
    package let levels: [Int]
    /// The row of each trial, where there is a table.
    var rows: [Int] = []
    /// Trials that wait for a worker, in the order in which they lost theirs.
    var waiting: [TrialID] = []
    /// Trials with work at a worker, in no particular order; few, so that a scan is cheap.
    var running: [TrialID] = []
    /// Trials of a population that are not over, ascending: no more than it has places. Empty in other studies, in which no
    /// trial begins with the networks of another one.
    var members: [TrialID] = []
    var isClosed = false
    /// Why no further trial begins, where that is neither the budget nor that all have been made.
    var closingReason: String?
    /// Trials before this one are audited or need no audit.
    var auditCursor = 0

    /// A worker that has joined.
    package struct WorkerRecord: Hashable, Sendable {
        package let id: WorkerID
        package let name: String
        package let slots: Int
    }

    /// An empty study.
    ///
    /// - Parameters:
    ///   - definition: What the study file says.
    ///   - pool: The only configurations that trials may have, each once: a suggestion becomes the nearest of them.
    ///   - networks: How networks are counted; necessary where constraints are known before training.
    /// - Throws: ``SearchError`` where the searcher or the scheduler refuses its settings, and where no configuration, or not
    ///   one that is to be tried first, keeps the constraints that are known before training.
    package init(
        _ definition: StudyDefinition, pool: ConfigurationPool? = nil, networks: NetworkMeasure? = nil
    ) throws(SearchError) {
        self.definition = definition
        self.scale = definition.resourceScale
        self.firstTrials = definition.tryFirst
        self.networks = networks
        self.scheduler = try Scheduler(
            definition.scheduler, seed: definition.searchSeed, resource: definition.resource,
            directions: definition.objectives.map(\.direction))
        var levels: [Int] = []
        for bracket in self.scheduler.plan {
            for rung in bracket.rungs where !levels.contains(rung.level) { levels.append(rung.level) }
        }
        self.levels = levels.sorted()
        self.searcher = try Self.searcher(
            definition, levels: self.levels, offset: definition.tryFirst.count, pool: pool, networks: networks)
        try self.checkConstraints()
        var decisions: [StudyDecision] = []
        self.closeIfExhausted(&decisions)
    }

    /// The searcher of a study before anything was told, the first `offset` of whose trials take configurations that are given.
    static func searcher(
        _ definition: StudyDefinition, levels: [Int], offset: Int, pool: ConfigurationPool?, networks: NetworkMeasure?
    ) throws(SearchError) -> Searcher {
        let explorer = try definition.scheduler.population.map { settings throws(SearchError) in
            try PopulationExplorer(
                settings, space: definition.space, explorable: definition.explorableParameters,
                seed: definition.searchSeed)
        }
        return try Searcher(
            definition.searcher, space: definition.space, seed: definition.searchSeed, levels: levels, offset: offset,
            pool: pool, rule: try Self.rule(definition, networks), explorer: explorer)
    }

    /// Whether nothing is left to do but to confirm the best trial.
    package var isFinished: Bool { self.finishReason != nil }

    /// The trials that are over, for the exit code and the screen.
    package func count(of state: TrialRecord.State) -> Int {
        self.trials.reduce(0) { $0 + ($1.state == state ? 1 : 0) }
    }

    /// Takes in one event.
    ///
    /// An event that says nothing new (a report that is known, an end of an attempt that is not the current one)
    /// changes nothing and gives no decision.
    ///
    /// Study time never decreases from call to call.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - time: When, in study time.
    ///   - recorded: What was decided on this event before, where it is read from a journal: a new trial takes its
    ///     configuration from there, so that a long study is read without each of its suggestions being made again. `nil`
    ///     derives everything.
    /// - Returns: What follows from the event.
    package mutating func apply(
        _ event: StudyEvent, at time: Duration, recorded: [StudyDecision]? = nil
    ) -> [StudyDecision] {
        var decisions: [StudyDecision] = []
        switch event {
        case .recalled(let recollection): self.recall(recollection)
        case .coordinatorStarted(let epoch): self.coordinatorEpoch = max(epoch, self.coordinatorEpoch)
        case .workerJoined(let id, let name, let slots):
            if !self.workers.contains(where: { $0.id == id }) {
                self.workers.append(WorkerRecord(id: id, name: name, slots: slots))
                if id.virtualSlot == self.clock.slotCount { self.clock.join() }
            }
        case .workerLeft: break
        case .workRequested(let worker): self.grant(to: worker, at: time, recorded, &decisions)
        case .reported(let attempt, let reports): self.record(reports, of: attempt, &decisions)
        case .attemptEnded(let attempt, let end): self.close(attempt, end, &decisions)
        case .attemptLost(let attempt, let reason): self.lose(attempt, reason, &decisions)
        case .checkpointStored(let trial, let reference): self.store(reference, of: trial)
        case .ended(let reason): self.end(reason, &decisions)
        case .confirmed(let trial, let metrics):
            if self.isFinished, self.incumbent?.trial == trial { self.confirmation = metrics }
        }
        if self.clock.slotCount > 0 { self.follow(event, decisions) }
        self.finishIfNothingIsLeft(&decisions)
        return decisions
    }

    /// The seed of a trial: its weights, order of samples and dropout follow from it.
    package func seed(of trial: TrialID) -> UInt64 {
        RandomStream(
            seed: self.definition.searchSeed, purpose: .trialSeed, stream: UInt32(truncatingIfNeeded: trial.rawValue)
        ).bits(at: 0)
    }

    /// The current attempt's work as a worker is told it; `nil` where the trial has no open attempt.
    package func assignment(of trial: TrialID, dataset: Digest, datasetByteCount: Int) -> Assignment? {
        guard let record = self.record(of: trial), let attempt = record.openAttempt else { return nil }
        return Assignment(
            attempt: record.currentAttempt, seed: self.seed(of: trial),
            settings: self.definition.settings(for: record.configuration), dataset: dataset,
            datasetByteCount: datasetByteCount, ledgerEpoch: record.epochs, targetEpoch: attempt.targetEpoch,
            checkpoint: record.checkpoint ?? record.originCheckpoint, ancestors: self.ancestors(of: trial),
            timeLimit: self.timeLimit(of: record))
    }

    /// The record of a trial, or `nil` where there is no such trial.
    package func record(of trial: TrialID) -> TrialRecord? {
        self.trials.indices.contains(trial.rawValue) ? self.trials[trial.rawValue] : nil
    }

    /// What a worker's name is on screens; its number where it never joined.
    package func name(of worker: WorkerID) -> String {
        self.workers.first { $0.id == worker }?.name ?? worker.rawValue
    }

    /// What searchers and schedulers that choose for themselves have chosen by now, in words for the log.
    package var choices: [String] {
        [self.searcher.choice.map { "searcher: \($0)" }, self.scheduler.choice.map { "scheduler: \($0)" }]
            .compactMap(\.self)
    }

    /// The row of its table that a trial is; `nil` without a table.
    package func row(of trial: TrialID) -> Int? {
        self.rows.indices.contains(trial.rawValue) ? self.rows[trial.rawValue] : nil
    }

    /// Checks what must hold between any two events.
    ///
    /// - Returns: The first statement that does not hold, or `nil`.
    /// - Complexity: O(trials).
    package func brokenInvariant() -> String? {
        var running = 0
        var epochs = 0
        for trial in self.trials {
            epochs += trial.trainedEpochs
            if trial.state == .running { running += 1 }
            if trial.state == .running, trial.openAttempt == nil { return "trial \(trial.id) runs nowhere" }
            if trial.state == .waiting, trial.openAttempt != nil { return "trial \(trial.id) waits and runs" }
            if trial.state == .waiting, !self.waiting.contains(trial.id) { return "trial \(trial.id) waits for ever" }
            if let attempt = trial.openAttempt, attempt.number != trial.attempts {
                return "trial \(trial.id) has an open attempt that is not its newest"
            }
        }
        let members = self.trials.filter { !$0.state.isTerminal }.map(\.id)
        if self.definition.scheduler.population != nil, members != self.members {
            return "the members of the population are \(members), listed are \(self.members)"
        }
        if running != self.running.count { return "\(running) trials run, \(self.running.count) are listed" }
        if epochs != self.epochCount { return "the trials have \(epochs) epochs, the ledger \(self.epochCount)" }
        if let budget = self.definition.budget.epochs, epochs > budget {
            return "\(epochs) epochs of \(budget) are spent"
        }
        if let budget = self.definition.budget.trials, self.trials.count > budget {
            return "\(self.trials.count) trials of \(budget) are made"
        }
        return nil
    }
}
