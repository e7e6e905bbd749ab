import KernelInterface
import TuningModel

/// One recurrent layer: its directions, and where the next layer finds its states.
struct RecurrentLayerPlan: Hashable {
    /// From the first step to the last, then where asked for the other way.
    let directions: [RecurrentPlan]
    /// Numbers of a step's states, and floats from row to row.
    let width: Int
    let stride: Int
    /// Shape [steps, rows, stride]: what the next layer reads, and its gradient; those of the only direction, where its
    /// states go on as they are.
    let output: Int
    let gradient: Int
    let dropout: DropoutSettings

    /// Whether the states of both directions stand side by side in a place of their own, or some are dropped.
    var isJoined: Bool { self.output != self.directions[0].hidden }

    init(
        _ settings: RecurrentLayerSettings, number: Int, of stack: RecurrentSettings, steps: Int, inputs: Int,
        seed: UInt64, rule: UpdateRule, rows: (batch: Int, buffer: Int), layout: inout ArenaLayout
    ) {
        var directions: [RecurrentPlan] = []
        for isReversed in stack.isBidirectional ? [false, true] : [false] {
            directions.append(
                RecurrentPlan(
                    cell: stack.cell, isReversed: isReversed, units: settings.units, steps: steps, inputs: inputs,
                    isFirst: number == 0, rule: rule, bufferRows: rows.buffer, layout: &layout))
        }
        self.directions = directions
        self.width = settings.units * directions.count
        self.stride = paddedWidth(self.width)
        self.dropout = DropoutSettings(
            rate: settings.dropout, seed: seed, layer: UInt32(FrontPlan.firstStream + number), step: 0)
        if directions.count == 1, self.dropout.threshold == 0 {
            self.output = directions[0].hidden
            self.gradient = directions[0].hiddenGradient
        } else {
            let count = steps.multipliedReportingOverflow(by: rows.buffer)
            let allRows = count.overflow ? Int.max / 8 : count.partialValue
            self.output = layout.reserve(rows: allRows, columns: self.stride)
            self.gradient = layout.reserve(rows: allRows, columns: self.stride)
        }
    }
}

/// Recurrent layers over one sequence a row.
struct RecurrentStackPlan: Hashable {
    let layers: [RecurrentLayerPlan]
    let steps: Int
    /// Numbers of a step.
    let features: Int
    /// Shape [steps, rows, paddedWidth(features)]: the minibatch, step by step.
    let input: Int
    /// Shape [rows], `Int32`: the steps that each sequence has.
    let lengths: Int
    let output: SequenceOutput
    /// Shape [rows, flatStride]: what the dense layers take; the last layer's own place for its last states.
    let flat: Int?
    let flatStride: Int
    /// Numbers that the dense layers take.
    let count: Int

    init(
        _ settings: RecurrentSettings, shape: [Int], seed: UInt64, rule: UpdateRule, rows: (batch: Int, buffer: Int),
        layout: inout ArenaLayout
    ) {
        self.steps = shape[0]
        self.features = shape.dropFirst().reduce(1, *)
        let count = self.steps.multipliedReportingOverflow(by: rows.buffer)
        self.input = layout.reserve(
            rows: count.overflow ? Int.max / 8 : count.partialValue, columns: paddedWidth(self.features))
        self.lengths = layout.reserve(columns: rows.buffer)
        var width = self.features
        var layers: [RecurrentLayerPlan] = []
        for (number, layer) in settings.layers.enumerated() {
            let plan = RecurrentLayerPlan(
                layer, number: number, of: settings, steps: self.steps, inputs: width, seed: seed, rule: rule,
                rows: rows, layout: &layout)
            layers.append(plan)
            width = plan.width
        }
        self.layers = layers
        self.output = settings.output
        let product = width.multipliedReportingOverflow(by: settings.output == .all ? self.steps : 1)
        self.count = product.overflow ? Int.max / 64 : product.partialValue
        self.flatStride = paddedWidth(self.count)
        let isInPlace = settings.output == .last && !settings.isBidirectional
        self.flat = isInPlace ? nil : layout.reserve(rows: rows.buffer, columns: self.flatStride)
    }

    /// All directions of all layers, with their names.
    var named: [(name: String, plan: RecurrentPlan)] {
        self.layers.enumerated().flatMap { number, layer in
            layer.directions.map { ("recurrent.\(number)" + ($0.isReversed ? ".reverse" : ""), $0) }
        }
    }
}
