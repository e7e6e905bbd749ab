/// The function of a layer's units.
///
/// Below, `E v, s` are the largest errors of value and slope against `Double`, in units of 2^-24 (6e-8): absolute for
/// numbers up to 1 and relative above, measured over 20 million numbers of all magnitudes and asserted by the tests.
/// The slope at a kink is that of its flatter side. The value of NaN is NaN.
package enum ActivationFunction: UInt8, Sendable, CaseIterable {
    case identity
    /// x < 0 ? 0 : x. E 0, 0.
    case relu
    /// E 3, 6.
    case tanh
    /// 1 / (1 + exp(-x)). E 1.6, 1.6.
    case sigmoid
    /// x * Φ(x) with the normal distribution function by erf, not the tanh form. E 2.5, 4.5.
    case gelu
    /// x < 0 ? 0.01 x : x. E 1.5, 0.1.
    case leakyRelu
    /// x > 0 ? x : exp(x) - 1, with all its digits near 0. E 0.8, 1.
    case elu
    /// 1.0507 (x > 0 ? x : 1.6733 (exp(x) - 1)). E 2.5, 2.5.
    case selu
    /// x / (1 + exp(-x)). E 2.8, 4.
    case silu
    /// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)). E 2.5, 1.6.
    case softplus
    /// x / (1 + exp(-2 u)) = x (1 + tanh(u)) / 2 with u = sqrt(2 / π) (x + 0.044715 x³), which is near gelu. E 3, 4.5.
    case geluTanh
    /// min(max(x, 0), 6). E 0, 0.
    case relu6
    /// min(max(x + 3, 0), 6) / 6. E 1, 0.1.
    case hardSigmoid
    /// min(max(x, -1), 1). E 0, 0.
    case hardTanh
    /// x min(max(x + 3, 0), 6) / 6. E 2, 1.5.
    case hardSwish
}

/// Dropout with numbers addressed by (seed, layer, step, element), so that a mask can be drawn in any order.
///
/// Element e = row * width + column (width: the padded one) uses 16 bits of the Philox4x32-10 block with the key `seed`
/// and the counter words (8 * (e / 64) + (e % 16) / 2, step, layer, purpose): with v = e % 64 / 16, word
/// 2 * (v / 2) + e % 2, its low half for even v and its high half for odd v. That is
/// `RandomStream(seed:purpose:.dropout,stream: layer).block(at: step << 32 | block)`.
/// An element is dropped where its 16 bits are below ``threshold``.
package struct DropoutSettings: Sendable, Hashable {
    package var seed: UInt64
    package var layer: UInt32
    /// The number of the minibatch since the start of training.
    package var step: UInt32
    /// Elements dropped of 65,536; 0: no dropout, nothing is drawn.
    package var threshold: UInt32
    /// What kept elements are multiplied by, 1 / (1 - threshold / 65536).
    package var scale: Float

    /// The settings of one minibatch; `rate`, in [0, 1), is rounded to a multiple of 1/65536 below 1.
    @inlinable
    package init(rate: Double, seed: UInt64, layer: UInt32, step: UInt32) {
        self.seed = seed
        self.layer = layer
        self.step = step
        let dropped = rate > 0 ? min((rate * 65_536).rounded(), 65_535) : 0
        self.threshold = UInt32(dropped)
        self.scale = Float(1 / (1 - dropped / 65_536))
    }

    /// No dropout.
    package static let off = DropoutSettings(rate: 0, seed: 0, layer: 0, step: 0)
}

/// `output = dropout(function(input))`, and where wanted `slopes = function'(input) * (kept ? scale : 0)`.
///
/// All arrays have shape [rows, width], contiguous, `count = rows * width` with width a multiple of 16. `output`
/// may be `input`. With `slopes` the gradient of the input is `gradient * slopes` (``GradientMask/slope``). relu
/// needs none: its gradient is that of ``GradientMask/positive`` on the output with the dropout's scale; pass nil.
/// In evaluation pass nil and ``DropoutSettings/off``.
///
/// The error bounds of the functions are those of ``ActivationFunction``.
@unsafe
package struct ActivationArguments {
    package var count: Int
    package var function: ActivationFunction
    package var input: UnsafePointer<Float>
    package var output: UnsafeMutablePointer<Float>
    package var slopes: UnsafeMutablePointer<Float>?
    package var dropout: DropoutSettings

    @inlinable
    package init(
        count: Int, function: ActivationFunction, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
        slopes: UnsafeMutablePointer<Float>? = nil, dropout: DropoutSettings = .off
    ) {
        unsafe self.count = count
        unsafe self.function = function
        unsafe self.input = input
        unsafe self.output = output
        unsafe self.slopes = slopes
        unsafe self.dropout = dropout
    }
}

/// `values[i] *= factors[i]` for `count` (a multiple of 16) elements; with ``GradientMask/positive`` instead
/// `values[i] = factors[i] > 0 ? values[i] * scale : 0`.
@unsafe
package struct MultiplyArguments {
    package var count: Int
    package var values: UnsafeMutablePointer<Float>
    package var factors: UnsafePointer<Float>
    package var mask: GradientMask
    package var scale: Float

    @inlinable
    package init(
        count: Int, values: UnsafeMutablePointer<Float>, factors: UnsafePointer<Float>, mask: GradientMask,
        scale: Float = 1
    ) {
        unsafe self.count = count
        unsafe self.values = values
        unsafe self.factors = factors
        unsafe self.mask = mask
        unsafe self.scale = scale
    }
}

/// Which elementary function ``KernelTable/vectorFunction`` computes.
///
/// Largest errors against the exact value, found by test over the whole range, in units of the last place of the
/// result (ulp): exp 2, log 2, tanh 5, sigmoid 5, normal distribution function absolute 3e-7.
package enum VectorFunction: UInt8, Sendable, CaseIterable {
    /// e^x; 0 below -87.34 (no denormal results), infinity above 88.72.
    case exp
    /// Natural logarithm; -infinity at 0, NaN below. Denormal arguments count as 0.
    case log
    case tanh
    case sigmoid
    /// (1 + erf(x / sqrt 2)) / 2.
    case normalDistribution
}

/// `output[i] = function(input[i])` for `count` (a multiple of 16) elements; `output` may be `input`.
@unsafe
package struct VectorFunctionArguments {
    package var count: Int
    package var function: VectorFunction
    package var input: UnsafePointer<Float>
    package var output: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        count: Int, function: VectorFunction, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        unsafe self.count = count
        unsafe self.function = function
        unsafe self.input = input
        unsafe self.output = output
    }
}
