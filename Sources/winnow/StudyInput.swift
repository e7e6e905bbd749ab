import DatasetFiles
import Foundation
import StudyFile
import TrainingData
import TuningModel

/// A study file as a command takes it in.
struct StudyInput {
    /// The file, as the command names it.
    let path: String
    let text: String
    let study: StudyDefinition
    /// The folder that the file's relative paths start from.
    let directory: String
    /// Where the folders of earlier studies stand in the file.
    let earlierStudyPlaces: [Place]

    /// The largest study file that is read, in bytes.
    static let mostBytes = 1 << 20

    /// Reads a study file.
    ///
    /// One that is to be searched must have something to search and a budget that ends it.
    ///
    /// - Throws: ``CommandFailure`` with every mistake of the file, one a line.
    static func read(_ path: String, searches: Bool) throws -> StudyInput {
        let text = try self.text(of: path)
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let reading = StudyReader.read(text: text, lookup: TableInput.lookup(relativeTo: directory))
        let mistakes = reading.mistakes + (searches ? reading.searchMistakes : [])
        guard let study = reading.study, mistakes.isEmpty else {
            throw CommandFailure(mistakes, in: path)
        }
        return StudyInput(
            path: path, text: text, study: study, directory: directory, earlierStudyPlaces: reading.earlierStudyPlaces)
    }

    /// The text of a study file, refused where it is missing, too large or not UTF-8.
    static func text(of path: String) throws -> String {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure(.wrongInput, "\(path): no such file; name a study file (YAML)")
        }
        guard !isDirectory.boolValue else {
            throw CommandFailure(.wrongInput, "\(path): is a folder; name a study file (YAML)")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        if let size = attributes?[.size] as? Int, size > self.mostBytes {
            throw CommandFailure(
                [
                    Mistake(
                        line: 1, column: 1, message: "\(size) bytes, want at most \(self.mostBytes) for a study file")
                ], in: path)
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.wrongInput, "\(path): can't be read; check its permissions")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            let place = self.placeOfBadByte(in: data)
            throw CommandFailure(
                [Mistake(line: place.line, column: place.column, message: "not UTF-8 text; save it as UTF-8")], in: path
            )
        }
        return text
    }

    /// Where a text stops being UTF-8; its first place where it does not.
    private static func placeOfBadByte(in data: Data) -> Place {
        var line = 1
        var column = 1
        var bytes = data.makeIterator()
        var decoder = UTF8()
        while true {
            switch decoder.decode(&bytes) {
            case .scalarValue("\n"):
                line += 1
                column = 1
            case .scalarValue: column += 1
            case .error: return Place(line: line, column: column)
            case .emptyInput: return Place(line: 1, column: 1)
            }
        }
    }

    /// Loads, splits and standardises the data that the study names.
    ///
    /// - Parameter fold: Another fold than the study's, where it splits its rows by folds.
    /// - Returns: The prepared data set.
    /// - Throws: ``CommandFailure`` where a file is refused, or there is no such fold.
    func loadData(fold: Int? = nil) throws -> LoadedDataset {
        guard case .networks(var settings, let task) = self.study.subject else {
            throw CommandFailure(
                .wrongInput, "a study with a table of recorded curves trains nothing; use winnow simulate")
        }
        if let fold {
            guard let other = settings.fold(fold) else {
                guard case .fold(_, let count, _, _) = settings.validation else {
                    throw CommandFailure(
                        .wrongInput, "--fold \(fold): the study has no folds; write data.validation: {folds: 5}")
                }
                throw CommandFailure(.wrongInput, "--fold \(fold), want 0 to \(count - 1)")
            }
            settings = other
        }
        do {
            return try DatasetLoader.load(
                settings, task: task, seed: self.study.dataSeed, relativeTo: self.directory)
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
    }
}
