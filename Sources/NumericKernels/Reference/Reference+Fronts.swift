package import KernelInterface

/// Convolutions, pools and LSTM cells: with `Float` the bits of the kernels, with `Double` for central differences.
extension Reference {
    /// One output of a convolution: the chain over a window.
    package static func convolution<T: BinaryFloatingPoint>(
        _ input: (Int) -> T, start: Int, _ window: WindowShape, weight: (Int) -> T
    ) -> T {
        Self.chain(depth: window.depth) { k in (input(start + window.place(k)), weight(k)) }
    }

    /// The gradient of one weight of a convolution, number `k` of its window: the chain over the windows.
    package static func convolutionGradient<T: BinaryFloatingPoint>(
        _ input: (Int) -> T, starts: [Int32], _ window: WindowShape, weight k: Int, outputGradient: (Int) -> T
    ) -> T {
        Self.chain(depth: starts.count) { pixel in
            (input(Int(starts[pixel]) + window.place(k)), outputGradient(pixel))
        }
    }

    /// The gradient of a convolution's input: each output's gradient, times the weights, goes back to where its window
    /// lies.
    package static func convolutionInputGradient<T: BinaryFloatingPoint>(
        count: Int, starts: [Int32], _ window: WindowShape, columns: Int, weight: (_ k: Int, _ column: Int) -> T,
        outputGradient: (_ pixel: Int, _ column: Int) -> T
    ) -> [T] {
        var gradient = [T](repeating: 0, count: count)
        for (pixel, start) in starts.enumerated() {
            for k in 0..<window.depth {
                let place = Int(start) + window.place(k)
                for column in 0..<columns {
                    gradient[place] = gradient[place].addingProduct(outputGradient(pixel, column), weight(k, column))
                }
            }
        }
        return gradient
    }

    /// The number that a pool makes of a window, and the place of a maximum.
    package static func pooled<T: BinaryFloatingPoint>(_ kind: PoolKind, _ values: [T]) -> (value: T, place: Int) {
        switch kind {
        case .maximum:
            var place = 0
            for (index, value) in values.enumerated() where !values[place].isNaN && !(value <= values[place]) {
                place = index
            }
            return (values[place], place)
        case .average: return (values.reduce(0, +) * (1 / T(values.count)), 0)
        }
    }

    /// The gradient of a number in a pool's window.
    package static func unpooled<T: BinaryFloatingPoint>(
        _ kind: PoolKind, gradient: T, number: Int, count: Int, place: Int
    ) -> T {
        switch kind {
        case .maximum: number == place ? gradient : 0
        case .average: gradient * (1 / T(count))
        }
    }

    /// One LSTM cell: gates i, f, g, o, the cell, its tanh and the state.
    package static func memoryCell<T: ElementaryNumber>(
        _ z: [T], former: T
    ) -> (gates: [T], cell: T, squashed: T, hidden: T) {
        let gates = [T.logistic(z[0]), T.logistic(z[1]), T.hyperbolicTangent(z[2]), T.logistic(z[3])]
        let cell = (gates[0] * gates[2]).addingProduct(gates[1], former)
        let squashed = T.hyperbolicTangent(cell)
        return (gates, cell, squashed, gates[3] * squashed)
    }

    /// One LSTM cell backwards: the gradients of its four z, and of the cell before.
    package static func memoryCellGradient<T: ElementaryNumber>(
        gates: [T], former: T, squashed: T, hidden: T, cell: T
    ) -> (gates: [T], cell: T) {
        func logisticSlope(_ x: T) -> T { x.addingProduct(-x, x) }
        func tangentSlope(_ x: T) -> T { T(1).addingProduct(-x, x) }
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
