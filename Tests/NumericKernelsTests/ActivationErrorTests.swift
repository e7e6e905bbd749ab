import Foundation
import KernelInterface
import NumericKernels
import Testing

/// Activations and their derivatives by the C library in `Double`.
private enum ExactActivation {
    static func evaluate(_ function: ActivationFunction, _ x: Double) -> (value: Double, slope: Double) {
        let s = 1 / (1 + exp(-x))
        let rest = 1 / (1 + exp(x))
        switch function {
        case .identity: return (x, 1)
        case .relu: return (max(x, 0), x > 0 ? 1 : 0)
        case .tanh: return (tanh(x), 1 / (cosh(x) * cosh(x)))
        case .sigmoid: return (s, s * rest)
        case .gelu:
            let distribution = erfc(-x / 2.0.squareRoot()) / 2
            return (x * distribution, distribution + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot())
        case .leakyRelu: return (x < 0 ? 0.01 * x : x, x > 0 ? 1 : 0.01)
        case .elu: return (x > 0 ? x : expm1(x), x > 0 ? 1 : exp(x))
        case .selu:
            let (scale, alpha) = (1.0507009873554805, 1.6732632423543772)
            return (scale * (x > 0 ? x : alpha * expm1(x)), scale * (x > 0 ? 1 : alpha * exp(x)))
        case .silu: return (x * s, s + x * s * rest)
        case .softplus: return (max(x, 0) + log1p(exp(-abs(x))), s)
        case .geluTanh:
            let u = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
            let slope = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
            let t = 1 / (1 + exp(-2 * u))
            // Beyond 30 the product would be infinity times 0.
            return (x * t, abs(x) > 30 ? t : t + x * t / (1 + exp(2 * u)) * 2 * slope)
        case .relu6: return (min(max(x, 0), 6), x > 0 && x < 6 ? 1 : 0)
        case .hardSigmoid: return (min(max(x + 3, 0), 6) / 6, x > -3 && x < 3 ? 1.0 / 6 : 0)
        case .hardTanh: return (min(max(x, -1), 1), x > -1 && x < 1 ? 1 : 0)
        case .hardSwish:
            return (x * (min(max(x + 3, 0), 6) / 6), x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6)
        }
    }
}

@Suite("Errors of activations")
struct ActivationErrorTests {
    /// The bounds that ``ActivationFunction`` states, in units of 2^-24.
    private static let bounds: [(function: ActivationFunction, value: Double, slope: Double)] = [
        (.identity, 0, 0), (.relu, 0, 0), (.tanh, 3, 6), (.sigmoid, 1.6, 1.6), (.gelu, 2.5, 4.5),
        (.leakyRelu, 1.5, 0.1), (.elu, 0.8, 1), (.selu, 2.5, 2.5), (.silu, 2.8, 4), (.softplus, 2.5, 1.6),
        (.geluTanh, 3, 4.5), (.relu6, 0, 0), (.hardSigmoid, 1, 0.1), (.hardTanh, 0, 0), (.hardSwish, 2, 1.5),
    ]

    /// One of so many bit patterns is tried. The figures of the documentation were taken with
    /// `WINNOW_ACTIVATION_SWEEP=307`, which are 20 million numbers; the test then prints what it measures.
    private static let stride = Self.sweep ?? 40_009
    private static let sweep = ProcessInfo.processInfo.environment["WINNOW_ACTIVATION_SWEEP"].flatMap { UInt32($0) }
    private static var isMeasuring: Bool { self.sweep != nil }

    /// Finite numbers of every magnitude and sign, and as many evenly spread over ±16.
    private static func numbers() -> [Float] {
        // Up to 3e38: 1.05 times more is beyond what a float holds.
        let patterns = Swift.stride(from: UInt32(0), to: Float(3e38).bitPattern, by: Int(self.stride))
        let positive = patterns.map { Float(bitPattern: $0) }
        let step = 32 / Float(positive.count)
        return positive + positive.map { -$0 } + positive.indices.map { Float($0) * step - 16 }
    }

    @Test("stay within what is stated, over all magnitudes")
    func bounds() throws {
        #expect(Self.bounds.map(\.function) == ActivationFunction.allCases)
        let set = try #require(sets.first)
        let all = Self.numbers()
        for (function, valueBound, slopeBound) in Self.bounds {
            var worst = (value: 0.0, slope: 0.0)
            var places = (value: Float(0), slope: Float(0))
            for start in Swift.stride(from: 0, to: all.count, by: 65_536) {
                let numbers = Array(all[start..<min(start + 65_536, all.count)])
                let padded = numbers + [Float](repeating: 0, count: paddedWidth(numbers.count) - numbers.count)
                let found = try ActivationTests.run(set, function, padded, slopes: true, dropout: .off)
                let slopes = try #require(found.slopes)
                for (index, x) in numbers.enumerated() {
                    let exact = ExactActivation.evaluate(function, Double(x))
                    let value = abs(Double(found.values[index]) - exact.value) / max(1, abs(exact.value))
                    let slope = abs(Double(slopes[index]) - exact.slope) / max(1, abs(exact.slope))
                    if !(value <= worst.value) { (worst.value, places.value) = (value, x) }
                    if !(slope <= worst.slope) { (worst.slope, places.slope) = (slope, x) }
                }
            }
            if Self.isMeasuring { print("\(function): \(worst.value * 0x1p24), slope \(worst.slope * 0x1p24)") }
            #expect(worst.value * 0x1p24 <= valueBound, "value of \(function) at \(places.value)")
            #expect(worst.slope * 0x1p24 <= slopeBound, "slope of \(function) at \(places.slope)")
        }
    }

    @Test("NaN gives NaN, and infinities give their limits")
    func limits() throws {
        let set = try #require(sets.first)
        let input: [Float] = [.nan, .infinity, -.infinity] + [Float](repeating: 0, count: 13)
        for (function, high, low) in [
            (ActivationFunction.identity, Float.infinity, -Float.infinity), (.relu, .infinity, 0), (.tanh, 1, -1),
            (.sigmoid, 1, 0), (.leakyRelu, .infinity, -.infinity), (.elu, .infinity, -1),
            (.softplus, .infinity, 0), (.silu, .infinity, 0), (.geluTanh, .infinity, 0), (.relu6, 6, 0),
            (.hardSigmoid, 1, 0), (.hardTanh, 1, -1),
        ] {
            let found = try ActivationTests.run(set, function, input, slopes: false, dropout: .off).values
            #expect(found[0].isNaN, "\(function)")
            #expect(found[1] == high, "\(function)")
            #expect(found[2] == low || (found[2] - low).magnitude < 1e-35, "\(function)")
        }
    }
}
