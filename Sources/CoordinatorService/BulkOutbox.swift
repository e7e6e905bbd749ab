import Messaging

/// Bulk messages that the network does not take yet, in order.
///
/// Bounded by what one round of requests asks for, since no more requests are read while it is not empty. A worker
/// that stopped reading keeps its place for 10 s and then loses its messages: it asks again.
struct BulkOutbox {
    private static let patience = Duration.seconds(10)

    private struct Item {
        let frame: [UInt8]
        let receiver: RoutingID
        let since = ContinuousClock.now
    }

    private var items: [Item] = []

    var isEmpty: Bool { self.items.isEmpty }

    mutating func add(_ frame: [UInt8], to receiver: RoutingID) {
        self.items.append(Item(frame: frame, receiver: receiver))
    }

    /// Sends as much as is taken; per receiver in order.
    mutating func flush(to socket: Socket) {
        var waiting: [Item] = []
        for item in self.items {
            if waiting.contains(where: { $0.receiver == item.receiver }) {
                waiting.append(item)
                continue
            }
            // A socket that fails has lost its peer, who asks again on its next connection.
            let outcome = (try? socket.send(item.frame, to: item.receiver)) ?? .unreachable
            guard outcome == .full else { continue }
            if item.since.duration(to: .now) < Self.patience { waiting.append(item) }
        }
        self.items = waiting
    }
}
