import KernelInterface

/// Training, a bundle of columns at a time: mean, variance, then the normalised values.
@inline(__always)
private func normalizeBundle<B: Bundle>(_ arguments: borrowing NormalizationArguments, _ column: Int, _: B.Type) {
    let input = unsafe Source(arguments.input)
    let stride = unsafe arguments.columns
    let rows = unsafe arguments.rows
    let end = rows &* stride &+ column
    let share = 1 / Float(rows)
    var sum = B.zero
    var index = column
    while index < end {
        sum = sum + B(input, index)
        index &+= stride
    }
    let mean = sum * share
    var squares = B.zero
    index = column
    while index < end {
        let difference = B(input, index) - mean
        squares = squares.addingProduct(difference, difference)
        index &+= stride
    }
    let variance = squares * share
    let epsilon = unsafe arguments.epsilon
    let inverse = variance.map { 1 / squareRoot($0 + epsilon) }
    unsafe inverse.store(Target(arguments.inverseDeviation), column)
    unsafe follow(Target(arguments.runningMean), mean, column, arguments.runningWeight)
    let unbiased = rows > 1 ? variance * (Float(rows) / Float(rows &- 1)) : variance
    unsafe follow(Target(arguments.runningVariance), unbiased, column, arguments.runningWeight)
    let normalized = unsafe Target(arguments.normalized)
    let output = unsafe Target(arguments.output)
    let gain = unsafe B(Source(arguments.gain), column)
    let shift = unsafe B(Source(arguments.shift), column)
    let isRelu = unsafe arguments.relu
    index = column
    while index < end {
        let value = (B(input, index) - mean) * inverse
        value.store(normalized, index)
        let result = shift.addingProduct(value, gain)
        (isRelu ? result.map { $0.rectified } : result).store(output, index)
        index &+= stride
    }
}

/// `running += weight * (value - running)`.
@inline(__always)
private func follow<B: Bundle>(_ running: Target, _ value: B, _ column: Int, _ weight: Float) {
    let old = B(running, column)
    let weights = B { _ in Vector(repeating: weight) }
    old.addingProduct(weights, value - old).store(running, column)
}

func normalizeKernel(_ arguments: borrowing NormalizationArguments) {
    guard unsafe arguments.rows > 0 else { return }
    let columns = unsafe arguments.columns
    var column = 0
    while column &+ QuadBundle.width <= columns {
        unsafe normalizeBundle(arguments, column, QuadBundle.self)
        column &+= QuadBundle.width
    }
    while column < columns {
        unsafe normalizeBundle(arguments, column, SingleBundle.self)
        column &+= SingleBundle.width
    }
}

/// Backwards, a bundle of columns at a time.
@inline(__always)
private func backBundle<B: Bundle, O: Optimizer>(
    _ arguments: borrowing NormalizationBackwardArguments, _ column: Int, _: B.Type, _: O.Type
) {
    let gradient = unsafe Target(arguments.gradient)
    let normalized = unsafe Source(arguments.normalized)
    let stride = unsafe arguments.columns
    let rows = unsafe arguments.rows
    let end = rows &* stride &+ column
    var shiftSum = B.zero
    var gainSum = B.zero
    var index = column
    while index < end {
        let g = B(gradient, index)
        shiftSum = shiftSum + g
        gainSum = gainSum.addingProduct(g, B(normalized, index))
        index &+= stride
    }
    let share = 1 / Float(rows)
    let inverse = unsafe B(Source(arguments.inverseDeviation), column)
    let factor = unsafe B(Target(arguments.gain.values), column) * inverse
    let shiftShare = shiftSum * share
    let gainShare = gainSum * share
    index = column
    while index < end {
        let common = shiftShare.addingProduct(B(normalized, index), gainShare)
        ((B(gradient, index) - common) * factor).store(gradient, index)
        index &+= stride
    }
    let gain = unsafe O(arguments.gain, arguments.rule)
    gainSum.each { gain.update($0, column &+ $1) }
    let shift = unsafe O(arguments.shift, arguments.rule)
    shiftSum.each { shift.update($0, column &+ $1) }
}

@inline(never)
private func sweepBack<O: Optimizer>(_ arguments: borrowing NormalizationBackwardArguments, _: O.Type) {
    let columns = unsafe arguments.columns
    var column = 0
    while column &+ QuadBundle.width <= columns {
        unsafe backBundle(arguments, column, QuadBundle.self, O.self)
        column &+= QuadBundle.width
    }
    while column < columns {
        unsafe backBundle(arguments, column, SingleBundle.self, O.self)
        column &+= SingleBundle.width
    }
}

func normalizeBackwardKernel(_ arguments: borrowing NormalizationBackwardArguments) {
    guard unsafe arguments.rows > 0 else { return }
    switch unsafe arguments.rule.kind {
    case .sgd: unsafe sweepBack(arguments, PlainDescent.self)
    case .momentum, .nesterov: unsafe sweepBack(arguments, MomentumDescent.self)
    case .adam: unsafe sweepBack(arguments, AdamOptimizer.self)
    case .rmsprop, .rmspropMomentum: unsafe sweepBack(arguments, PropagationOptimizer.self)
    case .amsgrad: unsafe sweepBack(arguments, MaximumAdamOptimizer.self)
    case .nadam: unsafe sweepBack(arguments, NesterovAdamOptimizer.self)
    case .adagrad: unsafe sweepBack(arguments, AccumulatorOptimizer.self)
    case .store: unsafe sweepBack(arguments, GradientStore.self)
    }
}

/// Evaluation, a bundle of columns at a time.
@inline(__always)
private func fixedBundle<B: Bundle>(_ arguments: borrowing FixedNormalizationArguments, _ column: Int, _: B.Type) {
    let values = unsafe Target(arguments.values)
    let stride = unsafe arguments.columns
    let epsilon = unsafe arguments.epsilon
    let mean = unsafe B(Source(arguments.runningMean), column)
    let inverse = unsafe B(Source(arguments.runningVariance), column).map { 1 / squareRoot($0 + epsilon) }
    let gain = unsafe B(Source(arguments.gain), column)
    let shift = unsafe B(Source(arguments.shift), column)
    let isRelu = unsafe arguments.relu
    let end = unsafe arguments.rows &* stride &+ column
    var index = column
    while index < end {
        let result = shift.addingProduct((B(values, index) - mean) * inverse, gain)
        (isRelu ? result.map { $0.rectified } : result).store(values, index)
        index &+= stride
    }
}

func fixedNormalizationKernel(_ arguments: borrowing FixedNormalizationArguments) {
    let columns = unsafe arguments.columns
    var column = 0
    while column &+ QuadBundle.width <= columns {
        unsafe fixedBundle(arguments, column, QuadBundle.self)
        column &+= QuadBundle.width
    }
    while column < columns {
        unsafe fixedBundle(arguments, column, SingleBundle.self)
        column &+= SingleBundle.width
    }
}
