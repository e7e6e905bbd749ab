import ArgumentParser
import CoordinatorService
import Foundation
import StudyJournal
import TuningModel

/// `winnow run`: a study with local workers.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a study with worker processes on this host.")

    @Argument(help: "The study file.") var study: String
    @Option(help: "The study's folder; NAME.winnow beside you unless given.") var dir: String?
    @Option(help: "Worker processes; one a core unless given. 0 waits for workers from elsewhere.") var workers: Int?
    @Option(help: "Slots of each worker: trials at once, one a core.") var slots = 1
    @OptionGroup var virtualTime: VirtualTimeOptions
    @Flag(help: "Go on with a study that was interrupted (done anyway where the folder holds one).") var resume = false
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let workers = self.workers ?? ProcessInfo.processInfo.activeProcessorCount
        guard (0...1024).contains(workers), (1...1024).contains(self.slots) else {
            throw CommandFailure(
                .wrongInput, "--workers \(workers) --slots \(self.slots), want 0 to 1024 and 1 to 1024")
        }
        let input = try StudyInput.read(self.study, searches: true)
        let directory = self.dir ?? "\(input.study.name).winnow"
        if self.resume { try self.checkResumable(directory) }
        var settings = CoordinatorSettings(directory: directory, endpoint: "tcp://127.0.0.1:0")
        settings.virtualSlots = try self.virtualTime.slots(for: input.study)
        var runner = StudyRunner(
            input: input, data: try input.loadData(), settings: settings, writesJSON: self.json)
        runner.workers = workers
        runner.slots = self.slots
        runner.announce = { Terminal.writeError("listening on \($0)") }
        try runner.run()
    }

    private func checkResumable(_ directory: String) throws {
        do throws(JournalError) {
            _ = try JournalReader.open(directory: directory)
        } catch  where error.code == .notAStudyFolder {
            throw CommandFailure(
                .wrongInput, "\(directory): no study to resume (\(error)); leave --resume out or name its --dir")
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
    }
}

/// `winnow coordinator`: the coordinator alone.
struct CoordinatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Serves a study to workers; on a folder that holds the study already it goes on with it.")

    @Argument(help: "The study file.") var study: String
    @Option(help: "Where workers attach: tcp://HOST:PORT, port 0 for a free one.") var listen = "tcp://127.0.0.1:5570"
    @Option(help: "The study's folder; NAME.winnow beside you unless given.") var dir: String?
    @OptionGroup var virtualTime: VirtualTimeOptions
    @Flag(help: "Accept workers from other hosts without encryption.") var insecure = false
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let input = try StudyInput.read(self.study, searches: true)
        var settings = CoordinatorSettings(
            directory: self.dir ?? "\(input.study.name).winnow", endpoint: self.listen)
        settings.allowsInsecure = self.insecure
        settings.virtualSlots = try self.virtualTime.slots(for: input.study)
        var runner = StudyRunner(input: input, data: try input.loadData(), settings: settings, writesJSON: self.json)
        let json = self.json
        runner.announce = { endpoint in
            if json {
                Terminal.writeLine(JSONLine(event: "listening").adding("endpoint", .text(endpoint)).text)
                Terminal.writeError("listening on \(endpoint)")
            } else {
                Terminal.writeLine("listening on \(endpoint)")
            }
        }
        try runner.run()
    }
}
