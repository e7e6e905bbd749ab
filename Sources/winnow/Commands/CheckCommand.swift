import ArgumentParser
import Foundation
import SearchAlgorithms
import StudyFile
import TuningModel

/// `winnow check`: what a study file means, or everything that is wrong with it.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Prints a study's parameter tree and rung plan, or all its mistakes.")

    @Argument(help: "The study file.") var study: String
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let text: String
        do {
            text = try StudyInput.text(of: self.study)
        } catch let failure as CommandFailure where !failure.mistakes.isEmpty {
            self.tell(failure.mistakes)
            throw ExitCode(CommandFailure.Code.wrongInput.rawValue)
        }
        let directory = URL(fileURLWithPath: self.study).deletingLastPathComponent().path
        let reading = StudyReader.read(text: text, lookup: TableInput.lookup(relativeTo: directory))
        let mistakes = reading.mistakes + reading.searchMistakes
        guard let definition = reading.study, mistakes.isEmpty else {
            self.tell(mistakes)
            throw ExitCode(CommandFailure.Code.wrongInput.rawValue)
        }
        let scheduler: Scheduler
        do {
            scheduler = try Scheduler(definition.scheduler, resource: definition.resource)
            _ = try Searcher(definition.searcher, space: definition.space, seed: definition.searchSeed)
        } catch {
            throw CommandFailure(.wrongInput, "\(self.study): search: \(error)")
        }
        let earlier: [EarlierStudy]
        do {
            earlier = try EarlierStudy.read(
                definition, at: reading.earlierStudyPlaces, relativeTo: directory, dataset: nil)
        } catch let error as EarlierStudyMistakes {
            self.tell(error.mistakes)
            throw ExitCode(CommandFailure.Code.wrongInput.rawValue)
        }
        if self.json {
            Terminal.writeLine(Self.plan(definition, scheduler).text)
            for study in earlier { Terminal.writeLine(study.line.text) }
        } else {
            Self.print(definition, scheduler)
            for line in earlier.flatMap(\.text) { Terminal.writeLine(line) }
        }
    }

    private func tell(_ mistakes: [Mistake]) {
        for mistake in mistakes {
            if self.json {
                Terminal.writeLine(
                    JSONLine(event: "mistake").adding("line", .int(mistake.line)).adding("column", .int(mistake.column))
                        .adding("message", .text(mistake.message)).text)
            } else {
                Terminal.writeError("\(self.study):\(mistake.line):\(mistake.column): \(mistake.message)")
            }
        }
    }

    private static func plan(_ definition: StudyDefinition, _ scheduler: Scheduler) -> JSONLine {
        let brackets = scheduler.plan.map { bracket in
            JSONLine.Value.object([
                ("bracket", .int(bracket.bracket)),
                (
                    "rungs",
                    .array(
                        bracket.rungs.map {
                            .object([(definition.resource.rawValue, .int($0.level)), ("trials", .int($0.trials))])
                        })
                ),
            ])
        }
        return JSONLine(event: "plan").adding("parameters", .int(definition.space.count))
            .adding("names", .array(definition.space.parameters.map { .text($0.name) }))
            .adding("brackets", .array(brackets))
            .adding("constraints", .array(definition.constraints.map { .text($0.description) }))
            .adding("notes", .array(StudyNotes.of(definition).map { .text($0) }))
    }

    private static func print(_ definition: StudyDefinition, _ scheduler: Scheduler) {
        Terminal.writeLine("\(definition.name): \(counted(definition.space.count, "parameter"))")
        for parameter in definition.space.parameters {
            let depth = parameter.name.split(separator: ".").count - 1
            var line = String(repeating: "  ", count: depth) + "\(parameter.name)  \(Self.text(parameter.domain))"
            if let value = parameter.defaultValue { line += ", default \(value)" }
            let conditions = parameter.conditions.map { Self.text($0, in: definition.space) }
            if !conditions.isEmpty { line += "  if " + conditions.joined(separator: " and ") }
            Terminal.writeLine(line)
        }
        if let population = definition.scheduler.population { Self.print(population, of: definition) }
        for bracket in scheduler.plan where definition.scheduler.population == nil {
            let rungs = bracket.rungs.map {
                $0.trials > 0 ? "\(counted($0.trials, "trial")) to \($0.level)" : "\($0.level)"
            }
            Terminal.writeLine(
                "bracket \(bracket.bracket): " + rungs.joined(separator: ", ") + " \(definition.resource)")
        }
        Self.printResource(of: definition)
        for constraint in definition.constraints {
            Terminal.writeLine(
                "constraint: \(constraint)"
                    + (constraint.isKnownBefore
                        ? ", refused before training, at no cost to the budget"
                        : ", whoever breaks it ranks behind all others"))
        }
        let budget = definition.budget
        var limits: [String] = []
        if let trials = budget.trials { limits.append(counted(trials, "trial")) }
        if let epochs = budget.epochs { limits.append(counted(epochs, "epoch")) }
        if let time = budget.wallTime { limits.append("\(time.components.seconds) s") }
        if !limits.isEmpty { Terminal.writeLine("budget: " + limits.joined(separator: ", ")) }
        for note in StudyNotes.of(definition) { Terminal.writeLine(note) }
    }

    /// What a trial may have beside its resource.
    private static func printResource(of definition: StudyDefinition) {
        switch definition.resource {
        case .epochs: break
        case .seconds, .samples: Terminal.writeLine("at most \(counted(definition.mostEpochs, "epoch")) a trial")
        case .repeats, .folds:
            Terminal.writeLine(
                "\(definition.resource): networks that are trained one after the other, each for "
                    + counted(definition.networkEpochs, "epoch"))
        }
    }

    private static func print(_ population: PopulationSettings, of definition: StudyDefinition) {
        let count = population.quantileCount(of: population.count)
        let waiting = population.isSynchronous ? ", when all have come there" : ", each by itself"
        Terminal.writeLine(
            "population of \(population.count) for \(counted(population.maximum, "epoch")), compared every \(population.interval)"
                + "\(waiting): the worst \(count) are replaced by copies of the best \(count)")
        let explored = definition.explorableParameters
        let names = definition.space.parameters.map(\.name)
        Terminal.writeLine("explored in copies: " + explored.map { names[$0] }.joined(separator: ", "))
        let kept = names.indices.filter { !explored.contains($0) }.map { names[$0] }
        if !kept.isEmpty { Terminal.writeLine("kept with the networks: " + kept.joined(separator: ", ")) }
    }

    private static func text(_ domain: ParameterDomain) -> String {
        switch domain {
        case .float(let range):
            "float [\(range.low), \(range.high)]" + (range.isLogarithmic ? " log" : "")
                + (range.step.map { " step \($0)" } ?? "") + (range.alternative.map { " or \($0)" } ?? "")
        case .int(let range):
            "int [\(range.low), \(range.high)]" + (range.isLogarithmic ? " log" : "")
                + (range.step != 1 ? " step \(range.step)" : "") + (range.alternative.map { " or \($0)" } ?? "")
        case .ordinal(let values): "ordinal " + values.map { "\($0)" }.joined(separator: " < ")
        case .choice(let values): "choice " + values.map { "\($0)" }.joined(separator: " | ")
        }
    }

    private static func text(_ condition: Condition, in space: ParameterSpace) -> String {
        switch condition {
        case .isOneOf(let parameter, let values):
            "\(space.parameters[parameter].name) is " + values.map { "\($0)" }.joined(separator: " or ")
        case .exceeds(let parameter, let count): "\(space.parameters[parameter].name) > \(count)"
        case .never: "never"
        }
    }
}
