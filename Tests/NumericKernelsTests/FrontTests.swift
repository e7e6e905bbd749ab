import KernelInterface
import NumericKernels
import Testing

/// An image with its border, its windows and a convolution's weights.
struct ConvolutionCase {
    let height: Int
    let width: Int
    let channels: Int
    let stored: Int
    let kernel: Int
    let stride: Int
    let columns: Int
    let input: Floats
    let starts: Numbers
    let window: WindowShape
    let weights: Floats
    let bias: Floats

    var pixels: Int { self.starts.values.count }

    init(
        height: Int, width: Int, channels: Int, stored: Int, kernel: Int, stride: Int, columns: Int,
        random: inout TestRandom
    ) {
        self.height = height
        self.width = width
        self.channels = channels
        self.stored = stored
        self.kernel = kernel
        self.stride = stride
        self.columns = columns
        // The floats between pixels must not be read: NaN would show.
        self.input = random.matrix(rows: height * width, width: channels, stride: stored, padding: .nan)
        var starts: [Int32] = []
        for row in Swift.stride(from: 0, through: height - kernel, by: stride) {
            for column in Swift.stride(from: 0, through: width - kernel, by: stride) {
                starts.append(Int32((row * width + column) * stored))
            }
        }
        self.starts = Numbers(starts)
        self.window =
            stored == channels
            ? WindowShape(rows: kernel, rowStride: width * stored, runs: 1, runStride: 0, runLength: kernel * channels)
            : WindowShape(
                rows: kernel, rowStride: width * stored, runs: kernel, runStride: stored, runLength: channels)
        self.weights = Floats(random.numbers(kernel * kernel * channels * columns))
        self.bias = Floats(random.numbers(columns))
    }

    static let shapes: [(Int, Int, Int, Int, Int, Int, Int)] = [
        (6, 6, 1, 1, 3, 1, 16), (7, 5, 3, 3, 3, 1, 32), (5, 8, 16, 16, 3, 1, 48), (6, 7, 5, 16, 2, 1, 16),
        (9, 9, 20, 32, 3, 2, 64), (4, 4, 2, 2, 1, 1, 80), (5, 5, 16, 16, 5, 1, 32),
        // Rows of fourteen pixels and more, at every distance that has tiles of its own.
        (5, 19, 1, 1, 3, 1, 16), (4, 33, 16, 16, 3, 1, 32), (4, 18, 20, 32, 3, 1, 16), (3, 35, 20, 32, 3, 2, 32),
    ]

    func sum(_ pixel: Int, _ column: Int) -> Float {
        Reference.convolution(
            { self.input[$0] }, start: Int(self.starts.values[pixel]), self.window,
            weight: { self.weights[$0 * self.columns + column] })
    }
}

@Suite("Convolutions, pools and LSTM cells")
struct FrontTests {
    @Test("every output of a convolution is the chain of its twin over the window", arguments: sets)
    func convolution(_ set: InstructionSet) throws {
        var random = TestRandom(70)
        for shape in ConvolutionCase.shapes {
            let (height, width, channels, stored, kernel, stride, columns) = shape
            let image = ConvolutionCase(
                height: height, width: width, channels: channels, stored: stored, kernel: kernel, stride: stride,
                columns: columns, random: &random)
            for finish in [ProductFinish.store, .accumulate, .bias, .biasRelu] {
                let before = random.numbers(image.pixels * columns)
                let output = Floats(before)
                let arguments = unsafe ConvolutionArguments(
                    pixels: image.pixels, columns: columns, input: image.input.constant,
                    starts: image.starts.constant, window: image.window, weights: image.weights.constant,
                    weightStride: columns, bias: image.bias.constant, output: output.pointer, outputStride: columns,
                    finish: finish)
                unsafe try table(set).convolution(arguments)
                let expected = (0..<image.pixels * columns).map { index -> Float in
                    let (pixel, column) = (index / columns, index % columns)
                    switch finish {
                    case .store: return image.sum(pixel, column)
                    case .accumulate:
                        return Reference.chain(depth: image.window.depth, from: before[index]) { k in
                            (
                                image.input[Int(image.starts.values[pixel]) + image.window.place(k)],
                                image.weights[k * columns + column]
                            )
                        }
                    case .bias: return image.sum(pixel, column) + image.bias[column]
                    case .biasRelu: return Reference.relu(image.sum(pixel, column) + image.bias[column])
                    }
                }
                #expect(difference(output.values, expected) == nil, "\(shape) \(finish), seed 70")
            }
        }
    }

    @Test("the gradient of a convolution's weights is one chain over the pixels of image after image", arguments: sets)
    func convolutionGradient(_ set: InstructionSet) throws {
        var random = TestRandom(71)
        for shape in ConvolutionCase.shapes {
            let (height, width, channels, stored, kernel, stride, columns) = shape
            let images = (0..<2).map { _ in
                ConvolutionCase(
                    height: height, width: width, channels: channels, stored: stored, kernel: kernel, stride: stride,
                    columns: columns, random: &random)
            }
            let pixels = images[0].pixels
            let gradients = images.map { _ in Floats(random.numbers(pixels * columns)) }
            let depth = images[0].window.depth
            let result = Floats(count: depth * columns, .nan)
            for (number, image) in images.enumerated() {
                let arguments = unsafe ConvolutionGradientArguments(
                    pixels: pixels, columns: columns, input: image.input.constant, starts: image.starts.constant,
                    window: image.window, outputGradient: gradients[number].constant, outputGradientStride: columns,
                    gradient: result.pointer, gradientStride: columns, accumulates: number > 0)
                unsafe try table(set).convolutionGradient(arguments)
            }
            let expected = (0..<depth * columns).map { index in
                Reference.chain(depth: 2 * pixels) { step in
                    let (number, pixel) = (step / pixels, step % pixels)
                    let image = images[number]
                    let place = Int(image.starts.values[pixel]) + image.window.place(index / columns)
                    return (image.input[place], gradients[number][pixel * columns + index % columns])
                }
            }
            #expect(difference(result.values, expected) == nil, "\(shape), seed 71")
        }
    }

