internal import Glibc
package import TuningModel

/// Files named by the SHA-256 of their bytes: data sets and checkpoints.
///
/// `FOLDER/ab/cdef…` holds the blob whose digest begins with `abcdef`, so that no folder gets too many names. What is
/// being received lies in `FOLDER/partial` and moves to its place when its digest is right: a blob is there as a whole
/// or not at all.
package struct BlobStore: Sendable {
    package let folder: String
    /// Whether a stored blob survives a power cut. A cache does not need that: what is damaged is fetched again.
    package let isDurable: Bool

    /// Opens a store, makes its folder where it is missing, and removes what earlier processes did not finish.
    ///
    /// Only one process at a time may receive into a store; see ``FileLock``. Any number may read.
    package init(folder: String, isDurable: Bool = true) throws(FileError) {
        self.folder = folder
        self.isDurable = isDurable
        try Folder.create(self.partialFolder)
        for name in Folder.names(in: self.partialFolder) { _ = unsafe unlink("\(self.partialFolder)/\(name)") }
    }

    /// Where a blob lies, if it is there.
    package func path(of digest: Digest) -> String { Self.path(of: digest, in: self.folder) }

    /// Where a blob lies in a store's folder, also where that is not opened.
    package static func path(of digest: Digest, in folder: String) -> String {
        let name = digest.hexadecimal
        return "\(folder)/\(name.prefix(2))/\(name.dropFirst(2))"
    }

    package func contains(_ digest: Digest) -> Bool { self.byteCount(of: digest) != nil }

    /// The length of a blob, or `nil` where it is not here.
    package func byteCount(of digest: Digest) -> Int? {
        var status = stat()
        guard unsafe stat(self.path(of: digest), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Stores some bytes under their digest. Storing them again changes nothing.
    package func put(_ bytes: [UInt8]) throws(FileError) -> Digest {
        try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
            try unsafe self.put(UnsafeRawBufferPointer(bytes))
        }
    }

    /// The same with bytes that lie somewhere else.
    package func put(_ bytes: UnsafeRawBufferPointer) throws(FileError) -> Digest {
        let digest = unsafe Digest(of: bytes)
        guard !self.contains(digest) else { return digest }
        let path = self.path(of: digest)
        try self.prepareFolder(of: path)
        try unsafe AtomicFile.write(bytes, to: path, isDurable: self.isDurable)
        return digest
    }

    /// The bytes of a blob, checked against its digest.
    ///
    /// - Throws: ``FileError/Code/notFound``, or ``FileError/Code/damaged`` where the bytes are not those of the digest.
    package func get(_ digest: Digest) throws(FileError) -> [UInt8] {
        let bytes = try AtomicFile.read(self.path(of: digest))
        try self.check(Digest(of: bytes), against: digest)
        return bytes
    }

    /// A blob in memory, checked against its digest.
    package func map(_ digest: Digest) throws(FileError) -> MappedFile {
        let file = try MappedFile(self.path(of: digest))
        var builder = DigestBuilder()
        unsafe builder.update(file.bytes)
        try self.check(builder.digest(), against: digest)
        return file
    }

    /// A piece of a blob, unchecked: whoever gets the whole checks it. Shorter where the blob ends.
    package func read(_ digest: Digest, from offset: Int, count: Int) throws(FileError) -> [UInt8] {
        try OpenFile(self.path(of: digest), O_RDONLY).read(from: max(0, offset), count: count)
    }

    /// Removes a blob, where it is here.
    package func remove(_ digest: Digest) throws(FileError) {
        let path = self.path(of: digest)
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw FileError.last("remove", path) }
    }

    /// All blobs, in the order of their digests.
    ///
    /// - Complexity: O(blobs), one look into each folder.
    package func digests() -> [Digest] {
        Folder.names(in: self.folder).filter { $0.utf8.count == 2 }.flatMap { prefix in
            Folder.names(in: "\(self.folder)/\(prefix)").compactMap { Digest(hexadecimal: prefix + $0) }
        }
    }

    /// Bytes of all blobs together.
    package func totalByteCount() -> Int { self.digests().reduce(0) { $0 + (self.byteCount(of: $1) ?? 0) } }

    var partialFolder: String { "\(self.folder)/partial" }

    func prepareFolder(of path: String) throws(FileError) {
        let folder = Folder.parent(of: path)
        guard !Folder.exists(folder) else { return }
        try Folder.create(folder)
        if self.isDurable { try Folder.synchronize(self.folder) }
    }

    func check(_ found: Digest, against digest: Digest) throws(FileError) {
        guard found == digest else {
            throw FileError(
                .damaged, path: self.path(of: digest),
                "the blob \(digest) is damaged: its bytes have the digest \(found); remove it and fetch it again")
        }
    }
}
