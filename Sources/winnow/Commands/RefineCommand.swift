import ArgumentParser
import CoordinatorCore
import FileStore
import Foundation
import StudyAnalysis
import StudyFile
import TuningModel

/// `winnow refine`: writes the study file of the next study from what one has found.
struct RefineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refine",
        abstract: "Writes the next study's file: ranges around the best trials, each change with its reason.")

    @Argument(help: "The study's folder.") var directory: String
    @Option(help: "The file to write; NAME.yaml by the new study's name unless given.") var output: String?
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let stored = try StoredStudy.read(self.directory, gathersLosses: { _ in true })
        let study = stored.state.definition
        guard let table = stored.table, let rewriter = StudyRewriter(text: stored.text) else { return }
        let settings = Narrowing.Settings()
        let isNamed: (Int, ParameterValue) -> Bool = { rewriter.isNamed(study.space.parameters[$0].name, $1) }
        guard
            let narrowing = Narrowing(
                table, groups: Self.groups(study.space, rewriter), seed: study.searchSeed, settings: settings,
                isNamed: isNamed)
        else {
            throw CommandFailure(
                .failed,
                "\(self.directory): \(table.ranking.count) trials have a loss at a rung, want at least "
                    + "\(settings.leastTrials) to narrow a space")
        }
        guard !narrowing.steps.isEmpty else {
            throw CommandFailure(
                .failed,
                "\(self.directory): the best \(narrowing.best.count) of \(narrowing.trials) trials lie all over the space, "
                    + "nothing can be narrowed; go on with this study or give it more trials")
        }
        let name = Self.nextName(study.name)
        let path = self.output ?? "\(name).yaml"
        let heading =
            "narrowed by winnow refine from the study \(study.name): the best \(narrowing.best.count) of "
            + "\(narrowing.trials) trials, of which trial \(narrowing.best.first?.rawValue ?? 0) is the first"
        let warmStart = Self.warmStart(self.directory, from: path)
        let text = rewriter.rewritten(
            self.edits(narrowing, table), name: name, warmStart: warmStart, heading: [heading])
        try Self.check(text, directory: self.directory)
        try self.write(text, to: path)
        self.tell(narrowing, study.space, path: path, warmStart: warmStart)
    }

    /// Parameters by the setting that they come from, in the order of the space.
    private static func groups(_ space: ParameterSpace, _ rewriter: StudyRewriter) -> [[Int]] {
        var groups: [(place: Place, parameters: [Int])] = []
        for (index, parameter) in space.parameters.enumerated() {
            guard let place = rewriter.place(of: parameter.name) else { continue }
            if let known = groups.firstIndex(where: { $0.place == place }) {
                groups[known].parameters.append(index)
            } else {
                groups.append((place, [index]))
            }
        }
        return groups.map(\.parameters)
    }

    private func edits(_ narrowing: Narrowing, _ table: RungTable) -> [StudyRewriter.Edit] {
        let best = narrowing.best.first.flatMap { id in table.trials.first { $0.id == id } }
        return narrowing.steps.compactMap { step in
            guard let first = step.parameters.first else { return nil }
            let change: StudyRewriter.Change
            switch step.change {
            case .range(let low, let high, let keeps): change = .range(low: low, high: high, keepsAlternative: keeps)
            case .values(let values): change = .values(values)
            case .fixed(let value): change = .fixed(value)
            }
            return StudyRewriter.Edit(
                parameter: table.space.parameters[first].name,
                parameters: step.parameters.map { table.space.parameters[$0].name }, change: change,
                best: best?.configuration.values[first],
                reason: step.reason)
        }
    }

    /// `digits` goes on as `digits-2`, that as `digits-3`.
    static func nextName(_ name: String) -> String {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count > 1, let number = parts.last.flatMap({ Int($0) }), number > 1, number < 1_000_000 {
            return parts.dropLast().joined(separator: "-") + "-\(number + 1)"
        }
        return name.count <= 98 ? "\(name)-2" : "\(name.prefix(98))-2"
    }

    /// The earlier study's folder as the new file names it: paths in a study file are relative to its own folder.
    private static func warmStart(_ directory: String, from path: String) -> String {
        path.contains("/") ? URL(fileURLWithPath: directory).path : directory
    }

    /// What is written is a study; else nothing is written.
    private static func check(_ text: String, directory: String) throws {
        let reading = StudyReader.read(text: text)
        let mistakes = reading.mistakes + reading.searchMistakes
        guard let first = mistakes.first else { return }
        throw CommandFailure(
            .failed, "\(directory): the narrowed study would not be one, nothing is written: line \(first)")
    }

    private func write(_ text: String, to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(.wrongInput, "\(path): is there already, want another --output")
        }
        do {
            try AtomicFile.write(Array(text.utf8), to: path)
        } catch { throw CommandFailure(.failed, "\(error)") }
    }

    private func tell(_ narrowing: Narrowing, _ space: ParameterSpace, path: String, warmStart: String) {
        for step in narrowing.steps {
            guard let first = step.parameters.first else { continue }
            let name = space.parameters[first].name
            if self.json {
                Terminal.writeLine(
                    JSONLine(event: "change").adding("parameter", .text(name)).adding("now", Self.value(step.change))
                        .adding("reason", .text(step.reason)).text)
            } else {
                Terminal.writeLine("\(name): now \(Self.text(step.change)), \(step.reason)")
            }
        }
        if self.json {
            Terminal.writeLine(
                JSONLine(event: "written").adding("file", .text(path)).adding("changes", .int(narrowing.steps.count))
                    .adding("best", .int(narrowing.best.count)).adding("trials", .int(narrowing.trials))
                    .adding("warm_start", .text(warmStart)).text)
        } else {
            Terminal.writeLine(
                "written: \(path); paths in it are relative to it, as they were in the earlier study's file")
        }
    }

    private static func text(_ change: Narrowing.Change) -> String {
        switch change {
        case .range(let low, let high, _): "[\(low), \(high)]"
        case .values(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .fixed(let value): "\(value)"
        }
    }

    private static func value(_ change: Narrowing.Change) -> JSONLine.Value {
        switch change {
        case .range(let low, let high, _): .array([JSONLine.Value(low), JSONLine.Value(high)])
        case .values(let values): .array(values.map { JSONLine.Value($0) })
        case .fixed(let value): JSONLine.Value(value)
        }
    }
}
