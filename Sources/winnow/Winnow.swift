import ArgumentParser
import Foundation

/// The command line of Winnow.
struct Winnow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "winnow",
        abstract: "Finds hyperparameters of neural networks: one coordinator searches, many workers train.",
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, RunCommand.self, CoordinatorCommand.self, WorkerCommand.self, CheckCommand.self,
            SettingsCommand.self, TrainCommand.self, TrialsCommand.self, BestCommand.self, ShowCommand.self,
            AnalyzeCommand.self, RefineCommand.self, ReplayCommand.self, SimulateCommand.self, BenchCommand.self,
            SlotCommand.self,
        ])
}

/// The entry point: parses, runs, and maps every error to the exit codes that scripts rely on.
@main
enum Main {
    static func main() {
        self.takeSignals()
        do {
            var command = try Winnow.parseAsRoot()
            try command.run()
            self.end(0)
        } catch let failure as CommandFailure {
            Terminal.writeError("winnow: \(failure.message)")
            self.end(failure.code.rawValue)
        } catch let code as ExitCode {
            self.end(code.rawValue)
        } catch {
            let code = Winnow.exitCode(for: error)
            let text = Winnow.fullMessage(for: error)
            if code == .success { Terminal.writeLine(text) } else { Terminal.writeError(text) }
            let failure: CommandFailure.Code = code == .validationFailure ? .wrongInput : .failed
            self.end(code == .success ? 0 : failure.rawValue)
        }
    }

    /// Ends the process; what could not be written makes a success a failure.
    private static func end(_ code: Int32) -> Never {
        guard let reason = Terminal.flush() else { exit(code) }
        Terminal.writeError("winnow: standard output can't be written, lines are missing there: \(reason)")
        exit(code == 0 ? CommandFailure.Code.failed.rawValue : code)
    }

    /// A parent may have started this program with signals blocked, and a reader may close its end of a pipe: neither may
    /// keep a worker from leaving when it is asked to, nor end a coordinator. Until a command listens to signals itself they
    /// end it as interrupted: nothing is half written at any time.
    private static func takeSignals() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in SignalWatch.endings {
            unsafe sigaddset(&signals, number)
            SignalWatch.endAsInterrupted(by: number)
        }
        unsafe sigprocmask(SIG_UNBLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
    }
}
