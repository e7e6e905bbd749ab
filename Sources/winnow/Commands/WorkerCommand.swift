import ArgumentParser
import Foundation
import Logging
import WorkerService

/// `winnow worker`: attaches this host to a coordinator.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Attaches to a coordinator and trains what it assigns.")

    @Argument(help: "The coordinator's endpoint: tcp://HOST:PORT.") var endpoint: String
    @Option(help: "Trials at once, one a core; as many as there are cores unless given.") var slots: Int?
    @Option(help: "Where data sets and checkpoints are kept; a folder below the user's cache unless given.")
    var cache: String?
    @Flag(help: "Attach to a coordinator on another host without encryption.") var insecure = false
    @Flag(help: .hidden) var untilInputEnds = false
    @Flag(help: "Say only what goes wrong.") var quiet = false
    @Flag(help: "JSON lines on standard output; a worker has none to tell.") var json = false

    func run() throws {
        let slots = self.slots ?? ProcessInfo.processInfo.activeProcessorCount
        guard (1...1024).contains(slots) else {
            throw CommandFailure(.wrongInput, "--slots = \(slots), want 1 to 1024")
        }
        try OpenFiles.prepare(for: slots, "slots")
        var logger = Logger(label: "winnow.worker") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = self.quiet ? .error : .notice
        let settings = WorkerSettings(
            endpoint: self.endpoint, slots: slots, cacheDirectory: self.cache ?? Self.defaultCache,
            allowsInsecure: self.insecure, slotExecutable: try LocalWorkers.executable(), slotArguments: ["slot"],
            leavesWithInput: self.untilInputEnds)
        let code = WorkerService(settings, logger: logger).run()
        if code != 0 { throw ExitCode(code) }
    }

    /// `$XDG_CACHE_HOME/winnow`, else `~/.cache/winnow`, by `$HOME` as shells have it.
    private static var defaultCache: String {
        let environment = ProcessInfo.processInfo.environment
        if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty { return cache + "/winnow" }
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        return home + "/.cache/winnow"
    }
}

/// `winnow slot`: one slot of a worker, started by it.
struct SlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "slot", shouldDisplay: false)

    func run() throws {
        let code = SlotProcess.run()
        if code != 0 { throw ExitCode(code) }
    }
}
