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
    case .amsgrad: unsafe updateBias(arguments, MaximumAdamOptimizer.self)
    case .nadam: unsafe updateBias(arguments, NesterovAdamOptimizer.self)
    case .adagrad: unsafe updateBias(arguments, AccumulatorOptimizer.self)
    case .store: unsafe updateBias(arguments, GradientStore.self)
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
    case .amsgrad: unsafe updateAll(arguments, MaximumAdamOptimizer.self)
    case .nadam: unsafe updateAll(arguments, NesterovAdamOptimizer.self)
    case .adagrad: unsafe updateAll(arguments, AccumulatorOptimizer.self)
    case .store: unsafe updateAll(arguments, GradientStore.self)
    }
}
