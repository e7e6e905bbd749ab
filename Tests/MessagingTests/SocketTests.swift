import CZeroMQ
import Glibc
import Messaging
import Testing

@Suite("Sockets over loopback")
struct SocketTests {
    @Test("a message reaches the router with its connection, and the answer its sender")
    func roundTrip() throws {
        let net = try Loopback()
        let dealer = try net.dealer()
        #expect(try dealer.send([1, 2, 3], to: nil) == .sent)
        let frame = try net.router.next()
        #expect(frame.payload == [1, 2, 3])
        #expect(frame.connection > 2)
        #expect(try net.router.send([4], to: frame.sender) == .sent)
        #expect(try dealer.next().payload == [4])
        #expect(try net.router.receive() == nil)
        #expect(net.router.droppedCount == 0)
    }

    @Test("an empty message and the longest one arrive", arguments: MessagingPlane.allCases)
    func lengths(_ plane: MessagingPlane) throws {
        let net = try Loopback(plane)
        let dealer = try net.dealer(plane)
        for count in [0, 1, plane.frameByteCountLimit] {
            let payload = [UInt8](repeating: 7, count: count)
            #expect(try dealer.send(payload, to: nil) == .sent)
            #expect(try net.router.next().payload == payload)
        }
        let error = #expect(throws: MessagingError.self) {
            try dealer.send([UInt8](repeating: 7, count: plane.frameByteCountLimit + 1), to: nil)
        }
        #expect(error?.code == .frameTooLong)
    }

    @Test(
        "no socket has ZeroMQ's own heartbeats, all have limits and do not linger",
        arguments: [
            (Socket.Role.router, MessagingPlane.control, Int32(64), Int32(256)), (.router, .bulk, 8, 8),
            (.dealer, .control, 1000, 256), (.dealer, .bulk, 8, 8),
        ])
    func options(_ role: Socket.Role, _ plane: MessagingPlane, _ receive: Int32, _ send: Int32) throws {
        let socket = try Socket(MessagingContext(), role: role, plane: plane)
        let numbers = [
            ZMQ_HEARTBEAT_IVL, ZMQ_HEARTBEAT_TTL, ZMQ_LINGER, ZMQ_RCVHWM, ZMQ_SNDHWM, ZMQ_HANDSHAKE_IVL, ZMQ_TCP_MAXRT,
            ZMQ_TCP_KEEPALIVE, ZMQ_IMMEDIATE, ZMQ_RECONNECT_IVL_MAX, ZMQ_BACKLOG,
        ]
        #expect(numbers.map { socket.option($0) } == [0, 0, 0, receive, send, 5000, 5000, 1, 0, 5000, 4096])
        #expect((100..<300).contains(try #require(socket.option(ZMQ_RECONNECT_IVL))))
    }

    @Test("a frame beyond the limit cuts its sender's connection and nobody else's")
    func oversized() throws {
        let net = try Loopback(.control)
        let good = try net.dealer()
        let bad = try net.dealer(.bulk)
        _ = try good.send([1], to: nil)
        _ = try bad.send([2], to: nil)
        let first = try net.router.next()
        let second = try net.router.next()
        let badConnection = first.payload == [2] ? first.connection : second.connection
        _ = try bad.send([UInt8](repeating: 0, count: 65_537), to: nil)
        #expect(try net.router.nextDisconnection() == badConnection)
        _ = try good.send([3], to: nil)
        #expect(try net.router.next().payload == [3])
    }

    @Test("a message of many parts is dropped and counted, however many, and the next one is read")
    func manyParts() throws {
        let net = try Loopback()
        let dealer = try net.dealer()
        let raw = try RawDealer(net.endpoint)
        for count in [2, 3, 10_000] { raw.send(parts: count) }
        raw.send(parts: 1)
        #expect(try net.router.next().payload == [9])
        #expect(net.router.droppedCount == 3)
        _ = try dealer.send([1], to: nil)
        #expect(try net.router.next().payload == [1])
    }

    @Test("two workers need no names: each has its own number at the router")
    func identities() throws {
        let net = try Loopback()
        let dealers = try [net.dealer(), net.dealer()]
        for (i, dealer) in dealers.enumerated() { _ = try dealer.send([UInt8(i)], to: nil) }
        let frames = try [net.router.next(), net.router.next()].sorted { $0.payload[0] < $1.payload[0] }
        #expect(frames[0].sender != frames[1].sender)
        #expect(frames[0].connection != frames[1].connection)
        for (i, dealer) in dealers.enumerated() {
            #expect(try net.router.send([UInt8(10 + i)], to: frames[i].sender) == .sent)
            #expect(try dealer.next().payload == [UInt8(10 + i)])
        }
    }

    @Test("a worker that goes is seen at once by its connection's number, and can no longer be written to")
    func disconnection() throws {
        let net = try Loopback()
        let dealer = try net.dealer()
        _ = try dealer.send([1], to: nil)
        let frame = try net.router.next()
        dealer.close()
        let start = ContinuousClock.now
        #expect(try net.router.nextDisconnection() == frame.connection)
        #expect(ContinuousClock.now - start < .seconds(2))
        let outcome = try eventually(net.router) {
            try net.router.send([2], to: frame.sender) == .unreachable ? SendOutcome.unreachable : nil
        }
        #expect(outcome == .unreachable)
        #expect(try net.router.send([2], to: RoutingID([1, 2, 3])) == .unreachable)
    }

    @Test("both ends tell of the connection")
    func connection() throws {
        let net = try Loopback()
        let dealer = try net.dealer()
        let connected = try eventually(dealer) { dealer.receiveMonitorEvent() }
        let accepted = try eventually(net.router) { net.router.receiveMonitorEvent() }
        guard case .connected(let near) = connected, case .accepted(let far) = accepted else {
            Issue.record("\(connected), \(accepted)")
            return
        }
        #expect(near > 2 && far > 2 && near != far)
    }

    /// A port that nobody listens on. The end of the context waits until its listener is gone; a closed socket alone would
    /// go on accepting for a moment, and swallow what it is sent.
    private static func unusedEndpoint() throws -> String {
        let context = try MessagingContext()
        return try Socket(context, role: .router, plane: .control).bind("tcp://127.0.0.1:0")
    }

    @Test("a dealer without a coordinator queues 256 messages, then says that it is full")
    func full() throws {
        let context = try MessagingContext()
        let endpoint = try Self.unusedEndpoint()
        let dealer = try Socket(context, role: .dealer, plane: .control)
        try dealer.connect(endpoint)
        let outcomes = try (0..<300).map { _ in try dealer.send([1], to: nil) }
        #expect(outcomes == Array(repeating: .sent, count: 256) + Array(repeating: .full, count: 44))
    }

    @Test("what a dealer queued before its coordinator came is delivered when it comes")
    func lateCoordinator() throws {
        let context = try MessagingContext()
        let endpoint = try Self.unusedEndpoint()
        let dealer = try Socket(context, role: .dealer, plane: .control)
        try dealer.connect(endpoint)
        _ = try dealer.send([5], to: nil)
        let second = try Socket(context, role: .router, plane: .control)
        #expect(try second.bind(endpoint) == endpoint)
        #expect(try second.next().payload == [5])
    }

    @Test("the last message goes out after the socket is closed, where it may linger")
    func linger() throws {
        let net = try Loopback()
        let dealer = try net.dealer()
        _ = try dealer.send([1], to: nil)
        _ = try net.router.next()
        _ = try dealer.send([2], to: nil)
        dealer.close(lingerMillis: 1000)
        #expect(try net.router.next().payload == [2])
        let error = #expect(throws: MessagingError.self) { try dealer.send([3], to: nil) }
        #expect(error?.code == .closed)
        #expect(throws: MessagingError.self) { try dealer.receive() }
        #expect(dealer.receiveMonitorEvent() == nil)
    }

    /// The library still speaks its protocol's first version, which has no greeting: some strangers' bytes are messages to
    /// it. They get as far as the check of the header.
    @Test("peers that do not speak ZeroMQ are cut or send nonsense, and others go on")
    func strangers() throws {
        let net = try Loopback()
        let port = try #require(try Endpoint(net.endpoint).port)
        for text in ["GET / HTTP/1.1\r\n\r\n", "\u{0}\u{0}\u{0}\u{0}", String(repeating: "x", count: 4096)] {
            let stranger = try RawConnection(port: port)
            stranger.send(Array(text.utf8))
        }
        let dealer = try net.dealer()
        _ = try dealer.send([0x57, 0x4E], to: nil)
        let frame = try eventually(net.router) {
            while let frame = try net.router.receive() {
                if frame.payload == [0x57, 0x4E] { return frame }
            }
            return nil as ReceivedFrame?
        }
        #expect(try net.router.send([1], to: frame.sender) == .sent)
        #expect(try dealer.next().payload == [1])
    }

    @Test("a port in use is an error that says so")
    func portInUse() throws {
        let net = try Loopback()
        let other = try Socket(net.context, role: .router, plane: .control)
        let error = #expect(throws: MessagingError.self) { try other.bind(net.endpoint) }
        #expect(error?.code == .addressInUse)
        #expect(
            error?.message
                == "listen on \(net.endpoint): the port is in use; stop the program that holds it, or choose another port"
        )
    }

    @Test("port 0 becomes a port below those of outgoing connections")
    func freePort() throws {
        let port = try #require(try Endpoint(Loopback().endpoint).port)
        #expect((20_000..<32_000).contains(port))
    }

    @Test("an address of another host, a name that is none, and a wildcard to connect to are errors")
    func addresses() throws {
        let context = try MessagingContext()
        let socket = try Socket(context, role: .router, plane: .control)
        let error = #expect(throws: MessagingError.self) { try socket.bind("tcp://192.0.2.1:20001") }
        #expect(error?.code == .addressNotAvailable)
        let dealer = try Socket(context, role: .dealer, plane: .control)
        for endpoint in ["tcp://*:5570", "tcp://127.0.0.1:0"] {
            let error = #expect(throws: MessagingError.self) { try dealer.connect(endpoint) }
            #expect(error?.code == .badEndpoint)
        }
    }

    @Test("IPv6 and localhost work as addresses to listen on and to connect to")
    func families() throws {
        for host in ["[::1]", "localhost"] {
            let context = try MessagingContext()
            let router = try Socket(context, role: .router, plane: .control)
            let endpoint = try router.bind("tcp://\(host):0")
            #expect(endpoint.hasPrefix("tcp://\(host):"))
            let dealer = try Socket(context, role: .dealer, plane: .control)
            try dealer.connect(endpoint)
            _ = try dealer.send([1], to: nil)
            #expect(try router.next().payload == [1])
        }
    }
}

