import KernelInterface
import TuningModel

/// Sizes of an image, `[height, width, channels]`.
struct ImageShape: Hashable {
    let height: Int
    let width: Int
    let channels: Int

    /// A shape of two sizes is an image of one channel, a list one of one row.
    init(_ shape: [Int]) {
        let sizes = shape.count == 1 ? [1, shape[0], 1] : shape.count == 2 ? shape + [1] : shape
        self.init(height: sizes[0], width: sizes[1], channels: sizes[2])
    }

    init(height: Int, width: Int, channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    var pixels: Int { self.height * self.width }
    var count: Int { self.pixels * self.channels }
}

/// One block of convolution, batch normalisation, activation and pool, and where it keeps everything: decided once,
/// before the first step. Places are offsets in the arena.
///
/// Images are `[height, width, channels]`, channels innermost. A block's input stands inside a border of zeros, so that
/// no window asks where the image ends. The first block's input has its true channels side by side; later ones have
/// theirs rounded up to a multiple of 16.
struct ConvolutionPlan: Hashable {
    let settings: ConvolutionBlockSettings
    /// True sizes of what comes in, what the convolution makes and what goes out.
    let input: ImageShape
    let convolved: ImageShape
    let output: ImageShape
    /// Channels as they are stored.
    let inputChannels: Int
    let outputChannels: Int

    /// Rows and columns of the border before the image, and of the whole with its border.
    let top: Int
    let left: Int
    let borderedHeight: Int
    let borderedWidth: Int
    /// Shape [rows, inputStride]: the bordered inputs.
    let inputPlace: Int
    let inputStride: Int
    /// Shape [convolved.pixels], `Int32`: where each window begins.
    let starts: Int
    let window: WindowShape

    /// Shape [window.depth, outputChannels].
    let weights: ParameterPlace
    /// Shape [outputChannels]; with batch normalisation its shift.
    let bias: ParameterPlace
    let normalization: NormalizationPlan?
    /// Shape [window.depth, outputChannels].
    let weightGradient: Int

    /// Whether the convolution's outputs of all images of a minibatch are kept for the way back; else one place serves
    /// all, and the outputs of the block tell where the gradient passes.
    let keepsImages: Bool
    /// Shape [rows or 1, convolvedStride]: the convolution's outputs, activated in place.
    let convolvedPlace: Int
    let convolvedStride: Int
    /// As the outputs: the activation's slopes where they cannot be told from its values.
    let slopes: Int?
    /// Shape [rows, output.pixels, outputChannels]: where each maximum was.
    let places: Int?
    /// Shape [rows, output.pixels, outputChannels]: the gradient of the block's output.
    let outputGradient: Int
    /// As the convolution's outputs: their gradient. `nil` without a pool, where it is that of the block's output.
    let convolvedGradient: Int?
    let back: Backward?
    let function: ActivationFunction

    /// How the gradient of the input is made: a convolution of the gradient, spread out within a border, with the
    /// window turned around. Not for the first block.
    struct Backward: Hashable {
        /// Shape [height, width, outputChannels] with its border: one image's gradient.
        let place: Int
        let width: Int
        /// Floats before the first pixel.
        let origin: Int
        /// Shape [input.pixels], `Int32`.
        let starts: Int
        let window: WindowShape
        /// Shape [window.depth, inputChannels]: the weights turned around.
        let weights: Int
    }

    /// Floats of a block's output, without padding.
    var outputCount: Int { self.output.count }
    /// Floats of an image's output as it is stored.
    var outputStride: Int { self.output.pixels * self.outputChannels }
    /// Floats before the first pixel of the image in its border.
    var origin: Int { (self.top * self.borderedWidth + self.left) * self.inputChannels }
    /// Floats from row to row of the bordered input.
    var rowStride: Int { self.borderedWidth * self.inputChannels }

    var pool: PoolKind? {
        switch self.settings.pool {
        case .none: nil
        case .maximum: .maximum
        case .average: .average
        }
    }

    /// Whether the pool's windows leave some pixels of the convolution out.
    var leavesPixels: Bool {
        self.output.height * self.settings.poolSize != self.convolved.height
            || self.output.width * self.settings.poolSize != self.convolved.width
    }

    /// Floating-point operations for one image in training.
    var operations: Double {
        let products = self.back == nil ? 4.0 : 6.0
        return products * Double(self.convolved.count) * Double(self.window.depth)
    }
}

extension ConvolutionPlan {
    /// What a block makes of an image; `nil` where the image is too small for it.
    static func shapes(
        _ settings: ConvolutionBlockSettings, input: ImageShape
    ) -> (convolved: ImageShape, output: ImageShape)? {
        func size(_ length: Int) -> Int {
            switch settings.padding {
            case .same: (length + settings.stride - 1) / settings.stride
            case .valid: length < settings.kernel ? 0 : (length - settings.kernel) / settings.stride + 1
            }
        }
        let convolved = ImageShape(
            height: size(input.height), width: size(input.width), channels: settings.filters)
        let divisor = settings.pool == .none ? 1 : settings.poolSize
        let output = ImageShape(
            height: convolved.height / divisor, width: convolved.width / divisor, channels: settings.filters)
        return output.height > 0 && output.width > 0 ? (convolved, output) : nil
    }

    /// The first and the whole border of a side.
    private static func border(_ length: Int, _ convolved: Int, _ settings: ConvolutionBlockSettings) -> (Int, Int) {
        guard settings.padding == .same else { return (0, 0) }
        let whole = max(0, (convolved - 1) * settings.stride + settings.kernel - length)
        return (whole / 2, whole)
    }

