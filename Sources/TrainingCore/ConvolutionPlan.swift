import KernelInterface
import TuningModel

/// Sizes of an image, `[height, width, channels]`.
struct ImageShape: Hashable {
    let height: Int
    let width: Int
    let channels: Int

    /// In two dimensions a shape of two sizes is an image of one channel, a list one of one row; in one dimension rows are
    /// sequences `[steps, features]`, or lists of steps with one feature.
    init(_ shape: [Int], dimensions: Int) {
        if dimensions == 1 {
            self.init(height: 1, width: shape[0], channels: shape.dropFirst().reduce(1, *))
        } else {
            let sizes = shape.count == 1 ? [1, shape[0], 1] : shape.count == 2 ? shape + [1] : shape
            self.init(height: sizes[0], width: sizes[1], channels: sizes[2])
        }
    }

    init(height: Int, width: Int, channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    var pixels: Int { self.height * self.width }
    var count: Int { self.pixels * self.channels }
}

/// One convolution with what follows it, and where it keeps everything: decided once, before the first step. Places are
/// offsets in the arena.
///
/// Images are `[height, width, channels]`, channels innermost. The input stands inside a border of zeros, so that no
/// window asks where the image ends. The first convolution's input has its true channels side by side where nothing asks
/// for more; later ones have theirs rounded up to a multiple of 16.
struct ConvolutionPlan: Hashable {
    let stage: ConvolutionStage
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

    /// Shape [weightRows, outputChannels].
    let weights: ParameterPlace
    let weightRows: Int
    /// Shape [outputChannels]; with batch normalisation its shift. `nil` for a depthwise convolution.
    let bias: ParameterPlace?
    let normalization: NormalizationPlan?
    /// As the weights.
    let weightGradient: Int

    /// Whether the convolution's outputs of all images of a minibatch are kept for the way back; else one place serves
    /// all, and the outputs of the stage tell where the gradient passes.
    let keepsImages: Bool
    /// Shape [rows or 1, convolvedStride]: the convolution's outputs, activated in place.
    let convolvedPlace: Int
    let convolvedStride: Int
    /// As the outputs: the activation's slopes where they cannot be told from its values.
    let slopes: Int?
    /// Shape [rows, output.pixels, outputChannels]: where each maximum was.
    let places: Int?
    /// Shape [rows, output.pixels, outputChannels]: the outputs, where some are dropped before they go on.
    let dropped: Int?
    let dropout: DropoutSettings
    /// Shape [rows, output.pixels, outputChannels]: the gradient of the stage's output.
    let outputGradient: Int
    /// As the convolution's outputs: their gradient. `nil` without a pool, where it is that of the stage's output.
    let convolvedGradient: Int?
    let shortcut: ShortcutPlan?
    let back: Backward?
    let function: ActivationFunction

    /// How the gradient of the input is made: a convolution of the gradient, spread out within a border, with the
    /// window turned around. Not for the first stage.
    struct Backward: Hashable {
        /// Shape [height, width, outputChannels] with its border: one image's gradient.
        let place: Int
        let width: Int
        /// Floats before the first pixel.
        let origin: Int
        /// Shape [input.pixels], `Int32`.
        let starts: Int
        /// Shape [depth of the window, inputChannels]: the weights turned around.
        let weights: Int
    }

    /// Floats of a stage's output, without padding.
    var outputCount: Int { self.output.count }
    /// Floats of an image's output as it is stored.
    var outputStride: Int { self.output.pixels * self.outputChannels }
    /// Floats before the first pixel of the image in its border.
    var origin: Int { (self.top * self.borderedWidth + self.left) * self.inputChannels }
    /// Floats from row to row of the bordered input.
    var rowStride: Int { self.borderedWidth * self.inputChannels }

    /// What a window reads.
    var window: WindowShape {
        self.stage.window.shape(
            rowStride: self.rowStride, pixelStride: self.inputChannels, channels: self.input.channels)
    }

    /// What a window of the way back reads.
    func window(_ back: Backward) -> WindowShape {
        self.stage.window.shape(
            rowStride: back.width * self.outputChannels, pixelStride: self.outputChannels,
            channels: self.convolved.channels)
    }

    /// Whether the pool's windows leave some pixels of the convolution out.
    var leavesPixels: Bool {
        guard let pool = self.stage.pool else { return false }
        return self.output.height * pool.height != self.convolved.height
            || self.output.width * pool.width != self.convolved.width
    }

    /// What the product leaves to be done.
    var finish: ProductFinish {
        if self.stage.isDepthwise || self.normalization != nil { return .store }
        return self.function == .relu && self.shortcut == nil ? .biasRelu : .bias
    }

