package import KernelInterface

extension Reference {
    /// One output of a convolution: the chain over a window.
    package static func convolution(
        _ input: (Int) -> Float, start: Int, _ window: WindowShape, weight: (Int) -> Float
    ) -> Float {
        Self.chain(depth: window.depth) { k in (input(start + window.place(k)), weight(k)) }
    }

    /// The number that a pool makes of a window, and the place of a maximum.
    package static func pooled(_ kind: PoolKind, _ values: [Float]) -> (value: Float, place: Int) {
        switch kind {
        case .maximum:
            var place = 0
            for (index, value) in values.enumerated() where !values[place].isNaN && !(value <= values[place]) {
                place = index
            }
            return (values[place], place)
        case .average: return (values.reduce(0, +) * (1 / Float(values.count)), 0)
        }
    }

    /// One LSTM cell: gates i, f, g, o, the cell, its tanh and the state.
    package static func memoryCell(
        _ z: [Float], former: Float
    ) -> (gates: [Float], cell: Float, squashed: Float, hidden: Float) {
        let gates = [
            Self.logistic(z[0]), Self.logistic(z[1]), Self.hyperbolicTangent(z[2]), Self.logistic(z[3]),
        ]
        let cell = (gates[0] * gates[2]).addingProduct(gates[1], former)
        let squashed = Self.hyperbolicTangent(cell)
        return (gates, cell, squashed, gates[3] * squashed)
    }

    /// One LSTM cell backwards: the gradients of its four z, and of the cell before.
    package static func memoryCellGradient(
        gates: [Float], former: Float, squashed: Float, hidden: Float, cell: Float
    ) -> (gates: [Float], cell: Float) {
        func logisticSlope(_ x: Float) -> Float { x.addingProduct(-x, x) }
        func tangentSlope(_ x: Float) -> Float { Float(1).addingProduct(-x, x) }
        let d = cell.addingProduct(hidden * gates[3], tangentSlope(squashed))
        return (
            [
                (d * gates[2]) * logisticSlope(gates[0]), (d * former) * logisticSlope(gates[1]),
                (d * gates[0]) * tangentSlope(gates[2]), (hidden * squashed) * logisticSlope(gates[3]),
            ], d * gates[1]
        )
    }
}
