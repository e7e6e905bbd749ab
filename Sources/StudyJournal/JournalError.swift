internal import GRDB
internal import WireCodec

/// Why a study's journal cannot be read or written.
package struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable, CaseIterable {
        /// There is a study in the folder already.
        case alreadyExists
        case notAStudyFolder
        case otherStudy
        case newerVersion
        /// The disk is full. Nothing of the append was kept, everything before it is as it was; an append may be tried
        /// again when there is space.
        case noSpace
        /// A row, or the file around it, is not what was written.
        case damaged
        /// The disk failed. What the kernel holds of the file cannot be trusted any more: end the process; the next one
        /// reads what reached the disk.
        case ioFailure
        case permissionDenied
        case system
    }
    package let code: Code
    /// The row that is damaged, where it is one.
    package let lsn: Int?
    /// What was tried, on what, what went wrong and what helps; one line.
    package let message: String

    package init(_ code: Code, lsn: Int? = nil, _ message: String) {
        self.code = code
        self.lsn = lsn
        self.message = message
    }

    package var description: String { self.message }

    /// An error of the database as one of ours.
    init(_ error: any Error, _ action: String, _ path: String) {
        if let error = error as? JournalError {
            self = error
            return
        }
        let about = "cannot \(action) \(path)"
        guard let error = error as? DatabaseError else {
            self.init(.system, "\(about): \(error)")
            return
        }
        let text = error.message ?? "error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL: self.init(.noSpace, "\(about): the disk is full; free some space and try again")
        case .SQLITE_IOERR:
            self.init(.ioFailure, "\(about): the disk failed (\(text), \(error.extendedResultCode.rawValue))")
        case .SQLITE_CORRUPT: self.init(.damaged, "\(about): the file is damaged (\(text)); restore it from a copy")
        case .SQLITE_NOTADB:
            self.init(.notAStudyFolder, "\(about): it is not a journal of Winnow; want a folder that Winnow made")
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
            self.init(.permissionDenied, "\(about): \(text); want rights to read and write the folder and its files")
        default: self.init(.system, "\(about): \(text) (\(error.resultCode.rawValue))")
        }
    }

    static func damaged(_ lsn: Int, _ path: String, _ how: String) -> JournalError {
        JournalError(
            .damaged, lsn: lsn, "row \(lsn) of \(path) is damaged: \(how); restore the file from a copy, or begin anew")
    }

    static func damaged(_ lsn: Int, _ path: String, _ error: WireError) -> JournalError {
        Self.damaged(lsn, path, error.description)
    }
}
