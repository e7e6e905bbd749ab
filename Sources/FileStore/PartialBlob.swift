internal import Glibc
package import TuningModel

/// A blob that is being received, chunk after chunk.
///
/// A class, since it owns a file that is removed unless ``commit()`` was reached, and its holder keeps it in a table of
/// transfers. Not `Sendable`: one thread receives.
package final class PartialBlob {
    package let digest: Digest
    /// The length of the whole, as announced.
    package let byteCount: Int
    /// How many bytes are here: the offset of the chunk that is wanted next.
    package private(set) var offset = 0

    private let store: BlobStore
    private let path: String
    private let file: OpenFile
    private var builder = DigestBuilder()
    private var isOver = false

    fileprivate init(_ digest: Digest, byteCount: Int, in store: BlobStore) throws(FileError) {
        self.digest = digest
        self.byteCount = byteCount
        self.store = store
        self.path = "\(store.partialFolder)/\(digest.hexadecimal).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        self.file = try OpenFile(self.path, O_RDWR | O_CREAT | O_EXCL)
    }

    deinit { self.cancel() }

    package var isComplete: Bool { self.offset == self.byteCount }

    /// Adds a chunk.
    ///
    /// - Throws: ``FileError/Code/wrongOffset`` where it is not the next one or goes beyond the whole; nothing has changed
    ///   then. Other errors of writing, after which the same chunk may be tried again.
    package func append(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        guard !self.isOver, offset == self.offset, bytes.count <= self.byteCount - self.offset else {
            throw FileError(
                .wrongOffset, path: self.path,
                "a chunk of \(bytes.count) bytes at \(offset) of the blob \(self.digest): want \(self.offset), "
                    + "and \(self.byteCount) bytes in all")
        }
        try self.file.write(bytes, at: offset)
        self.builder.update(bytes)
        self.offset += bytes.count
    }

    /// Checks the whole and puts it into the store. It is durable afterwards, where the store is.
    ///
    /// - Throws: ``FileError/Code/wrongOffset`` where bytes are missing; ``FileError/Code/damaged`` where they are not
    ///   those of the digest: the received bytes are gone then.
    package func commit() throws(FileError) {
        guard !self.isOver, self.isComplete else {
            throw FileError(
                .wrongOffset, path: self.path,
                "the blob \(self.digest) has \(self.offset) bytes so far, want \(self.byteCount)")
        }
        do throws(FileError) {
            try self.store.check(self.builder.digest(), against: self.digest)
        } catch {
            self.cancel()
            throw error
        }
        if self.store.isDurable { try self.file.synchronize() }
        let target = self.store.path(of: self.digest)
        try self.store.prepareFolder(of: target)
        try AtomicFile.rename(self.path, to: target, isDurable: self.store.isDurable)
        self.isOver = true
    }

    /// Gives the transfer up and removes what was received.
    package func cancel() {
        guard !self.isOver else { return }
        self.isOver = true
        _ = unsafe unlink(self.path)
    }
}

extension BlobStore {
    /// Begins to receive a blob.
    package func receive(_ digest: Digest, byteCount: Int) throws(FileError) -> PartialBlob {
        try PartialBlob(digest, byteCount: byteCount, in: self)
    }
}
