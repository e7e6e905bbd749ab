import KernelInterface

/// The windows of an image as a left matrix whose chains run down its columns, pixel by pixel: row k is the k-th float
/// of every window.
struct WindowColumns: LeftMatrix {
    var base: Source
    var starts: Numbers
    var window: WindowShape

    @inline(__always) func factors<N: RowCount>(_ row: Int, _ count: N.Type) -> WindowFactors {
        WindowFactors(self, row, count)
    }
}

/// Up to nine floats of each window.
struct WindowFactors: Factors {
    private let base: Source
    private let starts: Numbers
    private let o0: Int
    private let o1: Int
    private let o2: Int
    private let o3: Int
    private let o4: Int
    private let o5: Int
    private let o6: Int
    private let o7: Int
    private let o8: Int

    @inline(__always) init<N: RowCount>(_ columns: WindowColumns, _ row: Int, _: N.Type) {
        let window = columns.window
        self.base = columns.base
        self.starts = columns.starts
        let left = window.runLength &- row % window.runLength
        let first = window.place(row)
        // Only where a run of the window ends does the next place have to be worked out.
        @inline(__always) func place(_ number: Int) -> Int {
            number < left ? first &+ number : window.place(row &+ number)
        }
        self.o0 = first
        self.o1 = N.count > 1 ? place(1) : 0
        self.o2 = N.count > 2 ? place(2) : 0
        self.o3 = N.count > 2 ? place(3) : 0
        self.o4 = N.count > 4 ? place(4) : 0
        self.o5 = N.count > 4 ? place(5) : 0
        self.o6 = N.count > 6 ? place(6) : 0
        self.o7 = N.count > 6 ? place(7) : 0
        self.o8 = N.count > 8 ? place(8) : 0
    }

    @inline(__always) func value(_ row: Int, _ k: Int) -> Float {
        let offset =
            switch row {
            case 0: self.o0
            case 1: self.o1
            case 2: self.o2
            case 3: self.o3
            case 4: self.o4
            case 5: self.o5
            case 6: self.o6
            case 7: self.o7
            default: self.o8
            }
        return self.base[self.starts[k] &+ offset]
    }
}

#if AVX512
    /// The floats between neighbouring pixels, known to the compiler: it makes them part of its instructions, so that one
    /// pointer serves all rows of a tile.
    private protocol PixelDistance { static var floats: Int { get } }

    private enum OneFloat: PixelDistance { @inline(__always) static var floats: Int { 1 } }
    private enum OneVector: PixelDistance { @inline(__always) static var floats: Int { 16 } }
    private enum TwoVectors: PixelDistance { @inline(__always) static var floats: Int { 32 } }
    private enum FourVectors: PixelDistance { @inline(__always) static var floats: Int { 64 } }

    /// Factors of neighbouring pixels of one row of the image.
    private struct NeighbourFactors<D: PixelDistance>: Factors {
        let base: Source

        @inline(__always) func value(_ row: Int, _ k: Int) -> Float { self.base[row &* D.floats &+ k] }
    }

    /// One strip of one or two vectors: fourteen neighbouring pixels at a time, and eight where a row of the image ends.
    ///
    /// Tall tiles hide the latency of the sums where a strip is narrow.
    @inline(never)
    private func sweepNeighbours<S: Strip, D: PixelDistance, E: Finish>(
        _: S.Type, _: D.Type, _ left: LeftRows, _ right: RightMatrix<WindowChain>, _ rows: Int, _ column: Int,
        _ finish: E
    ) {
        var row = 0
        while row &+ EightRows.count <= rows {
            let first = left.row(row)
            if row &+ FourteenRows.count <= rows, left.distance(row, row &+ 13) == 13 &* D.floats {
                computeTile(S.self, NeighbourFactors<D>(base: first), right, row, column, finish, FourteenRows.self)
                row &+= FourteenRows.count
            } else {
                computeTile(S.self, left.factors(row, EightRows.self), right, row, column, finish, EightRows.self)
                row &+= EightRows.count
            }
        }
        if row < rows {
            sweepRest(S.self, left, right, row..<rows, column, finish.store)
            finish.finishStored(row..<rows, column..<column &+ S.width)
        }
    }

    /// All strips of a convolution whose neighbouring pixels are so far apart.
    @inline(__always)
    private func sweepWindows<D: PixelDistance, E: Finish>(
        _ distance: D.Type, _ left: LeftRows, _ right: RightMatrix<WindowChain>, rows: Int, columns: Int, _ finish: E
    ) {
        var column = 0
        while column < columns {
            let vectors = stripVectors((columns &- column) &>> 4)
            let strip = right.fromColumn(column)
            switch vectors {
            case 3: sweepStrip(vectors: 3, left, strip, 0..<rows, column, finish)
            case 2: sweepNeighbours(DoubleStrip.self, distance, left, strip, rows, column, finish)
            default: sweepNeighbours(SingleStrip.self, distance, left, strip, rows, column, finish)
            }
            column &+= 16 &* vectors
        }
    }
