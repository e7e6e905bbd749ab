package import CoordinatorCore
internal import Foundation
internal import GRDB
internal import WireCodec

/// The journal of a study, open for reading: also while its coordinator writes, from this or another process.
package final class JournalReader {
    package let directory: String
    package let header: JournalHeader

    private let queue: DatabaseQueue
    private static let batchCount = 512

    /// Opens the journal of a study folder for reading, also while a coordinator writes it.
    package static func open(directory: String) throws(JournalError) -> JournalReader {
        let queue = try JournalFile.open(directory, isReadOnly: true)
        let path = JournalFile.path(in: directory)
        do {
            return JournalReader(queue, directory, try queue.read { try JournalFile.header($0, path) })
        } catch { throw JournalError(error, "read", path) }
    }

    init(_ queue: DatabaseQueue, _ directory: String, _ header: JournalHeader) {
        self.queue = queue
        self.directory = directory
        self.header = header
    }

    /// All rows, oldest first, each checked. Memory holds one batch at a time.
    ///
    /// Rows that are added meanwhile are read as well, as far as they come before the end is reached.
    ///
    /// - Throws: What `body` throws, or ``JournalError/Code/damaged`` with the row's number.
    package func readAll(_ body: (_ lsn: Int, JournalRecord) throws -> Void) throws {
        var last = 0
        while case let batch = try self.read(after: last, atMost: Self.batchCount), !batch.isEmpty {
            for record in batch {
                last += 1
                try body(last, record)
            }
        }
    }

    /// The rows after a row, oldest first: number `lsn + 1` and the following.
    ///
    /// To read from the beginning, `lsn` is 0; to follow a study that runs, ask again from the last row on.
    package func read(after lsn: Int, atMost count: Int) throws(JournalError) -> [JournalRecord] {
        let path = JournalFile.path(in: self.directory)
        do {
            return try self.queue.read { database in
                let statement = try database.cachedStatement(
                    sql: "SELECT lsn, time, kind, body, crc FROM journal WHERE lsn > ? ORDER BY lsn LIMIT ?")
                let rows = try Row.fetchCursor(statement, arguments: [lsn, count])
                var records: [JournalRecord] = []
                while let row = try rows.next() {
                    records.append(try Self.record(row, lsn: lsn + records.count + 1, path))
                }
                return records
            }
        } catch { throw JournalError(error, "read", path) }
    }

    private static func record(_ row: Row, lsn: Int, _ path: String) throws -> JournalRecord {
        guard let found = Int.fromDatabaseValue(row[0]), found == lsn else {
            throw JournalError.damaged(lsn, path, "it is missing")
        }
        guard let time = Double.fromDatabaseValue(row[1]), let kind = Int.fromDatabaseValue(row[2]),
            let crc = Int64.fromDatabaseValue(row[4])
        else { throw JournalError.damaged(lsn, path, "its columns are not those of a journal") }
        let body = try row.withUnsafeData(atIndex: 3) { [UInt8]($0 ?? Data()) }
        let wanted = Checksum.row(lsn: lsn, time: time, kind: kind, body: body)
        guard crc == Int64(wanted) else {
            throw JournalError.damaged(lsn, path, "its checksum is \(crc), its bytes have \(wanted)")
        }
        do throws(WireError) {
            return try WireCodec.decodeJournalRecord(body)
        } catch { throw JournalError.damaged(lsn, path, error) }
    }
}
