/// The state of the worker's connection to its coordinator.
struct Link: Hashable, Sendable {
    enum State: Hashable, Sendable {
        /// No socket; one is opened at this time.
        case closed(until: Duration)
        /// A hello went out; no answer yet.
        case helloSent(at: Duration)
        case active
    }

    var state: State = .closed(until: .zero)
    /// Whether the transport has reached a peer.
    var isConnected = false
    var session: UInt64 = 0
    var coordinatorEpoch: UInt64 = 0
    var bulkPort = 0
    var heartbeat: Duration
    var silence: Duration
    var orphan: Duration
    /// When anything valid was last heard.
    var heardAt: Duration = .zero
    var sentAt: Duration = .zero
    /// Openings in a row without a `welcome`.
    var failures = 0

    var isActive: Bool { self.state == .active }
}

/// A progress message that is under way: which epochs and ends it carries.
struct ProgressFlight: Hashable, Sendable {
    var marks: [ProgressMark]
    let sentAt: Duration
}
