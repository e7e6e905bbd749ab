import NumericKernels
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

    @Test("of zeros and a constant are that number")
    func constants() {
        #expect(Self.weights(.zeros, .relu, seed: 3, layer: 1).allSatisfy { $0 == 0 })
        #expect(Self.weights(.constant(value: -0.3), .relu, seed: 3, layer: 1).allSatisfy { $0 == -0.3 })
    }

    @Test(
        "of uniform, normal and truncated normal numbers have their mean, their variance and their bounds",
        arguments: [
            // The variance of a normal distribution cut at two deviations is 1 - 4 φ(2) / (2 Φ(2) - 1).
            (Initializer.uniform(limit: 0.3), 0.03, 0.297, 0.3), (.normal(standardDeviation: 0.2), 0.04, 0.7, 2),
            (.truncatedNormal(standardDeviation: 0.1), 0.00773741303, 0.1999, 0.2),
        ])
    func distributions(_ initializer: Initializer, _ wanted: Double, _ least: Float, _ most: Float) {
        let weights = Self.weights(initializer, .relu, seed: 4, layer: 2)
        let mean = weights.reduce(0.0) { $0 + Double($1) } / 60_000
        let variance = weights.reduce(0.0) { $0 + Double($1) * Double($1) } / 60_000
        #expect(mean.magnitude < 0.015 * wanted.squareRoot(), "seed 4")
        #expect((variance / wanted - 1).magnitude < 0.02, "seed 4")
        let largest = weights.map(\.magnitude).max() ?? 0
        #expect(largest > least && largest <= most, "seed 4")
    }

    @Test(
        "that are orthogonal have orthonormal columns, or rows, times the gain",
        arguments: [(300, 200), (200, 300), (17, 17), (1, 5), (5, 1), (1, 1), (64, 9)])
    func orthogonal(_ rows: Int, _ columns: Int) {
        let weights = Self.weights(.orthogonal(gain: 1.5), .relu, seed: 7, layer: 0, inputs: rows, outputs: columns)
        let (vectors, length) = (min(rows, columns), max(rows, columns))
        func element(_ vector: Int, _ i: Int) -> Double {
            Double(rows < columns ? weights[vector * columns + i] : weights[i * columns + vector])
        }
        var worst = 0.0
        for a in 0..<vectors {
            for b in a..<vectors {
                let product = (0..<length).reduce(0.0) { $0 + element(a, $1) * element(b, $1) }
                worst = max(worst, (product - (a == b ? 2.25 : 0)).magnitude)
            }
        }
        #expect(worst < 1e-6, "seed 7")
    }

    @Test("that are orthogonal are Q of the normal numbers' QR, with a positive diagonal in R")
    func signs() {
        let size = 40
        let matrix = OrthogonalMatrix(rows: size, columns: size) { index in
            NormalQuantile.value(RandomStream(seed: 1, purpose: .initialWeights).uniform(at: UInt64(index)) + 0x1p-60)
        }
        for column in 0..<size {
            for earlier in 0...column {
                // R = Qᵀ G is upper triangular: its element below the diagonal is the product of a later column of Q.
                var upper = 0.0
                var lower = 0.0
                for row in 0..<size {
                    let stream = RandomStream(seed: 1, purpose: .initialWeights)
                    let g = NormalQuantile.value(stream.uniform(at: UInt64(row * size + earlier)) + 0x1p-60)
                    lower += matrix[row, column] * g
                    upper += matrix[row, earlier] * g
                }
                if earlier < column { #expect(lower.magnitude < 1e-12) }
                #expect(upper > 0)
            }
        }
    }

    @Test("that are orthogonal are no favourites of any sign: the diagonal's mean is 0")
    func uniformity() {
        // Without the signs of R each first element would be negative.
        let positive = (0..<200).count { layer in
            Self.weights(.orthogonal(gain: 1), .relu, seed: 5, layer: layer, inputs: 3, outputs: 3)[0] > 0
        }
        #expect((70...130).contains(positive), "seed 5")
    }

    @Test("that are orthogonal of a column of zeros are finite")
    func degenerate() {
        let matrix = OrthogonalMatrix(rows: 4, columns: 3) { $0 % 3 == 1 ? 0 : Double($0 + 1) }
        for column in 0..<3 {
            let square = (0..<4).reduce(0.0) { $0 + matrix[$1, column] * matrix[$1, column] }
            #expect((square - 1).magnitude < 1e-14)
        }
    }

    @Test("have the same bits in every version and on every machine")
    func storedBits() {
        func digest(_ initializer: Initializer) -> UInt64 {
            var fingerprint = Fingerprint()
            for weight in Self.weights(initializer, .relu, seed: 2, layer: 3, inputs: 19, outputs: 23) {
                fingerprint.add(UInt64(weight.bitPattern))
            }
            return fingerprint.value
        }
        #expect(digest(.uniform(limit: 0.5)) == 12_088_208_320_433_474_635)
        #expect(digest(.normal(standardDeviation: 0.5)) == 8_667_938_750_073_509_585)
        #expect(digest(.truncatedNormal(standardDeviation: 0.5)) == 5_873_214_826_929_100_323)
        #expect(digest(.orthogonal(gain: 1)) == 3_897_072_535_864_914_446)
    }

    @Test("of biases are those of their rule, where there is a bias, and forget gates have their own")
    func biases() throws {
        let kernels = try KernelSet.best(named: nil)
        var configuration = TrainingCase(units: [9]).configuration
        configuration.biasInitializer = .uniform(limit: 0.25)
        configuration.forgetBias = 3
        let data = TestData.random(.classification(classes: 3), features: 6)
        data.featureShape = [2, 3]
        configuration.family = .recurrent(RecurrentSettings([RecurrentLayerSettings(units: 5)]))
        let tensors = try TrainingRun(configuration, data: data.view, seed: 4, kernels: kernels).tensors()
        let gates = try #require(tensors.first { $0.name == "recurrent.0.bias" }).values
        #expect(gates[5..<10].allSatisfy { $0 == 3 })
        let others = gates[..<5] + gates[10...] + tensors.filter { $0.name.hasSuffix("s.0.bias") }.flatMap(\.values)
        #expect(others.allSatisfy { $0 != 0 && $0.magnitude <= 0.25 })
        #expect(Set(others).count == others.count)
        #expect(tensors.last?.name == "output.bias")
        #expect(tensors.last?.values.allSatisfy { $0 != 0 && $0.magnitude <= 0.25 } == true)

        configuration.family = .mlp
        configuration.layers = [DenseLayerSettings(units: 4, batchNormalization: true)]
        configuration.biasInitializer = .constant(value: 0.5)
        let normalized = try TrainingRun(configuration, data: data.view, seed: 4, kernels: kernels).tensors()
        #expect(normalized.first { $0.name == "layers.0.norm.shift" }?.values == [0, 0, 0, 0])
        #expect(normalized.first { $0.name == "output.bias" }?.values == [0.5, 0.5, 0.5])
    }

    @Test("that differ in a setting belong to different checkpoints")
    func fingerprints() throws {
        let rows = TrainingCase().data
        let data = rows.view
        var configuration = TrainingCase().configuration
        var values: Set<UInt64> = [Fingerprint(configuration, data: data).value]
        for initializer in [
            Initializer.constant(value: 1), .constant(value: 2), .uniform(limit: 1), .orthogonal(gain: 1),
        ] {
            configuration.initializer = initializer
            values.insert(Fingerprint(configuration, data: data).value)
        }
        for biases in [BiasInitializer.constant(value: 1), .uniform(limit: 1), .uniform(limit: 2)] {
            configuration.biasInitializer = biases
            values.insert(Fingerprint(configuration, data: data).value)
        }
        configuration.forgetBias = 0
        values.insert(Fingerprint(configuration, data: data).value)
        #expect(values.count == 9)
    }

    @Test("that are orthogonal are refused where they would take minutes")
    func tooWide() throws {
        let kernels = try KernelSet.best(named: nil)
        var configuration = TrainingCase(units: [2_049, 2_050]).configuration
        configuration.initializer = .orthogonal(gain: 1)
        let data = TrainingCase().data
        let error = #expect(throws: TrainingError.self) {
            _ = try TrainingRun(configuration, data: data.view, seed: 1, kernels: kernels)
        }
        #expect(
            error?.description
                == "model.initializer = orthogonal for weights of 2049 x 2050, want at most 2048 rows or 2048 columns; "
                + "use glorot_normal for wider layers")
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
        _ initializer: Initializer, _ activation: Activation, seed: UInt64, layer: Int, inputs: Int = 300,
        outputs: Int = 200
    ) -> [Float] {
        var weights = [Float](repeating: 0, count: inputs * outputs)
        let rule = WeightInitializer(
            initializer, activation: activation, inputs: inputs, outputs: outputs, seed: seed, layer: layer)
        unsafe weights.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            unsafe rule.fill(start, inputs: inputs, outputs: outputs, rowStride: outputs)
        }
        return weights
    }
}
