import ArgumentParser
import Foundation

/// `winnow bench`: what this machine does.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures this machine.",
        subcommands: [
            BenchKernelsCommand.self, BenchCoordinatorCommand.self, BenchDataCommand.self,
            BenchSimulatorCommand.self, BenchSearcherCommand.self,
        ])

    /// Refuses the first option whose number is not as wanted.
    ///
    /// - Throws: ``CommandFailure`` with its name and number.
    static func check(_ options: [(name: String, found: Int, wanted: ClosedRange<Int>)]) throws {
        for option in options where !option.wanted.contains(option.found) {
            throw CommandFailure(
                .wrongInput,
                "--\(option.name) = \(option.found), want \(option.wanted.lowerBound) to \(option.wanted.upperBound)")
        }
    }
}

/// `winnow bench coordinator`: how many reports a coordinator makes durable in a second.
struct BenchCoordinatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Floods a coordinator with reports over loopback: real sockets, real journal, no training.")

    @Option(help: "Workers, each on a connection of its own.") var workers = 64
    @Option(help: "Epoch reports in all.") var reports = 500_000
    @Option(help: "Epochs that a worker puts into one frame, as it does when reports pile up.") var epochsPerFrame = 25
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        try BenchCommand.check([
            ("workers", self.workers, 1...10_000), ("reports", self.reports, 1...1_000_000_000),
            ("epochs-per-frame", self.epochsPerFrame, 1...64),
        ])
        let result = try CoordinatorBenchmark(
            workers: self.workers, reports: self.reports, epochsPerFrame: self.epochsPerFrame
        ).run()
        let median = Self.quantile(0.5, of: result.latencies)
        let tail = Self.quantile(0.99, of: result.latencies)
        if self.json {
            Terminal.writeLine(
                JSONLine(event: "finished").adding("reports_per_second", .double(result.reportsPerSecond))
                    .adding("decision_p50_ms", .double(median)).adding("decision_p99_ms", .double(tail))
                    .adding("bytes_per_trial", .double(result.bytesPerTrial))
                    .adding("cpu_seconds_per_report", .double(result.cpuSecondsPerReport))
                    .adding("epochs_per_frame", .int(self.epochsPerFrame)).text)
        } else {
            Terminal.writeLine(
                "\(Int(result.reportsPerSecond)) durable reports/s (\(self.epochsPerFrame) a frame, \(self.workers) workers), "
                    + "answered in \(Figures.short(median)) ms (median), \(Figures.short(tail)) ms (99 %), "
                    + "\(Int(result.bytesPerTrial)) bytes a finished trial")
        }
    }

    /// The value at a share of increasing values; 0 for none.
    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}
