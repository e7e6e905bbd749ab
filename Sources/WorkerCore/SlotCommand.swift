package import TuningModel

/// Work for one slot process. The number is unique within the worker process: an assignment that is handed out twice
/// (because its slot died, or gave it back) is two jobs, and late words about the first change nothing.
package struct SlotJob: Hashable, Sendable {
    package let number: UInt64
    package let assignment: Assignment
    /// Where states of this assignment are stored: `CheckpointName(identity:epoch:)`.
    package let identity: TrainingIdentity
    /// The checkpoint to go on from, of the trial's own networks or of those they come from, or `nil` for the beginning.
    package let resume: CheckpointName?

    package init(number: UInt64, assignment: Assignment, identity: TrainingIdentity, resume: CheckpointName?) {
        self.number = number
        self.assignment = assignment
        self.identity = identity
        self.resume = resume
    }
}

/// What a worker tells one of its slots.
package enum SlotCommand: Hashable, Sendable {
    /// Train this after all that was given before.
    case run(SlotJob)
    /// End this job as stopped: before the next minibatch group if it is at work, else at once.
    case stop(job: UInt64)
    /// Give this job back if it has not begun; else go on with it.
    case withdraw(job: UInt64)
    /// End every job as preempted, the one at work with its newest state stored.
    case drain
}

/// How a slot has spent its time, as its own monotonic clock tells.
package struct SlotActivity: Hashable, Sendable {
    /// Seconds with a job at work.
    package let busySeconds: Double
    /// Seconds since the first job came.
    package let totalSeconds: Double
    /// Minibatch groups trained.
    package let counter: UInt64
    package init(busySeconds: Double, totalSeconds: Double, counter: UInt64) {
        self.busySeconds = busySeconds
        self.totalSeconds = totalSeconds
        self.counter = counter
    }
    package static let none = SlotActivity(busySeconds: 0, totalSeconds: 0, counter: 0)
}

/// What a slot tells its worker.
package enum SlotEvent: Hashable, Sendable {
    /// The process is up and takes jobs.
    case ready
    /// Epochs of a job, in order, trained again ones included.
    case reports(job: UInt64, [EpochReport], SlotActivity)
    /// The state after an epoch of a job was written to the checkpoint folder.
    case checkpointed(job: UInt64, StoredCheckpoint)
    /// The job is over. All of its reports and checkpoints have been told before.
    case ended(job: UInt64, AttemptEnd, SlotActivity)
    /// The job had not begun and is given back.
    case withdrawn(job: UInt64)
    /// The job could not go on from its checkpoint (missing, cut short, damaged) and has not begun.
    case resumeFailed(job: UInt64, reason: String)
    /// A sign of life in the middle of a long epoch.
    case active(SlotActivity)
    /// Something went wrong that does not end the job, such as a checkpoint that could not be written.
    case complained(String)
}

/// How a slot process ended.
package enum SlotExit: Hashable, Sendable, CustomStringConvertible {
    case exited(code: Int32)
    case signalled(Int32)
    /// It broke the rules of the channel and was killed for it.
    case misbehaved(String)

    package var description: String {
        switch self {
        case .exited(let code): "the slot process exited with code \(code)"
        case .signalled(let number): "the slot process was ended by signal \(number)"
        case .misbehaved(let reason): "the slot process was killed: \(reason)"
        }
    }
}
