import KernelInterface

func averageKernel(_ arguments: borrowing AverageArguments) {
    let values = unsafe Source(arguments.values)
    let average = unsafe Target(arguments.average)
    let count = unsafe arguments.count
    let weight = unsafe Vector(repeating: arguments.weight)
    var index = 0
    while index < count {
        let old = average.vector(index)
        average.store(old.addingProduct(weight, values.vector(index) - old), index)
        index &+= 16
    }
}
