import KernelInterface

/// The sum of the rows in a bundle of columns, row by row in each lane.
@inline(__always)
private func rowSum<B: Bundle>(_ matrix: Source, stride: Int, rows: Int, _ column: Int, _: B.Type) -> B {
    var sum = B.zero
    var row = 0
    var index = column
    while row < rows {
        sum = sum + B(matrix, index)
        index &+= stride
        row &+= 1
    }
    return sum
}

/// The sums of the rows, 16 columns at a time.
@inline(__always)
private func eachColumnSum(_ matrix: Source, stride: Int, rows: Int, columns: Int, _ take: (Vector, Int) -> Void) {
    eachBundle(columns: columns) { column in
        rowSum(matrix, stride: stride, rows: rows, column, QuadBundle.self).each { take($0, column &+ $1) }
    } single: { column in
        rowSum(matrix, stride: stride, rows: rows, column, SingleBundle.self).each { take($0, column &+ $1) }
    }
}

func columnSumKernel(_ arguments: borrowing ColumnSumArguments) {
    let sums = unsafe Target(arguments.sums)
    unsafe eachColumnSum(
        Source(arguments.matrix), stride: arguments.stride, rows: arguments.rows, columns: arguments.columns
    ) { sums.store($0, $1) }
}

@inline(never)
private func updateBias<O: Optimizer>(_ arguments: borrowing BiasUpdateArguments, _: O.Type) {
    let optimizer = unsafe O(arguments.parameters, arguments.rule)
    unsafe eachColumnSum(
        Source(arguments.outputGradient), stride: arguments.outputGradientStride, rows: arguments.rows,
        columns: arguments.columns
    ) { optimizer.update($0, $1) }
}

func biasUpdateKernel(_ arguments: borrowing BiasUpdateArguments) {
    switch unsafe arguments.rule.kind {
    case .sgd: unsafe updateBias(arguments, PlainDescent.self)
    case .momentum, .nesterov: unsafe updateBias(arguments, MomentumDescent.self)
    case .adam: unsafe updateBias(arguments, AdamOptimizer.self)
    case .rmsprop, .rmspropMomentum: unsafe updateBias(arguments, PropagationOptimizer.self)
    }
}

@inline(never)
private func updateAll<O: Optimizer>(_ arguments: borrowing UpdateArguments, _: O.Type) {
    let optimizer = unsafe O(arguments.parameters, arguments.rule)
    let gradients = unsafe Source(arguments.gradients)
    let count = unsafe arguments.count
    var index = 0
    while index < count {
        optimizer.update(gradients.vector(index), index)
        index &+= 16
    }
}

func updateKernel(_ arguments: borrowing UpdateArguments) {
    switch unsafe arguments.rule.kind {
    case .sgd: unsafe updateAll(arguments, PlainDescent.self)
    case .momentum, .nesterov: unsafe updateAll(arguments, MomentumDescent.self)
    case .adam: unsafe updateAll(arguments, AdamOptimizer.self)
    case .rmsprop, .rmspropMomentum: unsafe updateAll(arguments, PropagationOptimizer.self)
    }
}

/// Sixteen sums in Float64.
struct WideSum {
    private var low = SIMD8<Double>.zero
    private var high = SIMD8<Double>.zero

    @inline(__always) mutating func add(_ values: Vector) {
        self.low += SIMD8<Double>(values.lowHalf)
        self.high += SIMD8<Double>(values.highHalf)
    }

    @inline(__always) mutating func addSquares(_ values: Vector) {
        let low = SIMD8<Double>(values.lowHalf)
        let high = SIMD8<Double>(values.highHalf)
        self.low.addProduct(low, low)
        self.high.addProduct(high, high)
    }

    /// The tree 8, 4, 2, 1.
    @inline(__always) var total: Double {
        let eight = self.low + self.high
        let four = eight.lowHalf + eight.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }
}

func penaltyKernel(_ arguments: borrowing PenaltyArguments) -> PenaltySums {
    let values = unsafe Source(arguments.values)
    let count = unsafe arguments.count
    var absolute = WideSum()
    var square = WideSum()
    var index = 0
    while index < count {
        let vector = values.vector(index)
        absolute.add(vector.magnitudes)
        square.addSquares(vector)
        index &+= 16
    }
    return PenaltySums(absolute: absolute.total, square: square.total)
}
