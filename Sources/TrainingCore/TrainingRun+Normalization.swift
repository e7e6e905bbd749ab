import KernelInterface

/// Constants of batch normalisation, as PyTorch's.
enum BatchNormalization {
    /// How far running statistics move towards a minibatch's.
    static let runningWeight: Float = 0.1
    static let epsilon: Float = 1e-5
}

extension TrainingRun {
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
                runningVariance: base + plan.runningVariance, runningWeight: BatchNormalization.runningWeight,
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
