/// A stored checkpoint: the state of a trial after an epoch, by the digest of its bytes.
package struct CheckpointReference: Hashable, Sendable {
    package let epoch: Int
    package let digest: Digest
    package let byteCount: Int
    package init(epoch: Int, digest: Digest, byteCount: Int) {
        self.epoch = epoch
        self.digest = digest
        self.byteCount = byteCount
    }
}

/// Work for one slot: train a trial up to an epoch.
package struct Assignment: Hashable, Sendable {
    package let attempt: AttemptID
    /// The trial's own seed: initial weights, sample order and dropout follow from it.
    package let seed: UInt64
    package let settings: [Setting]
    /// The prepared data set (training and validation rows) by its digest.
    package let dataset: Digest
    package let datasetByteCount: Int
    /// Epochs of this trial that the coordinator has; reports from `ledgerEpoch + 1` on are new to it.
    package let ledgerEpoch: Int
    /// Train until this epoch is done, then end the attempt.
    package let targetEpoch: Int
    /// The newest checkpoint the coordinator holds, or `nil`: then train from the beginning. A worker that itself
    /// holds a newer state of this trial goes on from there. It is of the ancestor that trained its epoch, where that is not
    /// one of the trial's own.
    package let checkpoint: CheckpointReference?
    /// What the trial's networks went through before its own first epoch, oldest first and by rising epochs; empty where it
    /// began anew.
    package let ancestors: [Ancestor]
    /// Seconds of the slot after which the attempt ends, counted over the epochs that are new to the coordinator, with the
    /// epoch that uses them up; `nil` where time does not count.
    package let timeLimit: Double?

    package init(
        attempt: AttemptID, seed: UInt64, settings: [Setting], dataset: Digest, datasetByteCount: Int, ledgerEpoch: Int,
        targetEpoch: Int, checkpoint: CheckpointReference?, ancestors: [Ancestor] = [], timeLimit: Double? = nil
    ) {
        self.attempt = attempt
        self.seed = seed
        self.settings = settings
        self.dataset = dataset
        self.datasetByteCount = datasetByteCount
        self.ledgerEpoch = ledgerEpoch
        self.targetEpoch = targetEpoch
        self.checkpoint = checkpoint
        self.ancestors = ancestors
        self.timeLimit = timeLimit
    }
}

/// Why a worker's attempt is over.
package enum AttemptOutcome: Hashable, Sendable {
    /// The target epoch is done, or before it the time is used up, a network that is trained in turn has ended, or the trial
    /// diverged or ran out of patience.
    case finished
    /// A stop from the coordinator was obeyed.
    case stopped
    /// The worker leaves or shuts down; nobody's fault.
    case preempted
    /// The configuration or the data was refused before training: no other worker would do better.
    case refused(reason: String)
    /// The slot died or could not go on: another worker may try.
    case crashed(reason: String)
}

/// The end of one attempt as its worker tells it.
package struct AttemptEnd: Hashable, Sendable {
    package let outcome: AttemptOutcome
    /// The last epoch this worker has trained.
    package let epoch: Int
    package init(outcome: AttemptOutcome, epoch: Int) {
        self.outcome = outcome
        self.epoch = epoch
    }
}
