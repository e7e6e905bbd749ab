/// The kernels of one instruction set: what a training step of a network is made of.
///
/// Every table gives the same bits as every other: an output of a product is one chain of fused multiply-adds over
/// ascending depth, a sum over rows runs row by row in each feature's lane, a scalar sum runs through 16 virtual
/// lanes folded in one fixed tree, and nothing but IEEE addition, multiplication, fused multiply-add, division and
/// square root is used.
///
/// Layout, unless an argument says otherwise: matrices are row-major `Float`; widths (columns, strides) are
/// multiples of 16, rounded up from the true width, and the floats from the true width up to the stride are zero;
/// pointers need only the alignment of `Float`, 64 bytes is fastest. Row counts may be any number, also 0: the
/// call then changes nothing (an update with 0 rows uses the gradient 0). Arguments may not overlap unless they are
/// said to. NaN goes through every kernel. No kernel allocates, locks, throws or keeps a pointer. The counts and
/// pointers are trusted: a wrong one is undefined behaviour, hence the mark `unsafe` on every call.
@safe
package struct KernelTable: Sendable {
    /// Forward product: `output = finish(input * weights)`.
    package let product: @Sendable (borrowing ProductArguments) -> Void
    /// Gradient of a layer's weights, stored or added: `gradient (+)= inputᵀ * outputGradient`.
    package let weightGradient: @Sendable (borrowing WeightGradientArguments) -> Void
    /// Gradient of a layer's weights, consumed at once by the optimiser and never stored.
    package let weightUpdate: @Sendable (borrowing WeightUpdateArguments) -> Void
    /// Gradient of a layer's input: `inputGradient = mask(outputGradient * weightsᵀ)`.
    package let inputGradient: @Sendable (borrowing InputGradientArguments) -> Void
    /// Gradient of a bias, the sum of the rows, consumed at once by the optimiser.
    package let biasUpdate: @Sendable (borrowing BiasUpdateArguments) -> Void
    /// The optimiser on a stored gradient; same bits as the fused forms.
    package let update: @Sendable (borrowing UpdateArguments) -> Void
    /// Inner product of two arrays of parameters, for norms too.
    package let innerProduct: @Sendable (borrowing InnerProductArguments) -> Double
    /// Max-norm: scales columns of weights back.
    package let limitNorm: @Sendable (borrowing NormLimitArguments) -> Void
    /// Moves averages towards parameters.
    package let average: @Sendable (borrowing AverageArguments) -> Void
    /// Activation in training: values, slopes, dropout.
    package let activate: @Sendable (borrowing ActivationArguments) -> Void
    /// `gradient *= slope`, where it is not fused in ``inputGradient``.
    package let multiply: @Sendable (borrowing MultiplyArguments) -> Void
    /// Batch normalisation in training.
    package let normalize: @Sendable (borrowing NormalizationArguments) -> Void
    /// Batch normalisation backwards, with the update of gain and shift.
    package let normalizeBackward: @Sendable (borrowing NormalizationBackwardArguments) -> Void
    /// Batch normalisation in evaluation.
    package let normalizeFixed: @Sendable (borrowing FixedNormalizationArguments) -> Void
    /// Layer normalisation.
    package let normalizeRows: @Sendable (borrowing LayerNormalizationArguments) -> Void
    /// Layer normalisation backwards.
    package let normalizeRowsBackward: @Sendable (borrowing LayerNormalizationBackwardArguments) -> Void
    /// Softmax, cross-entropy, and the gradient of the logits; answers the sum of the losses of the rows.
    package let crossEntropy: @Sendable (borrowing CrossEntropyArguments) -> Double
    /// Softmax cross-entropy and top-1 predictions in evaluation.
    package let crossEntropyLoss: @Sendable (borrowing ClassEvaluationArguments) -> ClassEvaluation
    /// Softmax cross-entropy with class weights and label smoothing; answers the sum of the losses of the rows.
    package let weightedCrossEntropy: @Sendable (borrowing WeightedCrossEntropyArguments) -> Double
    /// Cross-entropy of two classes with one logit; answers the sum of the losses of the rows.
    package let binaryCrossEntropy: @Sendable (borrowing BinaryCrossEntropyArguments) -> Double
    /// Binary cross-entropy of several targets a row; answers the sum over all of them.
    package let labelCrossEntropy: @Sendable (borrowing LabelCrossEntropyArguments) -> Double
    /// Absolute or Huber error and its gradient; answers the sum over all outputs.
    package let robustError: @Sendable (borrowing RobustErrorArguments) -> Double
    /// Squared error and its gradient; answers the sum of the squared errors.
    package let squaredError: @Sendable (borrowing SquaredErrorArguments) -> Double
    /// Convolution of one image.
    package let convolution: @Sendable (borrowing ConvolutionArguments) -> Void
    /// Gradient of a convolution's weights from one image, stored or added.
    package let convolutionGradient: @Sendable (borrowing ConvolutionGradientArguments) -> Void
    /// Depthwise convolution of one image.
    package let depthwise: @Sendable (borrowing DepthwiseArguments) -> Void
    /// Gradient of a depthwise convolution's weights from one image, stored or added.
    package let depthwiseGradient: @Sendable (borrowing DepthwiseGradientArguments) -> Void
    /// Pooling of one image.
    package let pool: @Sendable (borrowing PoolArguments) -> Void
    /// A pool backwards.
    package let unpool: @Sendable (borrowing UnpoolArguments) -> Void
    /// One time step of LSTM cells, behind the products.
    package let memoryCell: @Sendable (borrowing MemoryCellArguments) -> Void
    /// One time step of LSTM cells backwards.
    package let memoryCellGradient: @Sendable (borrowing MemoryCellGradientArguments) -> Void
    /// One time step of gated recurrent units, behind the products.
    package let gatedUnit: @Sendable (borrowing GatedUnitArguments) -> Void
    /// One time step of gated recurrent units backwards.
    package let gatedUnitGradient: @Sendable (borrowing GatedUnitGradientArguments) -> Void
    /// Copies rows given by number into consecutive rows.
    package let gatherRows: @Sendable (borrowing GatherArguments) -> Void
    /// Adds rows given by number to consecutive rows.
    package let addRows: @Sendable (borrowing GatherArguments) -> Void
    /// Transposes a matrix.
    package let transpose: @Sendable (borrowing TransposeArguments) -> Void
    /// Elementary functions of arrays, for tests and benchmarks.
    package let vectorFunction: @Sendable (borrowing VectorFunctionArguments) -> Void
    /// Runs chains of fused multiply-adds that fill the processor's pipes; the measure for all products.
    package let peak: @Sendable (borrowing PeakArguments) -> Float

    package init(
        product: @escaping @Sendable (borrowing ProductArguments) -> Void,
        weightGradient: @escaping @Sendable (borrowing WeightGradientArguments) -> Void,
        weightUpdate: @escaping @Sendable (borrowing WeightUpdateArguments) -> Void,
        inputGradient: @escaping @Sendable (borrowing InputGradientArguments) -> Void,
        biasUpdate: @escaping @Sendable (borrowing BiasUpdateArguments) -> Void,
        update: @escaping @Sendable (borrowing UpdateArguments) -> Void,
        innerProduct: @escaping @Sendable (borrowing InnerProductArguments) -> Double,
        limitNorm: @escaping @Sendable (borrowing NormLimitArguments) -> Void,
        average: @escaping @Sendable (borrowing AverageArguments) -> Void,
        activate: @escaping @Sendable (borrowing ActivationArguments) -> Void,
        multiply: @escaping @Sendable (borrowing MultiplyArguments) -> Void,
        normalize: @escaping @Sendable (borrowing NormalizationArguments) -> Void,
        normalizeBackward: @escaping @Sendable (borrowing NormalizationBackwardArguments) -> Void,
        normalizeFixed: @escaping @Sendable (borrowing FixedNormalizationArguments) -> Void,
        normalizeRows: @escaping @Sendable (borrowing LayerNormalizationArguments) -> Void,
        normalizeRowsBackward: @escaping @Sendable (borrowing LayerNormalizationBackwardArguments) -> Void,
        crossEntropy: @escaping @Sendable (borrowing CrossEntropyArguments) -> Double,
        crossEntropyLoss: @escaping @Sendable (borrowing ClassEvaluationArguments) -> ClassEvaluation,
        weightedCrossEntropy: @escaping @Sendable (borrowing WeightedCrossEntropyArguments) -> Double,
        binaryCrossEntropy: @escaping @Sendable (borrowing BinaryCrossEntropyArguments) -> Double,
        labelCrossEntropy: @escaping @Sendable (borrowing LabelCrossEntropyArguments) -> Double,
        robustError: @escaping @Sendable (borrowing RobustErrorArguments) -> Double,
        squaredError: @escaping @Sendable (borrowing SquaredErrorArguments) -> Double,
        convolution: @escaping @Sendable (borrowing ConvolutionArguments) -> Void,
        convolutionGradient: @escaping @Sendable (borrowing ConvolutionGradientArguments) -> Void,
        depthwise: @escaping @Sendable (borrowing DepthwiseArguments) -> Void,
        depthwiseGradient: @escaping @Sendable (borrowing DepthwiseGradientArguments) -> Void,
        pool: @escaping @Sendable (borrowing PoolArguments) -> Void,
        unpool: @escaping @Sendable (borrowing UnpoolArguments) -> Void,
        memoryCell: @escaping @Sendable (borrowing MemoryCellArguments) -> Void,
        memoryCellGradient: @escaping @Sendable (borrowing MemoryCellGradientArguments) -> Void,
        gatedUnit: @escaping @Sendable (borrowing GatedUnitArguments) -> Void,
        gatedUnitGradient: @escaping @Sendable (borrowing GatedUnitGradientArguments) -> Void,
        gatherRows: @escaping @Sendable (borrowing GatherArguments) -> Void,
        addRows: @escaping @Sendable (borrowing GatherArguments) -> Void,
        transpose: @escaping @Sendable (borrowing TransposeArguments) -> Void,
        vectorFunction: @escaping @Sendable (borrowing VectorFunctionArguments) -> Void,
        peak: @escaping @Sendable (borrowing PeakArguments) -> Float
    ) {
        unsafe self.product = product
        unsafe self.weightGradient = weightGradient
        unsafe self.weightUpdate = weightUpdate
        unsafe self.inputGradient = inputGradient
        unsafe self.biasUpdate = biasUpdate
        unsafe self.update = update
        unsafe self.innerProduct = innerProduct
        unsafe self.limitNorm = limitNorm
        unsafe self.average = average
        unsafe self.activate = activate
        unsafe self.multiply = multiply
        unsafe self.normalize = normalize
        unsafe self.normalizeBackward = normalizeBackward
        unsafe self.normalizeFixed = normalizeFixed
        unsafe self.normalizeRows = normalizeRows
        unsafe self.normalizeRowsBackward = normalizeRowsBackward
        unsafe self.crossEntropy = crossEntropy
        unsafe self.crossEntropyLoss = crossEntropyLoss
        unsafe self.weightedCrossEntropy = weightedCrossEntropy
        unsafe self.binaryCrossEntropy = binaryCrossEntropy
        unsafe self.labelCrossEntropy = labelCrossEntropy
        unsafe self.robustError = robustError
        unsafe self.squaredError = squaredError
        unsafe self.convolution = convolution
        unsafe self.convolutionGradient = convolutionGradient
        unsafe self.depthwise = depthwise
        unsafe self.depthwiseGradient = depthwiseGradient
        unsafe self.pool = pool
        unsafe self.unpool = unpool
        unsafe self.memoryCell = memoryCell
        unsafe self.memoryCellGradient = memoryCellGradient
        unsafe self.gatedUnit = gatedUnit
        unsafe self.gatedUnitGradient = gatedUnitGradient
        unsafe self.gatherRows = gatherRows
        unsafe self.addRows = addRows
        unsafe self.transpose = transpose
        unsafe self.vectorFunction = vectorFunction
        self.peak = peak
    }
}

/// The multiple of 16 at or above a width: the stride of a matrix with so many columns.
@inlinable
package func paddedWidth(_ width: Int) -> Int { (width + 15) & ~15 }
