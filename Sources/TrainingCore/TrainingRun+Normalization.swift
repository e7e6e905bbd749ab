import KernelInterface

/// Constants of batch normalisation, as PyTorch's.
enum BatchNormalization {
    /// How far running statistics move towards a minibatch's.
    static let runningWeight: Float = 0.1
    static let epsilon: Float = 1e-5
}

extension TrainingRun {
    /// Normalises each row of the outputs of a layer in place.
    @unsafe
    borrowing func normalizeRows(
        _ plan: LayerNormalizationPlan, _ layer: LayerPlan, rows: Int, _ values: UnsafeMutablePointer<Float>,
        mode: NetworkMode
    ) {
        let base = unsafe self.arena.base
        unsafe self.table.normalizeRows(
            LayerNormalizationArguments(
                rows: rows, columns: layer.outputStride, units: layer.outputs, values: values,
                gain: base + plan.gain.values, shift: base + layer.bias.values, epsilon: BatchNormalization.epsilon,
                normalized: mode == .training ? base + plan.normalized : nil,
                inverseDeviation: mode == .training ? base + plan.inverseDeviation : nil))
    }

    /// Takes the gradient of a layer's outputs through its layer normalisation, whose gain and shift make their step.
    @unsafe
    func normalizeRowsBackward(
        _ plan: LayerNormalizationPlan, _ layer: LayerPlan, rows: Int, _ gradient: UnsafeMutablePointer<Float>,
        rule: UpdateRule
    ) {
        let base = unsafe self.arena.base
        let columns = layer.outputStride
        unsafe self.table.biasUpdate(
            BiasUpdateArguments(
                rows: rows, columns: columns, outputGradient: gradient, outputGradientStride: columns,
                parameters: layer.bias.block(base), rule: rule.withoutPenalties))
        unsafe self.table.normalizeRowsBackward(
            LayerNormalizationBackwardArguments(
                rows: rows, columns: columns, units: layer.outputs, gradient: gradient,
                normalized: base + plan.normalized, inverseDeviation: base + plan.inverseDeviation,
                gain: base + plan.gain.values, gainGradient: base + plan.gainGradient))
        unsafe self.table.biasUpdate(
            BiasUpdateArguments(
                rows: rows, columns: columns, outputGradient: base + plan.gainGradient, outputGradientStride: columns,
                parameters: plan.gain.block(base), rule: rule.withoutPenalties))
    }

    /// Normalises the outputs of a layer in place, with the figures of these rows.
    @unsafe
    func normalize(
        _ plan: NormalizationPlan, shift: ParameterPlace, rows: Int, columns: Int,
        _ values: UnsafeMutablePointer<Float>, relu: Bool
    ) {
        let base = unsafe self.arena.base
        unsafe self.table.normalize(
            NormalizationArguments(
                rows: rows, columns: columns, input: values, normalized: base + plan.normalized, output: values,
                gain: base + plan.gain.values, shift: base + shift.values,
                inverseDeviation: base + plan.inverseDeviation, runningMean: base + plan.runningMean,
                runningVariance: base + plan.runningVariance, runningWeight: self.statisticsWeight,
                epsilon: BatchNormalization.epsilon, relu: relu))
    }

    /// Normalises the outputs of a layer in place, with the running figures.
    @unsafe
    borrowing func normalizeFixed(
        _ plan: NormalizationPlan, shift: ParameterPlace, rows: Int, columns: Int,
        _ values: UnsafeMutablePointer<Float>, relu: Bool
    ) {
        let base = unsafe self.arena.base
        unsafe self.table.normalizeFixed(
            FixedNormalizationArguments(
                rows: rows, columns: columns, values: values, gain: base + plan.gain.values,
                shift: base + shift.values, runningMean: base + plan.runningMean,
                runningVariance: base + plan.runningVariance, epsilon: BatchNormalization.epsilon, relu: relu))
    }

    /// Takes the gradient of a layer's outputs through its batch normalisation, whose gain and shift make their step.
    @unsafe
    func normalizeBackward(
        _ plan: NormalizationPlan, shift: ParameterPlace, rows: Int, columns: Int,
        _ gradient: UnsafeMutablePointer<Float>, rule: UpdateRule
    ) {
        let base = unsafe self.arena.base
        unsafe self.table.normalizeBackward(
            NormalizationBackwardArguments(
                rows: rows, columns: columns, gradient: gradient, normalized: base + plan.normalized,
                inverseDeviation: base + plan.inverseDeviation, gain: plan.gain.block(base), shift: shift.block(base),
                rule: rule.withoutPenalties))
    }
}
