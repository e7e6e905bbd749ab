internal import Glibc

/// A file's bytes in memory, shared with the page cache and with other processes, read-only.
///
/// A class, since it owns the mapping and views into it keep it alive. `Sendable`, since nothing changes after `init`. The
/// file must not be cut short while it is mapped: files of a ``BlobStore`` never are, they are only renamed and removed.
@safe
package final class MappedFile: @unchecked Sendable {
    /// Beginning at an address that is a multiple of the page, and valid as long as this object lives: who keeps the
    /// pointer keeps the object beside it. For a single look there is ``withBytes(_:)``.
    @unsafe package let bytes: UnsafeRawBufferPointer

    package init(_ path: String) throws(FileError) {
        let file = try OpenFile(path, O_RDONLY)
        let count = try file.byteCount()
        guard count > 0 else {
            unsafe self.bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, file.descriptor, 0), unsafe start != MAP_FAILED
        else { throw FileError.last("map", path) }
        unsafe self.bytes = UnsafeRawBufferPointer(start: start, count: count)
    }

    deinit {
        guard let start = unsafe self.bytes.baseAddress else { return }
        _ = unsafe munmap(UnsafeMutableRawPointer(mutating: start), self.bytes.count)
    }

    /// Shows the bytes to `body`. They are valid until it returns.
    package func withBytes<Answer, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        defer { withExtendedLifetime(self) {} }
        return try unsafe body(self.bytes)
    }

    package var byteCount: Int { unsafe self.bytes.count }
}
