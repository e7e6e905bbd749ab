package import CoordinatorCore
internal import Foundation
internal import GRDB
package import TuningModel
internal import WireCodec

/// The journal of a study, open for writing: rows that are only ever added, in a SQLite file in the study folder.
///
/// What ``append(_:)`` has returned from survives the end of the process and of the machine's power. Any number of
/// ``JournalReader``s may read meanwhile, also in other processes. One writer at a time: the study folder's lock is the
/// caller's.
///
/// A class, since it owns a database connection. Not `Sendable`: one thread writes.
package final class Journal {
    package let directory: String
    package let header: JournalHeader
    /// The number of the newest row; rows count from 1 without gaps.
    package private(set) var lastLSN: Int

    let queue: DatabaseQueue

    /// Makes the journal of a new study in an existing folder.
    package static func create(directory: String, header: JournalHeader) throws(JournalError) -> Journal {
        Journal(directory, header, lastLSN: 0, try JournalFile.create(directory, header))
    }

    /// Opens the journal of a study to go on with it.
    ///
    /// Throws ``JournalError/Code/otherStudy`` where the folder's study file has not the digest `expected`, `nil` for any.
    package static func open(directory: String, expecting expected: Digest? = nil) throws(JournalError) -> Journal {
        let queue = try JournalFile.open(directory, isReadOnly: false)
        let path = JournalFile.path(in: directory)
        let header: JournalHeader
        let lastLSN: Int
        do {
            (header, lastLSN) = try queue.read { database in
                (
                    try JournalFile.header(database, path),
                    try Int.fetchOne(database, sql: "SELECT max(lsn) FROM journal") ?? 0
                )
            }
        } catch { throw JournalError(error, "read", path) }
        if let expected, expected != header.digest {
            throw JournalError(
                .otherStudy,
                "\(directory) is the folder of another study, or of another version of this one: \"\(header.name)\"; "
                    + "want another folder, or the study file that it was begun with")
        }
        return Journal(directory, header, lastLSN: lastLSN, queue)
    }

    private init(_ directory: String, _ header: JournalHeader, lastLSN: Int, _ queue: DatabaseQueue) {
        self.directory = directory
        self.header = header
        self.lastLSN = lastLSN
        self.queue = queue
    }

    /// Adds rows, all or none, and waits until they are on the disk.
    ///
    /// - Throws: ``JournalError/Code/noSpace``, ``JournalError/Code/ioFailure`` and others; the journal is as it was.
    /// - Complexity: O(bytes); one wait for the disk, whatever the number of rows.
    package func append(_ records: [JournalRecord]) throws(JournalError) {
        guard !records.isEmpty else { return }
        let first = self.lastLSN + 1
        do {
            try self.queue.write { database in
                let statement = try database.cachedStatement(
                    sql: "INSERT INTO journal (lsn, time, kind, body, crc) VALUES (?, ?, ?, ?, ?)")
                for (i, record) in records.enumerated() {
                    let body = WireCodec.encode(record)
                    let time = record.time / .seconds(1)
                    let crc = Checksum.row(lsn: first + i, time: time, kind: record.event.kind, body: body)
                    try statement.execute(
                        arguments: [first + i, time, record.event.kind, Data(body), Int64(crc)])
                }
            }
        } catch { throw JournalError(error, "append to", JournalFile.path(in: self.directory)) }
        self.lastLSN += records.count
    }

    /// All rows, oldest first, each checked. Memory holds one batch at a time.
    ///
    /// - Throws: What `body` throws, or ``JournalError/Code/damaged`` with the row's number.
    package func readAll(_ body: (_ lsn: Int, JournalRecord) throws -> Void) throws {
        try JournalReader(self.queue, self.directory, self.header).readAll(body)
    }

    /// Folds the log into the file, so that the folder has one file less when the coordinator has gone, and closes it.
    package func close() throws(JournalError) {
        do {
            try self.queue.writeWithoutTransaction { database in
                _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try self.queue.close()
        } catch { throw JournalError(error, "close", JournalFile.path(in: self.directory)) }
    }
}

extension StudyEvent {
    /// The event's kind as a number: its field in `Protocols/journal.proto`, for looking at journals with SQL.
    var kind: Int {
        switch self {
        case .coordinatorStarted: 3
        case .workerJoined: 4
        case .workerLeft: 5
        case .workRequested: 6
        case .reported: 7
        case .attemptEnded: 8
        case .attemptLost: 9
        case .checkpointStored: 10
        case .ended: 11
        case .confirmed: 12
        case .recalled: 14
        }
    }
}
