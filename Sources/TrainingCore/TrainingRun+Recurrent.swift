import KernelInterface

extension TrainingRun {
    /// States of all layers at all steps, from 0 before the first.
    ///
    /// - Returns: The last layer's state after the last step, one sequence a row.
    @unsafe
    borrowing func unroll(_ stack: RecurrentStackPlan, _ features: RowSource, count: Int) -> RowSource {
        let base = unsafe self.arena.base
        unsafe self.placeSteps(stack, features, count: count)
        var source = unsafe RowSource(base + stack.input, stride: paddedWidth(stack.features))
        for layer in stack.layers {
            unsafe self.forward(layer, source, count: count)
            unsafe source = RowSource(base + layer.hidden, stride: layer.unitStride)
        }
        let last = (stack.steps &- 1) &* count
        return unsafe RowSource(source.base + last &* source.stride, stride: source.stride)
    }

    /// Passes the gradient of the last state back through all layers and steps, and updates each layer.
    @unsafe
    borrowing func unrollBackward(
        _ stack: RecurrentStackPlan, gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int, rule: UpdateRule
    ) {
        let base = unsafe self.arena.base
        let rows = stack.steps &* count
        if let last = stack.layers.last {
            // Only the last state is used.
            let place = unsafe base + last.hiddenGradient
            unsafe place.update(repeating: 0, count: (rows &- count) &* last.unitStride)
            unsafe self.table.gatherRows(
                GatherArguments(
                    rows: count, columns: last.unitStride, source: RowSource(gradient, stride: stride),
                    output: place + (rows &- count) &* last.unitStride, outputStride: last.unitStride))
        }
        for (number, layer) in stack.layers.enumerated().reversed() {
            unsafe self.backward(layer, count: count)
            if number > 0, let turned = layer.turnedInputWeights {
                unsafe self.passBack(layer, turned, to: stack.layers[number - 1], rows: rows)
            }
            let source =
                unsafe number > 0
                ? RowSource(base + stack.layers[number - 1].hidden, stride: layer.inputStride)
                : RowSource(base + stack.input, stride: paddedWidth(stack.features))
            unsafe self.update(layer, source, count: count, rule: rule)
        }
    }

    /// Copies sequences so that the rows of a step follow each other.
    @unsafe
    private func placeSteps(_ stack: RecurrentStackPlan, _ features: RowSource, count: Int) {
        let stride = paddedWidth(stack.features)
        for row in 0..<count {
            let number = unsafe features.picked.map { unsafe Int($0[row]) } ?? row
            let source = unsafe features.base + number &* features.stride
            let target = unsafe self.arena.base + stack.input + row &* stride
            for step in 0..<stack.steps {
                unsafe (target + step &* count &* stride).update(
                    from: source + step &* stack.features, count: stack.features)
            }
        }
    }

    /// All steps of one layer.
    @unsafe
    private func forward(_ layer: RecurrentPlan, _ source: RowSource, count: Int) {
        let base = unsafe self.arena.base
        let gates = unsafe base + layer.gates
        let width = layer.gateStride
        unsafe self.table.product(
            ProductArguments(
                rows: layer.steps &* count, columns: width, depth: layer.inputs, input: source,
                weights: base + layer.inputWeights.values, weightStride: width, bias: base + layer.bias.values,
                output: gates, outputStride: width, finish: .bias, scratch: base + self.plan.scratch))
        for step in 0..<layer.steps {
            let here = step &* count &* layer.unitStride
            let before = here &- count &* layer.unitStride
            let stepGates = unsafe gates + step &* count &* width
            if step > 0 {
                unsafe self.table.product(
                    ProductArguments(
                        rows: count, columns: width, depth: layer.units,
                        input: RowSource(base + layer.hidden + before, stride: layer.unitStride),
                        weights: base + layer.hiddenWeights.values, weightStride: width, output: stepGates,
                        outputStride: width, finish: .accumulate, scratch: base + self.plan.scratch))
            }
            unsafe self.table.memoryCell(
                MemoryCellArguments(
                    rows: count, units: layer.unitStride, gates: stepGates,
                    formerCells: step > 0 ? base + layer.cells + before : base + layer.zeros,
                    cells: base + layer.cells + here, squashedCells: base + layer.squashedCells + here,
                    hidden: base + layer.hidden + here))
        }
    }

