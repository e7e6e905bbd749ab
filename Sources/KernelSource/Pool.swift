import KernelInterface

/// The largest number so far and its place.
private struct Largest {
    var value: Vector
    var place = Vector.zero

    @inline(__always) init(_ first: Vector) { self.value = first }

    /// Not "at most", rather than "more": true for a NaN, which no later number replaces.
    @inline(__always) mutating func take(_ next: Vector, _ number: Int) {
        let isLarger = .!(next .<= self.value) .& (self.value .== self.value)
        self.value = self.value.replacing(with: next, where: isLarger)
        self.place = self.place.replacing(with: Float(Int32(truncatingIfNeeded: number)), where: isLarger)
    }
}

/// The largest of a window's numbers and its place; NaN counts as larger than anything, the first of equals wins.
@inline(__always)
private func largest(
    _ input: Source, _ corner: Int, height: Int, width: Int, rowStride: Int, pixelStride: Int
) -> Largest {
    var result = Largest(input.vector(corner))
    if height == 2, width == 2 {
        // Without loops: the usual window.
        result.take(input.vector(corner &+ pixelStride), 1)
        result.take(input.vector(corner &+ rowStride), 2)
        result.take(input.vector(corner &+ rowStride &+ pixelStride), 3)
        return result
    }
    var number = 1
    while number < height &* width {
        let row = number / width
        let place = corner &+ row &* rowStride &+ (number &- row &* width) &* pixelStride
        result.take(input.vector(place), number)
        number &+= 1
    }
    return result
}

/// The mean of a window's numbers, added row by row.
@inline(__always)
private func mean(
    _ input: Source, _ corner: Int, height: Int, width: Int, rowStride: Int, pixelStride: Int
) -> Vector {
    var sum = Vector.zero
    var row = 0
    while row < height {
        var column = 0
        while column < width {
            sum = sum + input.vector(corner &+ row &* rowStride &+ column &* pixelStride)
            column &+= 1
        }
        row &+= 1
    }
    return sum * (1 / Float(Int32(truncatingIfNeeded: height &* width)))
}

/// All windows of one size.
///
/// Inlined into a call with the usual size, which the compiler then knows.
@inline(__always)
private func sweepPool(_ arguments: borrowing PoolArguments, height: Int, width: Int) {
    let input = unsafe Source(arguments.input)
    let places = unsafe arguments.places.map { unsafe Target($0) }
    let channels = unsafe arguments.channels
    let rowStride = unsafe arguments.width &* channels
    let rows = unsafe arguments.height / height
    let columns = unsafe arguments.width / width
    let isMaximum = if case .maximum = unsafe arguments.kind { true } else { false }
    var row = 0
    while row < rows {
        let output = unsafe Target(arguments.output).advanced(row &* arguments.outputRowStride)
        var column = 0
        while column < columns {
            let corner = row &* height &* rowStride &+ column &* width &* channels
            let pixel = column &* channels
            var channel = 0
            while channel < channels {
                let from = corner &+ channel
                if isMaximum {
                    let result = largest(
                        input, from, height: height, width: width, rowStride: rowStride, pixelStride: channels)
                    output.store(result.value, pixel &+ channel)
                    if let places { places.store(result.place, row &* columns &* channels &+ pixel &+ channel) }
                } else {
                    let result = mean(
                        input, from, height: height, width: width, rowStride: rowStride, pixelStride: channels)
                    output.store(result, pixel &+ channel)
                }
                channel &+= 16
            }
            column &+= 1
        }
        row &+= 1
    }
}

func poolKernel(_ arguments: borrowing PoolArguments) {
    switch unsafe (arguments.windowHeight, arguments.windowWidth) {
    case (2, 2): unsafe sweepPool(arguments, height: 2, width: 2)
    case (let height, let width): unsafe sweepPool(arguments, height: height, width: width)
    }
}

/// Sets a window's numbers: the gradient at its place and 0 elsewhere, or the same share everywhere.
@inline(__always)
private func scatter(
    _ gradient: Vector, _ place: Vector?, _ output: Target, _ corner: Int, height: Int, width: Int, rowStride: Int,
    pixelStride: Int
) {
    @inline(__always) func set(_ number: Int, _ index: Int) {
        guard let place else { return output.store(gradient, index) }
        let here = place .== Float(Int32(truncatingIfNeeded: number))
        output.store(Vector.zero.replacing(with: gradient, where: here), index)
    }
    if height == 2, width == 2 {
        set(0, corner)
        set(1, corner &+ pixelStride)
        set(2, corner &+ rowStride)
        set(3, corner &+ rowStride &+ pixelStride)
        return
    }
    var number = 0
    while number < height &* width {
        let row = number / width
        set(number, corner &+ row &* rowStride &+ (number &- row &* width) &* pixelStride)
        number &+= 1
    }
}

/// As the windows of `sweepPool`.
@inline(__always)
private func sweepUnpool(_ arguments: borrowing UnpoolArguments, height: Int, width: Int) {
    let gradient = unsafe Source(arguments.outputGradient)
    let isMaximum = if case .maximum = unsafe arguments.kind { true } else { false }
    let places = unsafe isMaximum ? arguments.places.map { unsafe Source($0) } : nil
    let output = unsafe Target(arguments.inputGradient)
    let channels = unsafe arguments.channels
    let rowStride = unsafe arguments.width &* channels
    let rows = unsafe arguments.height / height
    let columns = unsafe arguments.width / width
    let share = 1 / Float(Int32(truncatingIfNeeded: height &* width))
    var row = 0
    while row < rows {
        var column = 0
        while column < columns {
            let corner = row &* height &* rowStride &+ column &* width &* channels
            let pixel = (row &* columns &+ column) &* channels
            var channel = 0
            while channel < channels {
                let value = gradient.vector(pixel &+ channel)
                let place = places?.vector(pixel &+ channel)
                scatter(
                    place == nil ? value * share : value, place, output, corner &+ channel, height: height,
                    width: width, rowStride: rowStride, pixelStride: channels)
                channel &+= 16
            }
            column &+= 1
        }
        row &+= 1
    }
}

func unpoolKernel(_ arguments: borrowing UnpoolArguments) {
    switch unsafe (arguments.windowHeight, arguments.windowWidth) {
    case (2, 2): unsafe sweepUnpool(arguments, height: 2, width: 2)
    case (let height, let width): unsafe sweepUnpool(arguments, height: height, width: width)
    }
}
