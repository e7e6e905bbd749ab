import Foundation
import StudyFile
import StudySimulation
import TableFiles
import TuningModel

/// The table of a study on recorded curves.
enum TableInput {
    /// How a study file's table is found, relative to the file's folder.
    static func lookup(relativeTo directory: String) -> TableLookup {
        TableLookup { settings in
            do {
                return .success(try TableReader(folder: self.folder(settings, directory)).header)
            } catch let error as TableError {
                return .failure(TableLookupError("\(error)"))
            } catch {
                return .failure(TableLookupError("\(error)"))
            }
        }
    }

    /// The curves of a study.
    ///
    /// - Throws: ``CommandFailure`` where the study has no table, or a file of it is refused.
    static func read(_ input: StudyInput) throws -> RecordedTable {
        guard case .table(let settings) = input.study.subject else {
            throw CommandFailure(
                .wrongInput,
                "the study has no table of recorded curves; write table: {folder: ...} in place of data, task, model and "
                    + "training, or use winnow run")
        }
        do {
            return try TableReader(folder: self.folder(settings, input.directory))
                .table(repeatIndex: settings.repeatIndex)
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
    }

    private static func folder(_ settings: TableSettings, _ directory: String) -> String {
        URL(fileURLWithPath: settings.folder, relativeTo: URL(fileURLWithPath: directory, isDirectory: true)).path
    }
}