#endif

/// A convolution, by the distance of neighbouring pixels.
@inline(__always)
private func sweepWindows<E: Finish>(
    _ left: LeftRows, _ right: RightMatrix<WindowChain>, rows: Int, columns: Int, _ finish: E
) {
    #if AVX512
        switch rows > 1 ? left.distance(0, 1) : 0 {
        case 1: return sweepWindows(OneFloat.self, left, right, rows: rows, columns: columns, finish)
        case 16: return sweepWindows(OneVector.self, left, right, rows: rows, columns: columns, finish)
        case 32: return sweepWindows(TwoVectors.self, left, right, rows: rows, columns: columns, finish)
        case 64: return sweepWindows(FourVectors.self, left, right, rows: rows, columns: columns, finish)
        default: break
        }
    #endif
    sweepColumns(left, right, rows: rows, columns: columns, finish)
}

func convolutionKernel(_ arguments: borrowing ConvolutionArguments) {
    let left = unsafe LeftRows(base: arguments.input, stride: 1, picked: arguments.starts)
    let right = unsafe RightMatrix(
        source: Source(arguments.weights), stride: arguments.weightStride, chain: WindowChain(arguments.window))
    let output = unsafe Target(arguments.output)
    let stride = unsafe arguments.outputStride
    let rows = unsafe arguments.pixels
    let columns = unsafe arguments.columns
    switch unsafe (arguments.finish, arguments.bias) {
    case (.bias, let bias?), (.biasRelu, let bias?):
        let floor: Float = if case .bias = unsafe arguments.finish { -.infinity } else { 0 }
        let finish = unsafe BiasFinish(output: output, stride: stride, bias: Source(bias), floor: floor)
        sweepWindows(left, right, rows: rows, columns: columns, finish)
    default:
        let continues = if case .accumulate = unsafe arguments.finish { true } else { false }
        let finish = StoreFinish(output: output, stride: stride, continues: continues)
        sweepWindows(left, right, rows: rows, columns: columns, finish)
    }
}

#if AVX512
    /// One strip of the gradient of windows of three by three: nine rows at a time leave none over.
    @inline(never)
    private func sweepNines<S: Strip>(
        _: S.Type, _ left: WindowColumns, _ right: RightMatrix<WholeChain>, rows: Int, _ column: Int,
        _ store: StoreFinish
    ) {
        var row = 0
        while row < rows {
            computeTile(S.self, left.factors(row, NineRows.self), right, row, column, store, NineRows.self)
            row &+= NineRows.count
        }
    }
#endif

func convolutionGradientKernel(_ arguments: borrowing ConvolutionGradientArguments) {
    let left = unsafe WindowColumns(
        base: Source(arguments.input), starts: Numbers(arguments.starts), window: arguments.window)
    let right = unsafe RightMatrix(
        source: Source(arguments.outputGradient), stride: arguments.outputGradientStride, depth: arguments.pixels)
    let store = unsafe StoreFinish(
        output: Target(arguments.gradient), stride: arguments.gradientStride, continues: arguments.accumulates)
    let rows = unsafe arguments.window.depth
    let columns = unsafe arguments.columns
    #if AVX512
        guard rows % NineRows.count == 0 else {
            return sweepColumns(left, right, rows: rows, columns: columns, store)
        }
        var column = 0
        while column < columns {
            let vectors = stripVectors((columns &- column) &>> 4)
            let strip = right.fromColumn(column)
            switch vectors {
            case 3: sweepNines(TripleStrip.self, left, strip, rows: rows, column, store)
            case 2: sweepNines(DoubleStrip.self, left, strip, rows: rows, column, store)
            default: sweepNines(SingleStrip.self, left, strip, rows: rows, column, store)
            }
            column &+= 16 &* vectors
        }
    #else
        sweepColumns(left, right, rows: rows, columns: columns, store)
    #endif
}
