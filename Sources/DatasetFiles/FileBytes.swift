import Glibc
import TrainingData

/// The bytes of a data file: the mapped file itself, or what its gzip holds.
@safe
struct FileBytes {
    /// `nil` where the file lies in memory.
    private let mapping: FileMapping?
    /// What the file itself has.
    private let raw: UnsafeRawBufferPointer
    /// The unpacked bytes; `nil` where the file is no gzip.
    private let unpacked: [UInt8]?

    /// Unpacked bytes of a gzip at most: 2 GiB. A file that unpacks to more is refused before it fills the memory.
    static let unpackedLimit = 1 << 31

    /// Opens and maps a file, and unpacks it where it begins like a gzip.
    ///
    /// - Parameters:
    ///   - path: Absolute or relative to the working folder.
    ///   - limit: Unpacked bytes at most.
    /// - Throws: ``DataFileError`` when the file cannot be opened, is empty, or is a damaged or too large gzip.
    init(path: String, limit: Int = Self.unpackedLimit) throws(DataFileError) {
        let mapping = try FileMapping(path: path)
        unsafe self.raw = mapping.bytes
        self.mapping = mapping
        self.unpacked = try unsafe Self.unpack(self.raw, name: path, limit: limit)
    }

    /// Takes bytes that are in memory for the life of the program, and unpacks them where they begin like a gzip.
    init(constant bytes: UnsafeRawBufferPointer, name: String, limit: Int = Self.unpackedLimit) throws(DataFileError) {
        self.mapping = nil
        unsafe self.raw = bytes
        self.unpacked = try unsafe Self.unpack(bytes, name: name, limit: limit)
    }

    private static func unpack(
        _ raw: UnsafeRawBufferPointer, name: String, limit: Int
    ) throws(DataFileError) -> [UInt8]? {
        guard unsafe raw.count >= 2 && raw[0] == 0x1F && raw[1] == 0x8B else {
            guard !name.hasSuffix(".gz") else {
                throw DataFileError(
                    file: name, "not a gzip though its name ends with .gz; rename it or pack it with gzip")
            }
            return nil
        }
        return try unsafe Gunzip.unpack(raw, file: name, limit: limit)
    }

    /// Whether the bytes are those of the file on disk, so that their pages can come and go.
    var isMapped: Bool { self.mapping != nil && self.unpacked == nil }

    /// The mapped file, for who reads it after ``withBytes(_:)`` has returned; `nil` where the bytes are not those of the
    /// file on disk. Nobody may write to it.
    var mapped: DataBlock? {
        guard let mapping = self.mapping, self.unpacked == nil else { return nil }
        return unsafe DataBlock(
            UnsafeMutableRawBufferPointer(mutating: mapping.bytes), forget: { unsafe Pages.release($0) }
        ) { _ in withExtendedLifetime(mapping) {} }
    }

    /// Calls with the bytes; they are valid during the call only.
    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(DataFileError) -> Result
    ) throws(DataFileError) -> Result {
        guard let unpacked = self.unpacked else {
            // The pointer does not keep the mapping alive.
            defer { withExtendedLifetime(self.mapping) {} }
            return try unsafe body(self.raw)
        }
        return try unsafe unpacked.withUnsafeBufferPointer { (bytes) throws(DataFileError) -> Result in
            try unsafe body(UnsafeRawBufferPointer(bytes))
        }
    }
}

/// A regular file mapped for reading. A class because it is unmapped exactly once, when its last user is gone.
@safe
private final class FileMapping: @unchecked Sendable {
    // Sendable because nothing changes after `init`.
    let bytes: UnsafeRawBufferPointer
    /// Files up to 1 MiB are mapped with all their pages at once; of larger ones those who read them say which they want.
    private static let mostPopulated = 1 << 20

    init(path: String) throws(DataFileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw DataFileError(file: path, "cannot be opened: \(Self.reason(errno))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw DataFileError(file: path, "cannot be examined: \(Self.reason(errno))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw DataFileError(file: path, "not a file, want a regular file")
        }
        guard status.st_size > 0 else { throw DataFileError(file: path, "the file is empty") }
        // Mapping all pages at once costs less than a fault for every few of them.
        let flags = MAP_PRIVATE | (status.st_size <= Self.mostPopulated ? Int32(MAP_POPULATE) : 0)
        let address = unsafe mmap(nil, Int(status.st_size), PROT_READ, flags, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw DataFileError(file: path, "cannot be mapped: \(Self.reason(errno))")
        }
        unsafe posix_madvise(address, Int(status.st_size), POSIX_MADV_SEQUENTIAL)
        unsafe self.bytes = UnsafeRawBufferPointer(start: address, count: Int(status.st_size))
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: self.bytes.baseAddress), self.bytes.count)
    }

    private static func reason(_ number: Int32) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}
