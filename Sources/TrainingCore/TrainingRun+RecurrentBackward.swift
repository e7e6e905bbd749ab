import KernelInterface
import TuningModel

extension TrainingRun {
    /// Passes the gradient of what the dense layers took back through all layers and steps, and updates each.
    @unsafe
    borrowing func unrollBackward(
        _ stack: RecurrentStackPlan, gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int, step: Int,
        rule: UpdateRule
    ) {
        let base = unsafe self.arena.base
        let rows = stack.steps &* count
        unsafe self.outputGradient(stack, gradient, stride: stride, count: count)
        let lengths = unsafe self.numbers(stack.lengths)
        var hasEnds = false
        for row in 0..<count { unsafe hasEnds = hasEnds || Int(lengths[row]) < stack.steps }
        for number in stack.layers.indices.reversed() {
            let layer = stack.layers[number]
            if layer.isJoined {
                unsafe self.drop(layer, base + layer.gradient, rows: rows, step: step)
                unsafe self.part(layer, rows: rows)
            }
            for (direction, plan) in layer.directions.enumerated() {
                unsafe self.backward(plan, count: count, lengths: hasEnds ? lengths : nil)
                if number > 0, let turned = plan.turnedInputWeights {
                    unsafe self.passBack(plan, turned, to: stack.layers[number - 1], rows: rows, adds: direction > 0)
                }
            }
            let source =
                unsafe number > 0
                ? RowSource(base + stack.layers[number - 1].output, stride: stack.layers[number - 1].stride)
                : RowSource(base + stack.input, stride: paddedWidth(stack.features))
            for plan in layer.directions { unsafe self.update(plan, source, count: count, rule: rule) }
        }
    }

    /// The gradient of the last layer's states from that of what the dense layers took of them.
    @unsafe
    private func outputGradient(
        _ stack: RecurrentStackPlan, _ gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int
    ) {
        let base = unsafe self.arena.base
        let layer = stack.layers[stack.layers.count - 1]
        let size = count &* layer.stride
        let target = unsafe base + layer.gradient
        unsafe target.update(repeating: 0, count: stack.steps &* size)
        let lengths = unsafe self.numbers(stack.lengths)
        for row in 0..<count {
            let source = unsafe gradient + row &* stride
            let states = unsafe target + row &* layer.stride
            switch stack.output {
            case .last:
                for (number, plan) in layer.directions.enumerated() {
                    let place = number &* plan.units
                    let last = plan.step(stack.steps &- 1)
                    unsafe (states + last &* size + place).update(from: source + place, count: plan.units)
                }
            case .all:
                for step in 0..<stack.steps {
                    unsafe (states + step &* size).update(from: source + step &* layer.width, count: layer.width)
                }
            case .mean:
                let length = unsafe Int(lengths[row])
                let share = 1 / Float(length)
                for step in 0..<length {
                    for unit in 0..<layer.width { unsafe states[step &* size + unit] = source[unit] * share }
                }
            }
        }
    }

    /// Gives each direction the gradient of its own states.
    @unsafe
    private func part(_ layer: RecurrentLayerPlan, rows: Int) {
        let base = unsafe self.arena.base
        for (number, plan) in layer.directions.enumerated() {
            for row in 0..<rows {
                unsafe (base + plan.hiddenGradient + row &* plan.unitStride).update(
                    from: base + layer.gradient + row &* layer.stride + number &* plan.units, count: plan.units)
            }
        }
    }

    /// The gradients of one direction's gates at all steps, last to first.
    @unsafe
    private func backward(_ plan: RecurrentPlan, count: Int, lengths: UnsafePointer<Int32>?) {
        let base = unsafe self.arena.base
        let size = count &* plan.unitStride
        unsafe self.table.transpose(
            TransposeArguments(
                rows: plan.unitStride, columns: plan.gateStride, input: base + plan.hiddenWeights.values,
                inputStride: plan.gateStride, output: base + plan.turnedHiddenWeights, outputStride: plan.unitStride))
        if case .lstm(let places) = plan.memory {
            unsafe (base + places.cellGradient).update(repeating: 0, count: size)
        }
        for position in (0..<plan.steps).reversed() {
            let step = plan.step(position)
            let former = position > 0 ? plan.step(position &- 1) : nil
            unsafe self.retreat(plan, step: step, former: former, count: count)
            guard let former else { continue }
            if let lengths = unsafe lengths, case .lstm = plan.memory {
                for row in 0..<count where unsafe Int(lengths[row]) <= step {
                    unsafe self.letPass(plan, row, from: step, to: former, count: count)
                }
            }
            unsafe self.table.product(
                ProductArguments(
                    rows: count, columns: plan.unitStride, depth: plan.gateStride,
                    input: RowSource(
                        base + plan.productGradient + step &* count &* plan.gateStride, stride: plan.gateStride),
                    weights: base + plan.turnedHiddenWeights, weightStride: plan.unitStride,
                    output: base + plan.hiddenGradient + former &* size, outputStride: plan.unitStride,
                    finish: .accumulate, scratch: base + self.plan.scratch))
        }
    }

