import KernelInterface
import TrainingData
import TuningModel

extension TrainingRun {
    /// Trains on one minibatch.
    ///
    /// The layers go forwards, the loss gives the gradient of the last output, and then each layer, last to first,
    /// passes the gradient on before its own parameters change. The features have no gradient.
    ///
    /// - Parameters:
    ///   - rows: Shape [count], numbers of training rows; repeats are allowed.
    ///   - count: At least 1, at most ``NetworkPlan/batchRows``.
    /// - Returns: The mean of the samples' losses before the step, times their count; penalties are no part of it. A minibatch
    ///   at which a step was taken back counts with the loss of the run's first one.
    @unsafe
    mutating func step(_ rows: UnsafePointer<Int32>, count: Int) -> Double {
        let number = self.optimizer.stepCount
        let whole = self.optimizer.nextRule()
        let rule = whole.isDeferred ? whole.storing : whole
        let inputs = unsafe self.inputs(rows, count: count, epoch: self.epoch)
        let mixed = unsafe self.mixed(inputs, rows, count: count, step: number)
        let loss = unsafe self.propagate(rows, inputs, mixed, count: count, number: number, rule: rule)
        if self.optimizer.needsNorms {
            let mean = loss / Double(count)
            self.optimizer.take(loss: mean, isFirst: number == 0)
            if self.optimizer.takesBack, self.optimizer.isBeyond(mean, self.optimizer.firstLoss) {
                if unsafe self.takesBack(loss: mean, rows, inputs, mixed, count: count, number: number) {
                    return self.optimizer.firstLoss * Double(count)
                }
                self.statisticsWeight = 0
                _ = unsafe self.propagate(rows, inputs, mixed, count: count, number: number, rule: rule)
                self.statisticsWeight = BatchNormalization.runningWeight
            }
        }
        if whole.isDeferred { unsafe self.updateDeferred(whole) }
        if self.configuration.maxNorm > 0 { unsafe self.limitNorms() }
        unsafe self.averageStep()
        unsafe self.learnSettings()
        return loss
    }

    /// A pass forwards and one backwards, in which each parameter makes the rule's step.
    ///
    /// - Returns: The mean of the samples' losses times their count.
    @unsafe
    func propagate(
        _ rows: UnsafePointer<Int32>, _ inputs: RowSource, _ mixed: MixedRows?, count: Int, number: Int,
        rule: UpdateRule
    ) -> Double {
        let base = unsafe self.arena.base
        let source = unsafe self.frontOutput(mixed?.inputs ?? inputs, count: count, step: number, mode: .training)
        unsafe self.forward(source, count: count, step: number)
        let loss = unsafe self.outputGradient(rows, mixed, count: count)
        var gradient = self.plan.gradients.0
        var other = self.plan.gradients.1
        var index = self.plan.layers.count &- 1
        while index > 0 {
            let layer = self.plan.layers[index]
            let previous = self.plan.layers[index &- 1]
            unsafe self.passBack(layer, to: previous, count: count, from: base + gradient, into: base + other)
            let source = unsafe RowSource(base + previous.output, stride: previous.outputStride)
            unsafe self.update(layer, input: source, gradient: base + gradient, count: count, rule: rule)
            if let normalization = previous.normalization {
                unsafe self.normalizeBackward(
                    normalization, shift: previous.bias, rows: count, columns: previous.outputStride, base + other,
                    rule: rule)
            }
            if let normalization = previous.layerNormalization {
                unsafe self.normalizeRowsBackward(normalization, previous, rows: count, base + other, rule: rule)
            }
            swap(&gradient, &other)
            index &-= 1
        }
        let first = self.plan.layers[0]
        if self.plan.front != .none {
            unsafe self.passToFront(first, count: count, from: base + gradient, into: base + other)
        }
        unsafe self.update(first, input: source, gradient: base + gradient, count: count, rule: rule)
        unsafe self.frontBackward(
            gradient: base + other, stride: first.inputStride, count: count, step: number, rule: rule)
        return loss
    }

    /// The features of a minibatch: the training rows themselves, or changed copies of them.
    @unsafe
    func inputs(_ rows: UnsafePointer<Int32>, count: Int, epoch: Int) -> RowSource {
        let (features, stride) = unsafe (self.data.train.features, self.data.featureStride)
        guard let place = self.plan.augmented else { return unsafe RowSource(features, stride: stride, picked: rows) }
        let copies = unsafe self.arena.base + place
        unsafe Augmentation(self.configuration.augmentation, shape: self.data.featureShape, seed: self.seed).write(
            rows, count: count, from: features, to: copies, stride: stride, epoch: epoch)
        return unsafe RowSource(copies, stride: stride)
    }

