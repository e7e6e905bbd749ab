import FileStore
internal import Glibc
package import Logging
import Messaging
import NumericKernels
import Randomness
import TuningModel
package import WorkerCore

/// A worker process: an agent that talks to the coordinator, and slots that train.
package struct WorkerService {
    private let settings: WorkerSettings
    private let logger: Logger
    private let limits: WorkerLimits

    /// - Parameters:
    ///   - settings: What the user asked for.
    ///   - logger: Where the worker tells what happens to it.
    ///   - limits: The defaults but in tests.
    package init(_ settings: WorkerSettings, logger: Logger, limits: WorkerLimits = WorkerLimits()) {
        self.settings = settings
        self.logger = logger
        self.limits = limits
    }

    /// Runs until the study is over, a signal has drained the worker, or it cannot go on. Blocks the calling thread,
    /// and handles SIGTERM, SIGINT and SIGHUP while it does.
    ///
    /// - Returns: The exit code: 0 when the study is over or the worker was drained, 2 for wrong settings, 69 without a
    ///   coordinator for too long, 75 when it has no room, 78 for another version or a processor that will not do, 130
    ///   after a second signal, 1 for anything else.
    package func run() -> Int32 {
        do throws(WorkerError) {
            let endpoint = try self.checkedEndpoint()
            let kernels: KernelSet
            do {
                kernels = try KernelSet.best(named: SlotProcess.environment("WINNOW_ISA"))
            } catch {
                self.logger.error("\(error)")
                return WorkerExit.configuration
            }
            return self.run(endpoint, instructionSet: kernels.instructionSet.rawValue)
        } catch {
            self.logger.error("\(error)")
            return 2
        }
    }

    private func run(_ endpoint: Endpoint, instructionSet: String) -> Int32 {
        // A closed standard error must not end the worker.
        _ = signal(SIGPIPE, SIG_IGN)
        let worker = WorkerID(
            (0..<2).map { _ in
                let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined())
        let profile = WorkerProfile(
            worker: worker, name: "\(Self.hostName):\(getpid())", slots: self.settings.slots,
            instructionSet: instructionSet)
        let random = RandomStream(seed: .random(in: 0 ... .max), purpose: .reconnection)
        let folder: WorkerFolder
        do {
            folder = try WorkerFolder(cache: self.settings.cacheDirectory, worker: worker)
        } catch {
            self.logger.error("cannot use the cache folder; choose another with --cache: \(error)")
            return 2
        }
        do {
            let agent = try WorkerAgent(
                self.settings, endpoint: endpoint, worker: Worker(profile, limits: self.limits, random: random),
                folder: folder, logger: self.logger)
            return try agent.run()
        } catch {
            self.logger.error("\(error)")
            return 1
        }
    }

    private func checkedEndpoint() throws(WorkerError) -> Endpoint {
        guard (1...4096).contains(self.settings.slots) else {
            throw WorkerError("\(self.settings.slots) slots: want 1 to 4096, such as the number of processors")
        }
        let endpoint: Endpoint
        do {
            endpoint = try Endpoint(self.settings.endpoint)
        } catch {
            throw WorkerError("\(error)")
        }
        guard let port = endpoint.port, port > 0 else {
            throw WorkerError(
                "endpoint \"\(self.settings.endpoint)\": want the coordinator's tcp://HOST:PORT, as it prints it")
        }
        guard endpoint.isLoopback || self.settings.allowsInsecure else {
            throw WorkerError(
                "endpoint \"\(self.settings.endpoint)\" is beyond this host, and connections are not encrypted yet "
                    + "(that comes with a later version); give --insecure to accept plaintext on a network you trust")
        }
        if let warning = endpoint.warning(ephemeralPorts: Endpoint.ephemeralPorts()) {
            self.logger.warning("\(warning)")
        }
        return endpoint
    }

    private static var hostName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&bytes, 255) == 0 else { return "unknown" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
