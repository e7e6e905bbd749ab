import Foundation
import Synchronization

/// The two streams of the program: results on standard output, everything for people on standard error.
///
/// Lines of results are written by a queue of their own, in order: whoever reads them slowly, or not at all, never holds
/// up a study. They wait in memory meanwhile.
enum Terminal {
    private static let output = DispatchQueue(label: "winnow.output")
    private static let outputState = Mutex(OutputState())

    /// What became of the lines of results so far.
    private struct OutputState {
        /// The number of the first error that lost a line.
        var error: Int32?
        /// Whether a line ended before its end, so that the next one must not go on in it.
        var isTorn = false
    }

    /// Writes a line to standard output, soon and in order.
    static func writeLine(_ text: String) {
        self.output.async {
            self.outputState.withLock { state in
                let line = (state.isTorn ? "\n" : "") + text + "\n"
                let (written, error) = self.write(line, to: STDOUT_FILENO)
                if written > 0 { state.isTorn = error != nil }
                // A reader that has enough, as `head` has, is no failure.
                if error != EPIPE { state.error = state.error ?? error }
            }
        }
    }

    /// Waits until every line is out; to be called before the process ends.
    ///
    /// - Returns: Why lines are missing though somebody wants them; `nil` where none is.
    static func flush() -> String? {
        self.output.sync {}
        let error = self.outputState.withLock { $0.error }
        return error.map { number in
            unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        }
    }

    static func writeError(_ text: String) { _ = self.write(text + "\n", to: STDERR_FILENO) }

    /// Writes without a line end, for the live region.
    static func writeErrorRaw(_ text: String) { _ = self.write(text, to: STDERR_FILENO) }

    /// Whether standard error is a screen that can be redrawn.
    static var isInteractive: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// The width of the screen in columns; 80 where it is unknown.
    static var columnCount: Int {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes all bytes, also to a stream that takes them only when it has room.
    ///
    /// - Returns: How many bytes are out, and the number of the error that kept the others; a stream that can't be written
    ///   to is no reason to stop a study.
    private static func write(_ text: String, to descriptor: Int32) -> (written: Int, error: Int32?) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Foundation.write(descriptor, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
            }
            if count > 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR where count < 0: continue
            case EAGAIN where count < 0:
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&room, 1, -1)
            case let error: return (written, count < 0 ? error : EIO)
            }
        }
        return (written, nil)
    }
}
