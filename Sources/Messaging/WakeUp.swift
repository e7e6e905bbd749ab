internal import CZeroMQ
internal import Glibc

/// Ends a ``Poller``'s wait from another thread or from a signal handler: add `fileDescriptor` to the poller.
///
/// A class, since two threads share it and it owns a descriptor. `Sendable`, since the descriptor never changes and the
/// kernel's counter behind it may be used from any thread.
package final class WakeUp: Sendable {
    /// Readable from ``signal()`` until ``clear()``.
    package let fileDescriptor: Int32

    package init() throws(MessagingError) {
        self.fileDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard self.fileDescriptor >= 0 else { throw MessagingError.last("open an event counter") }
    }

    deinit { close(self.fileDescriptor) }

    /// Makes the descriptor readable. Takes no lock and no memory, so that a signal handler may call it.
    package func signal() {
        var one: UInt64 = 1
        // A counter that is full is readable already.
        _ = unsafe write(self.fileDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits until the descriptor is readable, at most for so long.
    ///
    /// - Parameter milliseconds: How long; it may be less where a signal arrives.
    /// - Returns: Whether it is.
    package func wait(milliseconds: Int) -> Bool {
        var item = pollfd(fd: self.fileDescriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&item, 1, Int32(clamping: milliseconds)) == 1
    }

    /// Makes the descriptor quiet again. To be called before looking at what was signalled, so that nothing is missed.
    package func clear() {
        var count: UInt64 = 0
        _ = unsafe read(self.fileDescriptor, &count, MemoryLayout<UInt64>.size)
    }
}
