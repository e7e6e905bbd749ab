import KernelInterface

func squaredErrorKernel(_ arguments: borrowing SquaredErrorArguments) -> Double {
    let outputs = unsafe Source(arguments.outputs)
    let gradient = unsafe Target(arguments.gradient)
    let targets = unsafe LeftRows(arguments.targets)
    let stride = unsafe arguments.stride
    let columns = unsafe arguments.columns
    let scale = unsafe arguments.gradientScale
    let rows = unsafe arguments.rows
    var loss = 0.0
    var row = 0
    while row < rows {
        let target = targets.row(row)
        let from = row &* stride
        var sums = Vector.zero
        var column = 0
        while column < columns {
            let difference = outputs.vector(from &+ column) - target.vector(column)
            sums.addProduct(difference, difference)
            gradient.store(difference * scale, from &+ column)
            column &+= 16
        }
        loss += Double(sums.treeSum)
        row &+= 1
    }
    return loss
}
