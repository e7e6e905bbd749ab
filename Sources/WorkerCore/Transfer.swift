import TuningModel

/// A data set that assignments name.
struct DatasetRecord: Hashable, Sendable {
    enum State: Hashable, Sendable { case looking, downloading, ready }
    let digest: Digest
    let byteCount: Int
    var state: State = .looking
}

/// Bytes that come from the coordinator. The first in the list is under way, the others wait.
struct Download: Hashable, Sendable {
    let digest: Digest
    let byteCount: Int
    let target: DownloadTarget
    /// Attempt from which a checkpoint came; `nil` for a data set.
    let attempt: AttemptID?
    var isBegun = false
    /// All bytes before this offset are stored.
    var offset = 0
    /// Chunks up to this offset have been asked for.
    var requestedOffset = 0
    /// The bytes are complete and being verified.
    var isVerifying = false
    var progressAt: Duration = .zero
    var stalls = 0

    /// Forgets what was asked for and not received.
    mutating func rewind(at now: Duration) {
        self.requestedOffset = self.offset
        self.progressAt = now
    }

    /// What to ask for next, or `nil` while enough is under way. Asks again when half of the window has come.
    mutating func nextRequest(chunksInFlight: Int) -> BulkMessage? {
        let chunk = BulkMessage.chunkByteCount
        let pending = (self.requestedOffset - self.offset + chunk - 1) / chunk
        let left = (self.byteCount - self.requestedOffset + chunk - 1) / chunk
        guard left > 0, pending <= chunksInFlight / 2 else { return nil }
        let count = min(left, chunksInFlight - pending)
        let request = BulkMessage.get(digest: self.digest, offset: self.requestedOffset, count: count)
        self.requestedOffset = min(self.byteCount, self.requestedOffset + count * chunk)
        return request
    }
}

/// A checkpoint that goes to the coordinator. The first in the list is under way, the others wait.
struct Upload: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case waiting
        case digesting
        /// Read; it is offered once on each bulk socket, and perhaps partly sent.
        case offered(CheckpointReference)
    }

    let name: CheckpointName
    let attempt: AttemptID
    var state: State = .waiting
    /// Whether the offer went out on the bulk socket that is open.
    var isTold = false
    var progressAt: Duration = .zero
    var stalls = 0
}
