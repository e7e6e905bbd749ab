import ArgumentParser
import Foundation
import NumericKernels

/// `winnow bench kernels`: how fast the kernels are on this processor, beside what it can do at all.
struct BenchKernelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Measures matrix products and functions on one core, each in turn with a loop of multiply-adds.")

    @Option(help: "How often each is measured, in turn with the peak.") var repeats = 25
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        guard (1...1000).contains(self.repeats) else {
            throw CommandFailure(.wrongInput, "--repeats = \(self.repeats), want 1 to 1000")
        }
        let kernels: KernelSet
        do {
            kernels = try KernelSet.best(named: ProcessInfo.processInfo.environment["WINNOW_ISA"])
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
        let clock = ContinuousClock()
        let start = clock.now
        let benchmark = KernelBenchmark(kernels) { Figures.seconds(start.duration(to: clock.now)) }
        for item in BenchmarkCase.all { self.tell(benchmark.measure(item, repeats: self.repeats)) }
    }

    private func tell(_ measurement: KernelMeasurement) {
        let shape = measurement.benchmark.shape
        if self.json {
            Terminal.writeLine(
                JSONLine().adding("kernel", .text(measurement.benchmark.name)).adding("m", .int(shape.m))
                    .adding("n", .int(shape.n)).adding("k", .int(shape.k))
                    .adding("isa", .text(measurement.instructionSet.rawValue))
                    .adding("gflops", .double(measurement.gigaflops))
                    .adding("peak_gflops", .double(measurement.peakGigaflops)).text)
        } else {
            let share = Figures.percent(measurement.gigaflops / measurement.peakGigaflops)
            Terminal.writeLine(
                "\(measurement.benchmark.name)  \(shape.m) x \(shape.n) x \(shape.k)  "
                    + "\(Figures.short(measurement.gigaflops)) GFLOP/s of \(Figures.short(measurement.peakGigaflops)) (\(share))"
            )
        }
    }
}
