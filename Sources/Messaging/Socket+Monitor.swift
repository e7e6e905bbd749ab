internal import CZeroMQ
internal import Glibc

/// What happened to a connection of a socket. Numbers are descriptors, as in ``ReceivedFrame/connection``.
package enum MonitorEvent: Hashable, Sendable {
    case connected(Int32)
    case accepted(Int32)
    /// The connection is gone: the peer has died, has closed, or sent something that is not allowed.
    ///
    /// A descriptor is used again. To know whether this event or a message with the same number came first, read events
    /// after the message and before it is acted upon: the event of the old connection is then already there.
    case disconnected(Int32)
    /// The peer does not speak ZeroMQ's protocol, or took longer than five seconds to say hello.
    case failed

    static let mask =
        ZMQ_EVENT_CONNECTED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED
        | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH

    fileprivate init?(kind: UInt16, value: UInt32) {
        let descriptor = Int32(truncatingIfNeeded: value)
        switch Int32(kind) {
        case ZMQ_EVENT_CONNECTED: self = .connected(descriptor)
        case ZMQ_EVENT_ACCEPTED: self = .accepted(descriptor)
        case ZMQ_EVENT_DISCONNECTED: self = .disconnected(descriptor)
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
            self = .failed
        default: return nil
        }
    }
}

extension Socket {
    /// The next event of the socket's connections, or `nil` where there is none now. Never waits.
    package func receiveMonitorEvent() -> MonitorEvent? {
        guard let monitor = unsafe self.monitorHandle else { return nil }
        while true {
            var head: [UInt8] = []
            var part = 0
            repeat {
                if unsafe zmq_msg_recv(self.message, monitor, ZMQ_DONTWAIT) < 0 {
                    if zmq_errno() == EINTR { continue }
                    return nil
                }
                if part == 0, let start = unsafe zmq_msg_data(self.message) {
                    head = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: zmq_msg_size(self.message)))
                }
                part += 1
            } while unsafe zmq_msg_more(self.message) != 0
            // Two numbers in the order of bytes of this machine: 16 bits of kind, 32 bits of value.
            guard head.count >= 6 else { continue }
            let (kind, value) = unsafe head.withUnsafeBytes {
                unsafe ($0.loadUnaligned(as: UInt16.self), $0.loadUnaligned(fromByteOffset: 2, as: UInt32.self))
            }
            if let event = MonitorEvent(kind: kind, value: value) { return event }
        }
    }
}
