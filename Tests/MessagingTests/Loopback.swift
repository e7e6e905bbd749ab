import Messaging
import Testing

/// A coordinator's socket on a free port of this host, and workers' sockets that connect to it.
final class Loopback {
    let context: MessagingContext
    let router: Socket
    let endpoint: String

    init(_ plane: MessagingPlane = .control) throws {
        self.context = try MessagingContext()
        self.router = try Socket(self.context, role: .router, plane: plane)
        self.endpoint = try self.router.bind("tcp://127.0.0.1:0")
    }

    func dealer(_ plane: MessagingPlane = .control) throws -> Socket {
        let dealer = try Socket(self.context, role: .dealer, plane: plane)
        try dealer.connect(self.endpoint)
        return dealer
    }
}

struct TimeOut: Error {}

/// Asks again until there is an answer, and gives up after ten seconds. Waits on the sockets, not on the clock.
func eventually<Answer>(_ sockets: Socket..., answer: () throws -> Answer?) throws -> Answer {
    let poller = Poller()
    for (i, socket) in sockets.enumerated() {
        poller.add(socket, token: i)
        poller.add(monitorOf: socket, token: i)
    }
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(10) {
        if let answer = try answer() { return answer }
        _ = try poller.wait(milliseconds: 20)
    }
    throw TimeOut()
}

extension Socket {
    func next() throws -> ReceivedFrame { try eventually(self) { try self.receive() } }

    func nextDisconnection() throws -> Int32 {
        try eventually(self) {
            while let event = self.receiveMonitorEvent() {
                if case .disconnected(let descriptor) = event { return descriptor }
            }
            return nil
        }
    }
}
