package import SearchAlgorithms
package import TuningModel

/// Something that happened to a study and that its decisions depend on: the only way to change a ``StudyState``.
///
/// The events of a study, in order, are its journal. What is not an event (heartbeats, connections, leases) has no
/// influence on any decision but through the events that it leads to.
package enum StudyEvent: Hashable, Sendable {
    /// The study begins with what an earlier one found: kept here, so that it does not need that one's folder again.
    case recalled(Recollection)
    /// A coordinator began to serve the study. The number rises by one at every start.
    case coordinatorStarted(epoch: UInt64)
    /// A worker said hello for the first time in this coordinator's life.
    case workerJoined(WorkerID, name: String, slots: Int)
    /// A worker has gone; its open attempts are lost by events of their own.
    case workerLeft(WorkerID, reason: String)
    /// A place for one more attempt is free at a worker.
    case workRequested(WorkerID)
    /// Epochs of one attempt, in order.
    case reported(AttemptID, [EpochReport])
    /// A worker ended an attempt.
    case attemptEnded(AttemptID, AttemptEnd)
    /// The worker of an attempt is gone, or has not been heard for longer than its lease.
    case attemptLost(AttemptID, reason: String)
    /// A checkpoint is durable in the coordinator's store.
    case checkpointStored(TrialID, CheckpointReference)
    /// The wall time of the budget is over, or the user ended the study.
    case ended(reason: String)
    /// The best network was tested on rows that nothing had seen before.
    case confirmed(TrialID, [MetricValue])
}

/// What a study decided on an event: derived from the journal, and stored in it to be compared.
package enum StudyDecision: Hashable, Sendable {
    /// A new trial begins on this worker as attempt 1.
    case started(TrialID, worker: WorkerID, configuration: Configuration, placement: TrialPlacement)
    /// A paused trial goes on to a higher rung.
    case promoted(AttemptID, worker: WorkerID, placement: TrialPlacement, reason: Reason)
    /// A trial that lost its worker goes on elsewhere.
    case retried(AttemptID, worker: WorkerID, placement: TrialPlacement)
    case paused(TrialID, epoch: Int, reason: Reason)
    case stopped(TrialID, epoch: Int, reason: Reason)
    case completed(TrialID, epoch: Int, reason: Reason)
    case failed(TrialID, epoch: Int, reason: Reason)
    /// A trial became the best: the lowest loss at the highest rung that any trial has reached.
    case newBest(TrialID, epoch: Int, loss: Double)
    /// Nothing is left to do; the best trial, where there is one, is to be confirmed.
    case finished(reason: String)
}

/// Where in its scheduler's plan a trial is heading.
package struct TrialPlacement: Hashable, Sendable {
    package let bracket: Int
    package let rung: Int
    /// How much of the study's resource a trial has used where it reaches the rung.
    package let level: Int
    /// The networks that the trial began with; `nil` where it began anew.
    package let origin: TrialOrigin?
    package init(bracket: Int, rung: Int, level: Int, origin: TrialOrigin? = nil) {
        self.bracket = bracket
        self.rung = rung
        self.level = level
        self.origin = origin
    }
}

extension StudyDecision {
    /// The epoch of the ledger with which a trial came to rest or to its end, where this says so.
    fileprivate func lastEpoch(of trial: TrialID) -> Int? {
        switch self {
        case .paused(trial, let epoch, _), .stopped(trial, let epoch, _), .completed(trial, let epoch, _),
            .failed(trial, let epoch, _):
            epoch
        default: nil
        }
    }
}

extension JournalRecord {
    /// The reports that its event brought into the ledger, as far as its decisions tell: once a trial rests it takes no more.
    package var acceptedReports: (trial: TrialID, reports: [EpochReport])? {
        guard case .reported(let attempt, let reports) = self.event else { return nil }
        let last = self.decisions.lazy.compactMap { $0.lastEpoch(of: attempt.trial) }.first ?? .max
        return (attempt.trial, last == .max ? reports : reports.filter { $0.epoch <= last })
    }
}

/// One row of a study's journal.
package struct JournalRecord: Hashable, Sendable {
    /// Time since the study began, while a coordinator ran.
    package let time: Duration
    package let event: StudyEvent
    package let decisions: [StudyDecision]
    package init(time: Duration, event: StudyEvent, decisions: [StudyDecision]) {
        self.time = time
        self.event = event
        self.decisions = decisions
    }
}
