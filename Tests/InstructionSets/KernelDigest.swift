// Compiled together with the kernels' sources by `compare.sh`, without the rest of the product.

/// A 64-bit digest of what the kernels compute on fixed numbers.
struct Digest {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    mutating func add(_ numbers: UnsafeMutablePointer<Float>, _ count: Int) {
        for i in 0..<count { value = (value ^ UInt64(unsafe numbers[i].bitPattern)) &* 0x0000_0100_0000_01B3 }
    }
    mutating func add(_ number: Double) { value = (value ^ number.bitPattern) &* 0x0000_0100_0000_01B3 }
}

/// Numbers in -2 ..< 2 that follow from a fixed seed.
struct NumberStream {
    var state: UInt32 = 12345
    mutating func make(_ count: Int) -> UnsafeMutablePointer<Float> {
        let p = UnsafeMutablePointer<Float>.allocate(capacity: count)
        for i in 0..<count {
            state = state &* 1_664_525 &+ 1_013_904_223
            unsafe p[i] = Float(Int32(state >> 8) - 8_388_608) / 4_194_304
        }
        return unsafe p
    }
}

/// The digest of the loops of Gaussian processes.
private func surrogateDigest() -> UInt64 {
    let table = makeSurrogateTable()
    var random = NumberStream()
    var digest = Digest()
    let (count, columns) = (37, 5)
    func numbers(_ count: Int) -> UnsafeMutablePointer<Double> {
        let floats = random.make(count)
        let p = UnsafeMutablePointer<Double>.allocate(capacity: count)
        for i in 0..<count { unsafe p[i] = Double(floats[i]) }
        return unsafe p
    }
    func lanes(_ count: Int) -> UnsafeMutablePointer<Lanes> {
        let floats = random.make(8 * count)
        let p = UnsafeMutablePointer<Lanes>.allocate(capacity: count)
        for i in 0..<count { for lane in 0..<8 { unsafe p[i][lane] = Double(floats[8 * i + lane]) } }
        return unsafe p
    }
    let points = numbers(count * columns), weights = numbers(columns), entries = numbers(count * (count + 1) / 2)
    let inverses = numbers(count), x = lanes(columns), values = lanes(count), slopes = lanes(count)
    let isCategorical = UnsafeMutablePointer<Bool>.allocate(capacity: columns)
    for column in 0..<columns {
        unsafe isCategorical[column] = column == 2
        unsafe weights[column] = abs(weights[column])
    }
    unsafe table.covariances(
        CovarianceArguments(
            count: count, columns: columns, points: points, weights: weights, isCategorical: isCategorical, x: x,
            scale: 1.5, offset: 0.25, values: values, slopes: slopes))
    unsafe table.solveLower(
        TriangularArguments(count: count, entries: entries, inverseDiagonal: inverses, sides: values))
    unsafe table.solveUpper(
        TriangularArguments(count: count, entries: entries, inverseDiagonal: inverses, sides: slopes))
    for i in 0..<count {
        for lane in 0..<8 {
            unsafe digest.add(values[i][lane])
            unsafe digest.add(slopes[i][lane])
        }
    }
    return digest.value
}

