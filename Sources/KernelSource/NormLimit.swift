import KernelInterface

func normLimitKernel(_ arguments: borrowing NormLimitArguments) {
    let values = unsafe Target(arguments.values)
    let stride = unsafe arguments.columns
    let end = unsafe arguments.rows &* stride
    let limit = unsafe arguments.limit
    let square = limit * limit
    var column = 0
    while column < stride {
        var squares = Vector.zero
        var index = column
        while index < end {
            let weights = values.vector(index)
            squares.addProduct(weights, weights)
            index &+= stride
        }
        // Counted, since a largest lane would not be found beside NaN.
        if Vector.zero.replacing(with: 1, where: squares .> square).treeSum > 0 {
            let scale = Vector(repeating: 1).replacing(
                with: Vector(repeating: limit) / squareRoot(squares), where: squares .> square)
            index = column
            while index < end {
                values.store(values.vector(index) * scale, index)
                index &+= stride
            }
        }
        column &+= 16
    }
}
