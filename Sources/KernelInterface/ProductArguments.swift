/// Rows of a matrix in memory, in order or picked by number.
@unsafe
package struct RowSource {
    /// The first row of the matrix.
    package var base: UnsafePointer<Float>
    /// Floats from row to row.
    package var stride: Int
    /// nil: row `i` is at `base + i * stride`; else at `base + picked[i] * stride`. Repeats are allowed.
    package var picked: UnsafePointer<Int32>?

    @inlinable
    package init(_ base: UnsafePointer<Float>, stride: Int, picked: UnsafePointer<Int32>? = nil) {
        unsafe self.base = base
        unsafe self.stride = stride
        unsafe self.picked = picked
    }

    /// The start of a row.
    @inlinable
    package func row(_ place: Int) -> UnsafePointer<Float> {
        let number = unsafe self.picked.map { unsafe Int($0[place]) } ?? place
        return unsafe self.base + number &* self.stride
    }
}

/// What becomes of a finished product before it is stored.
package enum ProductFinish: UInt8, Sendable {
    /// `output = product`.
    case store
    /// `output = output + product`, the sum begun from the stored output: one chain with what was there.
    case accumulate
    /// `output = product + bias`.
    case bias
    /// `output = relu(product + bias)`, with relu(x) = x < 0 ? 0 : x, so that NaN survives.
    case biasRelu
}

/// Forward product `output[r, c] = finish(sum over k of input[r, k] * weights[k, c])`.
///
/// Shapes: input [rows, depth], weights [depth, columns], bias [columns], output [rows, columns]. `depth` is the true
/// number of inputs (the padding of the input is not read); `columns` is a multiple of 16. Each output is the chain
/// `sum = fma(input[r, k], weights[k, c], sum)` over ascending k from 0, then the bias is added.
/// With depth 0 the product is 0. Output may not overlap anything else.
@unsafe
package struct ProductArguments {
    package var rows: Int
    package var columns: Int
    package var depth: Int
    package var input: RowSource
    package var weights: UnsafePointer<Float>
    package var weightStride: Int
    /// Read by ``ProductFinish/bias`` and ``ProductFinish/biasRelu`` alone.
    package var bias: UnsafePointer<Float>?
    package var output: UnsafeMutablePointer<Float>
    package var outputStride: Int
    package var finish: ProductFinish
    /// At least ``scratchFloats(columns:depth:)`` floats for packed weights, overwritten; nil: nothing is packed,
    /// which changes the speed of large products and no bit.
    package var scratch: UnsafeMutablePointer<Float>?

    @inlinable
    package init(
        rows: Int, columns: Int, depth: Int, input: RowSource, weights: UnsafePointer<Float>, weightStride: Int,
        bias: UnsafePointer<Float>? = nil, output: UnsafeMutablePointer<Float>, outputStride: Int,
        finish: ProductFinish, scratch: UnsafeMutablePointer<Float>? = nil
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.depth = depth
        unsafe self.input = input
        unsafe self.weights = weights
        unsafe self.weightStride = weightStride
        unsafe self.bias = bias
        unsafe self.output = output
        unsafe self.outputStride = outputStride
        unsafe self.finish = finish
        unsafe self.scratch = scratch
    }

    /// Rows of the weights that are packed at a time.
    @inlinable
    package static var packedDepth: Int { 1_024 }

    /// Columns of the weights that are packed at a time; such a panel stays in the second-level cache.
    @inlinable
    package static var packedColumns: Int { 192 }

    /// Rows from which packing the weights pays; fewer do not read them often enough.
    ///
    /// A strip of a shallow matrix stays in the second-level cache where it lies, so that only many rows gain from packing;
    /// one of a deep matrix does not, least of all where its rows are a power of two apart and share sets of the cache.
    /// Measured with 64 to 1,024 rows, depths of 512 to 2,048 and 512 to 2,048 columns.
    @inlinable
    package static func packingRows(depth: Int) -> Int {
        depth < 900 ? 1_024 : depth < 1_500 ? 128 : 64
    }

    /// Floats of scratch for a product of this size; 0 where it would not be used.
    @inlinable
    package static func scratchFloats(columns: Int, depth: Int) -> Int {
        depth * columns > 200_000 ? unsafe Self.packedDepth * min(paddedWidth(columns), Self.packedColumns) : 0
    }
}

/// What becomes of the gradient of a layer's input before it is stored.
package enum GradientMask: UInt8, Sendable {
    /// `inputGradient = gradient`.
    case none
    /// `inputGradient = mask > 0 ? gradient * scale : 0`: relu (mask: its output), `scale` 1, or with dropout
    /// 1 / (kept fraction).
    case positive
    /// `inputGradient = gradient * mask`: mask holds the slopes written by ``KernelTable/activate``.
    case slope
}

/// Gradient of a layer's input, `inputGradient[r, i] = mask(sum over o of outputGradient[r, o] * weights[i, o])`.
///
/// Shapes: outputGradient [rows, outputs], weights [inputs, weightStride], mask and inputGradient [rows, inputs].
/// `outputs` is the true number of outputs; `inputs` is a multiple of 16 and the weights must have so many rows
/// (those from the true number on zero). Each result is one chain over ascending o from 0.
@unsafe
package struct InputGradientArguments {
    package var rows: Int
    package var inputs: Int
    package var outputs: Int
    package var outputGradient: UnsafePointer<Float>
    package var outputGradientStride: Int
    package var weights: UnsafePointer<Float>
    package var weightStride: Int
    package var inputGradient: UnsafeMutablePointer<Float>
    package var inputGradientStride: Int
    package var mask: GradientMask
    /// Shape [rows, inputs] with the stride of the input gradient; nil with ``GradientMask/none``.
    package var maskValues: UnsafePointer<Float>?
    package var scale: Float
    /// At least ``scratchFloats(rows:inputs:outputs:)`` floats, overwritten.
    package var scratch: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        rows: Int, inputs: Int, outputs: Int, outputGradient: UnsafePointer<Float>, outputGradientStride: Int,
        weights: UnsafePointer<Float>, weightStride: Int, inputGradient: UnsafeMutablePointer<Float>,
        inputGradientStride: Int, mask: GradientMask = .none, maskValues: UnsafePointer<Float>? = nil,
        scale: Float = 1, scratch: UnsafeMutablePointer<Float>
    ) {
        unsafe self.rows = rows
        unsafe self.inputs = inputs
        unsafe self.outputs = outputs
        unsafe self.outputGradient = outputGradient
        unsafe self.outputGradientStride = outputGradientStride
        unsafe self.weights = weights
        unsafe self.weightStride = weightStride
        unsafe self.inputGradient = inputGradient
        unsafe self.inputGradientStride = inputGradientStride
        unsafe self.mask = mask
        unsafe self.maskValues = maskValues
        unsafe self.scale = scale
        unsafe self.scratch = scratch
    }

    /// Floats of scratch for a gradient of this size, never 0.
    @inlinable
    package static func scratchFloats(rows: Int, inputs: Int, outputs: Int) -> Int {
        // Either a panel of transposed weights, or the transposes of both gradients for 128 rows at a time.
        max(64 * paddedWidth(outputs), 128 * (paddedWidth(inputs) + paddedWidth(outputs))) + 64
    }
}