    /// - Parameters:
    ///   - settings: The block; ``shapes(_:input:)`` must have an answer for it.
    ///   - input: What comes in.
    ///   - isFirst: Whether it takes the features.
    ///   - function: The activation.
    ///   - rule: Decides which moments are kept.
    ///   - rows: Those of a minibatch, and of the larger of minibatch and evaluation.
    ///   - layout: Gives the places.
    init(
        _ settings: ConvolutionBlockSettings, input: ImageShape, isFirst: Bool, function: ActivationFunction,
        rule: UpdateRule, rows: (batch: Int, buffer: Int), layout: inout ArenaLayout
    ) {
        let shapes = Self.shapes(settings, input: input) ?? (input, input)
        let inputChannels = isFirst ? input.channels : paddedWidth(input.channels)
        let outputChannels = paddedWidth(settings.filters)
        self.settings = settings
        self.input = input
        (self.convolved, self.output) = shapes
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.function = function

        let (top, wholeHeight) = Self.border(input.height, shapes.convolved.height, settings)
        let (left, wholeWidth) = Self.border(input.width, shapes.convolved.width, settings)
        self.top = top
        self.left = left
        self.borderedHeight = input.height + wholeHeight
        self.borderedWidth = input.width + wholeWidth
        self.inputStride = paddedWidth(self.borderedHeight * self.borderedWidth * inputChannels)
        self.inputPlace = layout.reserve(rows: rows.buffer, columns: self.inputStride)
        self.starts = layout.reserve(columns: shapes.convolved.pixels)
        self.window = Self.window(
            settings.kernel, rowStride: self.borderedWidth * inputChannels, pixelStride: inputChannels,
            channels: input.channels)

        let depth = self.window.depth
        self.weights = ParameterPlace(rows: depth, columns: outputChannels, rule: rule, layout: &layout)
        self.bias = ParameterPlace(columns: outputChannels, rule: rule, layout: &layout)
        self.weightGradient = layout.reserve(rows: depth, columns: outputChannels)

        let isRelu = function == .relu
        self.keepsImages = settings.batchNormalization || !isRelu || settings.pool == .average
        let kept = self.keepsImages ? rows.batch : 1
        self.convolvedStride = shapes.convolved.pixels * outputChannels
        self.convolvedPlace = layout.reserve(rows: kept, columns: self.convolvedStride)
        self.slopes = isRelu ? nil : layout.reserve(rows: kept, columns: self.convolvedStride)
        if settings.batchNormalization {
            self.normalization = NormalizationPlan(
                gain: ParameterPlace(columns: outputChannels, rule: rule, layout: &layout),
                runningMean: layout.reserve(columns: outputChannels),
                runningVariance: layout.reserve(columns: outputChannels),
                inverseDeviation: layout.reserve(columns: outputChannels),
                normalized: layout.reserve(rows: kept, columns: self.convolvedStride))
        } else {
            self.normalization = nil
        }
        let outputStride = shapes.output.pixels * outputChannels
        self.places = settings.pool == .maximum ? layout.reserve(rows: rows.batch, columns: outputStride) : nil
        self.outputGradient = layout.reserve(rows: rows.batch, columns: outputStride)
        self.convolvedGradient =
            settings.pool == .none ? nil : layout.reserve(rows: kept, columns: self.convolvedStride)
        self.back =
            isFirst ? nil : Backward(settings, input: input, top: top, left: left, layout: &layout)
    }

    /// What a window reads where pixels are stored `pixelStride` floats apart and have so many true channels.
    fileprivate static func window(_ kernel: Int, rowStride: Int, pixelStride: Int, channels: Int) -> WindowShape {
        pixelStride == channels
            ? WindowShape(rows: kernel, rowStride: rowStride, runs: 1, runStride: 0, runLength: kernel * channels)
            : WindowShape(
                rows: kernel, rowStride: rowStride, runs: kernel, runStride: pixelStride, runLength: channels)
    }
}

extension ConvolutionPlan.Backward {
    fileprivate init(
        _ settings: ConvolutionBlockSettings, input: ImageShape, top: Int, left: Int, layout: inout ArenaLayout
    ) {
        let channels = paddedWidth(settings.filters)
        let kernel = settings.kernel
        self.width = input.width + kernel - 1
        self.place = layout.reserve(rows: input.height + kernel - 1, columns: self.width * channels)
        self.origin = ((kernel - 1 - top) * self.width + kernel - 1 - left) * channels
        self.starts = layout.reserve(columns: input.pixels)
        self.window = ConvolutionPlan.window(
            kernel, rowStride: self.width * channels, pixelStride: channels, channels: settings.filters)
        self.weights = layout.reserve(rows: self.window.depth, columns: paddedWidth(input.channels))
    }
}

extension ConvolutionPlan {
    /// The block's tensors in declaration order; weights have the shape [kernel, kernel, input, output].
    func tensors(prefix: String) -> [TensorPlace] {
        let kernel = self.settings.kernel
        let weight = TensorPlace(
            "\(prefix).weight", shape: [kernel, kernel, self.input.channels, self.settings.filters],
            rowStride: self.outputChannels, parameter: self.weights)
        return [weight]
            + TensorPlace.unitTensors(
                prefix: prefix, count: self.settings.filters, stride: self.outputChannels, bias: self.bias,
                normalization: self.normalization)
    }
}
