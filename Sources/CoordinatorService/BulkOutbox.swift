import Messaging

/// Bulk messages that the network does not take yet, in order.
///
/// No more requests are read while it is full, so that it is bounded; until then a worker that stopped reading is no
/// hindrance to the others. Such a one keeps its place for 10 s and then loses its messages: it asks again.
struct BulkOutbox {
    private static let patience = Duration.seconds(10)
    /// 64 chunks are 16 MiB.
    private static let mostItems = 64

    private struct Item {
        let frame: [UInt8]
        let receiver: RoutingID
        let since: Duration
    }

    private var items: [Item] = []

    var isEmpty: Bool { self.items.isEmpty }
    var isFull: Bool { self.items.count >= Self.mostItems }

    mutating func add(_ frame: [UInt8], to receiver: RoutingID, at now: Duration) {
        self.items.append(Item(frame: frame, receiver: receiver, since: now))
    }

    /// Sends as much as `send`, which never waits, takes; per receiver in order.
    mutating func flush(at now: Duration, _ send: ([UInt8], RoutingID) -> SendOutcome) {
        var waiting: [Item] = []
        for item in self.items {
            let isBehindAnother = waiting.contains { $0.receiver == item.receiver }
            guard isBehindAnother || send(item.frame, item.receiver) == .full else { continue }
            if now - item.since < Self.patience { waiting.append(item) }
        }
        self.items = waiting
    }
}