    /// Outputs of all layers in training mode.
    @unsafe
    func forward(_ inputs: RowSource, count: Int, step: Int) {
        let base = unsafe self.arena.base
        var source = unsafe inputs
        for layer in self.plan.layers {
            let output = unsafe base + layer.output
            unsafe self.table.product(
                ProductArguments(
                    rows: count, columns: layer.outputStride, depth: layer.inputs, input: source,
                    weights: base + layer.weights.values, weightStride: layer.outputStride,
                    bias: base + layer.bias.values, output: output, outputStride: layer.outputStride,
                    finish: layer.trainingFinish, scratch: base + self.plan.scratch))
            if let normalization = layer.normalization {
                unsafe self.normalize(
                    normalization, shift: layer.bias, rows: count, columns: layer.outputStride, output,
                    relu: layer.normalizesWithRelu)
            }
            if let normalization = layer.layerNormalization {
                unsafe self.normalizeRows(normalization, layer, rows: count, output, mode: .training)
            }
            if layer.activatesInTraining {
                var dropout = layer.dropout
                dropout.step = UInt32(truncatingIfNeeded: step)
                unsafe self.table.activate(
                    ActivationArguments(
                        count: count &* layer.outputStride, function: layer.function, input: output, output: output,
                        slopes: layer.slopes.map { unsafe base + $0 }, dropout: dropout))
            }
            unsafe source = RowSource(output, stride: layer.outputStride)
        }
    }

    /// The gradient of what the dense layers take.
    @unsafe
    private func passToFront(
        _ layer: LayerPlan, count: Int, from gradient: UnsafeMutablePointer<Float>,
        into inputGradient: UnsafeMutablePointer<Float>
    ) {
        let base = unsafe self.arena.base
        unsafe self.table.inputGradient(
            InputGradientArguments(
                rows: count, inputs: layer.inputStride, outputs: layer.outputs, outputGradient: gradient,
                outputGradientStride: layer.outputStride, weights: base + layer.weights.values,
                weightStride: layer.outputStride, inputGradient: inputGradient, inputGradientStride: layer.inputStride,
                scratch: base + self.plan.scratch))
    }

    /// The gradient of a layer's input, through dropout and activation of the layer before it.
    @unsafe
    private func passBack(
        _ layer: LayerPlan, to previous: LayerPlan, count: Int, from gradient: UnsafeMutablePointer<Float>,
        into inputGradient: UnsafeMutablePointer<Float>
    ) {
        let base = unsafe self.arena.base
        let maskValues = previous.slopes ?? previous.output
        unsafe self.table.inputGradient(
            InputGradientArguments(
                rows: count, inputs: layer.inputStride, outputs: layer.outputs, outputGradient: gradient,
                outputGradientStride: layer.outputStride, weights: base + layer.weights.values,
                weightStride: layer.outputStride, inputGradient: inputGradient, inputGradientStride: layer.inputStride,
                mask: previous.mask, maskValues: base + maskValues, scale: previous.dropout.scale,
                scratch: base + self.plan.scratch))
    }

    /// The optimiser's step for a layer's weights and bias; a shift's comes with its batch normalisation.
    @unsafe
    private func update(
        _ layer: LayerPlan, input: RowSource, gradient: UnsafeMutablePointer<Float>, count: Int, rule: UpdateRule
    ) {
        let base = unsafe self.arena.base
        unsafe self.table.weightUpdate(
            WeightUpdateArguments(
                rows: count, inputs: layer.inputs, outputs: layer.outputStride, input: input, outputGradient: gradient,
                outputGradientStride: layer.outputStride, parameters: layer.weights.block(base), rule: rule,
                scratch: base + self.plan.scratch))
        guard layer.normalization == nil, layer.layerNormalization == nil else { return }
        unsafe self.table.biasUpdate(
            BiasUpdateArguments(
                rows: count, columns: layer.outputStride, outputGradient: gradient,
                outputGradientStride: layer.outputStride, parameters: layer.bias.block(base),
                rule: rule.withoutPenalties))
    }
}
