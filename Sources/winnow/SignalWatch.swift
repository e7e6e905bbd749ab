import Dispatch
import Foundation
import Synchronization
import WorkerService

/// Calls back when one of some signals arrives, with how many have by then; the signals' own effect is off while it
/// lives.
final class SignalWatch {
    // A class: it owns dispatch sources.

    /// The signals that ask this process to end: that of a terminal that is closed too, unless `nohup` or the like had it
    /// ignored from the start. Found out once, by ``Main`` before anything is caught.
    static let endings: [Int32] = [SIGINT, SIGTERM] + (SignalState.isIgnored(SIGHUP) ? [] : [SIGHUP])

    private let sources: [any DispatchSourceSignal]
    private let numbers: [Int32]
    private let counter: Counter

    /// Whether one of the signals has arrived.
    var hasFired: Bool { self.counter.value.withLock { $0 } > 0 }

    private final class Counter: Sendable {
        // A class: the sources' handlers share it.
        let value = Mutex(0)
    }

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - numbers: The signals.
    ///   - action: What follows from one, with how many there were by then; of closed terminals only the first counts.
    init(_ numbers: [Int32], _ action: @escaping @Sendable (Int) -> Void) {
        self.numbers = numbers
        let counter = Counter()
        self.counter = counter
        self.sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // A shell and the kernel may both say that the terminal is closed, which is no second signal.
                let count = counter.value.withLock { count -> Int? in
                    guard number != SIGHUP || count == 0 else { return nil }
                    count += 1
                    return count
                }
                if let count { action(count) }
            }
            source.resume()
            return source
        }
    }

    func cancel() {
        for source in self.sources { source.cancel() }
        for number in self.numbers { Self.endAsInterrupted(by: number) }
    }

    /// Has a signal end this process with the exit code of an interruption.
    static func endAsInterrupted(by number: Int32) {
        signal(number) { _ in _exit(CommandFailure.Code.interrupted.rawValue) }
    }
}
