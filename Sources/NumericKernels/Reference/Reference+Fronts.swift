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
}
