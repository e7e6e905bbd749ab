import CoordinatorCore
import CoordinatorService
import Foundation
import Logging
import Messaging
import Testing
import TrainingData
import TuningModel
import WireCodec

@Suite("A coordinator among strangers")
struct GarbageTests {
    /// A coordinator on a thread of its own.
    private final class Running: @unchecked Sendable {
        // A class: it owns a folder and a thread. Sendable by use: the service is handed to its thread before anybody
        // else asks for anything but its interruption.
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-\(UUID().uuidString)")
            .path
        let endpoint: String
        private let interrupt: @Sendable () -> Void
        private let ended = DispatchSemaphore(value: 0)

        init() throws {
            let service = try CoordinatorService(
                study: ServedStudy.definition(), studyText: "test", dataset: try ServedStudy.dataset(),
                settings: CoordinatorSettings(directory: self.directory, endpoint: "tcp://127.0.0.1:0"),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            self.endpoint = service.listeningEndpoint
            self.interrupt = service.interrupt
            nonisolated(unsafe) let handed = service
            let ended = self.ended
            let thread = Thread {
                _ = try? unsafe handed.run(Nobody())
                ended.signal()
            }
            thread.start()
        }

        func end() {
            self.interrupt()
            self.ended.wait()
            try? FileManager.default.removeItem(atPath: self.directory)
        }
    }

    private final class Nobody: StudyObserver {
        func committed(_ records: [JournalRecord], of study: StudyState) {}
        func progressed(_ snapshot: StudySnapshot) {}
        func ended() {}
    }

    /// The next message that arrives, or `nil` after some seconds.
    private func answer(_ socket: Socket) throws -> CoordinatorMessage? {
        let poller = Poller()
        poller.add(socket, token: 0)
        for _ in 0..<50 {
            if let frame = try socket.receive() { return try WireCodec.decodeCoordinatorMessage(frame.payload) }
            _ = try poller.wait(milliseconds: 100)
        }
        return nil
    }

    private let hello = WorkerMessage.hello(
        Hello(
            worker: WorkerID(String(repeating: "a", count: 32)), name: "host:1", slots: 1, capacity: 1,
            instructionSet: "avx2", held: []))

    @Test("refuses another version and a broken message politely, drops garbage, and serves the next worker")
    func garbage() throws {
        let running = try Running()
        defer { running.end() }
        let context = try MessagingContext()
        let frame = WireCodec.encode(self.hello)

        let garbage = try Socket(context, role: .dealer, plane: .control)
        try garbage.connect(running.endpoint)
        _ = try garbage.send([1, 2, 3], to: nil)
        _ = try garbage.send([UInt8](repeating: 0xFF, count: 60_000), to: nil)

        var newer = frame
        newer[2] = 99
        let stranger = try Socket(context, role: .dealer, plane: .control)
        try stranger.connect(running.endpoint)
        _ = try stranger.send(newer, to: nil)
        guard case .reject(let code, _, _)? = try self.answer(stranger) else {
            Issue.record("another version was not refused")
            return
        }
        #expect(code == .version)

        let broken = try Socket(context, role: .dealer, plane: .control)
        try broken.connect(running.endpoint)
        _ = try broken.send(Array(frame.prefix(8)) + [0xFF, 0xFF, 0xFF], to: nil)
        guard case .reject(let reason, _, _)? = try self.answer(broken) else {
            Issue.record("a broken message was not refused")
            return
        }
        #expect(reason == .malformed)

        // Larger than a frame may be: the connection is cut, and nobody else notices.
        let large = try Socket(context, role: .dealer, plane: .bulk)
        try large.connect(running.endpoint)
        _ = try large.send([UInt8](repeating: 1, count: 200_000), to: nil)

        let worker = try Socket(context, role: .dealer, plane: .control)
        try worker.connect(running.endpoint)
        _ = try worker.send(frame, to: nil)
        guard case .welcome(let welcome)? = try self.answer(worker) else {
            Issue.record("the worker was not welcomed")
            return
        }
        #expect(welcome.session > 0)
        guard case .assign(let assignment)? = try self.answer(worker) else {
            Issue.record("the worker got no work")
            return
        }
        #expect(assignment.attempt == AttemptID(trial: TrialID(0), number: 1))
        for socket in [garbage, stranger, broken, large, worker] { socket.close() }
    }
}
