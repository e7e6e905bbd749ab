/// What a convolution reads for one output pixel, in the order of its weights: `rows` of the window, in each `runs` of
/// `runLength` neighbouring floats.
///
/// Where the input's pixels follow each other without padding a row of the window is one run of all its channels; else
/// each pixel is a run of its own.
package struct WindowShape: Sendable, Hashable {
    package var rows: Int
    /// Floats from a row of the window to the next.
    package var rowStride: Int
    package var runs: Int
    /// Floats from a run to the next.
    package var runStride: Int
    package var runLength: Int

    @inlinable
    package init(rows: Int, rowStride: Int, runs: Int, runStride: Int, runLength: Int) {
        self.rows = rows
        self.rowStride = rowStride
        self.runs = runs
        self.runStride = runStride
        self.runLength = runLength
    }

    /// Floats in the window: the depth of the product.
    @inlinable
    package var depth: Int { self.rows * self.runs * self.runLength }

    /// Where the k-th float of the window is, counted from its first.
    @inlinable
    package func place(_ k: Int) -> Int {
        let run = k / self.runLength
        return run / self.runs * self.rowStride + run % self.runs * self.runStride + k % self.runLength
    }
}

/// Convolution of one image, `output[p, c] = finish(sum over k of input[starts[p] + window.place(k)] * weights[k, c])`.
///
/// Shapes: weights [window.depth, columns], bias [columns], output [pixels, columns]; `columns` is a multiple of 16. The
/// border that a window may reach over is part of the input and zero. Each output is one chain over ascending k from 0,
/// then the bias is added; nothing is unrolled into a matrix of windows.
@unsafe
package struct ConvolutionArguments {
    package var pixels: Int
    package var columns: Int
    package var input: UnsafePointer<Float>
    /// Shape [pixels]: where each output pixel's window begins.
    package var starts: UnsafePointer<Int32>
    package var window: WindowShape
    package var weights: UnsafePointer<Float>
    package var weightStride: Int
    /// Read by ``ProductFinish/bias`` and ``ProductFinish/biasRelu`` alone.
    package var bias: UnsafePointer<Float>?
    package var output: UnsafeMutablePointer<Float>
    package var outputStride: Int
    package var finish: ProductFinish

    @inlinable
    package init(
        pixels: Int, columns: Int, input: UnsafePointer<Float>, starts: UnsafePointer<Int32>, window: WindowShape,
        weights: UnsafePointer<Float>, weightStride: Int, bias: UnsafePointer<Float>? = nil,
        output: UnsafeMutablePointer<Float>, outputStride: Int, finish: ProductFinish
    ) {
        unsafe self.pixels = pixels
        unsafe self.columns = columns
        unsafe self.input = input
        unsafe self.starts = starts
        unsafe self.window = window
        unsafe self.weights = weights
        unsafe self.weightStride = weightStride
        unsafe self.bias = bias
        unsafe self.output = output
        unsafe self.outputStride = outputStride
        unsafe self.finish = finish
    }
}

/// Gradient of a convolution's weights from one image,
/// `gradient[k, c] (+)= sum over p of input[starts[p] + window.place(k)] * outputGradient[p, c]`, p ascending.
///
/// Shapes: outputGradient [pixels, columns], gradient [window.depth, columns]; `columns` is a multiple of 16.
/// Accumulation goes on with the chain from the stored value, so that images follow each other in one chain.
@unsafe
package struct ConvolutionGradientArguments {
    package var pixels: Int
    package var columns: Int
    package var input: UnsafePointer<Float>
    package var starts: UnsafePointer<Int32>
    package var window: WindowShape
    package var outputGradient: UnsafePointer<Float>
    package var outputGradientStride: Int
    package var gradient: UnsafeMutablePointer<Float>
    package var gradientStride: Int
    package var accumulates: Bool

    @inlinable
    package init(
        pixels: Int, columns: Int, input: UnsafePointer<Float>, starts: UnsafePointer<Int32>, window: WindowShape,
        outputGradient: UnsafePointer<Float>, outputGradientStride: Int, gradient: UnsafeMutablePointer<Float>,
        gradientStride: Int, accumulates: Bool
    ) {
        unsafe self.pixels = pixels
        unsafe self.columns = columns
        unsafe self.input = input
        unsafe self.starts = starts
        unsafe self.window = window
        unsafe self.outputGradient = outputGradient
        unsafe self.outputGradientStride = outputGradientStride
        unsafe self.gradient = gradient
        unsafe self.gradientStride = gradientStride
        unsafe self.accumulates = accumulates
    }
}

/// How a pool makes one number of a window.
package enum PoolKind: UInt8, Sendable, Hashable, CaseIterable {
    /// The largest, the first of equals; NaN counts as larger than anything.
    case maximum
    case average
}

