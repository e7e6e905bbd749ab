import KernelInterface
import TrainingData
import TuningModel

/// What a network computes before its dense layers.
enum FrontPlan: Hashable {
    case none
    case embedding(EmbeddingPlan)
    case convolutions(ConvolutionStackPlan)
    case recurrent(RecurrentStackPlan)

    /// Streams of random numbers: dense layers count from 0, what comes before them from here.
    static let firstStream = 1 << 20

    init(
        _ configuration: TrainingConfiguration, data: DatasetView, seed: UInt64, rule: UpdateRule,
        rows: (batch: Int, buffer: Int), layout: inout ArenaLayout
    ) {
        switch configuration.family {
        case .mlp:
            self =
                configuration.embedding.units == 0
                ? .none
                : .embedding(
                    EmbeddingPlan(configuration.embedding, data: data, rule: rule, rows: rows, layout: &layout))
        case .cnn(let settings):
            self = .convolutions(
                ConvolutionStackPlan(
                    settings, shape: data.featureShape, activation: configuration.activation, seed: seed, rule: rule,
                    rows: rows, layout: &layout))
        case .recurrent(let settings):
            self = .recurrent(
                RecurrentStackPlan(
                    settings, shape: data.featureShape, seed: seed, rule: rule, rows: rows, layout: &layout))
        }
    }

    /// Numbers that the dense layers take; `nil` where they take the features.
    var outputCount: Int? {
        switch self {
        case .none: nil
        case .embedding(let plan): plan.count
        case .convolutions(let stack): stack.count
        case .recurrent(let stack): stack.count
        }
    }

    /// Floating-point operations for one row in training.
    var operations: Double {
        switch self {
        case .none, .embedding: 0
        case .convolutions(let stack): stack.stages.reduce(0) { $0 + $1.operations }
        case .recurrent(let stack):
            stack.layers.reduce(0) { $1.directions.reduce($0) { $0 + $1.operations } }
        }
    }

    /// What its pieces take beside their operations, counted as layers.
    var layerCount: Int {
        switch self {
        case .none: 0
        case .embedding(let plan): plan.columns.count
        case .convolutions(let stack): 4 * stack.stages.count
        case .recurrent(let stack): stack.layers.reduce(0) { $0 + 4 * $1.directions.count * stack.steps }
        }
    }

    /// Rows and columns of its matrices of weights as they are initialised: each gate has its own.
    var matrices: [(Int, Int)] {
        switch self {
        // Tables have an initialiser of their own.
        case .none, .embedding: []
        case .convolutions(let stack):
            stack.stages.flatMap { plan in
                [(plan.weightRows, plan.convolved.channels)]
                    + (plan.shortcut?.projection.map { [($0.inputs, $0.filters)] } ?? [])
            }
        case .recurrent(let stack):
            stack.named.flatMap { [($0.plan.inputs, $0.plan.units), ($0.plan.units, $0.plan.units)] }
        }
    }

    var tensors: [TensorPlace] {
        switch self {
        case .none: []
        case .embedding(let plan): plan.tensors
        case .convolutions(let stack): stack.stages.flatMap(\.tensors)
        case .recurrent(let stack): stack.named.flatMap { $0.plan.tensors(prefix: $0.name) }
        }
    }

    /// The floats of scratch that its kernels want.
    func scratchFloats(batchRows: Int) -> Int {
        guard case .recurrent(let stack) = self else { return 0 }
        return stack.named.map { _, plan in
            unsafe max(
                ProductArguments.scratchFloats(columns: plan.gateStride, depth: plan.inputs),
                ProductArguments.scratchFloats(columns: plan.gateStride, depth: plan.units),
                ProductArguments.scratchFloats(columns: plan.unitStride, depth: plan.gateStride),
                ProductArguments.scratchFloats(columns: plan.inputStride, depth: plan.gateStride))
        }.max() ?? 0
    }
}
