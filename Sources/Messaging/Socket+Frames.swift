internal import CZeroMQ
internal import Glibc

/// A message as it came.
package struct ReceivedFrame: Hashable, Sendable {
    /// Who sent it: the connection, at a router; `nil` at a dealer.
    package let sender: RoutingID?
    package let payload: [UInt8]
    /// The descriptor of the TCP connection that it came through, as ``MonitorEvent`` names it; -1 where there is none.
    package let connection: Int32

    package init(sender: RoutingID?, payload: [UInt8], connection: Int32) {
        self.sender = sender
        self.payload = payload
        self.connection = connection
    }
}

package enum SendOutcome: Hashable, Sendable {
    /// It is in the queue of the connection. Whether it arrives is not known: the peer has to acknowledge it.
    case sent
    /// The queue is full, or a dealer has no connection yet. Try again later or drop it.
    case full
    /// The router's peer has gone.
    case unreachable
}

extension Socket {
    /// Frames read in one call at most, so that a peer with a message of a million parts cannot hold the thread.
    private static let framesPerCall = 4096

    /// The next message, or `nil` where there is none now. Never waits.
    ///
    /// A message has exactly one payload frame within the limit; any other is dropped and counted.
    package func receive() throws(MessagingError) -> ReceivedFrame? {
        var budget = Self.framesPerCall
        while budget > 0 {
            if self.isSkipping {
                guard try self.skip(&budget) else { return nil }
            }
            var sender: RoutingID?
            if self.role == .router {
                guard let frame = try self.receiveFrame() else { return nil }
                budget -= 1
                guard frame.hasMore else {
                    self.droppedCount += 1
                    continue
                }
                sender = RoutingID(frame.bytes)
            }
            guard let frame = try self.receiveFrame() else { return nil }
            budget -= 1
            guard !frame.hasMore, frame.bytes.count <= self.plane.frameByteCountLimit else {
                self.droppedCount += 1
                self.isSkipping = frame.hasMore
                continue
            }
            return ReceivedFrame(sender: sender, payload: frame.bytes, connection: self.connectionOfMessage)
        }
        return nil
    }

    /// Queues a message. Never waits.
    ///
    /// - Parameters:
    ///   - payload: At most `plane.frameByteCountLimit` bytes; more would make the peer cut the connection.
    ///   - receiver: The connection, at a router; `nil` at a dealer.
    /// - Returns: What became of it; ``SendOutcome/sent`` promises no more than a place in a queue.
    /// - Throws: ``MessagingError/Code/frameTooLong``, ``MessagingError/Code/closed``.
    package func send(_ payload: [UInt8], to receiver: RoutingID?) throws(MessagingError) -> SendOutcome {
        guard payload.count <= self.plane.frameByteCountLimit else {
            throw MessagingError(
                .frameTooLong,
                "send \(payload.count) bytes on the \(self.plane) socket: want at most \(self.plane.frameByteCountLimit)"
            )
        }
        if self.role == .router {
            guard let receiver else { throw MessagingError(.system, "send from a router: want a receiver") }
            let outcome = try self.sendFrame(receiver.bytes, ZMQ_SNDMORE)
            guard outcome == .sent else { return outcome }
        }
        return try self.sendFrame(payload, 0)
    }

    private func sendFrame(_ bytes: [UInt8], _ flags: Int32) throws(MessagingError) -> SendOutcome {
        let handle = try unsafe self.openHandle("send")
        while true {
            let sent = unsafe bytes.withUnsafeBytes {
                unsafe zmq_send(handle, $0.baseAddress, $0.count, flags | ZMQ_DONTWAIT)
            }
            if sent >= 0 { return .sent }
            switch zmq_errno() {
            case EINTR: continue
            case EAGAIN: return .full
            case EHOSTUNREACH: return .unreachable
            default: throw MessagingError.last("send")
            }
        }
    }

    /// Reads the rest of a dropped message.
    ///
    /// - Returns: Whether all of it is read.
    private func skip(_ budget: inout Int) throws(MessagingError) -> Bool {
        while budget > 0 {
            guard let hasMore = try self.receiveInPlace() else { return false }
            budget -= 1
            if !hasMore {
                self.isSkipping = false
                return true
            }
        }
        return false
    }

    private func receiveFrame() throws(MessagingError) -> (bytes: [UInt8], hasMore: Bool)? {
        guard let hasMore = try self.receiveInPlace() else { return nil }
        let count = unsafe zmq_msg_size(self.message)
        let bytes: [UInt8]
        if count > 0, let start = unsafe zmq_msg_data(self.message) {
            bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
        } else {
            bytes = []
        }
        return (bytes, hasMore)
    }

    /// The descriptor of the connection that the frame in ``message`` came through.
    private var connectionOfMessage: Int32 {
        unsafe zmq_msg_gets(self.message, "__fd").flatMap { unsafe Int32(String(cString: $0)) } ?? -1
    }

    /// Receives one frame into ``message``.
    ///
    /// - Returns: Whether more frames of the same message follow; `nil` where nothing is there.
    private func receiveInPlace() throws(MessagingError) -> Bool? {
        let handle = try unsafe self.openHandle("receive")
        while true {
            if unsafe zmq_msg_recv(self.message, handle, ZMQ_DONTWAIT) >= 0 {
                return unsafe zmq_msg_more(self.message) != 0
            }
            switch zmq_errno() {
            case EINTR: continue
            case EAGAIN: return nil
            default: throw MessagingError.last("receive")
            }
        }
    }
}
