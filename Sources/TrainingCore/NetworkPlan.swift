import KernelInterface
import TrainingData
import TuningModel

/// Where everything of a network stands in its arena, and in what steps it is computed.
struct NetworkPlan {
    /// Rows that are evaluated at once: fewer where each takes a lot of memory.
    let evaluationRows: Int
    /// What comes before the dense layers.
    let front: FrontPlan
    /// The hidden layers, then the output layer.
    let layers: [LayerPlan]
    let loss: LossPlan
    let figures: FigurePlan
    /// Rows of the largest minibatch; the last one of an epoch may have fewer.
    let batchRows: Int
    let batches: BatchPlan
    /// Two gradients of layer outputs, shape [batchRows, widest output], used in turn.
    let gradients: (Int, Int)
    let scratch: Int
    /// Shape [training rows], `Int32`: the epoch's order.
    let order: Int
    /// Shape [evaluationRows], `Int32`.
    let predictions: Int
    /// Shape [batchRows, feature stride]: images changed at random; `nil` where they stay as they are.
    let augmented: Int?
    let mixUp: MixUpPlan?
    let layout: ArenaLayout
    /// All tensors in declaration order.
    let tensors: [TensorPlace]
    /// What the optimiser changes, in the same order.
    let parameters: [ParameterPlace]
    /// Rows that settings learn from; `nil` where none are learned.
    let held: HeldRowsPlan?
    /// What is kept from the beginning of an epoch, and where: values, moments and averages, where steps may be taken back.
    let starts: [(values: Int, kept: Int, count: Int)]

    init(
        _ configuration: TrainingConfiguration, data: DatasetView, loss: LossPlan, figures: FigurePlan, seed: UInt64,
        rule: UpdateRule
    ) {
        var loss = loss
        self.figures = figures
        var layout = ArenaLayout()
        let learned = configuration.learnedSettings
        let rowCount = data.train.rowCount
        let heldCount = learned.map { HeldRowsPlan.count($0, of: rowCount) } ?? 0
        self.batches = BatchPlan(configuration, rowCount: rowCount - heldCount)
        let batchRows = self.batches.largest
        self.evaluationRows = configuration.family == .mlp ? 256 : 64
        let bufferRows = max(batchRows, self.evaluationRows)
        self.front = FrontPlan(
            configuration, data: data, seed: seed, rule: rule, rows: (batchRows, bufferRows), layout: &layout)
        var layers: [LayerPlan] = []
        var inputs = self.front.outputCount ?? data.featureCount
        for (number, settings) in configuration.layers.enumerated() {
            layers.append(
                LayerPlan(
                    hidden: settings, number: number, inputs: inputs, activation: configuration.activation, seed: seed,
                    rule: rule, rows: (batchRows, bufferRows), layout: &layout))
            inputs = settings.units
        }
        layers.append(
            LayerPlan(
                inputs: inputs, outputs: loss.outputs, rule: rule, bufferRows: bufferRows, layout: &layout))
        let widest = layers.map { max($0.inputStride, $0.outputStride) }.max() ?? 16
        self.gradients = (
            layout.reserve(rows: batchRows, columns: widest), layout.reserve(rows: batchRows, columns: widest)
        )
        let scratchFloats = layers.map { layer in
            unsafe max(
                WeightUpdateArguments.scratchFloats,
                ProductArguments.scratchFloats(columns: layer.outputStride, depth: layer.inputs),
                InputGradientArguments.scratchFloats(
                    rows: batchRows, inputs: layer.inputStride, outputs: layer.outputs))
        }
        self.scratch = layout.reserve(
            columns: max(64, scratchFloats.max() ?? 0, self.front.scratchFloats(batchRows: batchRows)))
        self.order = layout.reserve(columns: data.train.rowCount)
        self.predictions = layout.reserve(columns: self.evaluationRows)
        loss.reserve(&layout)
        self.loss = loss
        self.augmented =
            configuration.augmentation.changesImages
            ? layout.reserve(rows: batchRows, columns: data.featureStride) : nil
        self.mixUp =
            configuration.augmentation.mixUp > 0 ? MixUpPlan(data: data, batchRows: batchRows, layout: &layout) : nil
        self.layers = layers
        self.batchRows = batchRows
        var tensors =
            self.front.tensors
            + layers.enumerated().flatMap { number, layer in
                layer.tensors(prefix: number == layers.count - 1 ? "output" : "layers.\(number)")
            }
        for index in tensors.indices {
            let (rows, columns) = (tensors[index].rows, tensors[index].rowStride)
            if configuration.average != .none { tensors[index].average = layout.reserve(rows: rows, columns: columns) }
            if configuration.earlyStopping?.restoresBest == true {
                tensors[index].best = layout.reserve(rows: rows, columns: columns)
            }
        }
        self.parameters = tensors.compactMap(\.parameter)
        var starts: [(values: Int, kept: Int, count: Int)] = []
        if configuration.learnsMultiplicatively {
            for tensor in tensors {
                for place in [tensor.values] + tensor.moments + [tensor.average].compactMap({ $0 }) {
                    let kept = layout.reserve(rows: tensor.rows, columns: tensor.rowStride)
                    starts.append((place, kept, tensor.paddedCount))
                }
            }
        }
        self.starts = starts
        let parameters = self.parameters
        self.held = learned.map {
            HeldRowsPlan($0, rowCount: rowCount, batchRows: batchRows, parameters: parameters, layout: &layout)
        }
        self.layout = layout
        self.tensors = tensors
    }

