import CoordinatorCore
import Messaging

/// Which number the core knows a connection by.
///
/// ZeroMQ gives each connection a routing id of its own, and a worker that reconnects a new one.
struct PeerDirectory {
    private struct Entry {
        let routingID: RoutingID
        let connection: Int32
        /// When its connection was seen to be closed.
        var goneSince: Duration?
        /// Refused messages of this peer; it is told once and logged a few times.
        var refusals = 0
    }

    private var entries: [Int: Entry] = [:]
    private var numbers: [RoutingID: Int] = [:]
    private var next = 1

    /// The number of a connection, a new one where it was not known.
    mutating func number(of routingID: RoutingID, connection: Int32) -> PeerID {
        if let number = self.numbers[routingID] { return PeerID(number) }
        let number = self.next
        self.next += 1
        self.entries[number] = Entry(routingID: routingID, connection: connection)
        self.numbers[routingID] = number
        return PeerID(number)
    }

    func isKnown(_ routingID: RoutingID) -> Bool { self.numbers[routingID] != nil }

    func routingID(of peer: PeerID) -> RoutingID? { self.entries[peer.rawValue]?.routingID }

    /// The peer whose connection used this descriptor, once it has closed.
    mutating func closed(connection: Int32, at now: Duration) -> PeerID? {
        // A descriptor is used again by a later connection, so the newest one that is not gone is meant.
        let number = self.entries.filter { $0.value.connection == connection && $0.value.goneSince == nil }
            .map(\.key).max()
        guard let number else { return nil }
        self.entries[number]?.goneSince = now
        return PeerID(number)
    }

    /// Forgets connections that closed a while ago: their last messages, which may be read after the end of the
    /// connection was seen, have been read by now.
    mutating func forgetGone(at now: Duration) {
        for (number, entry) in self.entries {
            guard let since = entry.goneSince, now - since > Self.patience else { continue }
            self.entries[number] = nil
            self.numbers[entry.routingID] = nil
        }
    }

    var count: Int { self.entries.count }

    private static let patience = Duration.seconds(60)

    /// - Returns: How many messages of this peer have been refused, this one included.
    mutating func countRefusal(of peer: PeerID) -> Int {
        self.entries[peer.rawValue]?.refusals += 1
        return self.entries[peer.rawValue]?.refusals ?? 1
    }
}
