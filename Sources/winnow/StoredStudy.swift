import CoordinatorCore
import CoordinatorService
import Foundation
import StudyAnalysis
import StudyFile
import StudyJournal
import TuningModel

/// A study read from its folder, also while a coordinator serves it.
struct StoredStudy {
    let state: StudyState
    /// Where decisions derived now differ from those in the journal: the row and both.
    let disagreements: [String]
    let recordCount: Int
    let decisionCount: Int
    /// Time of the last record.
    let lastTime: Duration
    /// The study file as it was when the study began.
    let text: String
    /// The losses at all rungs, where they were asked for.
    let table: RungTable?

    /// Reads the journal of a folder from the beginning and applies it.
    ///
    /// - Parameters:
    ///   - directory: The study's folder.
    ///   - derives: Whether the searcher's suggestions are made again, too, to be compared with the journal's.
    ///   - gathersLosses: Whether the trials' losses at all rungs of such a study are kept, for an analysis.
    /// - Returns: The study after the journal's last row.
    /// - Throws: ``CommandFailure`` where the folder holds no study.
    static func read(
        _ directory: String, derives: Bool = false, gathersLosses: (StudyDefinition) -> Bool = { _ in false }
    ) throws -> StoredStudy {
        do {
            let journal = try JournalReader.open(directory: directory)
            let header = journal.header
            guard header.grammarLevel <= StudyReader.currentLevel else {
                throw CommandFailure(
                    .wrongInput,
                    "\(directory): its study file has level \(header.grammarLevel) of the grammar, this version reads up "
                        + "to \(StudyReader.currentLevel); use a newer Winnow")
            }
            let reading = StudyReader.read(text: header.studyText, level: header.grammarLevel)
            guard let study = reading.study else {
                throw CommandFailure(
                    .wrongInput, "\(directory): its study file can't be read by this version: \(reading.mistakes)")
            }
            var state = try StudyState(study, networks: header.shape.map { NetworkMeasure($0) })
            var losses = gathersLosses(study) ? LossCollector(state) : nil
            var disagreements: [String] = []
            var records = 0
            var decisions = 0
            var last = Duration.zero
            try journal.readAll { _, record in
                let derived = state.apply(
                    record.event, at: record.time, recorded: derives ? nil : record.decisions)
                losses?.take(record)
                records += 1
                decisions += record.decisions.count
                last = record.time
                if derived != record.decisions {
                    disagreements.append("row \(records): journal \(record.decisions), derived \(derived)")
                }
            }
            return StoredStudy(
                state: state, disagreements: disagreements, recordCount: records, decisionCount: decisions,
                lastTime: last, text: header.studyText, table: losses?.table(of: state))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
    }
}

extension JSONLine {
    /// The line of one trial as `winnow trials` prints it.
    init(_ trial: TrialRecord, of study: StudyState) {
        self.init()
        self.add("trial", .int(trial.id.rawValue))
        self.add("state", .text(trial.state.rawValue))
        self.add("configuration", JSONLine.Value(trial.configuration, in: study.definition.space))
        self.add("bracket", .int(trial.placement.bracket))
        self.add("rung", .int(study.rung(of: trial)))
        if let origin = trial.origin {
            self.add("parent", .int(origin.parent.rawValue))
            self.add("parent_epoch", .int(origin.epoch))
        }
        self.add("epochs", .int(trial.epochs))
        // Where time decides nothing, two runs of a study print the same lines.
        if study.definition.resource == .seconds { self.add("seconds", .double(trial.seconds)) }
        let objective = trial.metrics[study.definition.objective.metric]
        self.add("objective", objective.map { .double($0) } ?? .null)
        for metric in trial.metrics { self.add(metric.metric.rawValue, .double(metric.value)) }
        if trial.epochs > 0 {
            self = self.addingFeasibility(study.definition.outcomeConstraints.violation(of: trial.metrics), of: study)
        }
        if !study.definition.furtherObjectives.isEmpty {
            self.add("on_front", .bool(study.front.contains { $0.trial == trial.id }))
        }
        // As a text: many readers of JSON keep 53 bits of a number.
        self.add("seed", .text("\(study.seed(of: trial.id))"))
        self.add("attempts", .int(trial.attempts))
        self.add("worker", .text(study.name(of: trial.lastWorker)))
        self.add("reason", .text(trial.reason.text))
    }

    /// The best trial of a folder's study as `best` and the end of `run` tell it; `nil` where no trial has reached a rung.
    static func best(of study: StudyState, in directory: String) -> JSONLine? {
        guard let best = study.incumbent, let trial = study.record(of: best.trial) else { return nil }
        return JSONLine().adding("trial", .int(best.trial.rawValue))
            .adding("configuration", JSONLine.Value(trial.configuration, in: study.definition.space))
            .adding("epoch", .int(best.epoch)).adding(best.metrics).addingFeasibility(best.violation, of: study)
            .adding(study.confirmation ?? [])
            .adding(study.confirmation == nil ? [] : TestedClass.read(directory))
            .adding("seed", .text("\(study.seed(of: best.trial))"))
    }
}
