import CoordinatorCore
import Foundation
import GRDB
import Testing
import TuningModel

@testable import StudyJournal

@Suite("The journal of a study")
struct JournalTests {
    private let folder: TemporaryFolder
    private var path: String { "\(self.folder.path)/journal.sqlite" }

    static let header = JournalHeader(
        name: "digits", studyText: "version: 1\nname: digits\n", digest: .repeating(7), created: 1_700_000_000.5)

    init() throws { self.folder = try TemporaryFolder() }

    private func create() throws -> Journal { try Journal.create(directory: self.folder.path, header: Self.header) }

    private func rows(_ directory: String) throws -> [JournalRecord] {
        var rows: [JournalRecord] = []
        try JournalReader.open(directory: directory).readAll { lsn, record in
            #expect(lsn == rows.count + 1)
            rows.append(record)
        }
        return rows
    }

    /// A row that has something of everything that can go wrong on the way: times below a microsecond, NaN, texts.
    static func record(_ i: Int) -> JournalRecord {
        let attempt = AttemptID(trial: TrialID(i), number: 1)
        let reports = (1...3).map { epoch in
            EpochReport(
                epoch: epoch,
                metrics: [MetricValue(.trainLoss, 1 / Double(i + epoch)), MetricValue(.validationLoss, 0.1)],
                seconds: 0.001)
        }
        return JournalRecord(
            time: .nanoseconds(i * 333),
            event: i.isMultiple(of: 7) ? .workRequested(WorkerID("w\(i)")) : .reported(attempt, reports),
            decisions: i.isMultiple(of: 5) ? [.paused(TrialID(i), epoch: 3, reason: "4. von 9 – „Pause“")] : [])
    }

    @Test("what was appended is read again, in order, by the same journal, by a reader and after a restart")
    func roundTrip() throws {
        let records = (1...1_300).map(Self.record)
        do {
            let journal = try self.create()
            #expect(journal.header == Self.header)
            try journal.append([])
            try journal.append(Array(records[..<1]))
            try journal.append(Array(records[1..<700]))
            #expect(journal.lastLSN == 700)
            #expect(try self.rows(self.folder.path) == Array(records[..<700]))
            try journal.close()
        }
        let journal = try Journal.open(directory: self.folder.path, expecting: Self.header.digest)
        #expect(journal.header == Self.header)
        #expect(journal.lastLSN == 700)
        try journal.append(Array(records[700...]))
        #expect(try self.rows(self.folder.path) == records)
        var own: [JournalRecord] = []
        try journal.readAll { _, record in own.append(record) }
        #expect(own == records)
    }

    @Test("a reader follows a journal that grows")
    func follow() throws {
        let journal = try self.create()
        let reader = try JournalReader.open(directory: self.folder.path)
        #expect(reader.header == Self.header)
        #expect(try reader.read(after: 0, atMost: 10) == [])
        try journal.append((1...5).map(Self.record))
        #expect(try reader.read(after: 0, atMost: 3) == (1...3).map(Self.record))
        #expect(try reader.read(after: 3, atMost: 10) == (4...5).map(Self.record))
        try journal.append([Self.record(6)])
        #expect(try reader.read(after: 5, atMost: 10) == [Self.record(6)])
    }

    @Test("each commit waits for the disk, and readers are not kept out")
    func durability() throws {
        let journal = try self.create()
        let pragmas = try journal.queue.read { database in
            (
                try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(database, sql: "PRAGMA synchronous")
            )
        }
        #expect(pragmas.0 == "wal")
        #expect(pragmas.1 == 2)
    }