    /// One step of one direction backwards, before the product with the weights.
    @unsafe
    private func retreat(_ plan: RecurrentPlan, step: Int, former: Int?, count: Int) {
        let base = unsafe self.arena.base
        let size = count &* plan.unitStride
        let here = step &* size
        let gates = step &* count &* plan.gateStride
        switch plan.memory {
        case .lstm(let places):
            unsafe self.table.memoryCellGradient(
                MemoryCellGradientArguments(
                    rows: count, units: plan.unitStride, gates: base + plan.gates + gates,
                    formerCells: base + (former.map { places.cells + $0 &* size } ?? plan.zeros),
                    squashedCells: base + places.squashedCells + here,
                    hiddenGradient: base + plan.hiddenGradient + here, cellGradient: base + places.cellGradient,
                    gateGradient: base + plan.gateGradient + gates))
        case .gru(let places):
            unsafe self.table.gatedUnitGradient(
                GatedUnitGradientArguments(
                    rows: count, units: plan.unitStride, gates: base + plan.gates + gates,
                    candidates: base + places.candidates + here,
                    formerHidden: base + (former.map { plan.hidden + $0 &* size } ?? plan.zeros),
                    hiddenGradient: base + plan.hiddenGradient + here, gateGradient: base + plan.gateGradient + gates,
                    productGradient: base + places.productGradient + gates,
                    formerGradient: former.map { unsafe base + plan.hiddenGradient + $0 &* size }))
        }
    }

    /// Adds the gradient of the state of a sequence that has ended to that of the state it was left as; the kernel of gated
    /// units does so itself.
    @unsafe
    private func letPass(_ plan: RecurrentPlan, _ row: Int, from step: Int, to former: Int, count: Int) {
        let base = unsafe self.arena.base
        let place = plan.hiddenGradient + row &* plan.unitStride
        let size = count &* plan.unitStride
        unsafe self.table.addRows(
            GatherArguments(
                rows: 1, columns: plan.unitStride,
                source: RowSource(base + place + step &* size, stride: plan.unitStride),
                output: base + place + former &* size, outputStride: plan.unitStride))
    }

    /// The gradient of a layer's input, which is the states of the layer before it, at all steps.
    @unsafe
    private func passBack(_ plan: RecurrentPlan, _ turned: Int, to previous: RecurrentLayerPlan, rows: Int, adds: Bool)
    {
        let base = unsafe self.arena.base
        unsafe self.table.transpose(
            TransposeArguments(
                rows: plan.inputStride, columns: plan.gateStride, input: base + plan.inputWeights.values,
                inputStride: plan.gateStride, output: base + turned, outputStride: plan.inputStride))
        unsafe self.table.product(
            ProductArguments(
                rows: rows, columns: plan.inputStride, depth: plan.gateStride,
                input: RowSource(base + plan.gateGradient, stride: plan.gateStride), weights: base + turned,
                weightStride: plan.inputStride, output: base + previous.gradient, outputStride: plan.inputStride,
                finish: adds ? .accumulate : .store, scratch: base + self.plan.scratch))
    }

    /// The optimiser's step for one direction, from the gradients of all steps.
    @unsafe
    private func update(_ plan: RecurrentPlan, _ source: RowSource, count: Int, rule: UpdateRule) {
        let base = unsafe self.arena.base
        let width = plan.gateStride
        let rows = plan.steps &* count
        let gradient = unsafe base + plan.gateGradient
        unsafe self.addGradient(
            source, gradient, rows: rows, inputs: plan.inputs, width: width, to: base + plan.inputWeightGradient)
        // The state before the first step is 0 and adds nothing.
        let (states, gates) = plan.isReversed ? (count, 0) : (0, count)
        unsafe self.addGradient(
            RowSource(base + plan.hidden + states &* plan.unitStride, stride: plan.unitStride),
            base + plan.productGradient + gates &* width, rows: rows &- count, inputs: plan.units, width: width,
            to: base + plan.hiddenWeightGradient)
        unsafe self.table.update(
            UpdateArguments(
                count: plan.inputs &* width, gradients: base + plan.inputWeightGradient,
                parameters: plan.inputWeights.block(base), rule: rule))
        unsafe self.table.update(
            UpdateArguments(
                count: plan.units &* width, gradients: base + plan.hiddenWeightGradient,
                parameters: plan.hiddenWeights.block(base), rule: rule))
        unsafe self.table.biasUpdate(
            BiasUpdateArguments(
                rows: rows, columns: width, outputGradient: gradient, outputGradientStride: width,
                parameters: plan.bias.block(base), rule: rule.withoutPenalties))
        guard case .gru(let places) = plan.memory else { return }
        unsafe self.table.biasUpdate(
            BiasUpdateArguments(
                rows: rows, columns: plan.unitStride,
                outputGradient: base + places.productGradient + 2 &* plan.unitStride, outputGradientStride: width,
                parameters: places.bias.block(base), rule: rule.withoutPenalties))
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
