import ArgumentParser

/// `winnow bench simulator`: how fast recorded curves are played to the coordinator's core.
struct BenchSimulatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulator",
        abstract: "Measures how many epochs a second winnow simulate takes in, with random search and ASHA.")

    @Option(help: "Rows of the table that is made.") var rows = 1000
    @Option(help: "Trials of a study.") var trials = 1000
    @Option(help: "Workers of a study.") var workers = 16
    @Option(help: "Studies, each with a seed of its own.") var studies = 100
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        try BenchCommand.check([
            ("rows", self.rows, 1...1_000_000), ("trials", self.trials, 1...1_000_000),
            ("workers", self.workers, 1...10_000), ("studies", self.studies, 1...100_000),
        ])
        let result = try SimulatorBenchmark(
            rows: self.rows, trials: self.trials, workers: self.workers, studies: self.studies
        ).run()
        if self.json {
            Terminal.writeLine(
                JSONLine(event: "finished").adding("epochs", .int(result.epochs))
                    .adding("processor_seconds", .double(result.seconds))
                    .adding("epochs_per_second", .double(result.epochsPerSecond)).text)
        } else {
            Terminal.writeLine(
                "\(Int(result.epochsPerSecond)) epochs/s on one core (\(self.studies) studies of "
                    + "\(min(self.trials, self.rows)) trials by \(self.workers) workers on a table of \(self.rows) rows)"
            )
        }
    }
}
