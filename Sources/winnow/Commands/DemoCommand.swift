import ArgumentParser
import CEmbeddedFiles
import CoordinatorService
import FileStore
import Foundation
import StudyJournal
import TuningModel

/// `winnow demo`: the embedded study on handwritten digits.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Runs a real study on 1,797 handwritten digits: a coordinator and local workers over ZeroMQ.")

    @Option(help: "How many trials.") var trials: Int?
    @Option(help: "Worker processes of one slot each; one a core unless given.") var slots: Int?
    @Option(help: "The study's folder; winnow-demo beside you unless given, with a number where that exists.")
    var dir: String?
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let slots = self.slots ?? ProcessInfo.processInfo.activeProcessorCount
        guard (1...1024).contains(slots) else {
            throw CommandFailure(.wrongInput, "--slots = \(slots), want 1 to 1024")
        }
        if let trials = self.trials, !(1...10_000_000).contains(trials) {
            throw CommandFailure(.wrongInput, "--trials = \(trials), want 1 to 10000000")
        }
        let directory = self.dir ?? Self.freeDirectory()
        let study = try Self.unpack(Self.studyText(trials: self.trials), into: directory)
        let input = try StudyInput.read(study, searches: true)
        if !self.json {
            Terminal.writeError(
                "handwritten digits: \(input.study.budget.trials ?? 0) trials on \(slots) local workers, data and study in "
                    + directory)
        }
        var runner = StudyRunner(
            input: input, data: try input.loadData(),
            settings: CoordinatorSettings(directory: directory, endpoint: "tcp://127.0.0.1:0"), writesJSON: self.json)
        runner.workers = slots
        try runner.run()
    }

    /// `winnow-demo`, or the first of `winnow-demo-2`, `winnow-demo-3` and so on that does not exist.
    private static func freeDirectory() -> String {
        var name = "winnow-demo"
        var number = 2
        while FileManager.default.fileExists(atPath: name) {
            name = "winnow-demo-\(number)"
            number += 1
        }
        return name
    }

    /// Writes the embedded data and study file into the folder, so that the study can be gone on with and read again;
    /// into none that holds another study.
    ///
    /// - Returns: The study file's path.
    private static func unpack(_ text: String, into directory: String) throws -> String {
        if FileManager.default.fileExists(atPath: directory + "/journal.sqlite") {
            let header: JournalHeader
            do {
                header = try JournalReader.open(directory: directory).header
            } catch {
                throw CommandFailure(.wrongInput, "\(error)")
            }
            guard header.studyText == text else {
                throw CommandFailure(
                    .wrongInput,
                    "\(directory): is the folder of another study, \"\(header.name)\", or of a demo of another size; "
                        + "name another --dir")
            }
        }
        let data = unsafe [UInt8](
            UnsafeRawBufferPointer(
                start: winnow_embedded_digits_csv_gz(), count: winnow_embedded_digits_csv_gz_length()))
        do {
            try Folder.create(directory)
            try AtomicFile.write(data, to: directory + "/digits.csv.gz")
            try AtomicFile.write(Array(text.utf8), to: directory + "/digits.yaml")
        } catch {
            throw CommandFailure(.wrongInput, "--dir \(directory): \(error)")
        }
        return directory + "/digits.yaml"
    }

    private static func studyText(trials: Int?) -> String {
        let yaml = unsafe UnsafeRawBufferPointer(
            start: winnow_embedded_digits_yaml(), count: winnow_embedded_digits_yaml_length())
        let text = unsafe String(decoding: yaml, as: UTF8.self)
        return trials.map { Self.limited(text, to: $0) } ?? text
    }

    /// The study with another budget of trials.
    ///
    /// With fewer than 81 trials none would reach the last rung of 81 epochs, since each rung keeps a third: the rungs
    /// that none can reach are left out.
    private static func limited(_ text: String, to trials: Int) -> String {
        var epochs = 81
        while epochs > max(1, trials) { epochs /= 3 }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("budget:")
                ? "budget: {trials: \(trials)}" : line.replacingOccurrences(of: "max: 81", with: "max: \(epochs)")
        }
        return lines.joined(separator: "\n")
    }
}
