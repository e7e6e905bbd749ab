import FileStore
internal import Glibc
import TuningModel
import WorkerCore

/// A worker's files: `CACHE/datasets` is shared by all workers of the host, `CACHE/workers/ID` is its own.
///
/// Its own folder holds a lock, its checkpoints, and what is being received. A worker that was killed leaves its folder
/// behind; the next one to begin takes the checkpoints over and removes the rest.
///
/// A class, since it holds the lock until it goes.
final class WorkerFolder {
    let datasets: String
    let checkpoints: String
    private let own: String
    private let lock: FileLock
    private let receiving: BlobStore
    private var partials: [Digest: PartialBlob] = [:]

    init(cache: String, worker: WorkerID) throws(FileError) {
        let workers = "\(cache)/workers"
        self.datasets = "\(cache)/datasets"
        self.own = "\(workers)/\(worker)"
        self.checkpoints = "\(self.own)/checkpoints"
        try Folder.create(self.datasets)
        // Under a name that no other worker looks at, until the lock is held.
        let aside = "\(workers)/.\(worker)"
        try Folder.create("\(aside)/checkpoints")
        self.lock = try FileLock("\(aside)/lock", purpose: "the worker's folder \(aside)")
        guard unsafe rename(aside, self.own) == 0 else {
            throw FileError(.system, path: self.own, "cannot rename \(aside) to \(self.own): error \(errno)")
        }
        self.receiving = try BlobStore(folder: "\(self.own)/receiving", isDurable: false)
    }

    /// Takes over what workers that are gone left behind.
    func adopt() -> [StoredCheckpoint] {
        let workers = Folder.parent(of: self.own)
        var found: [StoredCheckpoint] = []
        for name in Folder.names(in: workers) where !name.hasPrefix(".") && "\(workers)/\(name)" != self.own {
            let folder = "\(workers)/\(name)"
            guard let lock = try? FileLock("\(folder)/lock", purpose: "the worker's folder \(folder)") else { continue }
            for file in Folder.names(in: "\(folder)/checkpoints") {
                guard let name = CheckpointName(fileName: file), !found.contains(where: { $0.name == name }) else {
                    continue
                }
                let target = self.path(of: name)
                guard unsafe rename("\(folder)/checkpoints/\(file)", target) == 0, let count = Self.byteCount(target)
                else { continue }
                found.append(StoredCheckpoint(name: name, byteCount: count))
            }
            Self.remove(folder)
            _ = consume lock
        }
        return found
    }

    func path(of name: CheckpointName) -> String { "\(self.checkpoints)/\(name.fileName)" }

    /// Whether a data set is in the cache with the right length and digest; a damaged one is removed.
    func hasDataset(_ digest: Digest, byteCount: Int) -> Bool {
        let path = "\(self.datasets)/\(digest.hexadecimal)"
        guard Self.byteCount(path) == byteCount else { return false }
        if (try? Digest(ofFile: path)) == digest { return true }
        _ = unsafe unlink(path)
        return false
    }

    func begin(_ digest: Digest, byteCount: Int) throws(FileError) {
        self.partials[digest] = try self.receiving.receive(digest, byteCount: byteCount)
    }

    func store(_ bytes: [UInt8], of digest: Digest, at offset: Int) throws(FileError) {
        guard let partial = self.partials[digest] else {
            throw FileError(.wrongOffset, path: self.own, "a chunk of a transfer that has not begun")
        }
        try partial.append(bytes, at: offset)
    }

    /// Checks a received blob and moves it to its place.
    func finish(_ digest: Digest, as target: DownloadTarget) throws(FileError) {
        guard let partial = self.partials.removeValue(forKey: digest) else {
            throw FileError(.wrongOffset, path: self.own, "the end of a transfer that has not begun")
        }
        try partial.commit()
        let path =
            switch target {
            case .dataset: "\(self.datasets)/\(digest.hexadecimal)"
            case .checkpoint(let name): self.path(of: name)
            }
        guard unsafe rename(self.receiving.path(of: digest), path) == 0 else {
            throw FileError(.system, path: path, "cannot put \(path) in its place: error \(errno)")
        }
    }

    func abandon(_ digest: Digest) { self.partials.removeValue(forKey: digest)?.cancel() }

    /// A checkpoint as it is offered to the coordinator, or `nil` where it is gone.
    func reference(_ name: CheckpointName) -> CheckpointReference? {
        let path = self.path(of: name)
        guard let count = Self.byteCount(path), count > 0, let digest = try? Digest(ofFile: path) else { return nil }
        return CheckpointReference(epoch: name.epoch, digest: digest, byteCount: count)
    }

    func remove(_ names: [CheckpointName]) {
        for name in names { _ = unsafe unlink(self.path(of: name)) }
    }

    /// Removes the worker's own folder; the data sets stay.
    func removeAll() { Self.remove(self.own) }

    private static func byteCount(_ path: String) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Removes a folder with what is in it; folders of ours are at most four deep.
    private static func remove(_ folder: String, depth: Int = 0) {
        for name in Folder.names(in: folder) {
            let path = "\(folder)/\(name)"
            if unsafe unlink(path) != 0, depth < 4 { Self.remove(path, depth: depth + 1) }
        }
        _ = unsafe rmdir(folder)
    }
}
