import KernelInterface
import TuningModel

extension TrainingRun {
    /// States of all layers at all steps, from 0 before the first.
    ///
    /// A step whose first number is NaN is none: the sequence has ended before it, its states stay as they are.
    ///
    /// - Returns: What the dense layers take, one sequence a row.
    @unsafe
    borrowing func unroll(
        _ stack: RecurrentStackPlan, _ features: RowSource, count: Int, step: Int, mode: NetworkMode
    ) -> RowSource {
        let base = unsafe self.arena.base
        let hasEnds = unsafe self.placeSteps(stack, features, count: count)
        let lengths = unsafe hasEnds ? self.numbers(stack.lengths) : nil
        var source = unsafe RowSource(base + stack.input, stride: paddedWidth(stack.features))
        for layer in stack.layers {
            for plan in layer.directions { unsafe self.forward(plan, source, count: count, lengths: lengths) }
            if layer.isJoined {
                unsafe self.join(layer, rows: stack.steps &* count)
                if mode == .training {
                    unsafe self.drop(layer, base + layer.output, rows: stack.steps &* count, step: step)
                }
            }
            unsafe source = RowSource(base + layer.output, stride: layer.stride)
        }
        return unsafe self.sequenceOutput(stack, count: count)
    }

    /// Copies sequences so that the rows of a step follow each other, and notes their lengths.
    ///
    /// - Returns: Whether any ends before the last step.
    @unsafe
    private func placeSteps(_ stack: RecurrentStackPlan, _ features: RowSource, count: Int) -> Bool {
        let stride = paddedWidth(stack.features)
        var hasEnds = false
        for row in 0..<count {
            let number = unsafe features.picked.map { unsafe Int($0[row]) } ?? row
            let source = unsafe features.base + number &* features.stride
            let target = unsafe self.arena.base + stack.input + row &* stride
            var length = stack.steps
            while length > 1, unsafe source[(length &- 1) &* stack.features].isNaN { length &-= 1 }
            for step in 0..<length {
                unsafe (target + step &* count &* stride).update(
                    from: source + step &* stack.features, count: stack.features)
            }
            for step in length..<stack.steps {
                unsafe (target + step &* count &* stride).update(repeating: 0, count: stack.features)
            }
            unsafe UnsafeMutableRawPointer(self.arena.base + stack.lengths).storeBytes(
                of: Int32(truncatingIfNeeded: length), toByteOffset: 4 &* row, as: Int32.self)
            hasEnds = hasEnds || length < stack.steps
        }
        return hasEnds
    }

    /// All steps of one direction.
    @unsafe
    private func forward(_ plan: RecurrentPlan, _ source: RowSource, count: Int, lengths: UnsafePointer<Int32>?) {
        let base = unsafe self.arena.base
        let gates = unsafe base + plan.gates
        let width = plan.gateStride
        unsafe self.table.product(
            ProductArguments(
                rows: plan.steps &* count, columns: width, depth: plan.inputs, input: source,
                weights: base + plan.inputWeights.values, weightStride: width, bias: base + plan.bias.values,
                output: gates, outputStride: width, finish: .bias, scratch: base + self.plan.scratch))
        var former: Int?
        for position in 0..<plan.steps {
            let step = plan.step(position)
            unsafe self.advance(plan, step: step, former: former, count: count)
            if let lengths = unsafe lengths {
                for row in 0..<count where unsafe Int(lengths[row]) <= step {
                    unsafe self.hold(plan, row, step: step, former: former, count: count)
                }
            }
            former = step
        }
    }

    /// One step of one direction, behind the product with the input.
    @unsafe
    private func advance(_ plan: RecurrentPlan, step: Int, former: Int?, count: Int) {
        let base = unsafe self.arena.base
        let size = count &* plan.unitStride
        let here = step &* size
        let before = former.map { plan.hidden + $0 &* size } ?? plan.zeros
        let stepGates = unsafe base + plan.gates + step &* count &* plan.gateStride
        let state = unsafe RowSource(base + before, stride: plan.unitStride)
        switch plan.memory {
        case .lstm(let places):
            if former != nil {
                unsafe self.multiplyState(plan, state, to: stepGates, count: count, finish: .accumulate)
            }
            unsafe self.table.memoryCell(
                MemoryCellArguments(
                    rows: count, units: plan.unitStride, gates: stepGates,
                    formerCells: base + (former.map { places.cells + $0 &* size } ?? plan.zeros),
                    cells: base + places.cells + here, squashedCells: base + places.squashedCells + here,
                    hidden: base + plan.hidden + here))
        case .gru(let places):
            let products = unsafe base + places.products
            if former != nil { unsafe self.multiplyState(plan, state, to: products, count: count, finish: .store) }
            unsafe self.table.gatedUnit(
                GatedUnitArguments(
                    rows: count, units: plan.unitStride, gates: stepGates,
                    products: former == nil ? nil : UnsafePointer(products), bias: base + places.bias.values,
                    formerHidden: base + before, candidates: base + places.candidates + here,
                    hidden: base + plan.hidden + here))
        }
    }

