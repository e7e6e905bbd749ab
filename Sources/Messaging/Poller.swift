internal import CZeroMQ
internal import Glibc

/// Waits until one of several sockets, monitors or descriptors has something to read.
///
/// A class, since one thread's loop keeps it beside its sockets; not `Sendable`.
@safe
package final class Poller {
    private enum Source {
        case socket(Socket)
        case monitor(Socket)
        case descriptor(Int32)
    }
    private var sources: [(source: Source, token: Int)] = []
    private var items: [zmq_pollitem_t] = unsafe []

    package init() {}

    /// Tokens are the caller's own numbers; two sources may have the same one.
    package func add(_ socket: Socket, token: Int) { self.sources.append((.socket(socket), token)) }

    package func add(monitorOf socket: Socket, token: Int) { self.sources.append((.monitor(socket), token)) }

    /// A descriptor stays its owner's, who takes it out again before it is closed.
    package func add(fileDescriptor: Int32, token: Int) { self.sources.append((.descriptor(fileDescriptor), token)) }

    /// Takes out every source of a token.
    package func remove(token: Int) { self.sources.removeAll { $0.token == token } }

    /// Waits until something is ready, the time is over, or a signal came.
    ///
    /// Closed sockets are passed over. A descriptor whose other end is closed is ready.
    ///
    /// - Parameter milliseconds: The longest wait; 0 only looks, less than 0 waits for ever.
    /// - Returns: The tokens of what is ready, in the order in which they were added; none after a time-out or signal.
    /// - Throws: ``MessagingError`` where a descriptor is not open.
    package func wait(milliseconds: Int) throws(MessagingError) -> [Int] {
        unsafe self.items.removeAll(keepingCapacity: true)
        var tokens: [Int] = []
        for (source, token) in self.sources {
            var item = unsafe zmq_pollitem_t()
            unsafe item.events = Int16(ZMQ_POLLIN)
            switch source {
            case .socket(let socket):
                guard let handle = unsafe socket.handle else { continue }
                unsafe item.socket = handle
            case .monitor(let socket):
                guard let handle = unsafe socket.monitorHandle else { continue }
                unsafe item.socket = handle
            case .descriptor(let descriptor):
                unsafe item.fd = descriptor
                unsafe item.events |= Int16(ZMQ_POLLERR)
            }
            unsafe self.items.append(item)
            tokens.append(token)
        }
        let timeout = milliseconds < 0 ? -1 : min(milliseconds, 86_400_000)
        let ready = unsafe zmq_poll(&self.items, Int32(truncatingIfNeeded: tokens.count), timeout)
        guard ready >= 0 else {
            if zmq_errno() == EINTR { return [] }
            throw MessagingError.last("wait for messages")
        }
        guard ready > 0 else { return [] }
        return tokens.indices.compactMap { unsafe self.items[$0].revents != 0 ? tokens[$0] : nil }
    }
}
