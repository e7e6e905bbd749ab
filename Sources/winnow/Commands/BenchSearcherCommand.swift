import ArgumentParser
import TuningModel

/// `winnow bench searcher`: what it costs to ask a searcher for a configuration, and to tell it a result.
struct BenchSearcherCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "searcher",
        abstract: "Measures how long a searcher takes to suggest ten parameters, and to be told a loss.")

    @Option(help: "random, tpe or gp, with its usual settings.") var searcher = "tpe"
    @Option(help: "Trials that it knows when the first of the rounds begins.") var trials = 2000
    @Option(help: "Rounds, in each of which it is asked and told once.") var rounds = 100
    @Option(help: "How often all of this is done; the least time of each round counts.") var repeats = 5
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        guard let settings = Self.searchers[self.searcher] else {
            throw CommandFailure(.wrongInput, "--searcher = \(self.searcher), want random, tpe or gp")
        }
        try BenchCommand.check([
            ("trials", self.trials, 0...1_000_000), ("rounds", self.rounds, 1...100_000),
            ("repeats", self.repeats, 1...1000),
        ])
        let result = try SearcherBenchmark(
            settings: settings, trials: self.trials, rounds: self.rounds, repeats: self.repeats
        ).run()
        let (ask, tell) = (Self.summary(result.asks), Self.summary(result.tells))
        if self.json {
            Terminal.writeLine(
                JSONLine(event: "finished").adding("searcher", .text(self.searcher)).adding("trials", .int(self.trials))
                    .adding("rounds", .int(self.rounds)).adding("repeats", .int(self.repeats))
                    .adding("ask_mean_ms", .double(ask.mean)).adding("ask_worst_ms", .double(ask.worst))
                    .adding("tell_mean_ms", .double(tell.mean)).adding("tell_worst_ms", .double(tell.worst)).text)
        } else {
            Terminal.writeLine(
                "\(self.searcher) after \(self.trials) trials: asked in \(Figures.short(ask.mean)) ms (mean), "
                    + "\(Figures.short(ask.worst)) ms (worst), told in \(Figures.short(tell.mean)) ms (mean), "
                    + "\(Figures.short(tell.worst)) ms (worst of \(self.rounds))")
        }
    }

    private static let searchers: [String: SearcherSettings] = [
        "random": .random, "tpe": .tpe(TPESettings()), "gp": .gaussianProcess(GaussianProcessSettings()),
    ]

    /// The mean and the greatest of some times, in milliseconds.
    private static func summary(_ seconds: [Double]) -> (mean: Double, worst: Double) {
        (1000 * seconds.reduce(0, +) / Double(max(1, seconds.count)), 1000 * (seconds.max() ?? 0))
    }
}
