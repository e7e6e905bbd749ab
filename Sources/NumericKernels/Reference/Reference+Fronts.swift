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

    /// One gated recurrent unit: gates r, z, n, the candidate and the state.
    package static func gatedUnit(
        _ x: [Float], _ u: [Float], bias: Float, former: Float
    ) -> (gates: [Float], candidate: Float, hidden: Float) {
        let r = Self.logistic(x[0] + u[0])
        let z = Self.logistic(x[1] + u[1])
        let a = u[2] + bias
        let n = Self.hyperbolicTangent(x[2].addingProduct(r, a))
        return ([r, z, n], a, n.addingProduct(z, former - n))
    }

    /// One gated recurrent unit backwards: the gradients of its three x, of its third u, and of the state before.
    package static func gatedUnitGradient(
        gates: [Float], candidate: Float, former: Float, hidden: Float, formerGradient: Float
    ) -> (gates: [Float], product: Float, former: Float) {
        let (r, z, n) = (gates[0], gates[1], gates[2])
        let dn = (hidden * (1 - z)) * Float(1).addingProduct(-n, n)
        let dr = (dn * candidate) * r.addingProduct(-r, r)
        let dz = (hidden * (former - n)) * z.addingProduct(-z, z)
        return ([dr, dz, dn], dn * r, formerGradient.addingProduct(hidden, z))
    }

    /// One output of a depthwise convolution: the chain over a window in one channel.
    package static func depthwise(
        _ input: (Int) -> Float, start: Int, _ window: DepthwiseWindow, weight: (Int) -> Float
    ) -> Float {
        Self.chain(depth: window.rows * window.columns) { t in
            (input(start + Self.place(t, window)), weight(t))
        }
    }

    /// Where the t-th pixel of a depthwise window is.
    package static func place(_ t: Int, _ window: DepthwiseWindow) -> Int {
        t / window.columns * window.rowStride + t % window.columns * window.pixelStride
    }
}
