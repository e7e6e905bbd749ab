import KernelInterface

/// A function of one number.
private protocol ElementaryFunction {
    static func value(_ x: Vector) -> Vector
}

private enum ExponentialFunction: ElementaryFunction {
    @inline(__always) static func value(_ x: Vector) -> Vector { exponential(x) }
}

private enum LogarithmFunction: ElementaryFunction {
    @inline(__always) static func value(_ x: Vector) -> Vector { logarithm(x) }
}

private enum TangentFunction: ElementaryFunction {
    @inline(__always) static func value(_ x: Vector) -> Vector { hyperbolicTangent(x) }
}

private enum LogisticFunction: ElementaryFunction {
    @inline(__always) static func value(_ x: Vector) -> Vector { logistic(x) }
}

private enum NormalFunction: ElementaryFunction {
    @inline(__always) static func value(_ x: Vector) -> Vector { NormalLaw(x).distribution }
}

/// One function over an array.
@inline(never)
private func map<F: ElementaryFunction>(_ input: Source, _ output: Target, _ count: Int, _: F.Type) {
    var i = 0
    while i < count {
        output.store(F.value(input.vector(i)), i)
        i &+= 16
    }
}

func vectorFunctionKernel(_ arguments: borrowing VectorFunctionArguments) {
    let input = unsafe Source(arguments.input)
    let output = unsafe Target(arguments.output)
    let count = unsafe arguments.count
    switch unsafe arguments.function {
    case .exp: map(input, output, count, ExponentialFunction.self)
    case .log: map(input, output, count, LogarithmFunction.self)
    case .tanh: map(input, output, count, TangentFunction.self)
    case .sigmoid: map(input, output, count, LogisticFunction.self)
    case .normalDistribution: map(input, output, count, NormalFunction.self)
    }
}
