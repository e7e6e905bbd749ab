import Foundation
import Synchronization

/// Worker processes on this host, started and ended with a study.
final class LocalWorkers: @unchecked Sendable {
    // A class: it owns processes. Sendable by use: one thread starts and ends them, and their handlers touch nothing but
    // the counter behind its lock.
    private var processes: [Process] = []
    /// Held open while this process lives: a worker whose standard input ends has lost its parent and leaves.
    private var lifelines: [Pipe] = []
    private let endedCount = Mutex(0)
    private var startedCount = 0

    /// Whether workers were started and every one has ended.
    var areAllGone: Bool { self.startedCount > 0 && self.endedCount.withLock { $0 } >= self.startedCount }

    /// Starts workers that attach to an endpoint.
    ///
    /// - Throws: ``CommandFailure`` where this program can't be started again.
    func start(
        _ count: Int, slots: Int, endpoint: String, cache: String, whenAllAreGone: @escaping @Sendable () -> Void
    ) throws {
        self.startedCount = count
        let executable = try Self.executable()
        for _ in 0..<count {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = [
                "worker", endpoint, "--slots", "\(slots)", "--cache", cache, "--until-input-ends", "--quiet",
            ]
            let lifeline = Pipe()
            process.standardInput = lifeline
            process.standardOutput = FileHandle.nullDevice
            process.terminationHandler = { [weak self] _ in
                guard let self else { return }
                let ended = self.endedCount.withLock { ended in
                    ended += 1
                    return ended
                }
                if ended == count { whenAllAreGone() }
            }
            do {
                try process.run()
            } catch {
                throw CommandFailure(.failed, "a worker could not be started: \(error)")
            }
            self.processes.append(process)
            self.lifelines.append(lifeline)
        }
    }

    /// Lets all workers leave: the end of their input asks them to, and what is left after some seconds is killed.
    func end() {
        for lifeline in self.lifelines { try? lifeline.fileHandleForWriting.close() }
        let identifiers = self.processes.filter(\.isRunning).map(\.processIdentifier)
        let reaper = DispatchWorkItem { for identifier in identifiers { kill(identifier, SIGKILL) } }
        DispatchQueue.global().asyncAfter(deadline: .now() + 8, execute: reaper)
        for process in self.processes { process.waitUntilExit() }
        reaper.cancel()
        self.processes = []
        self.lifelines = []
    }

    /// The file of this program.
    static func executable() throws -> String {
        do {
            return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        } catch {
            throw CommandFailure(.failed, "this program's own file is unknown: \(error)")
        }
    }
}