    @Test("pools take the first of the largest, or the mean, and give the gradient back to it", arguments: sets)
    func pools(_ set: InstructionSet) throws {
        var random = TestRandom(72)
        for (height, width, channels, window) in [
            (4, 4, 16, (2, 2)), (7, 5, 32, (2, 2)), (6, 9, 48, (3, 3)), (1, 9, 16, (1, 2)), (5, 4, 32, (5, 4)),
        ] {
            // Few different values, so that some are equal.
            var numbers = (0..<height * width * channels).map { _ in Float(random.below(4)) - 2 }
            numbers[3] = .nan
            numbers[numbers.count - channels + 5] = .nan
            let input = Floats(numbers)
            let (high, wide) = window
            let (rows, columns) = (height / high, width / wide)
            let rowStride = (columns + 1) * channels
            func places(_ pixel: Int, _ channel: Int) -> [Int] {
                (0..<high * wide).map { place in
                    let row = pixel / columns * high + place / wide
                    let column = pixel % columns * wide + place % wide
                    return (row * width + column) * channels + channel
                }
            }
            for kind in PoolKind.allCases {
                let output = Floats(count: rows * rowStride, 7)
                let maxima = Floats(count: rows * columns * channels, .nan)
                let arguments = unsafe PoolArguments(
                    kind: kind, window: window, height: height, width: width, channels: channels, input: input.constant,
                    output: output.pointer, outputRowStride: rowStride, places: maxima.pointer)
                unsafe try table(set).pool(arguments)
                let gradient = Floats(random.numbers(rows * columns * channels))
                let back = Floats(count: height * width * channels, 9)
                let backward = unsafe UnpoolArguments(
                    kind: kind, window: window, height: height, width: width, channels: channels,
                    outputGradient: gradient.constant, places: maxima.constant, inputGradient: back.pointer)
                unsafe try table(set).unpool(backward)
                var wanted = [Float](repeating: 7, count: rows * rowStride)
                var wantedBack = [Float](repeating: 9, count: height * width * channels)
                for pixel in 0..<rows * columns {
                    for channel in 0..<channels {
                        let here = places(pixel, channel)
                        let (value, place) = Reference.pooled(kind, here.map { input[$0] })
                        wanted[pixel / columns * rowStride + pixel % columns * channels + channel] = value
                        let g = gradient[pixel * channels + channel]
                        for (number, index) in here.enumerated() {
                            wantedBack[index] =
                                kind == .average ? g * (1 / Float(high * wide)) : number == place ? g : 0
                        }
                        if kind == .maximum { #expect(maxima[pixel * channels + channel] == Float(place)) }
                    }
                }
                #expect(difference(output.values, wanted) == nil, "\(kind) \(window), seed 72")
                #expect(difference(back.values, wantedBack) == nil, "\(kind) \(window) back, seed 72")
            }
        }
    }

    @Test("LSTM cells agree with their twin, forwards and backwards", arguments: sets)
    func memoryCells(_ set: InstructionSet) throws {
        var random = TestRandom(73)
        for (rows, units) in [(0, 16), (1, 32), (5, 48)] {
            let count = rows * units
            let gates = Floats(random.numbers(4 * count).map { 4 * $0 })
            let z = gates.values
            let former = Floats(random.numbers(count))
            let (cells, squashed, hidden) = (Floats(count: count), Floats(count: count), Floats(count: count))
            let arguments = unsafe MemoryCellArguments(
                rows: rows, units: units, gates: gates.pointer, formerCells: former.constant, cells: cells.pointer,
                squashedCells: squashed.pointer, hidden: hidden.pointer)
            unsafe try table(set).memoryCell(arguments)
            let hiddenGradient = Floats(random.numbers(count))
            let before = random.numbers(count)
            let cellGradient = Floats(before)
            let gateGradient = Floats(count: 4 * count, .nan)
            let backward = unsafe MemoryCellGradientArguments(
                rows: rows, units: units, gates: UnsafePointer(gates.pointer), formerCells: former.constant,
                squashedCells: UnsafePointer(squashed.pointer), hiddenGradient: hiddenGradient.constant,
                cellGradient: cellGradient.pointer, gateGradient: gateGradient.pointer)
            unsafe try table(set).memoryCellGradient(backward)
            for row in 0..<rows {
                for unit in 0..<units {
                    let place = row * units + unit
                    func four(_ values: (Int) -> Float) -> [Float] {
                        (0..<4).map { values((4 * row + $0) * units + unit) }
                    }
                    let cell = Reference.memoryCell(four { z[$0] }, former: former[place])
                    #expect(difference(four { gates[$0] }, cell.gates) == nil)
                    #expect(same(cells[place], cell.cell) && same(squashed[place], cell.squashed))
                    #expect(same(hidden[place], cell.hidden))
                    let back = Reference.memoryCellGradient(
                        gates: cell.gates, former: former[place], squashed: cell.squashed,
                        hidden: hiddenGradient[place], cell: before[place])
                    #expect(difference(four { gateGradient[$0] }, back.gates) == nil)
                    #expect(same(cellGradient[place], back.cell))
                }
            }
        }
    }
}
