import TuningModel

extension Worker {
    /// Whether an assignment's data set is here; else it is looked for, once for all who want it.
    mutating func hasDataset(
        _ assignment: Assignment, at now: Duration, _ effects: inout [WorkerEffect]
    ) -> Bool {
        if let record = self.datasets.first(where: { $0.digest == assignment.dataset }) {
            return record.state == .ready
        }
        guard assignment.datasetByteCount > 0, assignment.datasetByteCount <= self.limits.datasetByteCount else {
            let wanted = "want 1 ... \(self.limits.datasetByteCount)"
            self.giveUpDataset(
                assignment.dataset, "it has \(assignment.datasetByteCount) bytes, \(wanted)", at: now, &effects)
            return false
        }
        if self.datasets.count >= 64 { self.datasets.removeFirst() }
        self.datasets.append(DatasetRecord(digest: assignment.dataset, byteCount: assignment.datasetByteCount))
        effects.append(.findDataset(assignment.dataset, byteCount: assignment.datasetByteCount))
        return false
    }

    mutating func openDataset(_ digest: Digest, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let i = self.datasets.firstIndex(where: { $0.digest == digest }) else { return }
        self.datasets[i].state = .ready
        self.datasetFailures = 0
        self.prepareAll(at: now, &effects)
    }

    mutating func fetchDataset(_ digest: Digest, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let i = self.datasets.firstIndex(where: { $0.digest == digest }), self.datasets[i].state == .looking
        else { return }
        self.datasets[i].state = .downloading
        self.downloads.append(
            Download(digest: digest, byteCount: self.datasets[i].byteCount, target: .dataset, attempt: nil))
        self.advanceTransfers(at: now, &effects)
    }

    /// Fetches the coordinator's checkpoint for an attempt, or gives it up where it cannot be right.
    mutating func fetch(
        _ checkpoint: CheckpointReference, for record: AttemptRecord, at now: Duration,
        _ effects: inout [WorkerEffect]
    ) {
        guard checkpoint.byteCount > 0, checkpoint.byteCount <= self.limits.checkpointByteCount else {
            self.ignoreCheckpoint(checkpoint.digest, at: now, &effects)
            return
        }
        guard !self.downloads.contains(where: { $0.digest == checkpoint.digest }) else { return }
        self.downloads.append(
            Download(
                digest: checkpoint.digest, byteCount: checkpoint.byteCount,
                target: .checkpoint(record.name(ofEpoch: checkpoint.epoch)),
                attempt: record.attempt))
        self.advanceTransfers(at: now, &effects)
    }

    /// Starts what waits: one download and one upload at a time.
    mutating func advanceTransfers(at now: Duration, _ effects: inout [WorkerEffect]) {
        let unwanted = self.downloads.filter { !$0.isBegun && !self.isWanted($0) }
        self.downloads.removeAll(where: unwanted.contains)
        self.openBulkIfWanted(at: now, &effects)
        if self.isBulkOpen, let download = self.downloads.first, !download.isVerifying {
            if !download.isBegun {
                self.downloads[0].isBegun = true
                self.downloads[0].progressAt = now
                effects.append(.beginDownload(download.digest, byteCount: download.byteCount))
            }
            if let request = self.downloads[0].nextRequest(chunksInFlight: self.limits.chunksInFlight) {
                effects.append(.sendBulk(request))
            }
        }
        guard let upload = self.uploads.first else { return }
        switch upload.state {
        case .waiting:
            self.uploads[0].state = .digesting
            effects.append(.digestCheckpoint(upload.name))
        case .digesting: break
        case .offered(let reference):
            guard self.isBulkOpen, !upload.isTold else { break }
            self.uploads[0].isTold = true
            self.uploads[0].progressAt = now
            effects.append(.sendBulk(.put(attempt: upload.attempt, checkpoint: reference)))
        }
    }

    private func isWanted(_ download: Download) -> Bool {
        self.attempts.contains { record in
            guard record.stage == .fetching else { return false }
            return switch download.target {
            case .dataset: record.assignment.dataset == download.digest
            case .checkpoint: record.offeredCheckpoint?.digest == download.digest
            }
        }
    }

    /// Opens the bulk socket when there is something to move, and takes up what an earlier socket began.
    mutating func openBulkIfWanted(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard self.link.isActive, !self.isBulkOpen, !self.downloads.isEmpty || !self.uploads.isEmpty else { return }
        self.isBulkOpen = true
        effects.append(.openBulk(port: self.link.bulkPort))
        if !self.downloads.isEmpty { self.downloads[0].rewind(at: now) }
        if !self.uploads.isEmpty { self.uploads[0].isTold = false }
    }

    mutating func closeBulk(_ effects: inout [WorkerEffect]) {
        guard self.isBulkOpen else { return }
        self.isBulkOpen = false
        effects.append(.closeBulk)
    }

    mutating func hearBulk(_ message: BulkMessage, at now: Duration, _ effects: inout [WorkerEffect]) {
        switch message {
        case .chunk(let digest, let byteCount, let offset, let bytes):
            self.store(bytes, of: digest, byteCount: byteCount, offset: offset, at: now, &effects)
        case .credit(let digest, let offset, let count):
            self.sendChunks(digest, offset: offset, count: count, at: now, &effects)
        case .stored(let digest): self.noteStored(digest, at: now, &effects)
        case .failed(let digest, let reason):
            if self.downloads.first?.digest == digest {
                self.failDownload(digest, reason, at: now, &effects)
            } else if case .offered(let reference) = self.uploads.first?.state, reference.digest == digest {
                effects.append(.log(.warning, "a checkpoint was not taken", ["reason": reason]))
                self.finishUpload(at: now, &effects)
            }
        case .get, .put:
            effects.append(.log(.warning, "ignored a bad message", ["reason": "a request on the bulk socket"]))
        }
    }

