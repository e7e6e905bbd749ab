/// An attempt that a worker still holds when it says hello again.
package struct HeldAttempt: Hashable, Sendable {
    package let attempt: AttemptID
    /// The last epoch trained here, reported or not.
    package let epoch: Int
    package init(attempt: AttemptID, epoch: Int) {
        self.attempt = attempt
        self.epoch = epoch
    }
}

/// The first message on a connection.
package struct Hello: Hashable, Sendable {
    package let worker: WorkerID
    /// For people: `host-name:process-id`.
    package let name: String
    package let slots: Int
    /// Attempts the worker wants to hold at once: its slots, and a few more where trials take milliseconds.
    package let capacity: Int
    package let instructionSet: String
    package let held: [HeldAttempt]
    package init(worker: WorkerID, name: String, slots: Int, capacity: Int, instructionSet: String, held: [HeldAttempt])
    {
        self.worker = worker
        self.name = name
        self.slots = slots
        self.capacity = capacity
        self.instructionSet = instructionSet
        self.held = held
    }
}

/// New epochs of one attempt, and its end where it has ended. Sent again until acknowledged.
package struct AttemptProgress: Hashable, Sendable {
    package let attempt: AttemptID
    /// In order of epoch, without gaps.
    package let reports: [EpochReport]
    package let end: AttemptEnd?
    package init(attempt: AttemptID, reports: [EpochReport], end: AttemptEnd?) {
        self.attempt = attempt
        self.reports = reports
        self.end = end
    }
}

/// How slots have spent their time since the worker's start.
package struct SlotTimes: Hashable, Sendable {
    /// Seconds with an assignment at work, summed over slots.
    package let busySeconds: Double
    /// Seconds since each slot's first assignment, summed over slots.
    package let totalSeconds: Double
    package init(busySeconds: Double, totalSeconds: Double) {
        self.busySeconds = busySeconds
        self.totalSeconds = totalSeconds
    }
}

/// Small messages from a worker to its coordinator. `session` is the number that `welcome` gave.
package enum WorkerMessage: Hashable, Sendable {
    case hello(Hello)
    /// A sign of life, sent when nothing else went out for a while. `counter` rises with every minibatch group trained.
    case heartbeat(session: UInt64, capacity: Int, counter: UInt64, times: SlotTimes)
    case progress(session: UInt64, capacity: Int, times: SlotTimes, attempts: [AttemptProgress])
    /// The worker takes no more work and leaves soon.
    case drain(session: UInt64)
    /// The last message.
    case bye(session: UInt64)
}

/// What a coordinator says to a worker that may not join.
package enum RejectionCode: String, Hashable, Sendable, CaseIterable {
    case version
    case duplicateWorker
    case overloaded
    case malformed
    case finished
}

/// How far the coordinator's journal has an attempt: durable, never to be sent again.
package struct Acknowledgement: Hashable, Sendable {
    package let attempt: AttemptID
    package let epoch: Int
    package let isEndKnown: Bool
    package init(attempt: AttemptID, epoch: Int, isEndKnown: Bool) {
        self.attempt = attempt
        self.epoch = epoch
        self.isEndKnown = isEndKnown
    }
}

/// What `welcome` settles; durations in milliseconds.
package struct Welcome: Hashable, Sendable {
    package let session: UInt64
    package let coordinatorEpoch: UInt64
    package let heartbeatMillis: Int
    /// A worker that hears nothing for this long opens a new connection.
    package let silenceMillis: Int
    /// A worker that could not reach its coordinator for this long keeps its checkpoints and leaves.
    package let orphanMillis: Int
    /// Port of the bulk socket on the same host.
    package let bulkPort: Int
    /// Held attempts that are no longer the worker's: drop them.
    package let fenced: [AttemptID]
    package init(
        session: UInt64, coordinatorEpoch: UInt64, heartbeatMillis: Int, silenceMillis: Int, orphanMillis: Int,
        bulkPort: Int, fenced: [AttemptID]
    ) {
        self.session = session
        self.coordinatorEpoch = coordinatorEpoch
        self.heartbeatMillis = heartbeatMillis
        self.silenceMillis = silenceMillis
        self.orphanMillis = orphanMillis
        self.bulkPort = bulkPort
        self.fenced = fenced
    }
}

/// Small messages from the coordinator to a worker.
package enum CoordinatorMessage: Hashable, Sendable {
    case welcome(Welcome)
    case reject(code: RejectionCode, retryAfterMillis: Int, text: String)
    /// The session is unknown: say hello.
    case resync
    case heartbeatAcknowledged
    case assign(Assignment)
    case acknowledge([Acknowledgement])
    /// Stop before the next minibatch group and end the attempt; its state is not needed any more.
    case stop(AttemptID)
    /// The attempt belongs to somebody else now: drop it and its reports.
    case fenced(AttemptID)
    /// Store this trial's state after this epoch at the coordinator, if it is still held here.
    case upload(AttemptID, epoch: Int)
    /// These trials are over: their local checkpoints may go.
    case forget([TrialID])
    /// The study is over, or the coordinator goes down for a while (`isFinal` false: keep training, come back).
    case goodbye(isFinal: Bool)
}

/// Messages of the bulk socket, both ways: chunks of data sets and checkpoints, addressed by the digest of the whole.
package enum BulkMessage: Hashable, Sendable {
    /// Worker to coordinator: send `count` chunks from `offset` (a multiple of the chunk length) on.
    case get(digest: Digest, offset: Int, count: Int)
    /// Either way. `byteCount` is the length of the whole.
    case chunk(digest: Digest, byteCount: Int, offset: Int, bytes: [UInt8])
    /// Worker to coordinator: a checkpoint is offered.
    case put(attempt: AttemptID, checkpoint: CheckpointReference)
    /// Coordinator to worker: send `count` chunks from `offset` on.
    case credit(digest: Digest, offset: Int, count: Int)
    /// Coordinator to worker: the whole is stored and durable.
    case stored(digest: Digest)
    case failed(digest: Digest, reason: String)

    /// Bytes of a chunk; the last one of a blob may be shorter.
    package static let chunkByteCount = 262_144
}
