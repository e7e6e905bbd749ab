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

/// Up to eight floats of each window.
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

    @inline(__always) init<N: RowCount>(_ columns: WindowColumns, _ row: Int, _: N.Type) {
        let window = columns.window
        self.base = columns.base
        self.starts = columns.starts
        self.o0 = window.place(row)
        self.o1 = N.count > 1 ? window.place(row &+ 1) : 0
        self.o2 = N.count > 2 ? window.place(row &+ 2) : 0
        self.o3 = N.count > 2 ? window.place(row &+ 3) : 0
        self.o4 = N.count > 4 ? window.place(row &+ 4) : 0
        self.o5 = N.count > 4 ? window.place(row &+ 5) : 0
        self.o6 = N.count > 6 ? window.place(row &+ 6) : 0
        self.o7 = N.count > 6 ? window.place(row &+ 7) : 0
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
            default: self.o7
            }
        return self.base[self.starts[k] &+ offset]
    }
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
        sweepColumns(left, right, rows: rows, columns: columns, finish)
    default:
        let continues = if case .accumulate = unsafe arguments.finish { true } else { false }
        let finish = StoreFinish(output: output, stride: stride, continues: continues)
        sweepColumns(left, right, rows: rows, columns: columns, finish)
    }
}

func convolutionGradientKernel(_ arguments: borrowing ConvolutionGradientArguments) {
    let left = unsafe WindowColumns(
        base: Source(arguments.input), starts: Numbers(arguments.starts), window: arguments.window)
    let right = unsafe RightMatrix(
        source: Source(arguments.outputGradient), stride: arguments.outputGradientStride, depth: arguments.pixels)
    let store = unsafe StoreFinish(
        output: Target(arguments.gradient), stride: arguments.gradientStride, continues: arguments.accumulates)
    unsafe sweepColumns(left, right, rows: arguments.window.depth, columns: arguments.columns, store)
}
