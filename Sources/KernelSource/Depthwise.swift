import KernelInterface

/// Some pixels of 16 channels, `count` of 1 to 4, which the compiler knows: their chains hide each other's latency.
@inline(__always)
private func sweepPixels(
    _ input: Source, _ starts: Numbers, _ window: DepthwiseWindow, _ weights: Source, _ output: Target, _ pixel: Int,
    channels: Int, _ channel: Int, count: Int
) {
    let s0 = starts[pixel] &+ channel
    let s1 = count > 1 ? starts[pixel &+ 1] &+ channel : s0
    let s2 = count > 2 ? starts[pixel &+ 2] &+ channel : s0
    let s3 = count > 3 ? starts[pixel &+ 3] &+ channel : s0
    var (sum0, sum1, sum2, sum3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var weight = channel
    var row = 0
    while row < window.rows {
        var place = row &* window.rowStride
        var column = 0
        while column < window.columns {
            let factor = weights.vector(weight)
            sum0.addProduct(input.vector(s0 &+ place), factor)
            if count > 1 { sum1.addProduct(input.vector(s1 &+ place), factor) }
            if count > 2 { sum2.addProduct(input.vector(s2 &+ place), factor) }
            if count > 3 { sum3.addProduct(input.vector(s3 &+ place), factor) }
            place &+= window.pixelStride
            weight &+= channels
            column &+= 1
        }
        row &+= 1
    }
    let target = pixel &* channels &+ channel
    output.store(sum0, target)
    if count > 1 { output.store(sum1, target &+ channels) }
    if count > 2 { output.store(sum2, target &+ 2 &* channels) }
    if count > 3 { output.store(sum3, target &+ 3 &* channels) }
}

func depthwiseKernel(_ arguments: borrowing DepthwiseArguments) {
    let input = unsafe Source(arguments.input)
    let starts = unsafe Numbers(arguments.starts)
    let window = unsafe arguments.window
    let weights = unsafe Source(arguments.weights)
    let output = unsafe Target(arguments.output)
    let pixels = unsafe arguments.pixels
    let channels = unsafe arguments.channels
    var channel = 0
    while channel < channels {
        var pixel = 0
        while pixel &+ 4 <= pixels {
            sweepPixels(input, starts, window, weights, output, pixel, channels: channels, channel, count: 4)
            pixel &+= 4
        }
        while pixel < pixels {
            sweepPixels(input, starts, window, weights, output, pixel, channels: channels, channel, count: 1)
            pixel &+= 1
        }
        channel &+= 16
    }
}

/// The chains of up to four neighbouring places of a row of the window, for 16 channels.
@inline(__always)
private func sweepPlaces(
    _ input: Source, _ starts: Numbers, pixels: Int, _ place: Int, pixelStride: Int, _ outputGradient: Source,
    _ gradient: Target, _ weight: Int, channels: Int, count: Int, continues: Bool
) {
    var (sum0, sum1, sum2, sum3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    if continues {
        sum0 = gradient.vector(weight)
        if count > 1 { sum1 = gradient.vector(weight &+ channels) }
        if count > 2 { sum2 = gradient.vector(weight &+ 2 &* channels) }
        if count > 3 { sum3 = gradient.vector(weight &+ 3 &* channels) }
    }
    var pixel = 0
    while pixel < pixels {
        let from = starts[pixel] &+ place
        let factor = outputGradient.vector(pixel &* channels)
        sum0.addProduct(input.vector(from), factor)
        if count > 1 { sum1.addProduct(input.vector(from &+ pixelStride), factor) }
        if count > 2 { sum2.addProduct(input.vector(from &+ 2 &* pixelStride), factor) }
        if count > 3 { sum3.addProduct(input.vector(from &+ 3 &* pixelStride), factor) }
        pixel &+= 1
    }
    gradient.store(sum0, weight)
    if count > 1 { gradient.store(sum1, weight &+ channels) }
    if count > 2 { gradient.store(sum2, weight &+ 2 &* channels) }
    if count > 3 { gradient.store(sum3, weight &+ 3 &* channels) }
}

func depthwiseGradientKernel(_ arguments: borrowing DepthwiseGradientArguments) {
    let input = unsafe Source(arguments.input)
    let starts = unsafe Numbers(arguments.starts)
    let window = unsafe arguments.window
    let outputGradient = unsafe Source(arguments.outputGradient)
    let gradient = unsafe Target(arguments.gradient)
    let pixels = unsafe arguments.pixels
    let channels = unsafe arguments.channels
    let continues = unsafe arguments.accumulates
    var channel = 0
    while channel < channels {
        let factors = outputGradient.advanced(channel)
        var row = 0
        while row < window.rows {
            var column = 0
            while column < window.columns {
                let place = row &* window.rowStride &+ column &* window.pixelStride &+ channel
                let weight = (row &* window.columns &+ column) &* channels &+ channel
                if column &+ 4 <= window.columns {
                    sweepPlaces(
                        input, starts, pixels: pixels, place, pixelStride: window.pixelStride, factors, gradient,
                        weight,
                        channels: channels, count: 4, continues: continues)
                    column &+= 4
                } else if column &+ 3 <= window.columns {
                    sweepPlaces(
                        input, starts, pixels: pixels, place, pixelStride: window.pixelStride, factors, gradient,
                        weight,
                        channels: channels, count: 3, continues: continues)
                    column &+= 3
                } else {
                    sweepPlaces(
                        input, starts, pixels: pixels, place, pixelStride: window.pixelStride, factors, gradient,
                        weight,
                        channels: channels, count: 1, continues: continues)
                    column &+= 1
                }
            }
            row &+= 1
        }
        channel &+= 16
    }
}