    /// The gradients of one layer's gates at all steps, last to first.
    @unsafe
    private func backward(_ layer: RecurrentPlan, count: Int) {
        let base = unsafe self.arena.base
        let width = layer.gateStride
        unsafe self.table.transpose(
            TransposeArguments(
                rows: layer.unitStride, columns: width, input: base + layer.hiddenWeights.values, inputStride: width,
                output: base + layer.turnedHiddenWeights, outputStride: layer.unitStride))
        unsafe (base + layer.cellGradient).update(repeating: 0, count: count &* layer.unitStride)
        for step in (0..<layer.steps).reversed() {
            let here = step &* count &* layer.unitStride
            let before = here &- count &* layer.unitStride
            let gates = step &* count &* width
            unsafe self.table.memoryCellGradient(
                MemoryCellGradientArguments(
                    rows: count, units: layer.unitStride, gates: base + layer.gates + gates,
                    formerCells: step > 0 ? base + layer.cells + before : base + layer.zeros,
                    squashedCells: base + layer.squashedCells + here,
                    hiddenGradient: base + layer.hiddenGradient + here, cellGradient: base + layer.cellGradient,
                    gateGradient: base + layer.gateGradient + gates))
            if step > 0 {
                unsafe self.table.product(
                    ProductArguments(
                        rows: count, columns: layer.unitStride, depth: width,
                        input: RowSource(base + layer.gateGradient + gates, stride: width),
                        weights: base + layer.turnedHiddenWeights, weightStride: layer.unitStride,
                        output: base + layer.hiddenGradient + before, outputStride: layer.unitStride,
                        finish: .accumulate, scratch: base + self.plan.scratch))
            }
        }
    }

    /// The gradient of a layer's input, which is the state of the layer before it, at all steps.
    @unsafe
    private func passBack(_ layer: RecurrentPlan, _ turned: Int, to previous: RecurrentPlan, rows: Int) {
        let base = unsafe self.arena.base
        unsafe self.table.transpose(
            TransposeArguments(
                rows: layer.inputStride, columns: layer.gateStride, input: base + layer.inputWeights.values,
                inputStride: layer.gateStride, output: base + turned, outputStride: layer.inputStride))
        unsafe self.table.product(
            ProductArguments(
                rows: rows, columns: layer.inputStride, depth: layer.gateStride,
                input: RowSource(base + layer.gateGradient, stride: layer.gateStride), weights: base + turned,
                weightStride: layer.inputStride, output: base + previous.hiddenGradient,
                outputStride: layer.inputStride, finish: .store, scratch: base + self.plan.scratch))
    }

    /// The optimiser's step for one layer, from the gradients of all steps.
    @unsafe
    private func update(_ layer: RecurrentPlan, _ source: RowSource, count: Int, rule: UpdateRule) {
        let base = unsafe self.arena.base
        let width = layer.gateStride
        let rows = layer.steps &* count
        let gradient = unsafe base + layer.gateGradient
        unsafe self.addGradient(
            source, gradient, rows: rows, inputs: layer.inputs, width: width, to: base + layer.inputWeightGradient)
        // The state before the first step is 0 and adds nothing.
        unsafe self.addGradient(
            RowSource(base + layer.hidden, stride: layer.unitStride), gradient + count &* width, rows: rows &- count,
            inputs: layer.units, width: width, to: base + layer.hiddenWeightGradient)
        for (weights, gradients, inputs) in [
            (layer.inputWeights, layer.inputWeightGradient, layer.inputs),
            (layer.hiddenWeights, layer.hiddenWeightGradient, layer.units),
        ] {
            unsafe self.table.update(
                UpdateArguments(
                    count: inputs &* width, gradients: base + gradients, parameters: weights.block(base), rule: rule))
        }
        unsafe self.table.biasUpdate(
            BiasUpdateArguments(
                rows: rows, columns: width, outputGradient: gradient, outputGradientStride: width,
                parameters: layer.bias.block(base), rule: rule.withoutPenalties))
    }

    /// Rows whose gradients and inputs stay in the second-level cache while all weights are gone through.
    private static let gradientRows = 256

    /// The gradient of weights over many rows, block by block: the chains go on from block to block.
    @unsafe
    private func addGradient(
        _ source: RowSource, _ gradient: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, width: Int,
        to result: UnsafeMutablePointer<Float>
    ) {
        var row = 0
        repeat {
            let count = min(Self.gradientRows, rows &- row)
            unsafe self.table.weightGradient(
                WeightGradientArguments(
                    rows: count, inputs: inputs, outputs: width,
                    input: RowSource(source.base + row &* source.stride, stride: source.stride),
                    outputGradient: gradient + row &* width, outputGradientStride: width, gradient: result,
                    gradientStride: width, accumulates: row > 0))
            row &+= count
        } while row < rows
    }
}
