package import TuningModel

/// One connection of a worker, numbered by the shell; a worker that reconnects gets a new number.
package struct PeerID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int
    package init(_ rawValue: Int) { self.rawValue = rawValue }
    package var description: String { "peer \(self.rawValue)" }
}

/// What the outside tells a ``Coordinator``.
package enum CoordinatorInput: Hashable, Sendable {
    case message(PeerID, WorkerMessage)
    /// The connection is gone.
    case disconnected(PeerID)
    /// A message to this peer could not be sent: what it holds is unknown until it says hello again.
    case unreachable(PeerID)
    /// Time has passed; sent every fraction of a second.
    case tick
    /// A checkpoint has arrived and is durable.
    case checkpointStored(TrialID, CheckpointReference)
    /// The best network was tested.
    case confirmed(TrialID, [MetricValue])
}

/// What the shell has to do, in this order.
///
/// A ``journal(_:)`` comes before each ``send(_:to:)`` that depends on it: nothing leaves before it is durable.
package enum CoordinatorEffect: Hashable, Sendable {
    case journal(JournalRecord)
    case send(CoordinatorMessage, to: PeerID)
    /// Nobody needs this checkpoint any more.
    case discard(Digest)
    /// Test the best trial's network and answer with ``CoordinatorInput/confirmed(_:_:)``.
    case confirm(TrialID)
    /// The study is over and confirmed: every worker has been told.
    case leave
    case log(String, isWarning: Bool)
}

/// How long things may take. All are durations on the coordinator's own clock.
package struct LeaseSettings: Hashable, Sendable {
    /// A worker sends something at least this often; 1 s.
    package var heartbeat: Duration = .seconds(1)
    /// A worker not heard for this long is suspected: it gets no more work; 10 s.
    package var lease: Duration = .seconds(10)
    /// A suspected worker's attempts are lost after this much longer; 10 s.
    package var grace: Duration = .seconds(10)
    /// A worker whose connection broke has this long to return before its attempts are lost; 2 s.
    package var reconnect: Duration = .seconds(2)
    /// Attempts that a restarted coordinator finds open wait this long for their worker; 15 s.
    package var reattach: Duration = .seconds(15)
    /// A worker that hears nothing for this long opens a new connection; 5 s.
    package var silence: Duration = .seconds(5)
    /// A worker that finds no coordinator for this long leaves; 15 min.
    package var orphan: Duration = .seconds(900)
    /// How many workers may be attached at once.
    package var mostWorkers = 10_000
    package init() {}
}
