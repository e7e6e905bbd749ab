internal import CZeroMQ
internal import Glibc

/// Which of the two connections between a worker and its coordinator; settles the limits.
package enum MessagingPlane: Hashable, Sendable, CaseIterable {
    /// Small messages.
    case control
    /// Chunks of data sets and checkpoints.
    case bulk

    /// The longest frame that either side accepts.
    package var frameByteCountLimit: Int {
        switch self {
        case .control: 65_536
        case .bulk: 270_336
        }
    }
}

/// The number that a router gives to a connection: it holds as long as the connection.
package struct RoutingID: Hashable, Sendable {
    package let bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// One side of a connection: the coordinator's `router` with many peers, or a worker's `dealer` with one.
///
/// All options are set here, before anything can arrive: limits on frames and queues, no waiting at the end, time
/// limits on handshakes and on silent TCP peers, and a monitor. ZeroMQ's own heartbeats stay off, since in libzmq 4.3
/// they can end the process (issue 3937 of zeromq/libzmq), and no routing identity is set, since a second
/// socket with the same one would be ignored or steal the first one's messages.
///
/// A class, since it owns a handle and is shared with a ``Poller``. Not `Sendable`: one thread makes, uses and closes it.
@safe
package final class Socket {
    package enum Role: Hashable, Sendable { case router, dealer }

    package let role: Role
    package let plane: MessagingPlane
    /// Messages thrown away because they had no payload, more than one, or one that is too long.
    package internal(set) var droppedCount = 0

    let context: MessagingContext
    /// `nil` once closed.
    private(set) var handle: UnsafeMutableRawPointer?
    private(set) var monitorHandle: UnsafeMutableRawPointer?
    /// Where each frame is received; the library wants a place that does not move.
    let message: UnsafeMutablePointer<zmq_msg_t>
    /// Whether the rest of a message that was dropped is still to be read.
    var isSkipping = false

    /// Milliseconds until the first attempt to connect again: different in each process, so that workers do not come
    /// back all at once.
    private static let reconnectMillis = 100 + Int32.random(in: 0..<200)

    package init(_ context: MessagingContext, role: Role, plane: MessagingPlane) throws(MessagingError) {
        guard let handle = unsafe zmq_socket(context.handle, role == .router ? ZMQ_ROUTER : ZMQ_DEALER) else {
            throw MessagingError.last("open a socket")
        }
        self.role = role
        self.plane = plane
        self.context = context
        unsafe self.handle = handle
        unsafe self.message = .allocate(capacity: 1)
        unsafe zmq_msg_init(self.message)
        for (option, value) in Self.options(role, plane) {
            try self.set(option, value, "set a socket's option \(option)")
        }
        try self.limitFrames()
        try self.openMonitor()
    }

    deinit {
        self.close()
        unsafe zmq_msg_close(self.message)
        unsafe self.message.deallocate()
    }

    /// Closes the socket.
    ///
    /// - Parameter lingerMillis: How long what was sent may still go out behind this call's back; the end of the
    ///   context waits for it.
    package func close(lingerMillis: Int = 0) {
        guard let handle = unsafe self.handle else { return }
        var linger = Int32(clamping: max(0, lingerMillis))
        _ = unsafe zmq_setsockopt(handle, ZMQ_LINGER, &linger, MemoryLayout<Int32>.size)
        // The monitor's sending end goes first: one without a receiver would block the thread of the library.
        _ = unsafe zmq_socket_monitor(handle, nil, 0)
        if let monitor = unsafe self.monitorHandle { _ = unsafe zmq_close(monitor) }
        _ = unsafe zmq_close(handle)
        unsafe self.handle = nil
        unsafe self.monitorHandle = nil
    }

    /// Listens on an endpoint.
    ///
    /// TCP port 0 becomes a free port from 20000 to 31999: the kernel's own choice would be among the ports of outgoing
    /// connections, where a worker that tries to connect can take it.
    ///
    /// - Returns: The endpoint with the port that is in use.
    package func bind(_ endpoint: String) throws(MessagingError) -> String {
        let parsed = try Endpoint(endpoint)
        guard case .tcp(let host, let port) = parsed.transport else {
            try self.bindOne(parsed)
            return parsed.description
        }
        let address = host == "localhost" ? "127.0.0.1" : host
        if Endpoint.ipv6(address) != nil { try self.set(ZMQ_IPV6, 1, "use IPv6") }
        guard port == 0 else {
            try self.bindOne(Endpoint(.tcp(host: address, port: port)))
            return parsed.description
        }
        var attempts = 0
        while true {
            let candidate = Endpoint(.tcp(host: address, port: Int.random(in: 20_000..<32_000)))
            do throws(MessagingError) {
                try self.bindOne(candidate)
                return parsed.replacingPort(with: candidate.port ?? 0).description
            } catch {
                attempts += 1
                guard error.code == .addressInUse, attempts < 200 else { throw error }
            }
        }
    }

    /// Begins to connect, and to connect again whenever the connection is lost.
    package func connect(_ endpoint: String) throws(MessagingError) {
        let parsed = try Endpoint(endpoint)
        if case .tcp(let host, let port) = parsed.transport {
            guard host != "*", port != 0 else {
                throw MessagingError(
                    .badEndpoint, "endpoint \"\(endpoint)\": want the coordinator's host and its port, not * or 0")
            }
            if Endpoint.ipv6(host) != nil { try self.set(ZMQ_IPV6, 1, "use IPv6") }
        }
        let handle = try unsafe self.openHandle("connect to \(endpoint)")
        guard unsafe zmq_connect(handle, parsed.description) == 0 else {
            throw MessagingError.last("connect to \(endpoint)")
        }
    }

    private func bindOne(_ endpoint: Endpoint) throws(MessagingError) {
        let handle = try unsafe self.openHandle("listen on \(endpoint)")
        guard unsafe zmq_bind(handle, endpoint.description) == 0 else {
            throw MessagingError.last("listen on \(endpoint)")
        }
    }

    /// The value of a numeric option, for tests of what is set: `nil` where the library refuses to tell.
    package func option(_ number: Int32) -> Int32? {
        guard let handle = unsafe self.handle else { return nil }
        var value: Int32 = 0
        var byteCount = MemoryLayout<Int32>.size
        guard unsafe zmq_getsockopt(handle, number, &value, &byteCount) == 0 else { return nil }
        return value
    }

    @unsafe
    func openHandle(_ action: String) throws(MessagingError) -> UnsafeMutableRawPointer {
        guard let handle = unsafe self.handle else {
            throw MessagingError(.closed, "\(action): the socket is closed")
        }
        return unsafe handle
    }

    private static func options(_ role: Role, _ plane: MessagingPlane) -> [(Int32, Int32)] {
        let queues: (receive: Int32, send: Int32) =
            switch (role, plane) {
            case (_, .bulk): (8, 8)
            case (.router, .control): (64, 256)
            case (.dealer, .control): (1000, 256)
            }
        var options: [(Int32, Int32)] = [
            (ZMQ_LINGER, 0), (ZMQ_RCVHWM, queues.receive), (ZMQ_SNDHWM, queues.send), (ZMQ_HANDSHAKE_IVL, 5000),
            (ZMQ_TCP_MAXRT, 5000), (ZMQ_TCP_KEEPALIVE, 1), (ZMQ_TCP_KEEPALIVE_IDLE, 30), (ZMQ_TCP_KEEPALIVE_INTVL, 5),
            (ZMQ_TCP_KEEPALIVE_CNT, 3), (ZMQ_IMMEDIATE, 0), (ZMQ_RECONNECT_IVL, Self.reconnectMillis),
            (ZMQ_RECONNECT_IVL_MAX, 5000), (ZMQ_BACKLOG, 4096),
        ]
        if role == .router { options.append((ZMQ_ROUTER_MANDATORY, 1)) }
        return options
    }

    private func set(_ option: Int32, _ value: Int32, _ action: String) throws(MessagingError) {
        let handle = try unsafe self.openHandle(action)
        var value = value
        guard unsafe zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size) == 0 else {
            throw MessagingError.last(action)
        }
    }

    /// A frame beyond the limit cuts the connection before memory for it is taken.
    private func limitFrames() throws(MessagingError) {
        let handle = try unsafe self.openHandle("limit a socket's frames")
        var limit = Int64(self.plane.frameByteCountLimit)
        guard unsafe zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &limit, MemoryLayout<Int64>.size) == 0 else {
            throw MessagingError.last("limit a socket's frames")
        }
    }

    /// Events of connections. Their queue has no limit, since a full one would block the library's thread; an event
    /// takes about 100 bytes, and there is one for each connection made or lost.
    private func openMonitor() throws(MessagingError) {
        let action = "watch a socket"
        let endpoint = self.context.nextMonitorEndpoint()
        guard unsafe zmq_socket_monitor(self.handle, endpoint, MonitorEvent.mask) == 0,
            let monitor = unsafe zmq_socket(self.context.handle, ZMQ_PAIR)
        else { throw MessagingError.last(action) }
        unsafe self.monitorHandle = monitor
        var unlimited: Int32 = 0
        guard unsafe zmq_setsockopt(monitor, ZMQ_RCVHWM, &unlimited, MemoryLayout<Int32>.size) == 0,
            unsafe zmq_setsockopt(monitor, ZMQ_LINGER, &unlimited, MemoryLayout<Int32>.size) == 0,
            unsafe zmq_connect(monitor, endpoint) == 0
        else { throw MessagingError.last(action) }
    }
}
