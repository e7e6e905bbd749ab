import TuningModel

extension Worker {
    /// A slot wrote a state. It stays here; it also goes to the coordinator where training it again would cost more
    /// than moving it.
    mutating func shelve(
        _ checkpoint: StoredCheckpoint, of job: UInt64, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard let record = self.attempts.first(where: { $0.isJob(job) }), checkpoint.byteCount > 0,
            checkpoint.byteCount <= self.limits.checkpointByteCount
        else {
            if self.shelf.entry(named: checkpoint.name) == nil { effects.append(.removeCheckpoints([checkpoint.name])) }
            return
        }
        let seconds = record.undurableSeconds + record.jobSeconds
        self.shelf.add(
            .init(
                name: checkpoint.name, byteCount: checkpoint.byteCount, attempt: record.attempt, isFetched: false,
                undurableSeconds: seconds))
        let worth = max(self.limits.uploadSeconds, Double(checkpoint.byteCount) / self.limits.uploadBytesPerSecond)
        if seconds > worth { self.upload(checkpoint.name, for: record.attempt, at: now, &effects) }
        self.pruneShelf(superseding: checkpoint.name, &effects)
    }

    /// Removes what is superseded or too much. States under way and those of held attempts stay.
    mutating func pruneShelf(superseding name: CheckpointName?, _ effects: inout [WorkerEffect]) {
        let uploads = self.uploads.map(\.name)
        let held = self.attempts.filter { !$0.isEnded }
        let removed = self.shelf.prune(limit: self.limits.checkpointBytes, superseding: name) { entry in
            uploads.contains(entry.name)
                || held.contains { $0.resume == entry.name || $0.beginsWith(entry.name) }
                || (entry.name.identity != name?.identity && held.contains { $0.identity == entry.name.identity })
        }
        if !removed.isEmpty { effects.append(.removeCheckpoints(removed)) }
    }

    /// While leaving: the end of an attempt waits for its newest state to be stored at the coordinator, where that
    /// is worth it.
    mutating func handOver(_ attempt: AttemptID, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let i = self.index(of: attempt), self.leaving?.isOrphan == false else { return }
        let record = self.attempts[i]
        guard let entry = self.shelf.newest(of: record.identity, through: record.reportedEpoch),
            entry.undurableSeconds >= self.limits.drainUploadSeconds
        else { return }
        self.attempts[i].heldFor = entry.name
        self.upload(entry.name, for: attempt, at: now, &effects)
    }

    mutating func uploadOnRequest(
        _ attempt: AttemptID, epoch: Int, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard let entry = self.shelf.entry(of: attempt.trial, epoch: epoch) else {
            effects.append(
                .log(.debug, "a wanted checkpoint is not here", ["attempt": "\(attempt)", "epoch": "\(epoch)"]))
            return
        }
        self.upload(entry.name, for: attempt, at: now, &effects)
    }

    private mutating func upload(
        _ name: CheckpointName, for attempt: AttemptID, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard !self.uploads.contains(where: { $0.name == name }) else { return }
        let superseded = self.uploads.filter { $0.state == .waiting && $0.name.identity == name.identity }
        self.uploads.removeAll { superseded.contains($0) }
        for upload in superseded { self.release(upload.name) }
        self.uploads.append(Upload(name: name, attempt: attempt))
        self.advanceTransfers(at: now, &effects)
    }

    /// The shell has read a checkpoint and tells its digest.
    mutating func offer(
        _ name: CheckpointName, _ reference: CheckpointReference?, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard let first = self.uploads.first, first.name == name, first.state == .digesting else { return }
        guard let reference else {
            self.shelf.remove { $0.name == name }
            self.finishUpload(at: now, &effects)
            return
        }
        self.uploads[0].state = .offered(reference)
        self.advanceTransfers(at: now, &effects)
    }

    /// The coordinator wants chunks of the upload that is under way.
    mutating func sendChunks(
        _ digest: Digest, offset: Int, count: Int, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard let first = self.uploads.first, case .offered(let reference) = first.state, reference.digest == digest,
            offset >= 0, offset < reference.byteCount, offset.isMultiple(of: BulkMessage.chunkByteCount), count > 0
        else { return }
        let left = (reference.byteCount - offset - 1) / BulkMessage.chunkByteCount + 1
        self.uploads[0].progressAt = now
        self.uploads[0].stalls = 0
        effects.append(
            .sendChunks(first.name, digest: digest, offset: offset, count: min(count, left, self.limits.chunksInFlight))
        )
    }

    mutating func noteStored(_ digest: Digest, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let first = self.uploads.first, case .offered(let reference) = first.state, reference.digest == digest
        else { return }
        let seconds = self.shelf.markDurable(first.name)
        for i in self.attempts.indices where self.attempts[i].identity == first.name.identity {
            self.attempts[i].undurableSeconds -= seconds
        }
        self.finishUpload(at: now, &effects)
    }

    /// The upload under way is over, well or badly.
    mutating func finishUpload(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard !self.uploads.isEmpty else { return }
        let name = self.uploads.removeFirst().name
        self.release(name)
        let forgotten = self.shelf.remove { $0.name == name && $0.isForgotten }
        if !forgotten.isEmpty { effects.append(.removeCheckpoints(forgotten)) }
        let newest = self.shelf.newest(of: name.identity, through: .max)?.name
        self.pruneShelf(superseding: newest, &effects)
        self.advanceTransfers(at: now, &effects)
    }

    /// Ends that waited for this checkpoint may go out.
    private mutating func release(_ name: CheckpointName) {
        for i in self.attempts.indices where self.attempts[i].heldFor == name { self.attempts[i].heldFor = nil }
    }
}
