package import TuningModel

/// How much a line of the log matters.
package enum WorkerLogLevel: Hashable, Sendable { case debug, info, notice, warning, error }

/// Where the bytes of a download go.
package enum DownloadTarget: Hashable, Sendable {
    case dataset
    case checkpoint(CheckpointName)
}

/// What the shell has to do now, in this order.
package enum WorkerEffect: Hashable, Sendable {
    /// Close the control socket if there is one, and connect a new one.
    case openControl
    case closeControl
    case send(WorkerMessage)
    /// Close the bulk socket if there is one, and connect a new one to this port of the coordinator's host.
    case openBulk(port: Int)
    case closeBulk
    case sendBulk(BulkMessage)
    /// Send `count` chunks of a stored checkpoint from `offset` on.
    case sendChunks(CheckpointName, digest: Digest, offset: Int, count: Int)
    case startSlot(Int)
    case slot(Int, SlotCommand)
    case killSlot(Int, reason: String)
    /// Look for a data set in the cache; verify its length and its digest.
    case findDataset(Digest, byteCount: Int)
    /// Chunks of one digest are stored in order of offset, without gaps.
    case beginDownload(Digest, byteCount: Int)
    case storeChunk(Digest, offset: Int, bytes: [UInt8])
    /// Verify the digest and move the bytes to their place.
    case finishDownload(Digest, DownloadTarget)
    case abandonDownload(Digest)
    case digestCheckpoint(CheckpointName)
    case removeCheckpoints([CheckpointName])
    case log(WorkerLogLevel, String, [String: String])
    /// The last effect: end the slots and the process. The local checkpoints are removed unless they are to be kept.
    case leave(exitCode: Int32, keepsCheckpoints: Bool)
}
