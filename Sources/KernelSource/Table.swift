package import KernelInterface

/// The kernels of this target's instruction set.
package func makeKernelTable() -> KernelTable {
    unsafe KernelTable(
        product: productKernel, weightGradient: weightGradientKernel, weightUpdate: weightUpdateKernel,
        inputGradient: inputGradientKernel, biasUpdate: biasUpdateKernel, update: updateKernel,
        innerProduct: innerProductKernel, limitNorm: normLimitKernel, average: averageKernel,
        activate: activationKernel, multiply: multiplyKernel, normalize: normalizeKernel,
        normalizeBackward: normalizeBackwardKernel, normalizeFixed: fixedNormalizationKernel,
        normalizeRows: layerNormalizationKernel, normalizeRowsBackward: layerNormalizationBackwardKernel,
        crossEntropy: crossEntropyKernel, crossEntropyLoss: classEvaluationKernel,
        weightedCrossEntropy: weightedCrossEntropyKernel, binaryCrossEntropy: binaryCrossEntropyKernel,
        labelCrossEntropy: labelCrossEntropyKernel, robustError: robustErrorKernel, squaredError: squaredErrorKernel,
        convolution: convolutionKernel, convolutionGradient: convolutionGradientKernel, depthwise: depthwiseKernel,
        depthwiseGradient: depthwiseGradientKernel, pool: poolKernel,
        unpool: unpoolKernel, memoryCell: memoryCellKernel, memoryCellGradient: memoryCellGradientKernel,
        gatedUnit: gatedUnitKernel, gatedUnitGradient: gatedUnitGradientKernel,
        gatherRows: gatherKernel, addRows: addRowsKernel, transpose: transposeKernel,
        vectorFunction: vectorFunctionKernel, peak: peakKernel)
}

/// The loops of Gaussian processes in this target's instruction set.
package func makeSurrogateTable() -> SurrogateTable {
    unsafe SurrogateTable(
        covariances: { unsafe $0.fill() }, solveLower: { unsafe $0.solveLower() },
        solveUpper: { unsafe $0.solveUpper() })
}
