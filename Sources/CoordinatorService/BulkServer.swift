import CoordinatorCore
import FileStore
import Messaging
import TuningModel
import WireCodec

/// Serves the prepared data set in chunks and takes in checkpoints.
///
/// A checkpoint is referenced by the study only after its whole was received, its digest agreed and the file was
/// durable; a torn upload is garbage by construction.
struct BulkServer {
    /// The largest checkpoint that is taken in.
    static let largestCheckpoint = 1 << 30
    /// Chunks a worker may send or ask for at once.
    static let window = 8
    /// Uploads at work at once; more wait until one is done.
    static let mostUploads = 64

    private struct Upload {
        let sender: RoutingID
        let trial: TrialID
        let reference: CheckpointReference
        let blob: PartialBlob
        var heardAt: Duration
    }

    /// An upload of which nothing was heard for this long is given up: its worker is gone, or begins again.
    private static let patience = Duration.seconds(30)

    private let blobs: BlobStore
    private let dataset: Digest
    private let image: MappedFile
    private var uploads: [Upload] = []

    init(blobs: BlobStore, dataset: Digest, image: MappedFile) {
        self.blobs = blobs
        self.dataset = dataset
        self.image = image
    }

    /// Takes in one message.
    ///
    /// The study is there to check that an offered checkpoint belongs to a trial. Time never decreases from call to
    /// call.
    ///
    /// - Returns: The answers to its sender, and a checkpoint that has become durable.
    mutating func handle(
        _ message: BulkMessage, from sender: RoutingID, study: StudyState, at now: Duration
    ) -> (answers: [BulkMessage], stored: (TrialID, CheckpointReference)?) {
        switch message {
        case .get(let digest, let offset, let count): return (self.chunks(of: digest, offset, count), nil)
        case .put(let attempt, let reference): return (self.offer(attempt, reference, sender, study, at: now), nil)
        case .chunk(let digest, let byteCount, let offset, let bytes):
            return self.receive(digest, byteCount, offset, bytes, sender, at: now)
        case .credit, .stored, .failed: return ([], nil)
        }
    }

    private func chunks(of digest: Digest, _ offset: Int, _ count: Int) -> [BulkMessage] {
        let isDataset = digest == self.dataset
        guard let total = isDataset ? self.image.byteCount : self.blobs.byteCount(of: digest) else {
            return [.failed(digest: digest, reason: "not in this coordinator's store")]
        }
        guard offset >= 0, offset % BulkMessage.chunkByteCount == 0, offset < max(total, 1), count >= 1 else {
            return [.failed(digest: digest, reason: "no chunk begins at \(offset) of \(total) bytes")]
        }
        var answers: [BulkMessage] = []
        var start = offset
        for _ in 0..<min(count, Self.window) where start < total {
            let length = min(BulkMessage.chunkByteCount, total - start)
            guard let bytes = self.bytes(of: digest, from: start, count: length) else {
                return answers + [.failed(digest: digest, reason: "can't be read")]
            }
            answers.append(.chunk(digest: digest, byteCount: total, offset: start, bytes: bytes))
            start += length
        }
        return answers
    }

    private func bytes(of digest: Digest, from start: Int, count: Int) -> [UInt8]? {
        if digest == self.dataset { return unsafe Array(self.image.bytes[start..<start + count]) }
        return try? self.blobs.read(digest, from: start, count: count)
    }

    private mutating func offer(
        _ attempt: AttemptID, _ reference: CheckpointReference, _ sender: RoutingID, _ study: StudyState,
        at now: Duration
    ) -> [BulkMessage] {
        let digest = reference.digest
        // The report of the epoch travels on the other socket and may still be unread; the study looks again when the
        // whole is here.
        guard let record = study.record(of: attempt.trial), reference.epoch >= 1,
            reference.epoch <= max(record.epochs, record.openAttempt?.targetEpoch ?? 0)
        else {
            return [.failed(digest: digest, reason: "trial \(attempt.trial) has no epoch \(reference.epoch) here")]
        }
        guard digest != self.dataset else {
            return [.failed(digest: digest, reason: "these are the bytes of the data set")]
        }
        guard reference.byteCount > 0, reference.byteCount <= Self.largestCheckpoint else {
            return [
                .failed(digest: digest, reason: "\(reference.byteCount) bytes, want 1 to \(Self.largestCheckpoint)")
            ]
        }
        for upload in self.uploads where now - upload.heardAt > Self.patience { self.drop(upload) }
        for upload in self.uploads where upload.sender == sender && upload.reference.digest == digest {
            self.drop(upload)
        }
        guard self.uploads.count < Self.mostUploads else {
            return [.failed(digest: digest, reason: "too many uploads at once")]
        }
        do {
            let blob = try self.blobs.receive(digest, byteCount: reference.byteCount)
            self.uploads.append(
                Upload(sender: sender, trial: attempt.trial, reference: reference, blob: blob, heardAt: now))
        } catch {
            return [.failed(digest: digest, reason: "\(error)")]
        }
        return [.credit(digest: digest, offset: 0, count: Self.window)]
    }

    private mutating func receive(
        _ digest: Digest, _ byteCount: Int, _ offset: Int, _ bytes: [UInt8], _ sender: RoutingID, at now: Duration
    ) -> (answers: [BulkMessage], stored: (TrialID, CheckpointReference)?) {
        guard let index = self.uploads.firstIndex(where: { $0.sender == sender && $0.reference.digest == digest })
        else {
            return ([.failed(digest: digest, reason: "not offered")], nil)
        }
        let upload = self.uploads[index]
        guard byteCount == upload.reference.byteCount else {
            self.drop(upload)
            return (
                [.failed(digest: digest, reason: "\(byteCount) bytes, \(upload.reference.byteCount) were offered")], nil
            )
        }
        self.uploads[index].heardAt = now
        do {
            try upload.blob.append(bytes, at: offset)
            if upload.blob.isComplete {
                self.uploads.remove(at: index)
                try upload.blob.commit()
                return ([.stored(digest: digest)], (upload.trial, upload.reference))
            }
        } catch {
            self.drop(upload)
            return ([.failed(digest: digest, reason: "\(error)")], nil)
        }
        let received = upload.blob.offset
        let isGroupDone = received % (BulkMessage.chunkByteCount * Self.window) == 0
        return (isGroupDone ? [.credit(digest: digest, offset: received, count: Self.window)] : [], nil)
    }

    private mutating func drop(_ upload: Upload) {
        upload.blob.cancel()
        self.uploads.removeAll { $0.blob === upload.blob }
    }
}
