package import TuningModel

/// What a study knows of one trial.
package struct TrialRecord: Hashable, Sendable {
    /// Raw values are the names in files and on screens.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Its worker was lost; it goes on with the next free slot.
        case waiting
        case running
        /// At rest at a rung; a promotion may wake it.
        case paused
        case complete
        /// Ended early: by its scheduler, by divergence, or because the study ended.
        case stopped
        /// Refused, or it took several slots with it.
        case failed

        /// Whether nothing can happen to the trial any more.
        package var isTerminal: Bool {
            switch self {
            case .complete, .stopped, .failed: true
            case .waiting, .running, .paused: false
            }
        }
    }

    /// One worker's current work on the trial.
    package struct OpenAttempt: Hashable, Sendable {
        package let number: Int
        package let worker: WorkerID
        /// The epoch at which the attempt ends; below the placement's where the epoch budget ends first.
        package let targetEpoch: Int
    }

    package let id: TrialID
    package let configuration: Configuration
    package internal(set) var state: State = .running
    package internal(set) var placement: TrialPlacement
    /// Epochs in the ledger: each was counted once.
    package internal(set) var epochs = 0
    /// Time that workers spent on these epochs.
    package internal(set) var seconds = 0.0
    /// Of the last epoch in the ledger.
    package internal(set) var metrics: [MetricValue] = []
    package internal(set) var status: EpochReport.Status = .normal
    /// Attempts made so far; the number of the last one.
    package internal(set) var attempts = 1
    package internal(set) var openAttempt: OpenAttempt?
    package internal(set) var lastWorker: WorkerID
    package internal(set) var checkpoint: CheckpointReference?
    /// Slots that died with the trial, and workers that were lost with it, without one new epoch since.
    package internal(set) var crashes = 0
    package internal(set) var losses = 0
    /// The epoch at which it had been given up before it was trained to the end as an audit; `nil` for all other trials.
    package internal(set) var auditedFrom: Int?
    /// Why the trial is in its state, in a sentence; empty while it runs for the first time.
    package internal(set) var reason: Reason = ""

    /// The attempt that may report now.
    package var currentAttempt: AttemptID { AttemptID(trial: self.id, number: self.attempts) }

    init(id: TrialID, configuration: Configuration, placement: TrialPlacement, attempt: OpenAttempt) {
        self.id = id
        self.configuration = configuration
        self.placement = placement
        self.openAttempt = attempt
        self.lastWorker = attempt.worker
    }

    /// Takes in the next epoch.
    mutating func take(_ report: EpochReport) {
        self.epochs = report.epoch
        self.seconds += report.seconds
        self.metrics = report.metrics
        self.status = report.status
        self.crashes = 0
        self.losses = 0
    }
}
