import KernelInterface

/// The largest of a window's numbers and its place; NaN counts as larger than anything, the first of equals wins.
@inline(__always)
private func largest(
    _ input: Source, _ corner: Int, size: Int, rowStride: Int, pixelStride: Int
) -> (value: Vector, place: Vector) {
    var value = input.vector(corner)
    var place = Vector.zero
    var number = 0
    var row = 0
    while row < size {
        var column = 0
        while column < size {
            let next = input.vector(corner &+ row &* rowStride &+ column &* pixelStride)
            // Not "at most", rather than "more": true for a NaN, which no later number replaces.
            let isLarger = .!(next .<= value) .& (value .== value)
            value = value.replacing(with: next, where: isLarger)
            place = place.replacing(with: Float(Int32(truncatingIfNeeded: number)), where: isLarger)
            number &+= 1
            column &+= 1
        }
        row &+= 1
    }
    return (value, place)
}

/// The mean of a window's numbers, added row by row.
@inline(__always)
private func mean(_ input: Source, _ corner: Int, size: Int, rowStride: Int, pixelStride: Int) -> Vector {
    var sum = Vector.zero
    var row = 0
    while row < size {
        var column = 0
        while column < size {
            sum = sum + input.vector(corner &+ row &* rowStride &+ column &* pixelStride)
            column &+= 1
        }
        row &+= 1
    }
    return sum * (1 / Float(Int32(truncatingIfNeeded: size &* size)))
}

func poolKernel(_ arguments: borrowing PoolArguments) {
    let input = unsafe Source(arguments.input)
    let output = unsafe Target(arguments.output)
    let places = unsafe arguments.places.map { unsafe Target($0) }
    let size = unsafe arguments.size
    let channels = unsafe arguments.channels
    let rowStride = unsafe arguments.width &* channels
    let rows = unsafe arguments.height / size
    let columns = unsafe arguments.width / size
    let isMaximum = if case .maximum = unsafe arguments.kind { true } else { false }
    var row = 0
    while row < rows {
        let outputRow = unsafe output.advanced(row &* arguments.outputRowStride)
        var column = 0
        while column < columns {
            let corner = row &* size &* rowStride &+ column &* size &* channels
            let pixel = row &* columns &+ column
            var channel = 0
            while channel < channels {
                if isMaximum {
                    let result = largest(
                        input, corner &+ channel, size: size, rowStride: rowStride, pixelStride: channels)
                    outputRow.store(result.value, column &* channels &+ channel)
                    if let places { places.store(result.place, pixel &* channels &+ channel) }
                } else {
                    let result = mean(
                        input, corner &+ channel, size: size, rowStride: rowStride, pixelStride: channels)
                    outputRow.store(result, column &* channels &+ channel)
                }
                channel &+= 16
            }
            column &+= 1
        }
        row &+= 1
    }
}

/// Sets a window's numbers: the gradient at its place and 0 elsewhere, or the same share everywhere.
@inline(__always)
private func scatter(
    _ gradient: Vector, _ place: Vector?, _ output: Target, _ corner: Int, size: Int, rowStride: Int, pixelStride: Int
) {
    var number = 0
    var row = 0
    while row < size {
        var column = 0
        while column < size {
            let index = corner &+ row &* rowStride &+ column &* pixelStride
            if let place {
                let here = place .== Float(Int32(truncatingIfNeeded: number))
                output.store(Vector.zero.replacing(with: gradient, where: here), index)
            } else {
                output.store(gradient, index)
            }
            number &+= 1
            column &+= 1
        }
        row &+= 1
    }
}

func unpoolKernel(_ arguments: borrowing UnpoolArguments) {
    let gradient = unsafe Source(arguments.outputGradient)
    let places = unsafe arguments.places.map { unsafe Source($0) }
    let output = unsafe Target(arguments.inputGradient)
    let size = unsafe arguments.size
    let channels = unsafe arguments.channels
    let rowStride = unsafe arguments.width &* channels
    let rows = unsafe arguments.height / size
    let columns = unsafe arguments.width / size
    let isMaximum = if case .maximum = unsafe arguments.kind { true } else { false }
    let share = 1 / Float(Int32(truncatingIfNeeded: size &* size))
    var pixel = 0
    while pixel < rows &* columns {
        let row = pixel / columns
        let corner = row &* size &* rowStride &+ (pixel &- row &* columns) &* size &* channels
        var channel = 0
        while channel < channels {
            let value = gradient.vector(pixel &* channels &+ channel)
            if isMaximum, let places {
                scatter(
                    value, places.vector(pixel &* channels &+ channel), output, corner &+ channel, size: size,
                    rowStride: rowStride, pixelStride: channels)
            } else {
                scatter(
                    value * share, nil, output, corner &+ channel, size: size, rowStride: rowStride,
                    pixelStride: channels)
            }
            channel &+= 16
        }
        pixel &+= 1
    }
}
