internal import Glibc
internal import Messaging
internal import Synchronization

/// Signals of this process that ended a wait; counted, so that the second one is seen as such.
private let signalCount = Atomic<Int>(0)
/// Whether the terminal has been closed. A shell and the kernel may both say so, which is no second signal.
private let hasHungUp = Atomic<Bool>(false)
/// Where the handler wakes the worker's thread; a descriptor, or -1.
private let signalDescriptor = Atomic<Int32>(-1)

/// SIGTERM, and a terminal's SIGINT and SIGHUP unless they are to be ignored, as something a ``Poller`` can wait for.
///
/// A class, since it puts the former handlers back when it goes. One at a time in a process.
final class SignalWatch {
    let wakeUp: WakeUp
    private var seen = 0
    private static let numbers = [SIGTERM, SIGINT, SIGHUP]
    private var former: [sigaction] = []

    /// Begins to listen.
    ///
    /// - Parameter ignoresTerminal: Whether another process of the terminal says when to leave.
    /// - Throws: ``MessagingError`` where no descriptor is left to wake a ``Poller`` with.
    init(ignoresTerminal: Bool) throws(MessagingError) {
        self.wakeUp = try WakeUp()
        self.seen = signalCount.load(ordering: .relaxed)
        hasHungUp.store(false, ordering: .relaxed)
        signalDescriptor.store(self.wakeUp.fileDescriptor, ordering: .sequentiallyConsistent)
        for number in Self.numbers {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { number in
                // Only what POSIX allows in a handler: atomic numbers and write(2).
                if number == SIGHUP {
                    hasHungUp.store(true, ordering: .sequentiallyConsistent)
                } else {
                    signalCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
                }
                var one: UInt64 = 1
                _ = unsafe write(signalDescriptor.load(ordering: .sequentiallyConsistent), &one, 8)
            }
            action.sa_flags = SA_RESTART
            // What `nohup` has ignored stays so.
            let isIgnored = number == SIGHUP && SignalState.isIgnored(number)
            if number != SIGTERM, ignoresTerminal || isIgnored {
                unsafe action.__sigaction_handler.sa_handler = SIG_IGN
            }
            var before = sigaction()
            _ = unsafe sigaction(number, &action, &before)
            self.former.append(before)
        }
    }

    deinit {
        for (number, action) in zip(Self.numbers, self.former) {
            var action = action
            _ = unsafe sigaction(number, &action, nil)
        }
        signalDescriptor.store(-1, ordering: .sequentiallyConsistent)
    }

    /// Signals since the last call, and whether the terminal has been closed.
    func take() -> (count: Int, hasHungUp: Bool) {
        self.wakeUp.clear()
        let count = signalCount.load(ordering: .sequentiallyConsistent)
        defer { self.seen = count }
        return (count - self.seen, hasHungUp.load(ordering: .sequentiallyConsistent))
    }
}
