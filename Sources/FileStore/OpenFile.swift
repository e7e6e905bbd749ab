internal import Glibc

/// A file descriptor that is closed exactly once.
struct OpenFile: ~Copyable {
    let descriptor: Int32
    let path: String

    /// Opens a file with the flags of `open(2)` and `O_CLOEXEC`.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws(FileError) {
        let action = flags & (O_WRONLY | O_RDWR) == 0 ? "open" : "write"
        var descriptor: Int32 = -1
        repeat { descriptor = unsafe open(path, flags | O_CLOEXEC, mode) } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw FileError.last(action, path) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(self.descriptor) }

    /// Length in bytes.
    func byteCount() throws(FileError) -> Int {
        var status = stat()
        guard unsafe fstat(self.descriptor, &status) == 0 else { throw FileError.last("look at", self.path) }
        return Int(status.st_size)
    }

    /// Reads up to `count` bytes from `offset` on; fewer only where the file ends.
    func read(from offset: Int, count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        var done = 0
        while done < bytes.count {
            let got = unsafe bytes.withUnsafeMutableBytes {
                unsafe pread(self.descriptor, $0.baseAddress.map { unsafe $0 + done }, $0.count - done, offset + done)
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw FileError.last("read", self.path)
            }
            if got == 0 { break }
            done += got
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }

    /// Writes all bytes at `offset`.
    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
            try unsafe self.write(UnsafeRawBufferPointer(bytes), at: offset)
        }
    }

    /// Writes all bytes at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let put = unsafe pwrite(
                self.descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done, offset + done)
            if put < 0 {
                if errno == EINTR { continue }
                throw FileError.last("write", self.path)
            }
            done += put
        }
    }

    /// Waits until everything written is on the disk.
    func synchronize() throws(FileError) {
        while fsync(self.descriptor) != 0 {
            if errno != EINTR { throw FileError.last("write to the disk", self.path) }
        }
    }
}
