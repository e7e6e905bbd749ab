import CoordinatorCore
import CoordinatorService
import FileStore
import Foundation
import Logging
import NumericKernels
import SearchAlgorithms
import StudyFile
import StudyJournal
import TrainingData
import TuningModel

/// Serves a study from start to end for the commands `demo`, `run` and `coordinator`.
struct StudyRunner {
    let input: StudyInput
    let data: LoadedDataset
    let settings: CoordinatorSettings
    let writesJSON: Bool
    /// Local workers to start: how many, and slots of each.
    var workers = 0
    var slots = 1
    /// Called with the endpoint as soon as workers can attach.
    var announce: (String) -> Void = { _ in }

    /// Runs the study and prints its end.
    ///
    /// - Throws: ``CommandFailure``, also for a study that ended without a complete trial or was interrupted.
    func run() throws {
        do {
            // The best network is tested here, and local workers train here: say at once where that can't be.
            _ = try KernelSet.best(named: ProcessInfo.processInfo.environment["WINNOW_ISA"])
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
        try OpenFiles.prepare(for: max(self.workers, 1), "workers")
        try self.input.checkTestRows(self.data)
        if let note = StudyNotes.budget(of: self.input.study), !self.hasBegun {
            Self.logger.warning("no trial can come to its end", metadata: ["reason": "\(note)"])
        }
        let service: CoordinatorService
        let recollections = try self.recollections()
        do {
            var settings = self.settings
            // Local workers never outlive their run: nobody comes back to one that goes on.
            if self.workers > 0 { settings.leases.reattach = .zero }
            let beginning = self.beginning
            service = try CoordinatorService(
                study: beginning.study, studyText: beginning.text, grammarLevel: beginning.level,
                recollections: recollections, dataset: self.data, settings: settings, logger: Self.logger)
        } catch let error as FileError where error.code == .locked {
            throw CommandFailure(.inUse, "\(error)")
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
        let local = LocalWorkers()
        defer { local.end() }
        let interrupt = service.interrupt
        let hasLocalWorkers = self.workers > 0
        let signals = SignalWatch(SignalWatch.endings) { count in
            // Local workers hand their work back while they are still heard; the last one's end is the interruption.
            if hasLocalWorkers, count == 1 { local.dismiss() } else { interrupt() }
        }
        defer { signals.cancel() }
        let reporter = StudyReporter(writesJSON: self.writesJSON)
        self.announce(service.listeningEndpoint)
        if self.workers > 0 {
            try local.start(
                self.workers, slots: self.slots, endpoint: service.listeningEndpoint,
                cache: self.settings.directory + "/cache", whenAllAreGone: service.interruptAfterLastWorker)
        }
        let outcome: StudyOutcome
        do {
            outcome = try service.run(reporter)
        } catch {
            throw CommandFailure(signals.hasFired ? .interrupted : .failed, "\(error)")
        }
        guard outcome.isFinished || !local.areAllGone || signals.hasFired else {
            throw CommandFailure(.failed, "every local worker has ended; see the messages above")
        }
        guard outcome.isFinished else {
            throw CommandFailure(
                .interrupted, "interrupted; the same command with --dir \(self.settings.directory) goes on")
        }
        self.tell(outcome)
        if outcome.study.count(of: .complete) == 0 {
            throw CommandFailure(.budgetWithoutCompleteTrial, Self.reasonOfNone(outcome.study))
        }
    }

    /// Whether the study's folder has events of it.
    private var hasBegun: Bool {
        guard let journal = try? JournalReader.open(directory: self.settings.directory),
            let rows = try? journal.read(after: 0, atMost: 1)
        else { return false }
        return !rows.isEmpty
    }

    /// What a study that begins recalls of earlier ones; nothing where it has begun already, and has all it needs.
    private func recollections() throws -> [Recollection] {
        guard self.input.study.warmStart != nil else { return [] }
        if self.hasBegun { return [] }
        let digest = unsafe self.data.image.withBytes { unsafe Digest(of: $0) }
        let earlier: [EarlierStudy]
        do {
            earlier = try EarlierStudy.read(
                self.input.study, at: self.input.earlierStudyPlaces, relativeTo: self.input.directory, dataset: digest)
        } catch let error as EarlierStudyMistakes {
            throw CommandFailure(error.mistakes, in: self.input.path)
        }
        for study in earlier {
            if self.writesJSON {
                Terminal.writeLine(study.line.text)
            } else {
                for line in study.text { Terminal.writeError(line) }
            }
        }
        return earlier.flatMap(\.recollections)
    }

    /// The study file's text as the folder has it where it means the same as this one, since comments and layout may change;
    /// with the level of the grammar at which the study began, by which it goes on.
    private var beginning: (study: StudyDefinition, text: String, level: Int) {
        let new = (self.input.study, self.input.text, StudyReader.currentLevel)
        guard let header = try? JournalReader.open(directory: self.settings.directory).header,
            let study = StudyReader.read(text: self.input.text, level: header.grammarLevel).study,
            StudyReader.read(text: header.studyText, level: header.grammarLevel).study == study
        else { return new }
        return (study, header.studyText, header.grammarLevel)
    }

    /// Why no trial was trained to the end, and what helps.
    private static func reasonOfNone(_ study: StudyState) -> String {
        let diverged = study.trials.count { $0.status == .diverged }
        let failed = study.count(of: .failed)
        if diverged == study.trials.count {
            return (diverged == 1 ? "the only trial diverged" : "all \(diverged) trials diverged")
                + ": no finite loss; lower the range of "
                + "training.learning_rate and begin a new study in another --dir"
        }
        if diverged + failed == study.trials.count {
            return
                "\(diverged) trials diverged and \(failed) failed, winnow show DIR TRIAL says why; mend the cause and begin a new "
                + "study in another --dir"
        }
        return
            "the budget was spent before any trial was trained to the end; raise it or lower the scheduler's max, and "
            + "begin a new study in another --dir"
    }

    /// That no trial has ever come to a rung by what it used, so that all had all their epochs.
    private static func unusedResource(_ study: StudyState) -> String? {
        let resource = study.definition.resource
        guard resource == .seconds || resource == .samples, let first = study.levels.first,
            let most = study.trials.map(\.use.amount).max(), most < Double(first)
        else { return nil }
        return
            "no trial used \(resource.amount(first)) before its \(study.definition.mostEpochs) epochs were over (the most was "
            + "\(Figures.short(most))), so that none ended early; lower min, or raise epochs"
    }

    private func tell(_ outcome: StudyOutcome) {
        let study = outcome.study
        if self.writesJSON {
            var line = JSONLine(event: "study_finished").adding("trials", .int(study.trials.count))
                .adding("epochs", .int(study.epochCount)).adding("wall_seconds", .double(outcome.wallSeconds))
                .adding("busy_fraction", outcome.busyFraction.map { .double($0) } ?? .null)
            line.add("best", JSONLine.best(of: study, in: self.settings.directory)?.value ?? .null)
            line.add("dir", .text(self.settings.directory))
            if let model = outcome.modelFile { line.add("model", .text(model)) }
            Terminal.writeLine(line.text)
            return
        }
        Terminal.writeLine(
            "\(study.definition.name): \(counted(study.trials.count, "trial")), "
                + "\(counted(study.epochCount, "epoch")) in "
                + Figures.time(outcome.wallSeconds) + " (\(study.finishReason ?? ""))")
        if let busy = outcome.busyFraction {
            Terminal.writeLine("workers were busy \(Figures.percent(busy)) of the time")
        }
        if let best = study.incumbent, let trial = study.record(of: best.trial) {
            Terminal.writeLine("best trial: #\(best.trial) at epoch \(best.epoch)")
            if !best.isFeasible {
                Terminal.writeLine("  no trial keeps the constraints, this one breaks them least:")
                for line in study.brokenConstraints(of: best.metrics) { Terminal.writeLine("  \(line)") }
            }
            for setting in study.searched(trial.configuration) {
                Terminal.writeLine("  \(setting.name): \(setting.value)")
            }
            for metric in best.metrics + (study.confirmation ?? []) {
                Terminal.writeLine("  \(metric.metric.rawValue)  \(Figures.short(metric.value))")
            }
        }
        if let hint = Self.unusedResource(study) { Terminal.writeLine(hint) }
        if let model = outcome.modelFile { Terminal.writeLine("model: \(model)") }
        Terminal.writeLine("study folder: \(self.settings.directory)")
        Terminal.writeLine(
            "see also: winnow trials \(self.settings.directory), winnow replay \(self.settings.directory)")
    }

    /// What the study has chosen for itself, warnings and errors go to standard error.
    static let logger: Logger = {
        var logger = Logger(label: "winnow") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .notice
        return logger
    }()
}
