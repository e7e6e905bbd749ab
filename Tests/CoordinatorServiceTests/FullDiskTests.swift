import CoordinatorCore
import Foundation
import GRDB
import Logging
import Synchronization
import Testing
import TuningModel

@testable import CoordinatorService
@testable import StudyJournal

@Suite("A coordinator whose disk is full")
struct FullDiskTests {
    /// Says when the coordinator has logged something.
    private struct Listener: LogHandler {
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice
        let hear: @Sendable (Logger.Level, String) -> Void

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) { self.hear(event.level, "\(event.message)") }
    }

    private static func rowCount(_ queue: DatabaseQueue) throws -> Int {
        try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM journal") ?? 0 }
    }

    /// Leaves no room in the journal, down to the smallest row.
    private static func fill(_ journal: Journal) throws {
        try journal.queue.writeWithoutTransaction { database in
            _ = try Row.fetchAll(database, sql: "PRAGMA max_page_count = 20")
        }
        for length in [20_000, 2000, 200, 20, 1] {
            let record = JournalRecord(
                time: .zero, event: .workerLeft(WorkerID("w"), reason: String(repeating: "x", count: length)),
                decisions: [])
            do {
                while true { try journal.append([record]) }
            } catch {
                guard error.code == .noSpace else { throw error }
            }
        }
    }

    private static func makeRoom(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { database in
            _ = try Row.fetchAll(database, sql: "PRAGMA max_page_count = 100000")
        }
    }

    private func service(
        _ directory: String, hear: @escaping @Sendable (Logger.Level, String) -> Void
    ) throws -> CoordinatorService {
        try CoordinatorService(
            study: ServedStudy.definition(), studyText: "test", dataset: try ServedStudy.dataset(),
            settings: CoordinatorSettings(directory: directory, endpoint: "tcp://127.0.0.1:0"),
            logger: Logger(label: "test") { _ in Listener(hear: hear) })
    }

    @Test("waits, and goes on when there is space")
    func waits() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let heard = Mutex<[String]>([])
        let queue = Mutex<DatabaseQueue?>(nil)
        let interrupt = Mutex<(@Sendable () -> Void)?>(nil)
        let service = try self.service(directory) { level, text in
            heard.withLock { $0.append("\(level): \(text)") }
            // What is heard first is that it waits; then it goes on, and is interrupted.
            if level == .error {
                if let queue = queue.withLock({ $0 }) { try? Self.makeRoom(queue) }
            } else {
                interrupt.withLock { $0 }?()
            }
        }
        try Self.fill(service.journal)
        let rows = try Self.rowCount(service.journal.queue)
        queue.withLock { $0 = service.journal.queue }
        interrupt.withLock { $0 = service.interrupt }
        let outcome = try service.run(Unobserved())
        #expect(!outcome.isFinished)
        #expect(
            heard.withLock { $0 } == [
                "error: the study waits for space", "warning: there is space again: the study goes on",
            ])
        // The start of the coordinator.
        #expect(try Self.rowCount(service.journal.queue) == rows + 1)
    }

    @Test(
        "ends with what is wrong where the wait is interrupted, or the last worker has ended", arguments: [true, false])
    func interrupted(isInterrupt: Bool) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let interrupt = Mutex<(@Sendable () -> Void)?>(nil)
        let service = try self.service(directory) { _, _ in interrupt.withLock { $0 }?() }
        try Self.fill(service.journal)
        interrupt.withLock { $0 = isInterrupt ? service.interrupt : service.interruptAfterLastWorker }
        let error = try #require(throws: JournalError.self) { try service.run(Unobserved()) }
        #expect(error.code == .noSpace)
    }
}