/// Pooling of one image in windows that do not overlap; rows and columns left over at the end are not read.
///
/// Shapes: input [height, width, channels] without gaps, output [height / windowHeight, width / windowWidth, channels]
/// with its own stride from row to row, places [output pixels, channels] without gaps. `channels` is a multiple of 16, a
/// window has at most 2^24 pixels.
@unsafe
package struct PoolArguments {
    package var kind: PoolKind
    package var windowHeight: Int
    package var windowWidth: Int
    package var height: Int
    package var width: Int
    package var channels: Int
    package var input: UnsafePointer<Float>
    package var output: UnsafeMutablePointer<Float>
    package var outputRowStride: Int
    /// Which of the window's numbers was the largest, counted row by row from 0; nil: not kept, and with an average
    /// never.
    package var places: UnsafeMutablePointer<Float>?

    @inlinable
    package init(
        kind: PoolKind, window: (height: Int, width: Int), height: Int, width: Int, channels: Int,
        input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputRowStride: Int,
        places: UnsafeMutablePointer<Float>?
    ) {
        unsafe self.kind = kind
        unsafe self.windowHeight = window.height
        unsafe self.windowWidth = window.width
        unsafe self.height = height
        unsafe self.width = width
        unsafe self.channels = channels
        unsafe self.input = input
        unsafe self.output = output
        unsafe self.outputRowStride = outputRowStride
        unsafe self.places = places
    }
}

/// A pool backwards: each output's gradient goes to the place it came from, or is shared among the window.
///
/// Shapes: outputGradient [height / windowHeight, width / windowWidth, channels] without gaps, inputGradient [height,
/// width, channels] without gaps; what lies in no window is not written.
@unsafe
package struct UnpoolArguments {
    package var kind: PoolKind
    package var windowHeight: Int
    package var windowWidth: Int
    package var height: Int
    package var width: Int
    package var channels: Int
    package var outputGradient: UnsafePointer<Float>
    package var places: UnsafePointer<Float>?
    package var inputGradient: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        kind: PoolKind, window: (height: Int, width: Int), height: Int, width: Int, channels: Int,
        outputGradient: UnsafePointer<Float>, places: UnsafePointer<Float>?, inputGradient: UnsafeMutablePointer<Float>
    ) {
        unsafe self.kind = kind
        unsafe self.windowHeight = window.height
        unsafe self.windowWidth = window.width
        unsafe self.height = height
        unsafe self.width = width
        unsafe self.channels = channels
        unsafe self.outputGradient = outputGradient
        unsafe self.places = places
        unsafe self.inputGradient = inputGradient
    }
}

/// Depthwise convolution of one image: each channel has a window of its own,
/// `output[p, c] = sum over t of input[starts[p] + place(t) + c] * weights[t, c]`, t ascending from 0.
///
/// `place(t)` is `t / columns * rowStride + t % columns * pixelStride`. Shapes: weights [rows * columns, channels], output
/// [pixels, channels]; `channels` is a multiple of 16. The border that a window may reach over is part of the input and
/// zero.
@unsafe
package struct DepthwiseArguments {
    package var pixels: Int
    package var channels: Int
    package var input: UnsafePointer<Float>
    /// Shape [pixels]: where each output pixel's window begins.
    package var starts: UnsafePointer<Int32>
    package var window: DepthwiseWindow
    package var weights: UnsafePointer<Float>
    package var output: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        pixels: Int, channels: Int, input: UnsafePointer<Float>, starts: UnsafePointer<Int32>, window: DepthwiseWindow,
        weights: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        unsafe self.pixels = pixels
        unsafe self.channels = channels
        unsafe self.input = input
        unsafe self.starts = starts
        unsafe self.window = window
        unsafe self.weights = weights
        unsafe self.output = output
    }
}

/// The pixels that a depthwise convolution reads for one of its outputs.
package struct DepthwiseWindow: Sendable, Hashable {
    package var rows: Int
    package var columns: Int
    /// Floats from a row of the window to the next.
    package var rowStride: Int
    /// Floats from a pixel of the window to the next.
    package var pixelStride: Int

    @inlinable
    package init(rows: Int, columns: Int, rowStride: Int, pixelStride: Int) {
        self.rows = rows
        self.columns = columns
        self.rowStride = rowStride
        self.pixelStride = pixelStride
    }
}

/// Gradient of a depthwise convolution's weights from one image,
/// `gradient[t, c] (+)= sum over p of input[starts[p] + place(t) + c] * outputGradient[p, c]`, p ascending.
///
/// Shapes and places as in ``DepthwiseArguments``; outputGradient [pixels, channels], gradient [rows * columns, channels].
/// Accumulation goes on with the chain from the stored value.
@unsafe
package struct DepthwiseGradientArguments {
    package var pixels: Int
    package var channels: Int
    package var input: UnsafePointer<Float>
    package var starts: UnsafePointer<Int32>
    package var window: DepthwiseWindow
    package var outputGradient: UnsafePointer<Float>
    package var gradient: UnsafeMutablePointer<Float>
    package var accumulates: Bool

    @inlinable
    package init(
        pixels: Int, channels: Int, input: UnsafePointer<Float>, starts: UnsafePointer<Int32>, window: DepthwiseWindow,
        outputGradient: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, accumulates: Bool
    ) {
        unsafe self.pixels = pixels
        unsafe self.channels = channels
        unsafe self.input = input
        unsafe self.starts = starts
        unsafe self.window = window
        unsafe self.outputGradient = outputGradient
        unsafe self.gradient = gradient
        unsafe self.accumulates = accumulates
    }
}
