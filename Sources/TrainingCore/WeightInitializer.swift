import Randomness
import TuningModel

/// The first weights of one dense layer; biases begin at 0, scales of batch normalisation at 1, shifts at 0.
///
/// He: variance `2 / in`; LeCun: `1 / in`; Glorot: `2 / (in + out)`; normal, or uniform in `±sqrt(3 variance)`. `in` and `out`
/// are the true widths, without padding.
///
/// Weight `i` (row-major in `[in, out]`) is a function of the seed, the layer and `i` alone: number `i` of the stream
/// (seed, initial weights, layer).
///
/// Sources: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
/// AISTATS 2010, equation 16; K. He et al., "Delving deep into rectifiers", ICCV 2015, equation 10; Y. LeCun et al.,
/// "Efficient BackProp", 1998, equation 16.
struct WeightInitializer {
    private let stream: RandomStream
    private let isNormal: Bool
    private let deviation: Double

    /// The rule for a layer, numbered from 0 (the output layer is the last); for `automatic` see ``Initializer``.
    init(_ initializer: Initializer, activation: Activation, inputs: Int, outputs: Int, seed: UInt64, layer: Int) {
        self.stream = RandomStream(seed: seed, purpose: .initialWeights, stream: UInt32(truncatingIfNeeded: layer))
        let variance: Double
        switch Self.resolved(initializer, activation) {
        case .heNormal, .heUniform: variance = 2 / Double(inputs)
        case .lecunNormal, .lecunUniform: variance = 1 / Double(inputs)
        case .automatic, .glorotNormal, .glorotUniform: variance = 2 / (Double(inputs) + Double(outputs))
        }
        switch Self.resolved(initializer, activation) {
        case .heNormal, .glorotNormal, .lecunNormal:
            self.isNormal = true
            self.deviation = variance.squareRoot()
        case .automatic, .heUniform, .glorotUniform, .lecunUniform:
            self.isNormal = false
            self.deviation = (3 * variance).squareRoot()
        }
    }

    /// Writes a matrix `[inputs, outputs]` whose rows are `rowStride` floats apart; what lies between is not touched.
    ///
    /// Each weight is computed in `Double` and rounded once.
    ///
    /// - Complexity: O(inputs * outputs); one block of random words for two weights.
    @unsafe
    func fill(_ weights: UnsafeMutablePointer<Float>, inputs: Int, outputs: Int, rowStride: Int) {
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
                unsafe weights[row &* rowStride &+ column] = self.weight(bits)
                index &+= 1
            }
        }
    }

    private func weight(_ bits: UInt64) -> Float {
        // The centre of one of 2^52 equal cells of (0, 1): never an end, so that the quantile is finite.
        let uniform = (Double(bits >> 12) + 0.5) * 0x1p-52
        return Float(self.deviation * (self.isNormal ? NormalQuantile.value(uniform) : 2 * uniform - 1))
    }

    private static func resolved(_ initializer: Initializer, _ activation: Activation) -> Initializer {
        guard initializer == .automatic else { return initializer }
        switch activation {
        case .relu, .gelu, .leakyRelu, .elu, .silu, .softplus: return .heNormal
        case .selu: return .lecunNormal
        case .tanh, .sigmoid: return .glorotUniform
        }
    }
}
