import KernelInterface

/// One block of an inner product.
@inline(__always)
private func blockProduct(_ first: Source, _ second: Source, from start: Int, to end: Int) -> Float {
    var sums = QuadBundle.zero
    var index = start
    while index &+ QuadBundle.width <= end {
        sums = sums.addingProduct(QuadBundle(first, index), QuadBundle(second, index))
        index &+= QuadBundle.width
    }
    while index < end {
        sums.v0.addProduct(first.vector(index), second.vector(index))
        index &+= 16
    }
    return ((sums.v0 + sums.v1) + (sums.v2 + sums.v3)).treeSum
}

func innerProductKernel(_ arguments: borrowing InnerProductArguments) -> Double {
    let first = unsafe Source(arguments.first)
    let second = unsafe Source(arguments.second)
    let count = unsafe arguments.count
    var sum = 0.0
    var start = 0
    while start < count {
        let end = min(start &+ 4_096, count)
        sum += Double(blockProduct(first, second, from: start, to: end))
        start = end
    }
    return sum
}
