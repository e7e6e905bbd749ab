import KernelInterface

/// 0 in the lanes of a vector of columns that lie beyond the true width.
@inline(__always)
private func within(_ vector: Vector, _ column: Int, units: Int) -> Vector {
    let left = Int32(truncatingIfNeeded: units &- column)
    return Vector.zero.replacing(with: vector, where: laneNumbers() .< left)
}

func layerNormalizationKernel(_ arguments: borrowing LayerNormalizationArguments) {
    let gain = unsafe Source(arguments.gain)
    let shift = unsafe Source(arguments.shift)
    let columns = unsafe arguments.columns
    let units = unsafe arguments.units
    let rows = unsafe arguments.rows
    let share = 1 / Float(Int32(truncatingIfNeeded: units))
    var row = 0
    while row < rows {
        let values = unsafe Target(arguments.values).advanced(row &* columns)
        let normalized = unsafe arguments.normalized.map { unsafe Target($0).advanced(row &* columns) }
        var sum = Vector.zero
        var column = 0
        while column < columns {
            sum = sum + within(values.vector(column), column, units: units)
            column &+= 16
        }
        let mean = sum.treeSum * share
        var squares = Vector.zero
        column = 0
        while column < columns {
            let distance = within(values.vector(column) - mean, column, units: units)
            squares.addProduct(distance, distance)
            column &+= 16
        }
        let inverse = unsafe 1 / (squares.treeSum * share + arguments.epsilon).squareRoot()
        if let place = unsafe arguments.inverseDeviation { unsafe Target(place)[row] = inverse }
        column = 0
        while column < columns {
            let n = within((values.vector(column) - mean) * inverse, column, units: units)
            if let normalized { normalized.store(n, column) }
            values.store(shift.vector(column).addingProduct(gain.vector(column), n), column)
            column &+= 16
        }
        row &+= 1
    }
}

func layerNormalizationBackwardKernel(_ arguments: borrowing LayerNormalizationBackwardArguments) {
    let gain = unsafe Source(arguments.gain)
    let columns = unsafe arguments.columns
    let units = unsafe arguments.units
    let rows = unsafe arguments.rows
    let share = 1 / Float(Int32(truncatingIfNeeded: units))
    var row = 0
    while row < rows {
        let gradient = unsafe Target(arguments.gradient).advanced(row &* columns)
        let normalized = unsafe Source(arguments.normalized).advanced(row &* columns)
        let gainGradient = unsafe Target(arguments.gainGradient).advanced(row &* columns)
        let inverse = unsafe arguments.inverseDeviation[row]
        var sum = Vector.zero
        var products = Vector.zero
        var column = 0
        while column < columns {
            let g = gradient.vector(column)
            let n = normalized.vector(column)
            let a = within(g * gain.vector(column), column, units: units)
            gainGradient.store(g * n, column)
            sum = sum + a
            products.addProduct(a, n)
            column &+= 16
        }
        let mean = sum.treeSum * share
        let slope = products.treeSum * share
        column = 0
        while column < columns {
            let a = gradient.vector(column) * gain.vector(column) - mean
            let n = normalized.vector(column)
            let x = a.addingProduct(n.negated, Vector(repeating: slope)) * inverse
            gradient.store(within(x, column, units: units), column)
            column &+= 16
        }
        row &+= 1
    }
}
