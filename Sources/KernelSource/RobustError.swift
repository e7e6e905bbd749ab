import KernelInterface

/// The error of a difference and its slope.
private protocol RobustLoss {
    static func error(_ difference: Vector, delta: Vector) -> (error: Vector, slope: Vector)
}

private enum AbsoluteLoss: RobustLoss {
    @inline(__always)
    static func error(_ difference: Vector, delta: Vector) -> (error: Vector, slope: Vector) {
        let slope = difference.replacing(with: 1, where: difference .> 0).replacing(with: -1, where: difference .< 0)
        return (difference.magnitudes, slope)
    }
}

private enum HuberLoss: RobustLoss {
    @inline(__always)
    static func error(_ difference: Vector, delta: Vector) -> (error: Vector, slope: Vector) {
        let magnitude = difference.magnitudes
        let square = magnitude.smaller(delta)
        let sign = difference.words & 0x8000_0000
        return (square * magnitude.addingProduct(square, Vector(repeating: -0.5)), Vector(words: square.words | sign))
    }
}

@inline(never)
private func robustErrors<L: RobustLoss>(_ arguments: borrowing RobustErrorArguments, _: L.Type) -> Double {
    let outputs = unsafe Source(arguments.outputs)
    let gradient = unsafe Target(arguments.gradient)
    let targets = unsafe LeftRows(arguments.targets)
    let stride = unsafe arguments.stride
    let columns = unsafe arguments.columns
    let scale = unsafe arguments.gradientScale
    let delta = Vector(repeating: unsafe arguments.delta ?? 0)
    let rows = unsafe arguments.rows
    var loss = 0.0
    var row = 0
    while row < rows {
        let target = targets.row(row)
        let from = row &* stride
        var sums = Vector.zero
        var column = 0
        while column < columns {
            let found = L.error(outputs.vector(from &+ column) - target.vector(column), delta: delta)
            sums += found.error
            gradient.store(found.slope * scale, from &+ column)
            column &+= 16
        }
        loss += Double(sums.treeSum)
        row &+= 1
    }
    return loss
}

func robustErrorKernel(_ arguments: borrowing RobustErrorArguments) -> Double {
    unsafe arguments.delta == nil
        ? robustErrors(arguments, AbsoluteLoss.self) : robustErrors(arguments, HuberLoss.self)
}