    /// The product of the states before a step with the weights of all gates.
    @unsafe
    private func multiplyState(
        _ plan: RecurrentPlan, _ state: RowSource, to output: UnsafeMutablePointer<Float>, count: Int,
        finish: ProductFinish
    ) {
        let base = unsafe self.arena.base
        unsafe self.table.product(
            ProductArguments(
                rows: count, columns: plan.gateStride, depth: plan.units, input: state,
                weights: base + plan.hiddenWeights.values, weightStride: plan.gateStride, output: output,
                outputStride: plan.gateStride, finish: finish, scratch: base + self.plan.scratch))
    }

    /// Leaves the states of a sequence that has ended as they were, and sets its gates to those that do so: on the way back
    /// nothing then flows into the weights.
    @unsafe
    private func hold(_ plan: RecurrentPlan, _ row: Int, step: Int, former: Int?, count: Int) {
        let base = unsafe self.arena.base
        unsafe self.holdState(plan.hidden, plan, row, step: step, former: former, count: count)
        if case .lstm(let places) = plan.memory {
            unsafe self.holdState(places.cells, plan, row, step: step, former: former, count: count)
        }
        let gates = unsafe base + plan.gates + (step &* count &+ row) &* plan.gateStride
        unsafe gates.update(repeating: 0, count: plan.gateStride)
        // The forget gate of LSTM cells, the update gate of gated recurrent units.
        unsafe (gates + plan.unitStride).update(repeating: 1, count: plan.unitStride)
    }

    @unsafe
    private func holdState(_ place: Int, _ plan: RecurrentPlan, _ row: Int, step: Int, former: Int?, count: Int) {
        let base = unsafe self.arena.base
        let from = former.map { place + ($0 &* count &+ row) &* plan.unitStride } ?? plan.zeros
        unsafe (base + place + (step &* count &+ row) &* plan.unitStride).update(
            from: base + from, count: plan.unitStride)
    }

    /// Puts the states of all directions side by side.
    @unsafe
    private func join(_ layer: RecurrentLayerPlan, rows: Int) {
        let base = unsafe self.arena.base
        for (number, plan) in layer.directions.enumerated() {
            for row in 0..<rows {
                unsafe (base + layer.output + row &* layer.stride + number &* plan.units).update(
                    from: base + plan.hidden + row &* plan.unitStride, count: plan.units)
            }
        }
    }

    /// Drops some states in place, or takes a gradient through that.
    @unsafe
    func drop(_ layer: RecurrentLayerPlan, _ values: UnsafeMutablePointer<Float>, rows: Int, step: Int) {
        guard layer.dropout.threshold > 0 else { return }
        var dropout = layer.dropout
        dropout.step = UInt32(truncatingIfNeeded: step)
        unsafe self.table.activate(
            ActivationArguments(
                count: rows &* layer.stride, function: .identity, input: values, output: values, dropout: dropout))
    }

    /// What the dense layers take of the last layer's states.
    @unsafe
    private func sequenceOutput(_ stack: RecurrentStackPlan, count: Int) -> RowSource {
        let base = unsafe self.arena.base
        let layer = stack.layers[stack.layers.count - 1]
        let states = unsafe base + layer.output
        let size = count &* layer.stride
        guard let flat = stack.flat else {
            return unsafe RowSource(states + (stack.steps &- 1) &* size, stride: layer.stride)
        }
        let lengths = unsafe self.numbers(stack.lengths)
        for row in 0..<count {
            let target = unsafe base + flat + row &* stack.flatStride
            let source = unsafe states + row &* layer.stride
            switch stack.output {
            case .last:
                for (number, plan) in layer.directions.enumerated() {
                    let place = number &* plan.units
                    let last = plan.step(stack.steps &- 1)
                    unsafe (target + place).update(from: source + last &* size + place, count: plan.units)
                }
            case .all:
                for step in 0..<stack.steps {
                    unsafe (target + step &* layer.width).update(from: source + step &* size, count: layer.width)
                }
            case .mean:
                let length = unsafe Int(lengths[row])
                let share = 1 / Float(length)
                for unit in 0..<layer.width {
                    var sum: Float = 0
                    for step in 0..<length { unsafe sum += source[step &* size + unit] }
                    unsafe target[unit] = sum * share
                }
            }
        }
        return unsafe RowSource(base + flat, stride: stack.flatStride)
    }
}
