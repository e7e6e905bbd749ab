import Foundation

/// The two streams of the program: results on standard output, everything for people on standard error.
///
/// Lines of results are written by a queue of their own, in order: whoever reads them slowly, or not at all, never holds
/// up a study. They wait in memory meanwhile.
enum Terminal {
    private static let output = DispatchQueue(label: "winnow.output")

    /// Writes a line to standard output, soon and in order.
    static func writeLine(_ text: String) {
        self.output.async { self.write(text + "\n", to: STDOUT_FILENO) }
    }

    /// Waits until every line is out; to be called before the process ends.
    static func flush() { self.output.sync {} }

    static func writeError(_ text: String) { self.write(text + "\n", to: STDERR_FILENO) }

    /// Writes without a line end, for the live region.
    static func writeErrorRaw(_ text: String) { self.write(text, to: STDERR_FILENO) }

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

    /// Writes all bytes; a stream that nobody reads any more is no reason to stop a study.
    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if count == 0 || errno != EINTR {
                return
            }
        }
    }
}
