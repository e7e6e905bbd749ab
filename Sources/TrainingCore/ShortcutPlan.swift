import KernelInterface

/// What a residual block adds to its last convolution: the block's input, or a projection of it. Places are offsets in the
/// arena.
///
/// Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016, equations 1 and 2; projections as
/// their option B, where channels or size differ.
struct ShortcutPlan: Hashable {
    /// The block's first stage.
    let from: Int
    let source: Source
    /// `nil`: the input is added as it is.
    let projection: Projection?
    /// Shape [rows, convolved.pixels, channels]: the gradient of the sum.
    let gradient: Int

    /// A block's input as its first stage keeps it.
    struct Source: Hashable {
        let input: ImageShape
        /// Channels as they are stored.
        let channels: Int
        let place: Int
        /// Floats from image to image and from row to row, and before the first pixel.
        let stride: Int
        let rowStride: Int
        let origin: Int
        /// Those of the block's first convolution.
        let verticalStride: Int
        let horizontalStride: Int
        /// Whether these are the features, which have no gradient.
        let isFirst: Bool
    }

    /// A convolution with a window of one pixel and the stride of the block, then batch normalisation where the block has
    /// it; without a bias, which the convolution beside it has.
    struct Projection: Hashable {
        let inputs: Int
        let filters: Int
        let channels: Int
        let verticalStride: Int
        let horizontalStride: Int
        /// Shape [convolved.pixels], `Int32`.
        let starts: Int
        let window: WindowShape
        /// Shape [inputs, channels].
        let weights: ParameterPlace
        let weightGradient: Int
        /// Shape [filters, source channels], and one image's gradient [convolved.pixels, source channels].
        let turnedWeights: Int
        let inputGradient: Int
        /// Shape [rows, convolved.pixels, channels].
        let output: Int
        let shift: ParameterPlace?
        let normalization: NormalizationPlan?
    }
}

extension ShortcutPlan {
    init(
        from first: Int, source: Source, convolved: ImageShape, batchNormalization: Bool, rule: UpdateRule,
        rows: (batch: Int, buffer: Int), layout: inout ArenaLayout
    ) {
        self.from = first
        self.source = source
        let channels = paddedWidth(convolved.channels)
        self.gradient = layout.reserve(rows: rows.batch, columns: convolved.pixels * channels)
        guard source.input != convolved else {
            self.projection = nil
            return
        }
        let stride = convolved.pixels * channels
        self.projection = Projection(
            inputs: source.input.channels, filters: convolved.channels, channels: channels,
            verticalStride: source.verticalStride, horizontalStride: source.horizontalStride,
            starts: layout.reserve(columns: convolved.pixels),
            window: WindowShape(rows: 1, rowStride: 0, runs: 1, runStride: 0, runLength: source.input.channels),
            weights: ParameterPlace(rows: source.input.channels, columns: channels, rule: rule, layout: &layout),
            weightGradient: layout.reserve(rows: source.input.channels, columns: channels),
            turnedWeights: layout.reserve(rows: convolved.channels, columns: source.channels),
            inputGradient: layout.reserve(rows: convolved.pixels, columns: source.channels),
            output: layout.reserve(rows: rows.batch, columns: stride),
            shift: batchNormalization ? ParameterPlace(columns: channels, rule: rule, layout: &layout) : nil,
            normalization: batchNormalization
                ? NormalizationPlan(channels: channels, rows: rows.batch, stride: stride, rule: rule, layout: &layout)
                : nil)
    }
}

extension ShortcutPlan.Source {
    init(_ plan: ConvolutionPlan) {
        self.init(
            input: plan.input, channels: plan.inputChannels, place: plan.inputPlace, stride: plan.inputStride,
            rowStride: plan.rowStride, origin: plan.origin, verticalStride: plan.stage.window.verticalStride,
            horizontalStride: plan.stage.window.horizontalStride, isFirst: plan.back == nil)
    }
}

extension ShortcutPlan.Projection {
    /// In declaration order; the weights have the shape [input, output].
    func tensors(prefix: String) -> [TensorPlace] {
        let weight = TensorPlace(
            "\(prefix).weight", shape: [self.inputs, self.filters], rowStride: self.channels, parameter: self.weights)
        guard let shift = self.shift else { return [weight] }
        return [weight]
            + TensorPlace.unitTensors(
                prefix: prefix, count: self.filters, stride: self.channels, bias: shift,
                normalization: self.normalization)
    }
}
