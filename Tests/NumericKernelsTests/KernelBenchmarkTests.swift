import KernelInterface
import NumericKernels
import Testing

@Suite("Kernel benchmark")
struct KernelBenchmarkTests {
    @Test("the figures are the operations over the best time of the clock that is given")
    func countsOperations() throws {
        var now = 0.0
        // Each reading is half a second after the one before: every run takes half a second.
        let benchmark = KernelBenchmark(try KernelSet.best(named: nil)) {
            now += 0.5
            return now
        }
        let found = benchmark.measure(.product(m: 32, n: 16, k: 8), repeats: 2)
        #expect(found.gigaflops == 2 * 32 * 16 * 8 / 0.5 * 1e-9)
        #expect(found.peakGigaflops == Double(50_000 * PeakArguments.operationsPerRound) / 0.5 * 1e-9)
        #expect(found.instructionSet == sets.first)
    }

    @Test("every kind of case runs and has a name and a shape")
    func runsEveryKind() throws {
        var now = 0.0
        let benchmark = KernelBenchmark(try KernelSet.best(named: nil)) {
            now += 1
            return now
        }
        let cases: [BenchmarkCase] = [
            .product(m: 3, n: 10, k: 5), .weightGradient(m: 3, n: 10, k: 5), .weightUpdate(m: 3, n: 10, k: 5),
            .inputGradient(m: 3, n: 10, k: 5), .function(.tanh, n: 20),
        ]
        let names = cases.map(\.name)
        #expect(names == ["gemm", "weight_gradient", "weight_update_adam", "input_gradient", "tanh"])
        #expect(cases.map(\.operations) == [300, 300, 300, 300, 20])
        for measured in cases.map({ benchmark.measure($0, repeats: 1) }) { #expect(measured.gigaflops > 0) }
        #expect(Set(BenchmarkCase.all).count == BenchmarkCase.all.count)
    }
}
