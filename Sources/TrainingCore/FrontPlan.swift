import KernelInterface
import TrainingData
import TuningModel

/// What a network computes before its dense layers.
enum FrontPlan: Hashable {
    case none
    case convolutions(ConvolutionStackPlan)
    case recurrent(RecurrentStackPlan)

    init(
        _ configuration: TrainingConfiguration, data: DatasetView, rule: UpdateRule, rows: (batch: Int, buffer: Int),
        layout: inout ArenaLayout
    ) {
        switch configuration.family {
        case .mlp: self = .none
        case .cnn(let blocks):
            self = .convolutions(
                ConvolutionStackPlan(
                    blocks, input: ImageShape(data.featureShape), activation: configuration.activation, rule: rule,
                    rows: rows, layout: &layout))
        case .lstm(let layers):
            let steps = data.featureShape[0]
            self = .recurrent(
                RecurrentStackPlan(
                    layers, steps: steps, features: data.featureCount / steps, rule: rule, bufferRows: rows.buffer,
                    layout: &layout))
        }
    }

    /// Numbers that the dense layers take; `nil` where they take the features.
    var outputCount: Int? {
        switch self {
        case .none: nil
        case .convolutions(let stack): stack.count
        case .recurrent(let stack): stack.layers.last?.units ?? stack.features
        }
    }

    /// Floating-point operations for one row in training.
    var operations: Double {
        switch self {
        case .none: 0
        case .convolutions(let stack): stack.blocks.reduce(0) { $0 + $1.operations }
        case .recurrent(let stack): stack.layers.reduce(0) { $0 + $1.operations }
        }
    }

    /// What its pieces take beside their operations, counted as layers.
    var layerCount: Int {
        switch self {
        case .none: 0
        case .convolutions(let stack): 4 * stack.blocks.count
        case .recurrent(let stack): stack.layers.reduce(0) { $0 + 4 * $1.steps }
        }
    }

    /// Rows and columns of its matrices of weights as they are initialised: each gate has its own.
    var matrices: [(Int, Int)] {
        switch self {
        case .none: []
        case .convolutions(let stack): stack.blocks.map { ($0.window.depth, $0.settings.filters) }
        case .recurrent(let stack): stack.layers.flatMap { [($0.inputs, $0.units), ($0.units, $0.units)] }
        }
    }

    var tensors: [TensorPlace] {
        switch self {
        case .none: []
        case .convolutions(let stack):
            stack.blocks.enumerated().flatMap { $1.tensors(prefix: "blocks.\($0)") }
        case .recurrent(let stack):
            stack.layers.enumerated().flatMap { $1.tensors(prefix: "recurrent.\($0)") }
        }
    }

    /// The floats of scratch that its kernels want.
    func scratchFloats(batchRows: Int) -> Int {
        guard case .recurrent(let stack) = self else { return 0 }
        return stack.layers.map { layer in
            unsafe max(
                ProductArguments.scratchFloats(columns: layer.gateStride, depth: layer.inputs),
                ProductArguments.scratchFloats(columns: layer.gateStride, depth: layer.units),
                ProductArguments.scratchFloats(columns: layer.unitStride, depth: layer.gateStride),
                ProductArguments.scratchFloats(columns: layer.inputStride, depth: layer.gateStride))
        }.max() ?? 0
    }
}

/// Blocks of convolutions, and the list of numbers that the dense layers take.
struct ConvolutionStackPlan: Hashable {
    let blocks: [ConvolutionPlan]
    /// Shape [rows, flatStride]: the last block's outputs, as it stores them.
    let images: Int
    let imageStride: Int
    /// Shape [rows, flatStride]: the same without padding between pixels; the same place where there is none.
    let flat: Int
    let flatStride: Int
    let count: Int

    init(
        _ settings: [ConvolutionBlockSettings], input: ImageShape, activation: Activation, rule: UpdateRule,
        rows: (batch: Int, buffer: Int), layout: inout ArenaLayout
    ) {
        var shape = input
        var blocks: [ConvolutionPlan] = []
        for block in settings {
            blocks.append(
                ConvolutionPlan(
                    block, input: shape, isFirst: blocks.isEmpty, function: ActivationFunction(activation), rule: rule,
                    rows: rows, layout: &layout))
            shape = blocks[blocks.count - 1].output
        }
        self.blocks = blocks
        self.count = shape.count
        self.imageStride = shape.pixels * paddedWidth(shape.channels)
        self.flatStride = paddedWidth(shape.count)
        self.images = layout.reserve(rows: rows.buffer, columns: self.imageStride)
        self.flat =
            self.imageStride == shape.count
            ? self.images : layout.reserve(rows: rows.buffer, columns: self.flatStride)
    }

    /// Whether pixels are stored without padding between them.
    var isPacked: Bool { self.flat == self.images }
}

/// Layers of LSTM cells over one sequence a row.
struct RecurrentStackPlan: Hashable {
    let layers: [RecurrentPlan]
    let steps: Int
    /// Numbers of a step.
    let features: Int
    /// Shape [steps, rows, paddedWidth(features)]: the minibatch, step by step.
    let input: Int

    init(
        _ settings: [RecurrentLayerSettings], steps: Int, features: Int, rule: UpdateRule, bufferRows: Int,
        layout: inout ArenaLayout
    ) {
        self.steps = steps
        self.features = features
        let rows = steps.multipliedReportingOverflow(by: bufferRows)
        self.input = layout.reserve(
            rows: rows.overflow ? Int.max / 8 : rows.partialValue, columns: paddedWidth(features))
        var width = features
        var layers: [RecurrentPlan] = []
        for layer in settings {
            layers.append(
                RecurrentPlan(
                    layer, steps: steps, inputs: width, isFirst: layers.isEmpty, rule: rule, bufferRows: bufferRows,
                    layout: &layout))
            width = layer.units
        }
        self.layers = layers
    }
}
