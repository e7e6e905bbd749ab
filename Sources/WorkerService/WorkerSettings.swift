/// What a worker is started with.
package struct WorkerSettings: Hashable, Sendable {
    /// The coordinator's control socket, `tcp://HOST:PORT`.
    package var endpoint: String
    /// How many trials are trained at once, each in a process of its own; 1 ... 4096.
    package var slots: Int
    /// Where data sets and checkpoints are kept; made where it is missing. Several workers may share it.
    package var cacheDirectory: String
    /// Whether an endpoint beyond this host is accepted although nothing is encrypted yet.
    package var allowsInsecure: Bool
    /// The program that runs ``SlotProcess``, and its arguments without the program's name.
    package var slotExecutable: String
    package var slotArguments: [String]
    /// Whether the end of standard input asks the worker to leave, as SIGTERM does, and SIGINT and SIGHUP do not: a command
    /// that starts workers holds the other end, ends them by closing it, and takes the terminal's signals itself.
    package var leavesWithInput: Bool

    package init(
        endpoint: String, slots: Int, cacheDirectory: String, allowsInsecure: Bool, slotExecutable: String,
        slotArguments: [String], leavesWithInput: Bool = false
    ) {
        self.endpoint = endpoint
        self.slots = slots
        self.cacheDirectory = cacheDirectory
        self.allowsInsecure = allowsInsecure
        self.slotExecutable = slotExecutable
        self.slotArguments = slotArguments
        self.leavesWithInput = leavesWithInput
    }
}

/// Why a worker could not begin: one line that names the place and the remedy.
package struct WorkerError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