    /// Chunks come in the order in which they were asked for; any other is a leftover of an earlier request.
    private mutating func store(
        _ bytes: [UInt8], of digest: Digest, byteCount: Int, offset: Int, at now: Duration,
        _ effects: inout [WorkerEffect]
    ) {
        guard let download = self.downloads.first, download.digest == digest, download.byteCount == byteCount,
            download.isBegun, !download.isVerifying, download.offset == offset,
            bytes.count == min(BulkMessage.chunkByteCount, byteCount - offset)
        else { return }
        effects.append(.storeChunk(digest, offset: offset, bytes: bytes))
        self.downloads[0].offset += bytes.count
        self.downloads[0].requestedOffset = max(self.downloads[0].requestedOffset, self.downloads[0].offset)
        self.downloads[0].progressAt = now
        self.downloads[0].stalls = 0
        if self.downloads[0].offset == byteCount {
            self.downloads[0].isVerifying = true
            effects.append(.finishDownload(digest, download.target))
        } else if let request = self.downloads[0].nextRequest(chunksInFlight: self.limits.chunksInFlight) {
            effects.append(.sendBulk(request))
        }
    }

    mutating func finishDownload(_ digest: Digest, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let download = self.downloads.first, download.digest == digest else { return }
        self.downloads.removeFirst()
        switch download.target {
        case .dataset: self.openDataset(digest, at: now, &effects)
        case .checkpoint(let name):
            self.shelf.add(
                .init(
                    name: name, byteCount: download.byteCount, attempt: download.attempt, isFetched: true,
                    undurableSeconds: 0))
            self.prepareAll(at: now, &effects)
            self.pruneShelf(superseding: nil, &effects)
        }
        self.advanceTransfers(at: now, &effects)
    }

    /// Without its data set no attempt can be trained here, which is no fault of its trial: what wants it goes back for
    /// other workers, and nothing more is taken for a while.
    private mutating func giveUpDataset(
        _ digest: Digest, _ reason: String, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        let doublings = min(self.datasetFailures, 16)
        let pause = min(self.limits.datasetPauseMaximum, self.limits.datasetPauseBase * (1 << doublings))
        self.datasetFailures += 1
        self.datasetPause = now + pause
        self.datasets.removeAll { $0.digest == digest }
        effects.append(
            .log(
                .error, "could not get the data set; no work is taken for a while",
                ["digest": "\(digest)", "reason": reason, "seconds": "\(pause.components.seconds)"]))
        for record in self.attempts where record.stage == .fetching && record.assignment.dataset == digest {
            self.end(record.attempt, .preempted, at: now)
        }
    }

    /// Without its data set no attempt can be trained here; without its checkpoint it is, from an earlier state.
    mutating func failDownload(
        _ digest: Digest, _ reason: String, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard let download = self.downloads.first, download.digest == digest else { return }
        self.downloads.removeFirst()
        effects.append(.abandonDownload(digest))
        switch download.target {
        case .dataset:
            self.giveUpDataset(digest, reason, at: now, &effects)
        case .checkpoint:
            effects.append(.log(.warning, "could not get a checkpoint", ["digest": "\(digest)", "reason": reason]))
            self.ignoreCheckpoint(digest, at: now, &effects)
        }
        self.advanceTransfers(at: now, &effects)
    }

    private mutating func ignoreCheckpoint(_ digest: Digest, at now: Duration, _ effects: inout [WorkerEffect]) {
        for i in self.attempts.indices where self.attempts[i].assignment.checkpoint?.digest == digest {
            self.attempts[i].ignoresCheckpoint = true
        }
        self.prepareAll(at: now, &effects)
    }

    /// Looks again at every attempt that waits for data.
    private mutating func prepareAll(at now: Duration, _ effects: inout [WorkerEffect]) {
        for attempt in self.attempts.filter({ $0.stage == .fetching }).map(\.attempt) {
            self.prepare(attempt, at: now, &effects)
        }
        self.dispatch(at: now, &effects)
    }

    var transferDeadline: Duration? {
        [self.stallDeadline, self.datasetPause].compactMap { $0 }.min()
    }

    private var stallDeadline: Duration? {
        guard self.isBulkOpen else { return nil }
        let download = self.downloads.first.flatMap { $0.isBegun && !$0.isVerifying ? $0.progressAt : nil }
        let upload = self.uploads.first.flatMap { upload -> Duration? in
            if case .offered = upload.state { upload.progressAt } else { nil }
        }
        return [download, upload].compactMap { $0 }.min().map { $0 + self.limits.bulkStall }
    }

    /// Opens the bulk socket anew when nothing moves, and gives a transfer up after some tries.
    mutating func watchTransfers(at now: Duration, _ effects: inout [WorkerEffect]) {
        if let pause = self.datasetPause, now >= pause { self.datasetPause = nil }
        guard let deadline = self.stallDeadline, now >= deadline else { return }
        self.closeBulk(&effects)
        if let download = self.downloads.first, download.isBegun, !download.isVerifying,
            now >= download.progressAt + self.limits.bulkStall
        {
            self.downloads[0].stalls += 1
            if download.stalls + 1 >= self.limits.bulkTries {
                self.failDownload(download.digest, "nothing came for a long time", at: now, &effects)
            }
        }
        if let upload = self.uploads.first, case .offered = upload.state,
            now >= upload.progressAt + self.limits.bulkStall
        {
            self.uploads[0].stalls += 1
            if upload.stalls + 1 >= self.limits.bulkTries { self.finishUpload(at: now, &effects) }
        }
        self.advanceTransfers(at: now, &effects)
    }
}
