package import CoordinatorCore

/// How a coordinator serves a study.
package struct CoordinatorSettings: Sendable {
    /// The study's folder.
    package var directory: String
    /// `tcp://HOST:PORT`; port 0 takes a free one below 32768.
    package var endpoint: String
    /// Whether an endpoint beyond loopback may be served without encryption.
    package var allowsInsecure = false
    package var leases = LeaseSettings()
    /// The slots of virtual time; `nil` for real time, and for a study that goes on as it began.
    package var virtualSlots: Int?

    package init(directory: String, endpoint: String) {
        self.directory = directory
        self.endpoint = endpoint
    }
}

/// Why a coordinator can't serve; each says what was found and what helps.
package struct ServiceError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// How a coordinator's run ended.
package struct StudyOutcome: Sendable {
    package let study: StudyState
    /// `false` where it was interrupted; the same command goes on.
    package let isFinished: Bool
    /// From the first assignment to the end, while a coordinator ran.
    package let wallSeconds: Double
    package let busyFraction: Double?
    /// The saved network of the best trial, where there is one.
    package let modelFile: String?
}
