import Randomness
import TuningModel

/// The first weights or biases of one dense layer; scales of batch normalisation begin at 1, shifts at 0.
///
/// He: variance `2 / in`; LeCun: `1 / in`; Glorot: `2 / (in + out)`; normal, or uniform in `±sqrt(3 variance)`. `in` and `out`
/// are the true widths, without padding. Zeros, constant, uniform and normal numbers as ``Initializer`` says; truncated
/// normal numbers are the quantiles of uniform ones between the probabilities of ±2 deviations; for orthogonal matrices see
/// ``OrthogonalMatrix``.
///
/// Weight `i` (row-major in `[in, out]`) is a function of the seed, the layer and `i` alone: number `i` of the stream
/// (seed, initial weights, layer). Of an orthogonal matrix this holds for the normal numbers that it is made of.
///
/// Sources: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
/// AISTATS 2010, equation 16; K. He et al., "Delving deep into rectifiers", ICCV 2015, equation 10; Y. LeCun et al.,
/// "Efficient BackProp", 1998, equation 16.
struct WeightInitializer {
    private enum Rule {
        case constant(Double)
        case uniform(limit: Double)
        case normal(deviation: Double)
        case truncatedNormal(deviation: Double)
        case orthogonal(gain: Double)
    }

    private let stream: RandomStream
    private let rule: Rule

    /// The rule for a layer, numbered from 0 (the output layer is the last); for `automatic` see ``Initializer``.
    init(_ initializer: Initializer, activation: Activation, inputs: Int, outputs: Int, seed: UInt64, layer: Int) {
        self.stream = RandomStream(seed: seed, purpose: .initialWeights, stream: UInt32(truncatingIfNeeded: layer))
        let (inputs, outputs) = (Double(inputs), Double(outputs))
        switch initializer {
        case .automatic:
            switch Self.automatic(activation) {
            case .he: self.rule = .normal(deviation: (2 / inputs).squareRoot())
            case .lecun: self.rule = .normal(deviation: (1 / inputs).squareRoot())
            case .glorot: self.rule = .uniform(limit: (3 * (2 / (inputs + outputs))).squareRoot())
            }
        case .zeros: self.rule = .constant(0)
        case .constant(let value): self.rule = .constant(value)
        case .uniform(let limit): self.rule = .uniform(limit: limit)
        case .normal(let deviation): self.rule = .normal(deviation: deviation)
        case .truncatedNormal(let deviation): self.rule = .truncatedNormal(deviation: deviation)
        case .heNormal: self.rule = .normal(deviation: (2 / inputs).squareRoot())
        case .heUniform: self.rule = .uniform(limit: (3 * (2 / inputs)).squareRoot())
        case .glorotNormal: self.rule = .normal(deviation: (2 / (inputs + outputs)).squareRoot())
        case .glorotUniform: self.rule = .uniform(limit: (3 * (2 / (inputs + outputs))).squareRoot())
        case .lecunNormal: self.rule = .normal(deviation: (1 / inputs).squareRoot())
        case .lecunUniform: self.rule = .uniform(limit: (3 * (1 / inputs)).squareRoot())
        case .orthogonal(let gain): self.rule = .orthogonal(gain: gain)
        }
    }

    /// Streams of biases: those of the weights count from 0.
    private static let firstBiasStream = 1 << 28

    /// The rule for the biases of a layer, which has the number that its weights have.
    init(_ biases: BiasInitializer, seed: UInt64, layer: Int) {
        self.init(
            biases.initializer, activation: .relu, inputs: 1, outputs: 1, seed: seed,
            layer: Self.firstBiasStream &+ layer)
    }

    /// Writes a matrix `[inputs, outputs]` whose rows are `rowStride` floats apart; what lies between is not touched.
    ///
    /// Each weight is computed in `Double` and rounded once.
    ///
    /// - Complexity: O(inputs * outputs), one block of random words for two weights; of an orthogonal matrix that many
    ///   operations for each of the lesser of `inputs` and `outputs`.
    @unsafe
    func fill(_ weights: UnsafeMutablePointer<Float>, inputs: Int, outputs: Int, rowStride: Int) {
        if case .orthogonal(let gain) = self.rule {
            let matrix = OrthogonalMatrix(rows: inputs, columns: outputs) { index in
                NormalQuantile.value(Self.uniform(self.stream.bits(at: UInt64(index))))
            }
            for row in 0..<inputs {
                for column in 0..<outputs {
                    unsafe weights[row &* rowStride &+ column] = Float(gain * matrix[row, column])
                }
            }
            return
        }
        var index: UInt64 = 0
        var spare: UInt64 = 0
        for row in 0..<inputs {
            for column in 0..<outputs {
                let bits: UInt64
                if index & 1 == 0 {
                    let block = self.stream.block(at: index >> 1)
                    bits = UInt64(block[0]) | UInt64(block[1]) << 32
                    spare = UInt64(block[2]) | UInt64(block[3]) << 32
                } else {
                    bits = spare
                }
                unsafe weights[row &* rowStride &+ column] = Float(self.number(Self.uniform(bits)))
                index &+= 1
            }
        }
    }

    /// The centre of one of 2^52 equal cells of (0, 1): never an end, so that the quantile is finite.
    private static func uniform(_ bits: UInt64) -> Double { (Double(bits >> 12) + 0.5) * 0x1p-52 }

    /// The probability of a standard normal number below -2.
    private static let lowTail = 0.022750131948179207

    private func number(_ uniform: Double) -> Double {
        switch self.rule {
        case .constant(let value): return value
        case .uniform(let limit): return limit * (2 * uniform - 1)
        case .normal(let deviation), .orthogonal(let deviation): return deviation * NormalQuantile.value(uniform)
        case .truncatedNormal(let deviation):
            return deviation * NormalQuantile.value(Self.lowTail + (1 - 2 * Self.lowTail) * uniform)
        }
    }

    private enum Automatic { case he, lecun, glorot }

    private static func automatic(_ activation: Activation) -> Automatic {
        switch activation {
        case .relu, .gelu, .leakyRelu, .elu, .silu, .softplus, .geluTanh, .relu6, .hardSwish: return .he
        case .selu: return .lecun
        case .tanh, .sigmoid, .hardSigmoid, .hardTanh: return .glorot
        }
    }
}