    /// Whether batch normalisation applies the relu itself.
    var normalizesWithRelu: Bool { self.function == .relu && self.shortcut == nil }

    /// Whether an activation is left to be done behind product and normalisation.
    var activates: Bool { self.function != .identity && (self.function != .relu || self.shortcut != nil) }

    /// Floating-point operations for one image in training.
    var operations: Double {
        let products = self.back == nil ? 4.0 : 6.0
        let depth = self.stage.isDepthwise ? self.stage.window.count : self.window.depth
        return products * Double(self.convolved.count) * Double(depth)
    }
}

extension ConvolutionPlan {
    /// - Parameters:
    ///   - stage: The convolution; its shapes must have an answer for the input.
    ///   - input: What comes in.
    ///   - earlier: The stages before it.
    ///   - isPadded: Whether the first stage's channels are rounded up too.
    ///   - function: The activation.
    ///   - seed: The trial's, for dropout.
    ///   - rule: Decides which moments are kept.
    ///   - rows: Those of a minibatch, and of the larger of minibatch and evaluation.
    ///   - layout: Gives the places.
    init(
        _ stage: ConvolutionStage, input: ImageShape, after earlier: [ConvolutionPlan], isPadded: Bool,
        function: ActivationFunction, seed: UInt64, rule: UpdateRule, rows: (batch: Int, buffer: Int),
        layout: inout ArenaLayout
    ) {
        let shapes = stage.shapes(input) ?? (input, input)
        let isFirst = earlier.isEmpty
        let window = stage.window
        let inputChannels = isFirst && !isPadded ? input.channels : paddedWidth(input.channels)
        let outputChannels = paddedWidth(shapes.convolved.channels)
        self.stage = stage
        self.input = input
        (self.convolved, self.output) = shapes
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.function = stage.isDepthwise ? .identity : function

        let (top, wholeHeight) = window.border(
            input.height, shapes.convolved.height, span: window.spanHeight, stride: window.verticalStride)
        let (left, wholeWidth) = window.border(
            input.width, shapes.convolved.width, span: window.spanWidth, stride: window.horizontalStride)
        self.top = top
        self.left = left
        self.borderedHeight = input.height + wholeHeight
        self.borderedWidth = input.width + wholeWidth
        self.inputStride = paddedWidth(self.borderedHeight * self.borderedWidth * inputChannels)
        self.inputPlace = layout.reserve(rows: rows.buffer, columns: self.inputStride)
        self.starts = layout.reserve(columns: shapes.convolved.pixels)

        self.weightRows = stage.isDepthwise ? window.count : window.count * input.channels
        self.weights = ParameterPlace(rows: self.weightRows, columns: outputChannels, rule: rule, layout: &layout)
        self.bias = stage.isDepthwise ? nil : ParameterPlace(columns: outputChannels, rule: rule, layout: &layout)
        self.weightGradient = layout.reserve(rows: self.weightRows, columns: outputChannels)

        let isPlain = self.function == .relu || self.function == .identity
        let isAveraged = if case .average? = stage.pool?.kind { true } else { false }
        self.keepsImages = stage.batchNormalization || !isPlain || isAveraged || stage.shortcut != nil
        let kept = self.keepsImages ? rows.batch : 1
        self.convolvedStride = shapes.convolved.pixels * outputChannels
        self.convolvedPlace = layout.reserve(rows: kept, columns: self.convolvedStride)
        self.slopes = isPlain ? nil : layout.reserve(rows: kept, columns: self.convolvedStride)
        self.normalization =
            stage.batchNormalization
            ? NormalizationPlan(
                channels: outputChannels, rows: kept, stride: self.convolvedStride, rule: rule, layout: &layout) : nil
        let outputStride = shapes.output.pixels * outputChannels
        let isMaximum = if case .maximum? = stage.pool?.kind { true } else { false }
        self.places = isMaximum ? layout.reserve(rows: rows.batch, columns: outputStride) : nil
        self.dropout = DropoutSettings(
            rate: stage.dropout, seed: seed, layer: UInt32(FrontPlan.firstStream + earlier.count), step: 0)
        self.dropped = self.dropout.threshold > 0 ? layout.reserve(rows: rows.batch, columns: outputStride) : nil
        self.outputGradient = layout.reserve(rows: rows.batch, columns: outputStride)
        self.convolvedGradient = stage.pool == nil ? nil : layout.reserve(rows: kept, columns: self.convolvedStride)
        if let first = stage.shortcut {
            // A block of one stage begins with the stage itself, which is not among the earlier ones yet.
            let source =
                first < earlier.count
                ? ShortcutPlan.Source(earlier[first])
                : ShortcutPlan.Source(
                    input: input, channels: inputChannels, place: self.inputPlace, stride: self.inputStride,
                    rowStride: self.borderedWidth * inputChannels,
                    origin: (top * self.borderedWidth + left) * inputChannels,
                    verticalStride: window.verticalStride, horizontalStride: window.horizontalStride, isFirst: isFirst)
            self.shortcut = ShortcutPlan(
                from: first, source: source, convolved: shapes.convolved, batchNormalization: stage.batchNormalization,
                rule: rule, rows: rows, layout: &layout)
        } else {
            self.shortcut = nil
        }
        self.back =
            isFirst
            ? nil
            : Backward(
                stage, input: input, convolved: shapes.convolved, top: top, left: left, rows: self.weightRows,
                layout: &layout)
    }
}

extension NormalizationPlan {
    /// Batch normalisation of images: channel by channel over all pixels.
    init(channels: Int, rows: Int, stride: Int, rule: UpdateRule, layout: inout ArenaLayout) {
        self.init(
            gain: ParameterPlace(columns: channels, rule: rule, layout: &layout),
            runningMean: layout.reserve(columns: channels), runningVariance: layout.reserve(columns: channels),
            inverseDeviation: layout.reserve(columns: channels),
            normalized: layout.reserve(rows: rows, columns: stride))
    }
}

extension ConvolutionPlan.Backward {
    fileprivate init(
        _ stage: ConvolutionStage, input: ImageShape, convolved: ImageShape, top: Int, left: Int, rows: Int,
        layout: inout ArenaLayout
    ) {
        let channels = paddedWidth(convolved.channels)
        let window = stage.window
        self.width = input.width + window.spanWidth - 1
        self.place = layout.reserve(rows: input.height + window.spanHeight - 1, columns: self.width * channels)
        self.origin = ((window.spanHeight - 1 - top) * self.width + window.spanWidth - 1 - left) * channels
        self.starts = layout.reserve(columns: input.pixels)
        self.weights = layout.reserve(
            rows: stage.isDepthwise ? rows : window.count * convolved.channels, columns: paddedWidth(input.channels))
    }
}

extension ConvolutionPlan {
    /// The stage's tensors in declaration order; weights have the shape [height, width, input, output], without the input
    /// where each channel has its own.
    var tensors: [TensorPlace] {
        let window = [self.stage.window.height, self.stage.window.width]
        let channels = self.stage.isDepthwise ? [] : [self.input.channels]
        let weight = TensorPlace(
            "\(self.stage.name).weight", shape: window + channels + [self.convolved.channels],
            rowStride: self.outputChannels, parameter: self.weights)
        var tensors = [weight]
        if let bias = self.bias {
            tensors += TensorPlace.unitTensors(
                prefix: self.stage.name, count: self.convolved.channels, stride: self.outputChannels, bias: bias,
                normalization: self.normalization)
        }
        if let projection = self.shortcut?.projection {
            tensors += projection.tensors(prefix: "blocks.\(self.stage.block).shortcut")
        }
        return tensors
    }