/// A dealer that sends what ours never would.
@safe
final class RawDealer {
    private let context = unsafe zmq_ctx_new()
    private let socket: UnsafeMutableRawPointer?

    init(_ endpoint: String) throws {
        unsafe self.socket = unsafe zmq_socket(self.context, ZMQ_DEALER)
        var unlimited: Int32 = 0
        _ = unsafe zmq_setsockopt(self.socket, ZMQ_SNDHWM, &unlimited, 4)
        guard unsafe zmq_connect(self.socket, endpoint) == 0 else { throw TimeOut() }
    }

    deinit {
        var none: Int32 = 0
        _ = unsafe zmq_setsockopt(self.socket, ZMQ_LINGER, &none, 4)
        _ = unsafe zmq_close(self.socket)
        _ = unsafe zmq_ctx_term(self.context)
    }

    func send(parts: Int) {
        var byte: UInt8 = 9
        for part in 1...parts { _ = unsafe zmq_send(self.socket, &byte, 1, part < parts ? ZMQ_SNDMORE : 0) }
    }
}

/// A plain TCP connection to this host.
final class RawConnection {
    private let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)

    init(port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let answer = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard answer == 0 else { throw TimeOut() }
    }

    deinit { close(self.descriptor) }

    func send(_ bytes: [UInt8]) {
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }
}
