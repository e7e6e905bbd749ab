package import KernelInterface

/// What is measured: a product of a shape, or a function of an array.
package enum BenchmarkCase: Hashable, Sendable {
    /// [m, k] * [k, n] as in the forward pass.
    case product(m: Int, n: Int, k: Int)
    /// The gradient of [m, n] weights from k rows.
    case weightGradient(m: Int, n: Int, k: Int)
    /// The same with Adam's update of the weights, counted as the product alone.
    case weightUpdate(m: Int, n: Int, k: Int)
    /// The gradient of m rows of n inputs from k outputs.
    case inputGradient(m: Int, n: Int, k: Int)
    /// A function of n numbers, counted as one operation each.
    case function(VectorFunction, n: Int)

    /// Square products, the shapes of training steps, the elementary functions.
    package static let all: [BenchmarkCase] =
        [64, 128, 256, 512, 1_024, 2_048].map { .product(m: $0, n: $0, k: $0) } + [
            .product(m: 32, n: 64, k: 64), .product(m: 32, n: 128, k: 784), .product(m: 32, n: 16, k: 128),
            .product(m: 128, n: 512, k: 784), .product(m: 1_024, n: 128, k: 784),
            .weightGradient(m: 64, n: 64, k: 32), .weightGradient(m: 784, n: 128, k: 32),
            .weightGradient(m: 784, n: 512, k: 128), .weightUpdate(m: 64, n: 64, k: 32),
            .weightUpdate(m: 784, n: 128, k: 32), .weightUpdate(m: 784, n: 512, k: 128),
            .inputGradient(m: 32, n: 64, k: 64), .inputGradient(m: 32, n: 512, k: 256),
            .inputGradient(m: 128, n: 512, k: 256),
        ] + VectorFunction.allCases.map { .function($0, n: 4_096) }

    /// The name under which it is reported.
    package var name: String {
        switch self {
        case .product: "gemm"
        case .weightGradient: "weight_gradient"
        case .weightUpdate: "weight_update_adam"
        case .inputGradient: "input_gradient"
        case .function(let function, _):
            switch function {
            case .exp: "exp"
            case .log: "log"
            case .tanh: "tanh"
            case .sigmoid: "sigmoid"
            case .normalDistribution: "normal_distribution"
            }
        }
    }

    /// Rows and columns of the result and the length of the sums; functions: 1, n, 1.
    package var shape: (m: Int, n: Int, k: Int) {
        switch self {
        case .product(let m, let n, let k), .weightGradient(let m, let n, let k), .weightUpdate(let m, let n, let k),
            .inputGradient(let m, let n, let k):
            (m, n, k)
        case .function(_, let n): (1, n, 1)
        }
    }

    /// Floating-point operations of one run; functions: one for each number.
    package var operations: Double {
        if case .function(_, let n) = self { return Double(n) }
        return 2 * Double(self.shape.m) * Double(self.shape.n) * Double(self.shape.k)
    }
}

/// How fast one case ran, beside the fastest the processor can multiply and add.
package struct KernelMeasurement: Hashable, Sendable {
    package let benchmark: BenchmarkCase
    package let instructionSet: InstructionSet
    /// 10^9 floating-point operations a second, the best of the repeats; functions: 10^9 results a second.
    package let gigaflops: Double
    /// The same of a loop of fused multiply-adds without memory traffic, run between the repeats.
    package let peakGigaflops: Double
}

/// Measures kernels in alternation with the processor's peak, so that a drifting clock hits both.
package struct KernelBenchmark {
    package let kernels: KernelSet
    /// Seconds since some moment.
    private let clock: () -> Double

    package init(_ kernels: KernelSet, clock: @escaping () -> Double) {
        self.kernels = kernels
        self.clock = clock
    }

    /// Runs one case.
    ///
    /// - Parameters:
    ///   - benchmark: What to run.
    ///   - repeats: How often to measure it and the peak in turn; the best of each counts.
    /// - Returns: What was measured.
    /// - Complexity: About 2 ms a repeat for small cases, the time of one run for large ones.
    package func measure(_ benchmark: BenchmarkCase, repeats: Int = 25) -> KernelMeasurement {
        let run = self.kernels.table.prepared(benchmark)
        var calls = 1
        while self.seconds(calls, run) < 0.001, calls < 1 << 20 { calls *= 2 }
        var best = Double.infinity
        var bestPeak = Double.infinity
        let rounds = 50_000
        for _ in 0..<max(repeats, 1) {
            best = min(best, self.seconds(calls, run) / Double(calls))
            bestPeak = min(bestPeak, self.seconds(1) { _ = self.kernels.table.peak(PeakArguments(rounds: rounds)) })
        }
        let peakOperations = Double(rounds) * Double(PeakArguments.operationsPerRound)
        return KernelMeasurement(
            benchmark: benchmark, instructionSet: self.kernels.instructionSet,
            gigaflops: benchmark.operations / max(best, 1e-12) * 1e-9,
            peakGigaflops: peakOperations / max(bestPeak, 1e-12) * 1e-9)
    }

    private func seconds(_ calls: Int, _ run: () -> Void) -> Double {
        let start = self.clock()
        for _ in 0..<calls { run() }
        return self.clock() - start
    }
}
