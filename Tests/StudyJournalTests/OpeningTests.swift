import Foundation
import GRDB
import Testing
import TuningModel

@testable import StudyJournal

@Suite("Opening a study folder")
struct OpeningTests {
    private let folder: TemporaryFolder
    private var path: String { "\(self.folder.path)/journal.sqlite" }

    init() throws { self.folder = try TemporaryFolder() }

    private func code(_ body: () throws -> Void) -> JournalError.Code? {
        #expect(throws: JournalError.self) { try body() }?.code
    }

    private func open() throws { _ = try Journal.open(directory: self.folder.path) }

    @Test("a folder without a journal, and one that is not there, are no study folders")
    func missing() throws {
        #expect(self.code(self.open) == .notAStudyFolder)
        #expect(self.code { _ = try JournalReader.open(directory: "\(self.folder.path)/none") } == .notAStudyFolder)
        #expect(self.folder.files == [])
    }

    @Test("the level of the grammar and the shape of the data are kept, and a folder without them has level 1")
    func level() throws {
        let shape = DataShape(task: .classification(classes: 3), features: [4, 4, 1])
        let header = JournalHeader(
            name: "digits", studyText: "version: 1", digest: .repeating(7), created: 5, grammarLevel: 2, shape: shape)
        try Journal.create(directory: self.folder.path, header: header).close()
        #expect(try JournalReader.open(directory: self.folder.path).header == header)
        #expect(try Journal.open(directory: self.folder.path).header == header)
        do {
            // As it was before there were levels.
            let queue = try DatabaseQueue(path: self.path)
            try queue.write { database in
                try database.execute(sql: "ALTER TABLE meta DROP COLUMN level; ALTER TABLE meta DROP COLUMN shape")
            }
            try queue.close()
        }
        let old = try JournalReader.open(directory: self.folder.path).header
        #expect(old.grammarLevel == 1 && old.shape == nil && old.name == "digits" && old.created == 5)
    }

    @Test("a folder of another study is refused with that study's name")
    func otherStudy() throws {
        try Journal.create(directory: self.folder.path, header: JournalTests.header).close()
        let error = #expect(throws: JournalError.self) {
            try Journal.open(directory: self.folder.path, expecting: .repeating(8))
        }
        #expect(error?.code == .otherStudy)
        #expect(error?.message.contains("\"digits\"") == true)
        #expect(
            self.code { _ = try Journal.create(directory: self.folder.path, header: JournalTests.header) }
                == .alreadyExists)
    }

    @Test("somebody else's database is refused and not changed")
    func foreign() throws {
        do {
            let other = try DatabaseQueue(path: self.path)
            try other.write { try $0.execute(sql: "CREATE TABLE t (x); INSERT INTO t VALUES (1)") }
            try other.close()
        }
        let before = try Data(contentsOf: URL(filePath: self.path))
        #expect(self.code(self.open) == .notAStudyFolder)
        #expect(
            self.code { _ = try Journal.create(directory: self.folder.path, header: JournalTests.header) }
                == .alreadyExists)
        #expect(try Data(contentsOf: URL(filePath: self.path)) == before)
    }

    @Test("a file that is no database is refused and not changed")
    func garbage() throws {
        let bytes = Data(String(repeating: "not a database\n", count: 1_000).utf8)
        try bytes.write(to: URL(filePath: self.path))
        #expect(self.code(self.open) == .notAStudyFolder)
        #expect(
            self.code { _ = try Journal.create(directory: self.folder.path, header: JournalTests.header) }
                == .notAStudyFolder)
        #expect(try Data(contentsOf: URL(filePath: self.path)) == bytes)
    }

    @Test("a journal of a newer format is refused")
    func newer() throws {
        let journal = try Journal.create(directory: self.folder.path, header: JournalTests.header)
        try journal.queue.write { try $0.execute(sql: "PRAGMA user_version = 2") }
        try journal.close()
        let error = #expect(throws: JournalError.self) { try self.open() }
        #expect(error?.code == .newerVersion)
        #expect(error?.message == "\(self.path) has format 2, this Winnow reads formats up to 1; use a newer Winnow")
    }

    @Test("a process that died while it made the journal does not stand in the way of the next one")
    func interrupted() throws {
        try Data().write(to: URL(filePath: self.path))
        #expect(self.code(self.open) == .notAStudyFolder)
        let journal = try Journal.create(directory: self.folder.path, header: JournalTests.header)
        #expect(journal.lastLSN == 0)
    }

    @Test("a folder that cannot be written to is an error that says so")
    func noFolder() {
        let code = self.code {
            _ = try Journal.create(directory: "\(self.folder.path)/none", header: JournalTests.header)
        }
        #expect(code == .permissionDenied)
    }
}
