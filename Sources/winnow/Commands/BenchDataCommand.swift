import ArgumentParser
import DatasetFiles
import Foundation

/// `winnow bench data`: how fast a CSV file is read.
struct BenchDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Measures how fast a table of numbers is read.")

    @Option(help: "Rows of the table that is made.") var rows = 200_000
    @Option(help: "Columns of the table that is made.") var columns = 32
    @Option(help: "Read this CSV file of numbers in place of a table that is made.") var file: String?
    @Option(help: "The target column of the file.") var target = "y"
    @Option(help: "How often it is read; the median counts.") var repeats = 7
    @Option(help: "Threads that read; as many as there are processors unless given.") var threads: Int?
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        guard (2...10_000_000).contains(self.rows), (2...1000).contains(self.columns),
            (1...1000).contains(self.repeats), self.rows * self.columns <= 400_000_000
        else {
            throw CommandFailure(
                .wrongInput,
                "want --rows 2 to 10000000, --columns 2 to 1000, together at most 400000000 numbers, --repeats 1 to 1000"
            )
        }
        let threads = self.threads ?? LoadingWork.processors
        guard (1...1024).contains(threads) else {
            throw CommandFailure(.wrongInput, "--threads = \(threads), want 1 to 1024")
        }
        let result: DataBenchmark.Result
        if let file = self.file {
            result = try DataBenchmark(file: file, target: self.target, repeats: self.repeats, threads: threads).run()
        } else {
            let made = FileManager.default.temporaryDirectory.appendingPathComponent(
                "winnow-bench-\(UUID().uuidString).csv")
            defer { try? FileManager.default.removeItem(at: made) }
            try DataBenchmark.table(rows: self.rows, columns: self.columns).write(to: made)
            result = try DataBenchmark(file: made.path, target: "y", repeats: self.repeats, threads: threads).run()
        }
        if self.json {
            Terminal.writeLine(
                JSONLine(event: "finished").adding("format", .text("csv")).adding("rows", .int(result.rows))
                    .adding("features", .int(result.features)).adding("bytes", .int(result.byteCount))
                    .adding("threads", .int(threads))
                    .adding("seconds", .double(result.seconds.sorted()[result.seconds.count / 2]))
                    .adding("megabytes_per_second", .double(result.megabytesPerSecond)).text)
        } else {
            Terminal.writeLine(
                "csv  \(result.rows) rows of \(result.features) features, \(result.byteCount / 1_000_000) MB  "
                    + "\(Figures.short(result.megabytesPerSecond)) MB/s on \(threads) \(threads == 1 ? "thread" : "threads")"
            )
        }
    }
}