/// The digest of one part of the kernels: products and updates, functions, cells, what remains, and Gaussian processes.
@_cdecl("kernel_digest")
public func kernelDigest(_ part: Int32) -> UInt64 {
    if part == 4 { return surrogateDigest() }
    let table = makeKernelTable()
    var random = NumberStream()
    var digest = Digest()
    let scratch = random.make(1 << 18)
    switch part {
    case 0:
        for (rows, columns, depth) in [(7, 16, 5), (33, 48, 70), (64, 192, 100), (70, 512, 450), (75, 208, 2100)] {
            let stride = max(512, depth)
            let a = random.make(rows * stride), w = random.make(depth * columns), b = random.make(columns),
                o = random.make(rows * columns)
            for finish in [ProductFinish.store, .bias, .biasRelu, .accumulate] {
                unsafe table.product(
                    ProductArguments(
                        rows: rows, columns: columns, depth: depth, input: RowSource(a, stride: stride), weights: w,
                        weightStride: columns, bias: b, output: o, outputStride: columns, finish: finish,
                        scratch: scratch))
                unsafe digest.add(o, rows * columns)
            }
            let m = random.make(depth * columns), v = random.make(depth * columns)
            for i in 0..<depth * columns { unsafe v[i] = unsafe v[i] * v[i] }
            let rule = UpdateRule.adam(
                learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, firstPower: 0.5,
                secondPower: 0.5)
            unsafe table.weightUpdate(
                WeightUpdateArguments(
                    rows: rows, inputs: depth, outputs: columns, input: RowSource(a, stride: stride), outputGradient: o,
                    outputGradientStride: columns, parameters: ParameterBlock(values: w, first: m, second: v),
                    rule: rule, scratch: scratch))
            unsafe digest.add(w, depth * columns); unsafe digest.add(m, depth * columns);
            unsafe digest.add(v, depth * columns)
        }
    case 1:
        let n = 4096
        let x = random.make(n), y = random.make(n), s = random.make(n)
        for i in 0..<n { unsafe x[i] = unsafe x[i] * 6 }
        for function in ActivationFunction.allCases {
            unsafe table.activate(
                ActivationArguments(
                    count: n, function: function, input: x, output: y, slopes: s,
                    dropout: DropoutSettings(rate: 0.3, seed: 5, layer: 1, step: 7)))
            unsafe digest.add(y, n); unsafe digest.add(s, n)
        }
        for function in VectorFunction.allCases {
            unsafe table.vectorFunction(VectorFunctionArguments(count: n, function: function, input: x, output: y))
            for i in 0..<n where unsafe y[i].isNaN { unsafe y[i] = 0 }
            unsafe digest.add(y, n)
        }
    case 2:
        let rows = 9, units = 32
        let g = random.make(rows * 4 * units), c = random.make(rows * units), c2 = random.make(rows * units),
            t = random.make(rows * units), h = random.make(rows * units), dc = random.make(rows * units),
            dg = random.make(rows * 4 * units)
        unsafe table.memoryCell(
            MemoryCellArguments(
                rows: rows, units: units, gates: g, formerCells: c, cells: c2, squashedCells: t, hidden: h))
        unsafe table.memoryCellGradient(
            MemoryCellGradientArguments(
                rows: rows, units: units, gates: g, formerCells: c, squashedCells: t, hiddenGradient: h,
                cellGradient: dc, gateGradient: dg))
        unsafe digest.add(h, rows * units); unsafe digest.add(dg, rows * 4 * units); unsafe digest.add(dc, rows * units)
        let b = random.make(units), p = random.make(rows * 3 * units), n = random.make(rows * units),
            dp = random.make(rows * 3 * units)
        unsafe table.gatedUnit(
            GatedUnitArguments(
                rows: rows, units: units, gates: g, products: p, bias: b, formerHidden: c, candidates: n, hidden: h))
        unsafe table.gatedUnitGradient(
            GatedUnitGradientArguments(
                rows: rows, units: units, gates: g, candidates: n, formerHidden: c, hiddenGradient: h, gateGradient: dg,
                productGradient: dp, formerGradient: c2))
        unsafe digest.add(h, rows * units); unsafe digest.add(dp, rows * 3 * units); unsafe digest.add(c2, rows * units)
    default:
        let rows = 20, units = 19, columns = 32
        let v = random.make(rows * columns), g = random.make(columns), s = random.make(columns),
            n = random.make(rows * columns), d = random.make(32), gg = random.make(rows * columns)
        unsafe table.normalizeRows(
            LayerNormalizationArguments(
                rows: rows, columns: columns, units: units, values: v, gain: g, shift: s, epsilon: 1e-5, normalized: n,
                inverseDeviation: d))
        unsafe digest.add(v, rows * columns)
        unsafe table.normalizeRowsBackward(
            LayerNormalizationBackwardArguments(
                rows: rows, columns: columns, units: units, gradient: v, normalized: n, inverseDeviation: d, gain: g,
                gainGradient: gg))
        unsafe digest.add(v, rows * columns); unsafe digest.add(gg, rows * columns)
        let m = random.make(columns), q = random.make(columns), w = random.make(columns)
        unsafe table.normalize(
            NormalizationArguments(
                rows: rows, columns: columns, input: v, normalized: n, output: v, gain: g, shift: s,
                inverseDeviation: d, runningMean: m, runningVariance: q, runningWeight: 0.1, epsilon: 1e-5, relu: true))
        unsafe digest.add(v, rows * columns); unsafe digest.add(m, columns); unsafe digest.add(q, columns);
        unsafe digest.add(w, 0)
        let labels = UnsafeMutablePointer<Int32>.allocate(capacity: rows)
        for i in 0..<rows { unsafe labels[i] = Int32(i % 10) }
        unsafe digest.add(
            table.crossEntropy(
                CrossEntropyArguments(
                    rows: rows, classes: 10, logits: v, gradient: gg, stride: columns, labels: labels, picked: labels,
                    gradientScale: 0.1)))
        unsafe digest.add(gg, rows * columns)
        let starts = UnsafeMutablePointer<Int32>.allocate(capacity: 36)
        for i in 0..<36 { unsafe starts[i] = Int32((i / 6 * 8 + i % 6) * 16) }
        let image = random.make(8 * 8 * 16), weights = random.make(9 * 16 * 48), out = random.make(36 * 48),
            bias = random.make(48), dw = random.make(9 * 16 * 48)
        let window = WindowShape(rows: 3, rowStride: 8 * 16, runs: 1, runStride: 0, runLength: 48)
        unsafe table.convolution(
            ConvolutionArguments(
                pixels: 36, columns: 48, input: image, starts: starts, window: window, weights: weights,
                weightStride: 48, bias: bias, output: out, outputStride: 48, finish: .biasRelu))
        unsafe table.convolutionGradient(
            ConvolutionGradientArguments(
                pixels: 36, columns: 48, input: image, starts: starts, window: window, outputGradient: out,
                outputGradientStride: 48, gradient: dw, gradientStride: 48, accumulates: false))
        unsafe digest.add(out, 36 * 48); unsafe digest.add(dw, 9 * 16 * 48)
        // A row of eighteen pixels, which has tiles of its own.
        let wide = random.make(3 * 20 * 16)
        for i in 0..<18 { unsafe starts[i] = Int32(i * 16) }
        unsafe table.convolution(
            ConvolutionArguments(
                pixels: 18, columns: 32, input: wide, starts: starts,
                window: WindowShape(rows: 3, rowStride: 20 * 16, runs: 1, runStride: 0, runLength: 48),
                weights: weights,
                weightStride: 48, bias: bias, output: out, outputStride: 48, finish: .biasRelu))
        unsafe digest.add(out, 18 * 48)
        for i in 0..<36 { unsafe starts[i] = Int32((i / 6 * 8 + i % 6) * 16) }
        unsafe table.depthwise(
            DepthwiseArguments(
                pixels: 36, channels: 16, input: image, starts: starts,
                window: DepthwiseWindow(rows: 3, columns: 3, rowStride: 128, pixelStride: 16), weights: weights,
                output: out))
        unsafe digest.add(out, 36 * 16)
    }
    return digest.value
}
