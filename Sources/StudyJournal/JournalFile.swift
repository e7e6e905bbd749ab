internal import Foundation
internal import GRDB
internal import TuningModel

/// The database file `journal.sqlite` of a study folder: opening, making and checking it.
enum JournalFile {
    static let name = "journal.sqlite"
    /// "Winn": says that the file is ours.
    static let applicationID = 0x5769_6E6E
    /// Rises when an older Winnow could not read the file any more.
    static let version = 1

    static func path(in directory: String) -> String { "\(directory)/\(Self.name)" }

    /// Opens an existing journal.
    static func open(_ directory: String, isReadOnly: Bool) throws(JournalError) -> DatabaseQueue {
        let path = Self.path(in: directory)
        guard FileManager.default.fileExists(atPath: path) else {
            throw JournalError(
                .notAStudyFolder,
                "\(directory) is not a study folder: it has no \(Self.name); want a folder that Winnow made")
        }
        do {
            let queue = try isReadOnly ? Self.reader(path) : Self.connect(path, isReadOnly: false)
            if !isReadOnly { try queue.writeWithoutTransaction(Self.makeDurable) }
            return queue
        } catch { throw JournalError(error, "open", path) }
    }

    /// Opens a database by its path, or by another address of it, and checks that it is a journal.
    private static func connect(_ address: String, at path: String? = nil, isReadOnly: Bool) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: address, configuration: Self.configuration(isReadOnly: isReadOnly))
        // Whoever reads first opens the files of the write-ahead log, too.
        try queue.read { try Self.check($0, path ?? address) }
        return queue
    }

    /// Opens a journal for reading, also where nothing may be made beside it.
    ///
    /// Reading takes the files of the write-ahead log. Where there are none and none can be made, the database file is all
    /// there is, and is read as one that nobody changes: without a log and without locks. A coordinator that begins to
    /// write it meanwhile would be seen as damage.
    private static func reader(_ path: String) throws -> DatabaseQueue {
        do {
            return try Self.connect(path, isReadOnly: true)
        } catch let error as DatabaseError where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) {
            guard !FileManager.default.fileExists(atPath: "\(path)-wal") else {
                throw JournalError(
                    .permissionDenied,
                    "cannot read \(path): its write-ahead log can't be read without rights to write in its folder; want such "
                        + "rights, or a copy of the folder")
            }
            return try Self.connect(Self.immutableAddress(of: path), at: path, isReadOnly: true)
        }
    }

    /// A file that nobody changes while it is open, as the library's addresses name it.
    private static func immutableAddress(of path: String) -> String {
        let plain = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%"))
        // What follows two slashes would be taken for a host.
        let absolute = "/" + URL(filePath: path).path(percentEncoded: false).drop { $0 == "/" }
        return "file://\(absolute.addingPercentEncoding(withAllowedCharacters: plain) ?? absolute)?immutable=1"
    }

    /// Makes a journal, or goes on where an earlier process died in the middle of making one.
    static func create(_ directory: String, _ header: JournalHeader) throws(JournalError) -> DatabaseQueue {
        let path = Self.path(in: directory)
        do {
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration(isReadOnly: false))
            guard try queue.read(Self.isEmpty) else {
                throw JournalError(
                    .alreadyExists, "\(directory) already has a study; want an empty folder, or a restart of that study"
                )
            }
            try queue.writeWithoutTransaction(Self.makeDurable)
            try queue.write { try Self.fill($0, header) }
            return queue
        } catch { throw JournalError(error, "make", path) }
    }

    static func header(_ database: Database, _ path: String) throws -> JournalHeader {
        // Older folders have no level, no shape and no data set.
        let columns = try database.columns(in: "meta").map(\.name)
        let level = columns.contains("level") ? "level" : "1"
        let shape = columns.contains("shape") ? "shape" : "NULL"
        let dataset = columns.contains("dataset") ? "dataset" : "NULL"
        let sql =
            "SELECT name, study, digest, created, \(level) AS level, \(shape) AS shape, \(dataset) AS dataset FROM meta"
        guard let row = try Row.fetchOne(database, sql: sql),
            let name = String.fromDatabaseValue(row["name"]), let text = String.fromDatabaseValue(row["study"]),
            let bytes = Data.fromDatabaseValue(row["digest"]), let digest = Digest(bytes: [UInt8](bytes)),
            let created = Double.fromDatabaseValue(row["created"]), let level = Int.fromDatabaseValue(row["level"]),
            level >= 1
        else { throw JournalError(.damaged, "\(path) is damaged: it does not name its study; restore it from a copy") }
        return JournalHeader(
            name: name, studyText: text, digest: digest, created: created, grammarLevel: level,
            shape: String.fromDatabaseValue(row["shape"]).flatMap { DataShape(text: $0) },
            dataset: Data.fromDatabaseValue(row["dataset"]).flatMap { Digest(bytes: [UInt8]($0)) })
    }

    private static func configuration(isReadOnly: Bool) -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.readonly = isReadOnly
        // A reader and the writer do not exclude each other but for moments in which the log is folded into the file.
        configuration.busyMode = .timeout(10)
        configuration.label = "winnow.journal"
        return configuration
    }

    /// Each commit is on the disk before it returns. Set by hand, since the library's own setting of the write-ahead log
    /// goes with commits that a power cut may lose.
    private static func makeDurable(_ database: Database) throws {
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw JournalError(
                .system, "cannot use a write-ahead log (\(mode ?? "none")); want a folder on a disk of this host")
        }
        try database.execute(sql: "PRAGMA synchronous = FULL")
    }

    private static func isEmpty(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "PRAGMA application_id") == 0
            && Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
    }

    private static func check(_ database: Database, _ path: String) throws {
        guard try Int.fetchOne(database, sql: "PRAGMA application_id") == Self.applicationID else {
            throw JournalError(.notAStudyFolder, "\(path) is not a journal of Winnow; want a folder that Winnow made")
        }
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= Self.version else {
            throw JournalError(
                .newerVersion,
                "\(path) has format \(version), this Winnow reads formats up to \(Self.version); use a newer Winnow")
        }
    }

    private static func fill(_ database: Database, _ header: JournalHeader) throws {
        try database.execute(
            sql: """
                PRAGMA application_id = \(Self.applicationID);
                PRAGMA user_version = \(Self.version);
                CREATE TABLE meta (
                    name TEXT NOT NULL, study TEXT NOT NULL, digest BLOB NOT NULL, created REAL NOT NULL,
                    level INTEGER NOT NULL, shape TEXT, dataset BLOB
                );
                CREATE TABLE journal (
                    lsn INTEGER PRIMARY KEY, time REAL NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL,
                    crc INTEGER NOT NULL
                );
                """)
        try database.execute(
            sql: "INSERT INTO meta (name, study, digest, created, level, shape, dataset) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                header.name, header.studyText, Data(header.digest.bytes), header.created, header.grammarLevel,
                header.shape?.text, (header.dataset?.bytes).map { Data($0) },
            ])
    }
}
