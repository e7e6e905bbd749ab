import KernelInterface

/// Some rows and columns of the product of the transposed input with the gradient of the output.
@inline(__always)
private func sweepGradient(
    _ input: LeftRows, _ right: RightMatrix<WholeChain>, _ inputs: Range<Int>, vectors: Int, _ column: Int,
    _ store: StoreFinish
) {
    let base = unsafe Source(input.base)
    if let picked = unsafe input.picked {
        let left = unsafe PickedColumns(base: base, stride: input.stride, picked: Numbers(picked))
        sweepStrip(vectors: vectors, left, right, inputs, column, store)
    } else {
        let left = LeftColumns(base: base, stride: input.stride)
        sweepStrip(vectors: vectors, left, right, inputs, column, store)
    }
}

func weightGradientKernel(_ arguments: borrowing WeightGradientArguments) {
    let input = unsafe LeftRows(arguments.input)
    let right = unsafe RightMatrix(
        source: Source(arguments.outputGradient), stride: arguments.outputGradientStride, depth: arguments.rows)
    let store = unsafe StoreFinish(
        output: Target(arguments.gradient), stride: arguments.gradientStride, continues: arguments.accumulates)
    let inputs = unsafe arguments.inputs
    let outputs = unsafe arguments.outputs
    var column = 0
    while column < outputs {
        let vectors = stripVectors((outputs &- column) &>> 4)
        sweepGradient(input, right.fromColumn(column), 0..<inputs, vectors: vectors, column, store)
        column &+= 16 &* vectors
    }
}

/// The gradient of some rows of weights and a block of columns, made in scratch and given to the optimiser there.
@inline(__always)
private func updateBlock<O: Optimizer>(
    _ input: LeftRows, _ right: RightMatrix<WholeChain>, _ inputs: Range<Int>, _ columns: Range<Int>, _ piece: Target,
    _ optimizer: O, stride: Int
) {
    let width = columns.count
    let store = StoreFinish(output: piece, stride: width, continues: false)
    let left = input.fromColumn(inputs.lowerBound)
    var column = 0
    while column < width {
        let vectors = stripVectors((width &- column) &>> 4)
        let strip = right.fromColumn(columns.lowerBound &+ column)
        sweepGradient(left, strip, 0..<inputs.count, vectors: vectors, column, store)
        column &+= 16 &* vectors
    }
    consume(piece.source, inputs, columns, optimizer, stride: stride)
}

/// Gives a piece of the gradient to the optimiser.
///
/// A function of its own: in a larger one the compiler would not inline the optimiser.
@inline(never)
private func consume<O: Optimizer>(
    _ piece: Source, _ inputs: Range<Int>, _ columns: Range<Int>, _ optimizer: O, stride: Int
) {
    let width = columns.upperBound &- columns.lowerBound
    let end = (inputs.upperBound &- inputs.lowerBound) &* width
    var index = 0
    var place = inputs.lowerBound &* stride &+ columns.lowerBound
    while index < end {
        var j = 0
        while j < width {
            optimizer.update(piece.vector(index &+ j), place &+ j)
            j &+= 16
        }
        index &+= width
        place &+= stride
    }
}

/// Makes the gradient piece by piece and gives each piece to the optimiser: up to 192 columns, so that the optimiser
/// walks through memory in long runs, and as many rows as leave the piece in the first-level cache.
@inline(never)
private func sweepUpdate<O: Optimizer>(_ arguments: borrowing WeightUpdateArguments, _: O.Type) {
    let input = unsafe LeftRows(arguments.input)
    let right = unsafe RightMatrix(
        source: Source(arguments.outputGradient), stride: arguments.outputGradientStride, depth: arguments.rows)
    let piece = unsafe Target(arguments.scratch)
    let optimizer = unsafe O(arguments.parameters, arguments.rule)
    let inputs = unsafe arguments.inputs
    let outputs = unsafe arguments.outputs
    var column = 0
    while column < outputs {
        let end = min(column &+ 192, outputs)
        let chunk = end &- column > 96 ? 16 : 32
        var first = 0
        while first < inputs {
            let last = min(first &+ chunk, inputs)
            updateBlock(input, right, first..<last, column..<end, piece, optimizer, stride: outputs)
            first = last
        }
        column = end
    }
}

func weightUpdateKernel(_ arguments: borrowing WeightUpdateArguments) {
    switch unsafe arguments.rule.kind {
    case .sgd: unsafe sweepUpdate(arguments, PlainDescent.self)
    case .momentum, .nesterov: unsafe sweepUpdate(arguments, MomentumDescent.self)
    case .adam: unsafe sweepUpdate(arguments, AdamOptimizer.self)
    case .rmsprop, .rmspropMomentum: unsafe sweepUpdate(arguments, PropagationOptimizer.self)
    case .amsgrad: unsafe sweepUpdate(arguments, MaximumAdamOptimizer.self)
    case .nadam: unsafe sweepUpdate(arguments, NesterovAdamOptimizer.self)
    case .adagrad: unsafe sweepUpdate(arguments, AccumulatorOptimizer.self)
    case .store: unsafe sweepUpdate(arguments, GradientStore.self)
    }
}
