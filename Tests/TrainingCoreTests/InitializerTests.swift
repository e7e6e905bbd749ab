import Randomness
import Testing
import TuningModel

@testable import TrainingCore

@Suite("first weights")
struct InitializerTests {
    @Test(
        "the normal quantile agrees with tables",
        arguments: [
            // Computed with mpmath at 40 digits for the arguments' exact binary values.
            (0.5, 0.0), (0.975, 1.9599639845400539), (0.025, -1.9599639845400542), (0.9999, 3.7190164854557084),
            (1e-9, -5.9978070150076869), (1e-15, -7.9413453261709968), (0x1p-53, -8.2095361516013869),
            (0.6, 0.25334710313579974), (0.95, 1.6448536269514723),
        ])
    func quantile(_ p: Double, _ wanted: Double) {
        #expect((NormalQuantile.value(p) - wanted).magnitude <= 4e-15 * max(1, wanted.magnitude))
    }

    @Test("the normal quantile of what is no probability is NaN", arguments: [0, 1, -0.1, 1.5, Double.nan])
    func noProbability(_ p: Double) { #expect(NormalQuantile.value(p).isNaN) }

    @Test("the logarithm is right to two units in the last place", arguments: [1.0, 2, 0.5, 1.4142135, 1e-300, 3e17])
    func logarithm(_ x: Double) {
        let wanted = Double.logarithm(x)
        #expect((NormalQuantile.logarithm(x) - wanted).magnitude <= 2 * wanted.ulp)
    }

    /// Initialiser, activation, and `variance * 1500` for 300 inputs and 200 outputs.
    private static let rules: [(Initializer, Activation, Double)] = [
        (.automatic, .relu, 10), (.automatic, .gelu, 10), (.automatic, .tanh, 6), (.automatic, .sigmoid, 6),
        (.automatic, .silu, 10), (.automatic, .selu, 5), (.lecunNormal, .relu, 5), (.lecunUniform, .relu, 5),
        (.heNormal, .tanh, 10), (.heUniform, .tanh, 10), (.glorotNormal, .relu, 6), (.glorotUniform, .relu, 6),
    ]

    @Test("have the variance of their rule", arguments: Self.rules)
    func variance(_ initializer: Initializer, _ activation: Activation, _ share: Double) {
        let wanted = share / 1_500
        let weights = Self.weights(initializer, activation, seed: 3, layer: 1)
        let mean = weights.reduce(0.0) { $0 + Double($1) } / Double(weights.count)
        let variance = weights.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(weights.count)
        // 60,000 numbers: the standard error of the variance is below 0.6 %, that of the mean 0.4 % of the deviation.
        #expect((variance / wanted - 1).magnitude < 0.02)
        #expect(mean.magnitude < 0.015 * wanted.squareRoot())
        let isUniform =
            initializer == .heUniform || initializer == .glorotUniform || initializer == .lecunUniform
            || (initializer == .automatic && (activation == .tanh || activation == .sigmoid))
        let largest = weights.map(\.magnitude).max() ?? 0
        let bound = Float((3 * wanted).squareRoot())
        #expect(isUniform ? largest <= bound && largest > 0.99 * bound : largest > bound)
    }

    @Test("follow from seed and layer, and leave the padding alone")
    func addresses() {
        let weights = Self.weights(.heNormal, .relu, seed: 3, layer: 1)
        #expect(weights == Self.weights(.heNormal, .relu, seed: 3, layer: 1))
        #expect(weights != Self.weights(.heNormal, .relu, seed: 4, layer: 1))
        #expect(weights != Self.weights(.heNormal, .relu, seed: 3, layer: 0))
        var padded = [Float](repeating: -7, count: 3 * 16)
        let initializer = WeightInitializer(
            .heUniform, activation: .relu, inputs: 3, outputs: 5, seed: 9, layer: 0)
        unsafe padded.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            unsafe initializer.fill(start, inputs: 3, outputs: 5, rowStride: 16)
        }
        for row in 0..<3 {
            #expect(padded[row * 16..<row * 16 + 5].allSatisfy { $0 != -7 })
            #expect(padded[row * 16 + 5..<row * 16 + 16].allSatisfy { $0 == -7 })
        }
    }

    private static func weights(
        _ initializer: Initializer, _ activation: Activation, seed: UInt64, layer: Int
    ) -> [Float] {
        var weights = [Float](repeating: 0, count: 300 * 200)
        let rule = WeightInitializer(
            initializer, activation: activation, inputs: 300, outputs: 200, seed: seed, layer: layer)
        unsafe weights.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            unsafe rule.fill(start, inputs: 300, outputs: 200, rowStride: 200)
        }
        return weights
    }
}
