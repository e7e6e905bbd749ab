internal import Glibc

/// A folder's lock: held by one process at a time, and let go by the kernel when that process ends in whatever way.
package struct FileLock: ~Copyable {
    private let file: OpenFile

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - path: The lock's file; made where it is missing, and left behind.
    ///   - purpose: What the lock protects, for the error: "the study folder DIR".
    /// - Throws: ``FileError/Code/locked`` at once where another process holds it.
    package init(_ path: String, purpose: String) throws(FileError) {
        let file = try OpenFile(path, O_RDWR | O_CREAT)
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw FileError.last("lock", path) }
            let holder = String(decoding: (try? file.read(from: 0, count: 20)) ?? [], as: UTF8.self)
                .prefix { $0.isNumber }
            throw FileError(
                .locked, path: path,
                "\(purpose) is in use by \(holder.isEmpty ? "another process" : "process \(holder)"); stop it first")
        }
        // Only for the error above: a lock without a readable number is a lock as well.
        if ftruncate(file.descriptor, 0) == 0 { try? file.write(Array("\(getpid())\n".utf8), at: 0) }
        self.file = file
    }
}
