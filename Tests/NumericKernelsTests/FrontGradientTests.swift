import Foundation
import KernelInterface
import NumericKernels
import Testing

/// The largest difference of a gradient from central differences in `Double`, relative to the largest component.
private func error<T: BinaryFloatingPoint>(
    _ gradient: [T], at point: [Double], _ objective: ([Double]) -> Double
) -> Double {
    let distance = 1e-5
    var worst = 0.0
    var largest = 0.0
    for i in point.indices {
        var (low, high) = (point, point)
        low[i] -= distance
        high[i] += distance
        let difference = (objective(high) - objective(low)) / (2 * distance)
        worst = max(worst, (difference - Double(gradient[i])).magnitude)
        largest = max(largest, difference.magnitude)
    }
    return largest > 0 ? worst / largest : .infinity
}

/// The twins are those of the kernels' bits, so that what holds for them in `Float` holds for the kernels.
@Suite("Gradients of convolutions, pools and LSTM cells against central differences")
struct FrontGradientTests {
    @Test("the twins in Double agree to 1e-6")
    func double() { Self.check(Double.self, 1e-6) }

    @Test("the twins in Float agree to 1e-3")
    func float() { Self.check(Float.self, 1e-3) }

    private static func check<T: ElementaryNumber>(_ type: T.Type, _ tolerance: Double) {
        for (kernel, stride, channels) in [(3, 1, 2), (2, 2, 3), (1, 1, 4), (3, 2, 1)] {
            let errors = Self.convolution(type, kernel: kernel, stride: stride, channels: channels)
            #expect(errors.weights <= tolerance && errors.input <= tolerance, "kernel \(kernel), seed 81")
        }
        for kind in PoolKind.allCases {
            #expect(Self.pool(type, kind) <= tolerance, "\(kind), seed 82")
        }
        #expect(Self.memoryCells(type) <= tolerance, "seed 83")
    }

    /// Numbers that are exact in `Float`, so that all types begin at the same point.
    private static func point(_ count: Int, _ random: inout TestRandom) -> [Double] {
        random.numbers(count).map(Double.init)
    }

    private static func convolution<T: ElementaryNumber>(
        _: T.Type, kernel: Int, stride: Int, channels: Int
    ) -> (weights: Double, input: Double) {
        var random = TestRandom(81)
        let (height, width, columns) = (5, 6, 2)
        let window = WindowShape(
            rows: kernel, rowStride: width * channels, runs: 1, runStride: 0, runLength: kernel * channels)
        var starts: [Int32] = []
        for row in Swift.stride(from: 0, through: height - kernel, by: stride) {
            for column in Swift.stride(from: 0, through: width - kernel, by: stride) {
                starts.append(Int32((row * width + column) * channels))
            }
        }
        let image = Self.point(height * width * channels, &random)
        let weights = Self.point(window.depth * columns, &random)
        let shares = Self.point(starts.count * columns, &random)
        // A sum of squares: the gradient of each output depends on the output.
        func objective(_ image: [Double], _ weights: [Double]) -> Double {
            var sum = 0.0
            for (pixel, start) in starts.enumerated() {
                for column in 0..<columns {
                    let output = Reference.convolution(
                        { image[$0] }, start: Int(start), window, weight: { weights[$0 * columns + column] })
                    sum += shares[pixel * columns + column] * output * output / 2
                }
            }
            return sum
        }
        func outputGradient(_ pixel: Int, _ column: Int) -> T {
            let output = Reference.convolution(
                { T(image[$0]) }, start: Int(starts[pixel]), window, weight: { T(weights[$0 * columns + column]) })
            return T(shares[pixel * columns + column]) * output
        }
        let weightGradient = weights.indices.map { index in
            Reference.convolutionGradient(
                { T(image[$0]) }, starts: starts, window, weight: index / columns,
                outputGradient: { outputGradient($0, index % columns) })
        }
        let inputGradient = Reference.convolutionInputGradient(
            count: image.count, starts: starts, window, columns: columns,
            weight: { T(weights[$0 * columns + $1]) }, outputGradient: outputGradient)
        return (
            error(weightGradient, at: weights) { objective(image, $0) },
            error(inputGradient, at: image) { objective($0, weights) }
        )
    }

    private static func pool<T: ElementaryNumber>(_: T.Type, _ kind: PoolKind) -> Double {
        var random = TestRandom(82)
        let windows = 6
        let point = Self.point(4 * windows, &random)
        let shares = Self.point(windows, &random)
        func values<N: BinaryFloatingPoint>(_ point: [Double], _ window: Int, _: N.Type) -> [N] {
            point[4 * window..<4 * window + 4].map { N($0) }
        }
        let gradient = point.indices.map { index in
            let (value, place) = Reference.pooled(kind, values(point, index / 4, T.self))
            return Reference.unpooled(
                kind, gradient: T(shares[index / 4]) * value, number: index % 4, count: 4, place: place)
        }
        return error(gradient, at: point) { point in
            (0..<windows).reduce(0.0) { sum, window in
                let value = Reference.pooled(kind, values(point, window, Double.self)).value
                return sum + shares[window] * value * value / 2
            }
        }
    }

    /// One unit over five steps: its four z of each step are the point.
    private static func memoryCells<T: ElementaryNumber>(_: T.Type) -> Double {
        var random = TestRandom(83)
        let steps = 5
        let point = Self.point(4 * steps, &random).map { 2 * $0 }
        let shares = Self.point(steps, &random)
        func run<N: ElementaryNumber>(
            _ point: [Double], _: N.Type
        ) -> [(gates: [N], former: N, squashed: N, hidden: N)] {
            var former: N = 0
            return (0..<steps).map { step in
                let z = point[4 * step..<4 * step + 4].map { N($0) }
                let cell = Reference.memoryCell(z, former: former)
                defer { former = cell.cell }
                return (cell.gates, former, cell.squashed, cell.hidden)
            }
        }
        var gradient = [T](repeating: 0, count: point.count)
        var cellGradient: T = 0
        for (step, cell) in run(point, T.self).enumerated().reversed() {
            let back = Reference.memoryCellGradient(
                gates: cell.gates, former: cell.former, squashed: cell.squashed,
                hidden: T(shares[step]) * cell.hidden, cell: cellGradient)
            gradient.replaceSubrange(4 * step..<4 * step + 4, with: back.gates)
            cellGradient = back.cell
        }
        return error(gradient, at: point) { point in
            zip(run(point, Double.self), shares).reduce(0.0) { $0 + $1.1 * $1.0.hidden * $1.0.hidden / 2 }
        }
    }

    @Test("the exact functions in Double are those of the C library to 1e-15")
    func functions() {
        for x in stride(from: -40.0, through: 40, by: 0.37) + [0, 1e-9, -1e-9, 1000, -1000] {
            #expect((Double.hyperbolicTangent(x) - tanh(x)).magnitude < 1e-15, "at \(x)")
            #expect((Double.logistic(x) - 1 / (1 + exp(-x))).magnitude < 1e-15, "at \(x)")
        }
        #expect(Double.logistic(.nan).isNaN && Double.hyperbolicTangent(.nan).isNaN)
    }
}
