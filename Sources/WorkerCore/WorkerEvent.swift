package import TuningModel

/// What happened outside: the only way to change a ``Worker``.
package enum WorkerEvent: Hashable, Sendable {
    /// The first event, once. The checkpoints are those that a former worker left in the folder for its successor.
    case started(checkpoints: [StoredCheckpoint])
    /// All that was there has been handed over: look at the clock, and send what has gathered.
    case tick
    /// The control socket reached a coordinator, or lost it.
    case connected
    case disconnected
    case received(CoordinatorMessage)
    /// Something came that is no message of this protocol. It is no sign of life.
    case receivedGarbage(String)
    case receivedBulk(BulkMessage)
    case slot(Int, SlotEvent)
    case slotExited(Int, SlotExit)
    case slotUnavailable(Int, reason: String)
    /// Answers to `findDataset`.
    case datasetFound(Digest)
    case datasetMissing(Digest)
    /// Answers to `finishDownload`; `downloadFailed` also when a chunk could not be stored.
    case downloadFinished(Digest)
    case downloadFailed(Digest, reason: String)
    /// Answers to `digestCheckpoint`; `nil` if the file is gone.
    case checkpointDigested(CheckpointName, CheckpointReference?)
    /// SIGTERM or SIGINT; the second one ends the process at once.
    case signal
    /// The terminal was closed. Nothing new for one that is leaving, however often it is told.
    case hangUp
    /// Whoever started this worker is gone or has no more use for it. Nothing new for one that is leaving.
    case parentEnded
}
