import ArgumentParser
import CoordinatorCore
import StudySimulation
import TuningModel

/// `winnow simulate`: a study on recorded learning curves in virtual time.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs a study on recorded learning curves in virtual time, with the coordinator's own decisions.")

    @Argument(help: "The study file, with a table in place of data, task, model and training.") var study: String
    @Option(help: "Workers, each with one slot.") var workers = 1
    @Option(help: "The seed of the search, in place of the study file's.") var seed: UInt64?
    @Option(help: "The virtual time at which the study ends, in the table's units.") var until: Double?
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        guard (1...10_000).contains(self.workers) else {
            throw CommandFailure(.wrongInput, "--workers \(self.workers), want 1 to 10000")
        }
        if let until = self.until, !(until > 0 && until <= 1e15) {
            throw CommandFailure(.wrongInput, "--until \(until), want a time above 0 and at most 1e15")
        }
        let input = try StudyInput.read(self.study, searches: true)
        let table = try TableInput.read(input)
        var definition = input.study
        if let seed = self.seed { definition.searchSeed = seed }
        var simulation: Simulation
        do {
            simulation = try Simulation(definition, table: table, workers: self.workers)
        } catch {
            throw CommandFailure(.wrongInput, "\(self.study): search: \(error)")
        }
        simulation.run(until: self.until ?? .infinity)
        self.tell(simulation)
        // Whoever looks at the first part of a study alone does not ask for its end.
        if !simulation.isCut, simulation.study.count(of: .complete) == 0 {
            throw CommandFailure(.budgetWithoutCompleteTrial, Self.reasonOfNone(simulation.study))
        }
    }

    /// Why no trial came to its end, and what helps.
    private static func reasonOfNone(_ study: StudyState) -> String {
        let count = study.trials.count
        guard study.trials.allSatisfy({ $0.status == .diverged }) else {
            return "the budget was spent before any trial came to the scheduler's max; raise the one or lower the other"
        }
        return (count == 1 ? "the only trial diverged" : "all \(count) trials diverged")
            + ": no finite target in their rows; want a table or a repeat with finite numbers"
    }

    private func tell(_ simulation: Simulation) {
        for incumbent in simulation.incumbents {
            let row = simulation.table.ids[incumbent.row]
            if self.json {
                Terminal.writeLine(
                    JSONLine(event: "incumbent").adding("rule", .text(incumbent.rule.rawValue))
                        .adding("time", .double(incumbent.time)).adding("row", .int(row))
                        .adding("epoch", .int(incumbent.epoch)).adding("value", .double(incumbent.value))
                        .adding("trial", .int(incumbent.trial)).text)
            } else {
                Terminal.writeLine(
                    "\(Figures.short(incumbent.time))  best (\(incumbent.rule.rawValue)): row \(row), epoch "
                        + "\(incumbent.epoch), \(Figures.short(incumbent.value))")
            }
        }
        let study = simulation.study
        if self.json {
            Terminal.writeLine(
                JSONLine(event: "finished").adding("trials", .int(study.trials.count))
                    .adding("epochs", .int(study.epochCount)).adding("time", .double(simulation.time))
                    .adding("busy_fraction", simulation.busyFraction.map { .double($0) } ?? .null)
                    .adding("reason", .text(study.finishReason ?? "")).text)
        } else {
            Terminal.writeLine(
                "\(counted(study.trials.count, "trial")), \(counted(study.epochCount, "epoch")) in "
                    + "\(Figures.short(simulation.time)) units of time by \(counted(simulation.workerCount, "worker")): "
                    + "\(study.finishReason ?? "")")
        }
    }
}
