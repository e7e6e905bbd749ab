import CLinux
import Glibc
package import TrainingData

/// Memory for large blocks of numbers: the process's own up to a size, beyond that a file that the kernel can write out.
///
/// The file has no name: it is gone when the process ends, however it ends. It lies in `$TMPDIR`, else in `/var/tmp`, which
/// unlike `/tmp` is on a disk as a rule. Its space is taken at once, so that a full disk is an error here and no signal later.
package struct ScratchSpace: Sendable {
    /// Bytes of a block that lies in the process's own memory, at most.
    package static let largestInMemory = 64 << 20
    /// From this size on huge pages cost less than they waste.
    private static let hugePageWorth = 8 << 20

    private let folder: String
    private let largestInMemory: Int

    /// - Parameters:
    ///   - folder: Where files lie; `nil` for the usual place.
    ///   - largestInMemory: Bytes up to which a block has no file.
    package init(folder: String? = nil, largestInMemory: Int = Self.largestInMemory) {
        self.folder = folder ?? Self.usualFolder
        self.largestInMemory = largestInMemory
    }

    private static var usualFolder: String {
        guard let name = unsafe getenv("TMPDIR"), unsafe name.pointee != 0 else { return "/var/tmp" }
        return unsafe String(cString: name)
    }

    /// Blocks from here.
    package var source: DataBlockSource {
        DataBlockSource { (byteCount) throws(DatasetError) in
            byteCount <= self.largestInMemory
                ? try Self.anonymous(byteCount) : try self.filed(byteCount)
        }
    }

    private static func anonymous(_ byteCount: Int) throws(DatasetError) -> DataBlock {
        guard byteCount > 0 else { return DataBlock(byteCount: 0) }
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw DatasetError("no memory for \(byteCount) bytes of numbers: \(Self.reason(errno))")
        }
        if byteCount >= Self.hugePageWorth { _ = unsafe madvise(address, byteCount, MADV_HUGEPAGE) }
        return unsafe DataBlock(UnsafeMutableRawBufferPointer(start: address, count: byteCount)) {
            _ = unsafe munmap($0.baseAddress, $0.count)
        }
    }

    private func filed(_ byteCount: Int) throws(DatasetError) -> DataBlock {
        let descriptor = try self.namelessFile()
        defer { close(descriptor) }
        let problem = posix_fallocate(descriptor, 0, byteCount)
        guard problem == 0 else {
            throw DatasetError(
                "no room for \(byteCount) bytes of numbers in \(self.folder): \(Self.reason(problem)); set TMPDIR to a "
                    + "folder with more room")
        }
        let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw DatasetError("\(byteCount) bytes in \(self.folder) cannot be mapped: \(Self.reason(errno))")
        }
        return unsafe DataBlock(
            UnsafeMutableRawBufferPointer(start: address, count: byteCount), forget: { unsafe Pages.release($0) }
        ) {
            _ = unsafe munmap($0.baseAddress, $0.count)
        }
    }

    /// A file without a name, open for reading and writing.
    private func namelessFile() throws(DatasetError) -> Int32 {
        let descriptor = unsafe linux_nameless_file(self.folder)
        guard descriptor >= 0 else {
            throw DatasetError(
                "no file can be made in \(self.folder) for data that is larger than memory should hold: "
                    + "\(Self.reason(errno)); set TMPDIR to a folder that can be written to")
        }
        return descriptor
    }

    private static func reason(_ number: Int32) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}

/// Advice to the kernel about mapped files.
enum Pages {
    /// Maps the pages of a mapped file at once: that costs less than a fault for every few of them.
    static func populate(_ bytes: UnsafeRawBufferPointer) {
        guard let range = unsafe self.wholePages(bytes, inwards: false) else { return }
        // Older kernels do not know this advice; they take the faults.
        _ = unsafe madvise(range.start, range.count, 22)
    }

    /// Says that bytes of a mapped file are not looked at soon; they stay in the file.
    static func release(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let range = unsafe self.wholePages(UnsafeRawBufferPointer(bytes), inwards: true) else { return }
        _ = unsafe madvise(range.start, range.count, MADV_DONTNEED)
    }

    /// The pages that some bytes touch, or those that they fill.
    private static func wholePages(
        _ bytes: UnsafeRawBufferPointer, inwards: Bool
    ) -> (start: UnsafeMutableRawPointer, count: Int)? {
        guard let base = bytes.baseAddress else { return nil }
        let size = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let first = UInt(bitPattern: base)
        let last = first + UInt(bytes.count)
        let start = inwards ? (first + size - 1) / size * size : first / size * size
        let end = inwards ? last / size * size : (last + size - 1) / size * size
        guard end > start, let place = unsafe UnsafeMutableRawPointer(bitPattern: start) else { return nil }
        return unsafe (place, Int(end - start))
    }
}
