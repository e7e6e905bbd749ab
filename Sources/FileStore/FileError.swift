internal import Glibc

/// Why a file could not be read or written.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable, CaseIterable {
        case notFound
        case permissionDenied
        /// No space, or over the quota. What was there before is untouched.
        case noSpace
        /// A file stands where a folder is wanted.
        case notAFolder
        /// Another process holds the lock.
        case locked
        /// The bytes are not those that their digest names.
        case damaged
        /// Bytes that do not continue what was written so far.
        case wrongOffset
        case system
    }
    package let code: Code
    package let path: String
    /// What was tried, on what, what went wrong and what helps; one line.
    package let message: String

    package init(_ code: Code, path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }

    package var description: String { self.message }

    /// The last error of a system call on this thread.
    static func last(_ action: String, _ path: String) -> FileError {
        let number = errno
        let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error"
        let code: Code
        var remedy = ""
        switch number {
        case ENOENT, ENOTDIR: code = .notFound
        case EACCES, EPERM, EROFS: code = .permissionDenied
        case ENOSPC, EDQUOT, EFBIG:
            code = .noSpace
            remedy = "; free some space and try again"
        default: code = .system
        }
        return FileError(code, path: path, "cannot \(action) \(path): \(text) (\(number))\(remedy)")
    }
}
