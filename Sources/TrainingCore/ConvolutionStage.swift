import KernelInterface
import TuningModel

/// The window of a convolution; a convolution over steps has a window of one row.
struct ConvolutionWindow: Hashable {
    let height: Int
    let width: Int
    let verticalStride: Int
    let horizontalStride: Int
    let verticalDilation: Int
    let horizontalDilation: Int
    let padding: ConvolutionPadding

    init(_ settings: ConvolutionBlockSettings, dimensions: Int, stride: Int) {
        self.width = settings.kernel
        self.horizontalStride = stride
        self.horizontalDilation = settings.dilation
        self.height = dimensions == 1 ? 1 : settings.kernel
        self.verticalStride = dimensions == 1 ? 1 : stride
        self.verticalDilation = dimensions == 1 ? 1 : settings.dilation
        self.padding = settings.padding
    }

    /// A window of one pixel.
    init(verticalStride: Int, horizontalStride: Int) {
        self.height = 1
        self.width = 1
        self.verticalStride = verticalStride
        self.horizontalStride = horizontalStride
        self.verticalDilation = 1
        self.horizontalDilation = 1
        self.padding = .same
    }

    /// Pixels in the window.
    var count: Int { self.height * self.width }
    /// Rows and columns from the first to the last pixel.
    var spanHeight: Int { (self.height - 1) * self.verticalDilation + 1 }
    var spanWidth: Int { (self.width - 1) * self.horizontalDilation + 1 }

    /// What it makes of an image; no pixel where the image is too small.
    func output(of image: ImageShape, channels: Int) -> ImageShape {
        ImageShape(
            height: self.size(image.height, self.spanHeight, self.verticalStride),
            width: self.size(image.width, self.spanWidth, self.horizontalStride), channels: channels)
    }

    private func size(_ length: Int, _ span: Int, _ stride: Int) -> Int {
        switch self.padding {
        case .same: (length + stride - 1) / stride
        case .valid: length < span ? 0 : (length - span) / stride + 1
        }
    }

    /// Zeros before an image and all around it, in rows or columns.
    func border(_ length: Int, _ output: Int, span: Int, stride: Int) -> (first: Int, whole: Int) {
        guard self.padding == .same else { return (0, 0) }
        let whole = max(0, (output - 1) * stride + span - length)
        return (whole / 2, whole)
    }

    /// What a window reads where pixels are stored `pixelStride` floats apart and have so many true channels.
    func shape(rowStride: Int, pixelStride: Int, channels: Int) -> WindowShape {
        pixelStride == channels && self.horizontalDilation == 1
            ? WindowShape(
                rows: self.height, rowStride: self.verticalDilation * rowStride, runs: 1, runStride: 0,
                runLength: self.width * channels)
            : WindowShape(
                rows: self.height, rowStride: self.verticalDilation * rowStride, runs: self.width,
                runStride: self.horizontalDilation * pixelStride, runLength: channels)
    }

    /// The same for a window in each channel.
    func depthwise(rowStride: Int, pixelStride: Int) -> DepthwiseWindow {
        DepthwiseWindow(
            rows: self.height, columns: self.width, rowStride: self.verticalDilation * rowStride,
            pixelStride: self.horizontalDilation * pixelStride)
    }
}

/// A pool's window.
struct PoolWindow: Hashable {
    let kind: PoolKind
    let height: Int
    let width: Int
}

/// One convolution of a stack and what follows it.
struct ConvolutionStage: Hashable {
    /// Where its tensors' names begin.
    var name: String
    /// The block it belongs to.
    var block: Int
    var window: ConvolutionWindow
    var filters: Int
    /// Whether each channel has a window of its own; then it is followed by nothing, and has no bias.
    var isDepthwise = false
    var batchNormalization = false
    var pool: PoolWindow?
    var dropout = 0.0
    /// The stage whose input is added before the activation.
    var shortcut: Int?

    /// The stages of all blocks, first to last.
    static func all(_ settings: ConvolutionSettings) -> [ConvolutionStage] {
        var stages: [ConvolutionStage] = []
        for (number, block) in settings.blocks.enumerated() {
            let first = stages.count
            for convolution in 0..<block.convolutions {
                let name =
                    block.convolutions == 1
                    ? "blocks.\(number)" : "blocks.\(number).convolutions.\(convolution)"
                let window = ConvolutionWindow(
                    block, dimensions: settings.dimensions, stride: convolution == 0 ? block.stride : 1)
                var stage = ConvolutionStage(name: name, block: number, window: window, filters: block.filters)
                if block.isSeparable {
                    stage.name = "\(name).depthwise"
                    stage.isDepthwise = true
                    stages.append(stage)
                    stage.name = "\(name).pointwise"
                    stage.isDepthwise = false
                    stage.window = ConvolutionWindow(verticalStride: 1, horizontalStride: 1)
                }
                stage.batchNormalization = block.batchNormalization
                stages.append(stage)
            }
            let last = stages.count - 1
            if block.isResidual { stages[last].shortcut = first }
            stages[last].dropout = block.dropout
            let height = settings.dimensions == 1 ? 1 : block.poolSize
            switch block.pool {
            case .none: break
            case .maximum: stages[last].pool = PoolWindow(kind: .maximum, height: height, width: block.poolSize)
            case .average: stages[last].pool = PoolWindow(kind: .average, height: height, width: block.poolSize)
            }
        }
        return stages
    }

    /// What it makes of an image; `nil` where the image is too small for it.
    func shapes(_ input: ImageShape) -> (convolved: ImageShape, output: ImageShape)? {
        let convolved = self.window.output(of: input, channels: self.isDepthwise ? input.channels : self.filters)
        let output = ImageShape(
            height: convolved.height / (self.pool?.height ?? 1), width: convolved.width / (self.pool?.width ?? 1),
            channels: convolved.channels)
        return output.height > 0 && output.width > 0 ? (convolved, output) : nil
    }
}
