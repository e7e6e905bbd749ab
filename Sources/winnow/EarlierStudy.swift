import CoordinatorCore
import CoordinatorService
import FileStore
import Foundation
import SearchAlgorithms
import StudyFile
import StudyJournal
import TuningModel

/// What is wrong with the folders of earlier studies that a study file names.
struct EarlierStudyMistakes: Error {
    /// In the order of the file, never empty.
    let mistakes: [Mistake]
}

/// An earlier study that a study file names under `search.warm_start`, as far as it can be used.
struct EarlierStudy {
    /// As the study file names it.
    let path: String
    let name: String
    /// Its place in the list.
    let number: Int
    let isSameData: Bool
    let warmStart: WarmStart

    /// More trials of one study are not recalled.
    private static let mostTrials = 10_000
    /// How many trials stand in one row of the journal.
    private static let rowTrials = 250
    /// How many reasons for trials that are left out are told.
    private static let mostReasons = 5

    /// Reads the folders of the earlier studies.
    ///
    /// - Parameters:
    ///   - study: The study that begins.
    ///   - places: Where its file names the folders, in their order.
    ///   - directory: Where relative paths start from.
    ///   - dataset: What its networks are trained on; `nil` where the data are not loaded: then an earlier study whose file
    ///     says the same of data and seed counts as one on the same data.
    /// - Returns: Nothing for a study without `warm_start`.
    /// - Throws: ``EarlierStudyMistakes`` where folders hold no study that can be read, all of them at once.
    static func read(
        _ study: StudyDefinition, at places: [Place], relativeTo directory: String, dataset: Digest?
    ) throws -> [EarlierStudy] {
        guard let settings = study.warmStart else { return [] }
        let later: StudyState
        do {
            // What is known before training decides what is started, not what is recalled.
            var recalling = study
            recalling.constraints = study.outcomeConstraints
            later = try StudyState(recalling)
        } catch { throw CommandFailure(.wrongInput, "search: \(error)") }
        var earlier: [EarlierStudy] = []
        var mistakes: [Mistake] = []
        for (number, path) in settings.studies.enumerated() {
            do throws(UnreadableStudy) {
                earlier.append(try self.read(path, number, for: later, relativeTo: directory, dataset))
            } catch {
                let place = places.indices.contains(number) ? places[number] : Place(line: 1, column: 1)
                mistakes.append(
                    Mistake(
                        line: place.line, column: place.column, message: "search.warm_start.studies: \(error.reason)"))
            }
        }
        guard mistakes.isEmpty else { throw EarlierStudyMistakes(mistakes: mistakes) }
        return earlier
    }

    /// Why a folder holds no study that can be read.
    private struct UnreadableStudy: Error {
        let reason: String
    }

    private static func read(
        _ path: String, _ number: Int, for later: StudyState, relativeTo directory: String, _ dataset: Digest?
    ) throws(UnreadableStudy) -> EarlierStudy {
        let base = URL(fileURLWithPath: directory, isDirectory: true)
        let folder = URL(fileURLWithPath: path, relativeTo: base).path
        do {
            let journal = try JournalReader.open(directory: folder)
            let header = journal.header
            guard header.grammarLevel <= StudyReader.currentLevel,
                let earlier = StudyReader.read(text: header.studyText, level: header.grammarLevel).study
            else {
                throw UnreadableStudy(
                    reason: "\(path): its study file can't be read by this version; leave it out")
            }
            var state = try StudyState(earlier, networks: header.shape.map { NetworkMeasure($0) })
            var gathered = EarlierTrials(for: later)
            try journal.readAll { _, record in
                _ = state.apply(record.event, at: record.time, recorded: record.decisions)
                gathered.take(record)
            }
            let trials = Array(gathered.trials(of: state).prefix(Self.mostTrials))
            let isSameData: Bool
            if let dataset {
                isSameData = FileManager.default.fileExists(
                    atPath: BlobStore.path(of: dataset, in: StudyFolder(folder).blobs))
            } else {
                isSameData = earlier.data == later.definition.data && earlier.dataSeed == later.definition.dataSeed
            }
            return EarlierStudy(
                path: path, name: earlier.name, number: number, isSameData: isSameData,
                warmStart: WarmStart(trials, from: earlier, to: later.definition))
        } catch let error as UnreadableStudy {
            throw error
        } catch {
            throw UnreadableStudy(reason: "\(error)")
        }
    }

    /// What the journal of the study that begins keeps.
    var recollections: [Recollection] {
        let matches = self.warmStart.matches
        return stride(from: 0, to: matches.count, by: Self.rowTrials).map { first in
            Recollection(
                study: self.name, number: self.number, isSameData: self.isSameData,
                trials: Array(matches[first..<min(first + Self.rowTrials, matches.count)]))
        }
    }

    /// Why trials were left out: for each setting that is in the way how many there are, and the first one's reason.
    private var reasons: [(count: Int, trial: Int, reason: String)] {
        var reasons: [(setting: String, count: Int, trial: Int, reason: String)] = []
        for drop in self.warmStart.drops {
            let setting = drop.setting ?? drop.reason
            if let index = reasons.firstIndex(where: { $0.setting == setting }) {
                reasons[index].count += 1
            } else {
                reasons.append((setting, 1, drop.trial, drop.reason))
            }
        }
        return reasons.sorted { ($1.count, $0.trial) < ($0.count, $1.trial) }.map { ($0.count, $0.trial, $0.reason) }
    }

    /// For people: what is recalled, and what is left out and why.
    var text: [String] {
        let matches = self.warmStart.matches
        let drops = self.warmStart.drops
        var lines = [
            "warm start from \(self.path): \(matches.count) of \(matches.count + drops.count) trials of \(self.name), "
                + (self.isSameData ? "on the same data" : "on other data, so that their ranks count")
        ]
        let reasons = self.reasons
        for reason in reasons.prefix(Self.mostReasons) {
            lines.append("  left out: \(reason.count), such as trial \(reason.trial): \(reason.reason)")
        }
        let rest = reasons.dropFirst(Self.mostReasons).reduce(0) { $0 + $1.count }
        if rest > 0 { lines.append("  left out for other reasons: \(rest)") }
        return lines
    }

    /// For machines: the same.
    var line: JSONLine {
        let reasons = self.reasons.prefix(Self.mostReasons).map { reason in
            JSONLine.Value.object([
                ("trials", .int(reason.count)), ("trial", .int(reason.trial)), ("reason", .text(reason.reason)),
            ])
        }
        return JSONLine(event: "warm_start").adding("study", .text(self.path))
            .adding("recalled", .int(self.warmStart.matches.count))
            .adding("left_out", .int(self.warmStart.drops.count)).adding("same_data", .bool(self.isSameData))
            .adding("reasons", .array(Array(reasons)))
    }
}
