import KernelInterface

/// The places of a parameter and of the optimiser's state about it, as offsets in the arena.
struct ParameterPlace: Hashable {
    let values: Int
    let first: Int?
    let second: Int?
    let third: Int?
    /// Where gradients wait for the optimiser, in runs whose steps want all of them first.
    let gradient: Int?
    /// The optimiser's step without its length, in runs that need it; see ``TrainingRun/updateDeferred(_:)``.
    let direction: Int?
    /// What the next step's gradients are multiplied by, where it belongs to the optimiser's state: the direction, or a trace
    /// of directions.
    let kept: Int?
    /// Floats of each array, and how many of them make a row.
    let count: Int
    let columns: Int
    /// Whether it is a matrix of weights, which alone is penalised and decays, and not one number for each unit.
    let isWeight: Bool

    /// A matrix of weights has `rows`; a parameter with one number for each unit has none.
    init(rows: Int? = nil, columns: Int, rule: UpdateRule, layout: inout ArenaLayout) {
        func reserve(_ isUsed: Bool) -> Int? {
            isUsed ? layout.reserve(rows: rows ?? 1, columns: columns) : nil
        }
        self.values = layout.reserve(rows: rows ?? 1, columns: columns)
        self.first = reserve(rule.usesFirst)
        self.second = reserve(rule.usesSecond)
        self.third = reserve(rule.usesThird)
        self.gradient = reserve(rule.isDeferred)
        self.direction = reserve(rule.isDirected)
        let trace = reserve(rule.deferral == .keptTrace)
        self.kept = rule.deferral == .keptDirection ? self.direction : trace
        self.count = (rows ?? 1).multipliedReportingOverflow(by: columns).partialValue
        self.columns = columns
        self.isWeight = rows != nil
    }

    /// The places as pointers.
    @inline(__always)
    @unsafe
    func block(_ base: UnsafeMutablePointer<Float>) -> ParameterBlock {
        unsafe ParameterBlock(
            values: base + self.values, first: self.first.map { unsafe base + $0 },
            second: self.second.map { unsafe base + $0 }, third: self.third.map { unsafe base + $0 },
            gradient: self.gradient.map { unsafe base + $0 })
    }
}

/// Where one layer keeps its batch normalisation, as offsets in the arena.
struct NormalizationPlan: Hashable {
    /// Shape [outputStride]; the shift is the layer's bias.
    let gain: ParameterPlace
    let runningMean: Int
    let runningVariance: Int
    let inverseDeviation: Int
    /// Shape [batch, outputStride].
    let normalized: Int
}

/// Where one layer keeps its layer normalisation, as offsets in the arena.
struct LayerNormalizationPlan: Hashable {
    /// Shape [outputStride]; the shift is the layer's bias.
    let gain: ParameterPlace
    /// Shape [batch].
    let inverseDeviation: Int
    /// Shape [batch, outputStride].
    let normalized: Int
    let gainGradient: Int
}

/// One dense layer with all that follows it, and which kernels it takes: decided once, before the first step.
struct LayerPlan: Hashable {
    /// True widths.
    let inputs: Int
    let outputs: Int
    /// Widths rounded up to multiples of 16.
    let inputStride: Int
    let outputStride: Int
    /// Shape [inputStride, outputStride]; what lies beyond the true widths stays 0.
    let weights: ParameterPlace
    /// Shape [outputStride]; with batch normalisation its shift, which takes the bias's place.
    let bias: ParameterPlace
    let normalization: NormalizationPlan?
    /// In place of batch normalisation.
    let layerNormalization: LayerNormalizationPlan?
    /// Shape [rows, outputStride]: what the next layer reads.
    let output: Int
    /// Shape [batch, outputStride]: the activation's slopes where they cannot be told from the output.
    let slopes: Int?
    let function: ActivationFunction
    /// What is left to do after product and normalisation in training and in evaluation.
    let activatesInTraining: Bool
    let activatesInEvaluation: Bool
    let trainingFinish: ProductFinish
    let evaluationFinish: ProductFinish
    /// How the gradient passes back through activation and dropout.
    let mask: GradientMask
    /// Its step is that of no minibatch; it is filled in.
    let dropout: DropoutSettings

    /// Whether batch normalisation applies the relu itself, in training.
    var normalizesWithRelu: Bool { self.function == .relu && !self.activatesInTraining }
}