    /// Writes the tables of window starts into the arena, once.
    @unsafe
    func writeStarts(_ base: UnsafeMutablePointer<Float>) {
        let window = self.stage.window
        unsafe Self.write(self.convolved, at: base + self.starts) { row, column in
            row &* window.verticalStride &* self.rowStride &+ column &* window.horizontalStride &* self.inputChannels
        }
        if let shortcut = self.shortcut, let projection = shortcut.projection {
            let source = shortcut.source
            unsafe Self.write(self.convolved, at: base + projection.starts) { row, column in
                source.origin &+ row &* projection.verticalStride &* source.rowStride
                    &+ column &* projection.horizontalStride &* source.channels
            }
        }
        guard let back = self.back else { return }
        unsafe Self.write(self.input, at: base + back.starts) { row, column in
            (row &* back.width &+ column) &* self.outputChannels
        }
    }

    @unsafe
    private static func write(
        _ shape: ImageShape, at place: UnsafeMutablePointer<Float>, _ start: (Int, Int) -> Int
    ) {
        unsafe UnsafeMutableRawPointer(place).withMemoryRebound(to: Int32.self, capacity: shape.pixels) { numbers in
            for row in 0..<shape.height {
                for column in 0..<shape.width {
                    unsafe numbers[row &* shape.width &+ column] = Int32(truncatingIfNeeded: start(row, column))
                }
            }
        }
    }
}