    /// Floating-point operations of a full minibatch's products.
    var operationsPerStep: Double {
        self.layers.enumerated().reduce(self.front.operations) { sum, layer in
            let products = layer.offset == 0 && self.front == .none ? 4.0 : 6.0
            return sum + products * Double(layer.element.inputs) * Double(layer.element.outputs)
        } * Double(self.batchRows)
    }

    /// Training rows whose minibatches move the weights: all but those that are held back.
    func trainedRowCount(of data: DatasetView) -> Int { self.held?.trainedCount ?? data.train.rowCount }

    /// Layers, and what counts as one.
    var layerCount: Int { self.layers.count + self.front.layerCount }
}

extension LayerPlan {
    /// A hidden layer; `rows` are those of a minibatch, and of the larger of minibatch and evaluation.
    init(
        hidden settings: DenseLayerSettings, number: Int, inputs: Int, activation: Activation, seed: UInt64,
        rule: UpdateRule, rows: (batch: Int, buffer: Int), layout: inout ArenaLayout
    ) {
        let stride = paddedWidth(settings.units)
        self.inputs = inputs
        self.outputs = settings.units
        self.inputStride = paddedWidth(inputs)
        self.outputStride = stride
        self.function = ActivationFunction(activation)
        self.dropout = DropoutSettings(
            rate: settings.dropout, seed: seed, layer: UInt32(truncatingIfNeeded: number), step: 0)
        let isRelu = activation == .relu
        let drops = self.dropout.threshold > 0
        self.activatesInTraining = !isRelu || drops || settings.layerNormalization
        self.activatesInEvaluation = !isRelu || settings.layerNormalization
        let normalizes = settings.batchNormalization || settings.layerNormalization
        let fused: ProductFinish = normalizes ? .store : .biasRelu
        let plain: ProductFinish = normalizes ? .store : .bias
        self.trainingFinish = self.activatesInTraining ? plain : fused
        self.evaluationFinish = isRelu ? fused : plain
        self.mask = isRelu ? .positive : .slope
        self.weights = ParameterPlace(rows: paddedWidth(inputs), columns: stride, rule: rule, layout: &layout)
        if settings.batchNormalization {
            self.normalization = NormalizationPlan(
                gain: ParameterPlace(columns: stride, rule: rule, layout: &layout),
                runningMean: layout.reserve(columns: stride), runningVariance: layout.reserve(columns: stride),
                inverseDeviation: layout.reserve(columns: stride),
                normalized: layout.reserve(rows: rows.batch, columns: stride))
        } else {
            self.normalization = nil
        }
        self.layerNormalization =
            settings.layerNormalization
            ? LayerNormalizationPlan(
                gain: ParameterPlace(columns: stride, rule: rule, layout: &layout),
                inverseDeviation: layout.reserve(columns: rows.batch),
                normalized: layout.reserve(rows: rows.batch, columns: stride),
                gainGradient: layout.reserve(rows: rows.batch, columns: stride)) : nil
        self.bias = ParameterPlace(columns: stride, rule: rule, layout: &layout)
        self.output = layout.reserve(rows: rows.buffer, columns: stride)
        self.slopes = isRelu ? nil : layout.reserve(rows: rows.batch, columns: stride)
    }

    /// The output layer: a product and a bias.
    init(inputs: Int, outputs: Int, rule: UpdateRule, bufferRows: Int, layout: inout ArenaLayout) {
        let stride = paddedWidth(outputs)
        self.inputs = inputs
        self.outputs = outputs
        self.inputStride = paddedWidth(inputs)
        self.outputStride = stride
        self.function = .identity
        self.dropout = .off
        self.activatesInTraining = false
        self.activatesInEvaluation = false
        self.trainingFinish = .bias
        self.evaluationFinish = .bias
        self.mask = .none
        self.normalization = nil
        self.layerNormalization = nil
        self.slopes = nil
        self.weights = ParameterPlace(rows: paddedWidth(inputs), columns: stride, rule: rule, layout: &layout)
        self.bias = ParameterPlace(columns: stride, rule: rule, layout: &layout)
        self.output = layout.reserve(rows: bufferRows, columns: stride)
    }
}

extension ActivationFunction {
    init(_ activation: Activation) {
        switch activation {
        case .relu: self = .relu
        case .tanh: self = .tanh
        case .sigmoid: self = .sigmoid
        case .gelu: self = .gelu
        case .leakyRelu: self = .leakyRelu
        case .elu: self = .elu
        case .selu: self = .selu
        case .silu: self = .silu
        case .softplus: self = .softplus
        case .geluTanh: self = .geluTanh
        case .relu6: self = .relu6
        case .hardSigmoid: self = .hardSigmoid
        case .hardTanh: self = .hardTanh
        case .hardSwish: self = .hardSwish
        }
    }
}
