import TuningModel

/// One attempt that the worker holds, from its assignment until its end is acknowledged.
struct AttemptRecord: Hashable, Sendable {
    enum Stage: Hashable, Sendable {
        /// The data set or the checkpoint is not here yet.
        case fetching
        case queued
        case inSlot(Int, job: UInt64)
        case ended
    }

    let assignment: Assignment
    /// The history of its networks, the trial's own part last.
    let stages: [TrainingStage]
    var stage: Stage = .fetching
    /// Set once the coordinator's checkpoint has proved useless.
    var ignoresCheckpoint = false
    /// Reports not yet acknowledged, in order of epoch, without gaps, ending with `reportedEpoch`.
    var reports: [EpochReport] = []
    var acknowledgedEpoch: Int
    /// Epochs up to this one are part of a progress message that is under way.
    var sentEpoch: Int
    /// The last epoch that was reported or that the coordinator had before.
    var reportedEpoch: Int
    var end: AttemptEnd?
    var isEndSent = false
    /// The end is not told before the upload of this checkpoint is done.
    var heldFor: CheckpointName?
    /// Training seconds since the newest state of this trial that the coordinator has.
    var undurableSeconds = 0.0
    /// The checkpoint its job goes on from.
    var resume: CheckpointName?
    /// Training seconds of the job at work.
    var jobSeconds = 0.0

    init(_ assignment: Assignment) {
        self.assignment = assignment
        self.stages = assignment.stages
        self.acknowledgedEpoch = assignment.ledgerEpoch
        self.sentEpoch = assignment.ledgerEpoch
        self.reportedEpoch = assignment.ledgerEpoch
    }

    var attempt: AttemptID { self.assignment.attempt }
    /// That of the trial's own part.
    var identity: TrainingIdentity { self.stages[self.stages.count - 1].identity }

    /// The name of the state after an epoch, which the earliest stage has that comes so far.
    func name(ofEpoch epoch: Int) -> CheckpointName {
        let stage = self.stages.first { epoch <= $0.end } ?? self.stages[self.stages.count - 1]
        return CheckpointName(identity: stage.identity, epoch: epoch)
    }

    /// Whether the trial's own part would begin with this state.
    func beginsWith(_ name: CheckpointName) -> Bool {
        guard self.stages.count > 1 else { return false }
        return self.name(ofEpoch: self.stages[self.stages.count - 1].start) == name
    }
    var isEnded: Bool { self.stage == .ended }
    var hasUnsentReports: Bool { self.sentEpoch < self.reportedEpoch }
    var hasUnsentEnd: Bool { self.end != nil && !self.isEndSent && self.heldFor == nil }
    /// States up to this epoch may be used: a later one would leave a gap in the coordinator's ledger.
    var resumeLimit: Int { min(self.assignment.ledgerEpoch, self.assignment.targetEpoch) }

    /// The coordinator's checkpoint, where it may be used.
    var offeredCheckpoint: CheckpointReference? {
        guard !self.ignoresCheckpoint, let checkpoint = self.assignment.checkpoint, checkpoint.epoch <= self.resumeLimit
        else { return nil }
        return checkpoint
    }

    /// Whether the slot with this job works for this record.
    func isJob(_ number: UInt64) -> Bool {
        guard case .inSlot(_, let job) = self.stage else { return false }
        return job == number
    }

    /// Forgets what the coordinator now has.
    mutating func acknowledge(through epoch: Int) {
        let epoch = min(epoch, self.reportedEpoch)
        guard epoch > self.acknowledgedEpoch else { return }
        self.reports.removeFirst(min(self.reports.count, epoch - self.acknowledgedEpoch))
        self.acknowledgedEpoch = epoch
        self.sentEpoch = max(self.sentEpoch, epoch)
    }

    /// Everything that is not acknowledged counts as not sent.
    mutating func rewind() {
        self.sentEpoch = self.acknowledgedEpoch
        self.isEndSent = false
    }
}