    @Test("after a kill at any moment the journal holds whole batches, all that were acknowledged")
    func killed() throws {
        let journal = try self.create()
        var lengths: [Int] = []
        for batch in 0..<12 {
            try journal.append((0..<10).map { Self.record(batch * 10 + $0) })
            lengths.append(try Data(contentsOf: URL(filePath: "\(self.path)-wal")).count)
        }
        // What a killed process leaves: its files as they are, here with the log cut at every kind of place.
        let main = try Data(contentsOf: URL(filePath: self.path))
        let log = try Data(contentsOf: URL(filePath: "\(self.path)-wal"))
        for cut in [log.count, log.count - 1, lengths[7], lengths[7] + 100, lengths[7] - 1, lengths[0], 0] {
            let copy = try TemporaryFolder()
            try main.write(to: URL(filePath: "\(copy.path)/journal.sqlite"))
            try log.prefix(cut).write(to: URL(filePath: "\(copy.path)/journal.sqlite-wal"))
            let wanted = lengths.filter { $0 <= cut }.count * 10
            guard let reopened = try? Journal.open(directory: copy.path) else {
                // Cut before the first commit: not yet a journal.
                #expect(cut < lengths[0])
                continue
            }
            #expect(reopened.lastLSN == wanted, "cut at \(cut)")
            #expect(try self.rows(copy.path) == (0..<wanted).map(Self.record))
            try reopened.append([Self.record(9)])
            #expect(reopened.lastLSN == wanted + 1)
        }
    }

    @Test("a full disk keeps what was there, and the append works when there is space")
    func fullDisk() throws {
        let journal = try self.create()
        try journal.append((1...50).map(Self.record))
        try journal.queue.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        let more = (51...2_000).map(Self.record)
        let error = #expect(throws: JournalError.self) { try journal.append(more) }
        #expect(error?.code == .noSpace)
        #expect(journal.lastLSN == 50)
        #expect(try self.rows(self.folder.path) == (1...50).map(Self.record))
        try journal.queue.writeWithoutTransaction { database in
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = 1000000")
        }
        try journal.append(more)
        #expect(try self.rows(self.folder.path) == (1...2_000).map(Self.record))
    }

    @Test(
        "a row that was changed, moved or lost is named",
        arguments: [
            ("UPDATE journal SET body = zeroblob(9) WHERE lsn = 3", 3),
            ("UPDATE journal SET time = time + 1 WHERE lsn = 4", 4),
            ("UPDATE journal SET kind = 99 WHERE lsn = 5", 5), ("UPDATE journal SET crc = crc + 1 WHERE lsn = 6", 6),
            ("DELETE FROM journal WHERE lsn = 7", 7), ("UPDATE journal SET time = 'x' WHERE lsn = 8", 8),
            ("DELETE FROM journal WHERE lsn = 1", 1),
            ("UPDATE journal SET body = (SELECT body FROM journal WHERE lsn = 10) WHERE lsn = 9", 9),
        ])
    func damagedRow(_ sql: String, _ lsn: Int) throws {
        let journal = try self.create()
        try journal.append((1...10).map(Self.record))
        try journal.queue.write { try $0.execute(sql: sql) }
        var count = 0
        let error = #expect(throws: JournalError.self) { try journal.readAll { _, _ in count += 1 } }
        #expect(error?.code == .damaged)
        #expect(error?.lsn == lsn)
        #expect(error?.message.hasPrefix("row \(lsn) of \(self.path) is damaged: ") == true)
        #expect(count <= lsn - 1)
    }

    @Test("a damaged file is an error, not a trap", arguments: [1, 2, 3])
    func damagedFile(_ seed: UInt64) throws {
        let journal = try self.create()
        try journal.append((1...300).map(Self.record))
        try journal.close()
        var bytes = try Data(contentsOf: URL(filePath: self.path))
        var state = seed
        for _ in 0..<200 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes[100 + Int(state >> 33) % (bytes.count - 100)] = UInt8(truncatingIfNeeded: state >> 20)
        }
        try bytes.write(to: URL(filePath: self.path))
        #expect(throws: JournalError.self) { try self.rows(self.folder.path) }
    }

    @Test("CRC-32 of the standard's example")
    func checksum() {
        var checksum = Checksum()
        checksum.update(Array("123456789".utf8))
        #expect(checksum.value == 0xCBF4_3926)
    }
}

extension Digest {
    static func repeating(_ byte: UInt8) -> Digest {
        Digest(bytes: [UInt8](repeating: byte, count: 32)) ?? Digest.repeating(0)
    }
}
