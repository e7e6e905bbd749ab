package import TuningModel

/// What a study knows of one trial.
package struct TrialRecord: Hashable, Sendable {
    /// Raw values are the names in files and on screens.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Its worker was lost; it goes on with the next free slot.
        case waiting
        /// It has an open attempt: at a slot of its worker or queued there, or at a virtual slot, whether or not a worker has
        /// room for it. The journal does not know which of them are trained at a moment.
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

        /// Whether the trial takes no epochs: it is paused, or over.
        var isResting: Bool { self != .running && self != .waiting }
    }

    /// One worker's current work on the trial.
    package struct OpenAttempt: Hashable, Sendable {
        package let number: Int
        package let worker: WorkerID
        /// The trial's last epoch in the ledger when the attempt began.
        package let startEpoch: Int
        /// The epoch at which the attempt ends at the latest; before its trial is where it heads for where the budget of epochs
        /// ends first.
        package let targetEpoch: Int
        /// How often a coordinator had started on the study when the attempt began.
        package let coordinatorEpoch: UInt64
    }

    package let id: TrialID
    package let configuration: Configuration
    /// Trained numbers of its network; `nil` where that is not known before training.
    package let parameterCount: Int?
    package internal(set) var state: State = .running
    package internal(set) var placement: TrialPlacement
    /// The trial's last epoch in the ledger; the first one comes after that of its origin. Each was counted once.
    package internal(set) var epochs = 0
    /// How much of the study's resource these epochs used: themselves, unless the study says otherwise.
    package internal(set) var use: ResourceUse
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
    /// The newest stored state among those that its origin's networks went through, while it has none of its own.
    package internal(set) var originCheckpoint: CheckpointReference?
    /// Slots that died with the trial, and workers that were lost with it, without one new epoch since.
    package internal(set) var crashes = 0
    package internal(set) var losses = 0
    /// The epoch at which it had been given up before it was trained to the end as an audit; `nil` for all other trials.
    package internal(set) var auditedFrom: Int?
    /// Why the trial is in its state, in a sentence; empty while it runs for the first time.
    package internal(set) var reason: Reason = ""

    /// The networks that it began with; `nil` where it began anew.
    package var origin: TrialOrigin? { self.placement.origin }

    /// How much of the study's resource it has used, in whole units.
    package var level: Int { self.use.level }

    /// Epochs that were trained for it.
    package var trainedEpochs: Int { self.epochs - (self.origin?.epoch ?? 0) }

    /// The attempt that may report now.
    package var currentAttempt: AttemptID { AttemptID(trial: self.id, number: self.attempts) }

    init(
        id: TrialID, configuration: Configuration, parameterCount: Int?, placement: TrialPlacement, attempt: OpenAttempt
    ) {
        self.id = id
        self.configuration = configuration
        self.parameterCount = parameterCount
        self.placement = placement
        self.openAttempt = attempt
        self.lastWorker = attempt.worker
        self.epochs = placement.origin?.epoch ?? 0
        self.use = ResourceUse(after: self.epochs)
    }

    /// Takes in the next epoch: what its worker measured, and the network's parameters where they are counted.
    mutating func take(_ report: EpochReport, on scale: ResourceScale) {
        self.epochs = report.epoch
        self.use.take(report, on: scale)
        self.seconds += report.seconds
        self.metrics = report.metrics
        if let count = self.parameterCount { self.metrics.append(MetricValue(.modelParameters, Double(count))) }
        self.status = report.status
        self.crashes = 0
        self.losses = 0
    }
}
