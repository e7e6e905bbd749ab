import ArgumentParser
import CoordinatorCore
import Foundation
import TuningModel

/// `winnow trials`: every trial of a study's folder.
struct TrialsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trials", abstract: "Lists the trials of a study's folder, also while its coordinator runs.",
        discussion: """
            A trial is running from when it is given out until its attempt ends: it may still be queued at its worker or, \
            with --virtual-time, wait at a virtual slot for a worker. How many are trained now is on the screen of run and \
            coordinator. A trial is waiting between two attempts, when it has lost its worker for example.
            """)

    @Argument(help: "The study's folder.") var directory: String
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let study = try StoredStudy.read(self.directory).state
        let metric = study.definition.objective.metric
        if !self.json { Terminal.writeLine("trial  state     epochs  \(metric.rawValue)  configuration") }
        for trial in study.trials {
            if self.json {
                Terminal.writeLine(JSONLine(trial, of: study).text)
            } else {
                let objective = trial.metrics[metric].map { Figures.short($0) } ?? "-"
                let state = trial.state.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
                Terminal.writeLine(
                    "\(trial.id)  \(state)  \(trial.epochs)  \(objective)  "
                        + Figures.text(study.searched(trial.configuration))
                        + (trial.origin.map { "  copy of \($0.parent) at epoch \($0.epoch)" } ?? ""))
            }
        }
    }
}

/// `winnow best`: the best trial of a study's folder.
struct BestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "best", abstract: "Prints the best trial: the lowest loss at the highest rung reached.",
        discussion: "With several objectives also the front, with audits the rate of false stops.")

    @Argument(help: "The study's folder.") var directory: String
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let stored = try StoredStudy.read(self.directory, gathersLosses: { $0.auditShare > 0 })
        let study = stored.state
        guard let line = JSONLine.best(of: study, in: self.directory), let best = study.incumbent,
            let trial = study.record(of: best.trial)
        else {
            let diverged = study.trials.count { $0.status == .diverged }
            throw CommandFailure(
                .failed,
                "\(self.directory): no trial has reached a rung"
                    + (diverged > 0 ? "; \(diverged) of \(study.trials.count) diverged" : " yet"))
        }
        let front = FrontLines(study)
        let audit = stored.table.map { table in
            AnalysisLines(study: study, table: table, count: 0).audit(eta: study.definition.scheduler.reductionFactor)
        }
        if self.json {
            Terminal.writeLine(line.text)
            for line in (front?.json ?? []) + (audit ?? []).compactMap(\.json) { Terminal.writeLine(line.text) }
        } else {
            Terminal.writeLine("trial \(best.trial), epoch \(best.epoch)")
            if !best.isFeasible {
                Terminal.writeLine("  no trial keeps the constraints, this one breaks them least:")
                for line in study.brokenConstraints(of: best.metrics) { Terminal.writeLine("  \(line)") }
            }
            for metric in best.metrics + (study.confirmation ?? []) {
                Terminal.writeLine("  \(metric.metric.rawValue) \(Figures.short(metric.value))")
            }
            let classes = study.confirmation == nil ? [] : TestedClass.read(self.directory)
            for line in TestedClass.lines(classes) { Terminal.writeLine(line) }
            for setting in study.searched(trial.configuration) {
                Terminal.writeLine("  \(setting.name): \(setting.value)")
            }
            Terminal.writeLine(Figures.beginning(of: trial, in: study))
            for line in (front?.text ?? []) + (audit ?? []).map(\.text) { Terminal.writeLine(line) }
        }
    }
}

/// `winnow show`: one trial and why it is where it is.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Prints one trial and its reason.")

    @Argument(help: "The study's folder.") var directory: String
    @Argument(help: "The trial's number.") var trial: Int
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let study = try StoredStudy.read(self.directory).state
        guard let trial = study.record(of: TrialID(self.trial)) else {
            let wanted =
                study.trials.isEmpty ? "the study has no trials yet" : "want 0 to \(study.trials.count - 1)"
            throw CommandFailure(.wrongInput, "\(self.directory): no trial \(self.trial), \(wanted)")
        }
        if self.json {
            Terminal.writeLine(JSONLine(trial, of: study).text)
        } else {
            Terminal.writeLine("trial \(trial.id) is \(trial.state.rawValue) at epoch \(trial.epochs): \(trial.reason)")
            if let front = FrontLines(study) { Terminal.writeLine("  \(front.place(of: trial))") }
            for line in trial.epochs > 0 ? study.brokenConstraints(of: trial.metrics) : [] {
                Terminal.writeLine("  \(line)")
            }
            for metric in trial.metrics {
                Terminal.writeLine("  \(metric.metric.rawValue) \(Figures.short(metric.value))")
            }
            for setting in study.searched(trial.configuration) {
                Terminal.writeLine("  \(setting.name): \(setting.value)")
            }
            Terminal.writeLine(Figures.beginning(of: trial, in: study))
        }
    }
}

/// `winnow replay`: derives every decision of a study again from its journal.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Derives every decision again from the journal; exit 0 when all agree.")

    @Argument(help: "The study's folder.") var directory: String
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let stored = try StoredStudy.read(self.directory, derives: true)
        let broken = stored.state.brokenInvariant()
        let problems = stored.disagreements + (broken.map { [$0] } ?? [])
        if self.json {
            for problem in problems {
                Terminal.writeLine(JSONLine(event: "disagreement").adding("text", .text(problem)).text)
            }
            Terminal.writeLine(
                JSONLine(event: "finished").adding("events", .int(stored.recordCount))
                    .adding("decisions", .int(stored.decisionCount)).adding("disagreements", .int(problems.count))
                    .adding("trials", .int(stored.state.trials.count)).adding("epochs", .int(stored.state.epochCount))
                    .text)
        } else {
            for problem in problems { Terminal.writeError(problem) }
            Terminal.writeLine(
                "\(stored.recordCount) events, \(stored.decisionCount) decisions, \(problems.count) disagreements; "
                    + "\(counted(stored.state.trials.count, "trial")), "
                    + counted(stored.state.epochCount, "epoch"))
        }
        if !problems.isEmpty { throw ExitCode(CommandFailure.Code.failed.rawValue) }
    }
}
