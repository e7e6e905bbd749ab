import KernelInterface
import NumericKernels
import Testing

@Suite("Depthwise convolutions and gated units")
struct DepthwiseTests {
    /// Height, width, channels, rows and columns of the window, dilation.
    static let shapes: [(Int, Int, Int, Int, Int, Int)] = [
        (5, 6, 16, 3, 3, 1), (6, 9, 32, 1, 5, 1), (7, 7, 48, 3, 2, 2), (4, 4, 16, 1, 1, 1), (9, 8, 16, 4, 4, 1),
    ]

    @Test(
        "each channel is the chain of its twin over the window, and so is the gradient over the pixels", arguments: sets
    )
    func depthwise(_ set: InstructionSet) throws {
        var random = TestRandom(74)
        for (height, width, channels, rows, columns, dilation) in Self.shapes {
            let window = DepthwiseWindow(
                rows: rows, columns: columns, rowStride: dilation * width * channels, pixelStride: dilation * channels)
            var places: [Int32] = []
            for row in 0..<height - (rows - 1) * dilation {
                for column in 0..<width - (columns - 1) * dilation {
                    places.append(Int32((row * width + column) * channels))
                }
            }
            let starts = Numbers(places)
            let pixels = places.count
            let input = Floats(random.numbers(height * width * channels))
            let weights = Floats(random.numbers(rows * columns * channels))
            let output = Floats(count: pixels * channels, .nan)
            let arguments = unsafe DepthwiseArguments(
                pixels: pixels, channels: channels, input: input.constant, starts: starts.constant, window: window,
                weights: weights.constant, output: output.pointer)
            unsafe try table(set).depthwise(arguments)
            let wanted = (0..<pixels * channels).map { index in
                let (pixel, channel) = (index / channels, index % channels)
                return Reference.depthwise(
                    { input[$0] }, start: Int(places[pixel]) + channel, window,
                    weight: { weights[$0 * channels + channel] })
            }
            #expect(difference(output.values, wanted) == nil, "\(height) x \(width) x \(channels), seed 74")

            let gradient = Floats(random.numbers(pixels * channels))
            let result = Floats(count: rows * columns * channels, .nan)
            for accumulates in [false, true] {
                let backward = unsafe DepthwiseGradientArguments(
                    pixels: pixels, channels: channels, input: input.constant, starts: starts.constant, window: window,
                    outputGradient: gradient.constant, gradient: result.pointer, accumulates: accumulates)
                unsafe try table(set).depthwiseGradient(backward)
            }
            let wantedGradient = (0..<rows * columns * channels).map { index in
                let (t, channel) = (index / channels, index % channels)
                return Reference.chain(depth: 2 * pixels) { step in
                    let pixel = step % pixels
                    return (
                        input[Int(places[pixel]) + Reference.place(t, window) + channel],
                        gradient[pixel * channels + channel]
                    )
                }
            }
            #expect(difference(result.values, wantedGradient) == nil, "\(height) x \(width) gradient, seed 74")
        }
    }

    @Test("gated units agree with their twin, forwards and backwards, also before the first step", arguments: sets)
    func gatedUnits(_ set: InstructionSet) throws {
        var random = TestRandom(75)
        for (rows, units, isFirst) in [(0, 16, false), (1, 32, true), (5, 48, false)] {
            let count = rows * units
            let gates = Floats(random.numbers(3 * count).map { 3 * $0 })
            let x = gates.values
            let products = Floats(random.numbers(3 * count))
            let bias = Floats(random.numbers(units))
            let former = isFirst ? Floats(count: count) : Floats(random.numbers(count))
            let (candidates, hidden) = (Floats(count: count), Floats(count: count))
            let arguments = unsafe GatedUnitArguments(
                rows: rows, units: units, gates: gates.pointer, products: isFirst ? nil : products.constant,
                bias: bias.constant, formerHidden: former.constant, candidates: candidates.pointer,
                hidden: hidden.pointer)
            unsafe try table(set).gatedUnit(arguments)
            let hiddenGradient = Floats(random.numbers(count))
            let before = random.numbers(count)
            let formerGradient = Floats(before)
            let (gateGradient, productGradient) = (Floats(count: 3 * count, .nan), Floats(count: 3 * count, .nan))
            let backward = unsafe GatedUnitGradientArguments(
                rows: rows, units: units, gates: UnsafePointer(gates.pointer), candidates: candidates.constant,
                formerHidden: former.constant, hiddenGradient: hiddenGradient.constant,
                gateGradient: gateGradient.pointer, productGradient: productGradient.pointer,
                formerGradient: isFirst ? nil : formerGradient.pointer)
            unsafe try table(set).gatedUnitGradient(backward)
            for row in 0..<rows {
                for unit in 0..<units {
                    let place = row * units + unit
                    func three(_ values: (Int) -> Float) -> [Float] {
                        (0..<3).map { values((3 * row + $0) * units + unit) }
                    }
                    let wanted = Reference.gatedUnit(
                        three { x[$0] }, isFirst ? [0, 0, 0] : three { products[$0] }, bias: bias[unit],
                        former: former[place])
                    #expect(difference(three { gates[$0] }, wanted.gates) == nil, "seed 75")
                    #expect(same(candidates[place], wanted.candidate) && same(hidden[place], wanted.hidden))
                    let back = Reference.gatedUnitGradient(
                        gates: wanted.gates, candidate: wanted.candidate, former: former[place],
                        hidden: hiddenGradient[place], formerGradient: before[place])
                    #expect(difference(three { gateGradient[$0] }, back.gates) == nil, "seed 75")
                    #expect(
                        difference(three { productGradient[$0] }, [back.gates[0], back.gates[1], back.product]) == nil)
                    #expect(same(formerGradient[place], isFirst ? before[place] : back.former))
                }
            }
        }
    }
}
