import Foundation
import Synchronization

/// Worker processes on this host, started and ended with a study.
final class LocalWorkers: @unchecked Sendable {
    // A class: it owns processes. Sendable by use: one thread starts and ends them; what their handlers and those of
    // signals touch is behind locks.
    private var processes: [Process] = []
    /// Held open while this process lives: a worker whose standard input ends has lost its parent and leaves.
    private let lifelines = Mutex<[FileHandle]>([])
    private let isDismissed = Mutex(false)
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
        for _ in 0..<count where !self.isDismissed.withLock({ $0 }) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = [
                "worker", endpoint, "--slots", "\(slots)", "--cache", cache, "--until-input-ends", "--quiet",
            ]
            let lifeline = Pipe()
            process.standardInput = lifeline
            process.standardOutput = FileHandle.nullDevice
            process.terminationHandler = { [weak self] process in
                guard let self else { return }
                let ended = self.endedCount.withLock { ended in
                    ended += 1
                    return ended
                }
                if process.terminationReason == .uncaughtSignal, !self.isDismissed.withLock({ $0 }) {
                    Terminal.writeError(
                        "winnow: the worker process \(process.processIdentifier) was killed by signal "
                            + "\(process.terminationStatus); \(count - ended) of \(count) are left")
                }
                if ended == count { whenAllAreGone() }
            }
            do {
                try process.run()
            } catch {
                throw CommandFailure(.failed, "a worker could not be started: \(error)")
            }
            self.processes.append(process)
            self.lifelines.withLock { $0.append(lifeline.fileHandleForWriting) }
        }
        if self.isDismissed.withLock({ $0 }) {
            // A signal came in between: those that run leave, and nobody waits for those that were not started.
            self.dismiss()
            if self.processes.count < count { whenAllAreGone() }
        }
    }

    /// Asks all workers to leave, who hand over what they have first: the end of their input tells them.
    func dismiss() {
        self.isDismissed.withLock { $0 = true }
        self.lifelines.withLock { lifelines in
            for lifeline in lifelines { try? lifeline.close() }
            lifelines = []
        }
    }

    /// Waits until all workers have left as they are asked to; what is left after some seconds is killed.
    func end() {
        self.dismiss()
        let identifiers = self.processes.filter(\.isRunning).map(\.processIdentifier)
        let reaper = DispatchWorkItem { for identifier in identifiers { kill(identifier, SIGKILL) } }
        DispatchQueue.global().asyncAfter(deadline: .now() + 8, execute: reaper)
        for process in self.processes { process.waitUntilExit() }
        reaper.cancel()
        self.processes = []
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
