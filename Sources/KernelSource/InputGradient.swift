import KernelInterface

/// Rows that are transposed at a time: as many as keep both transposes in the second-level cache, and a stride that is
/// far from 4 KiB.
private let rowChunk = 128

/// Both operands as the tiles want them, by transposing the weights panel by panel.
///
/// A panel of 16 to 48 inputs becomes vectors along the inputs; the gradient's rows are broadcast where they lie.
@inline(__always)
private func byTransposedWeights<E: Finish>(
    _ gradient: LeftRows, rows: Int, _ weights: LeftRows, inputs: Int, outputs: Int, _ panel: Target, _ finish: E
) {
    var input = 0
    while input < inputs {
        let vectors = stripVectors((inputs &- input) &>> 4)
        let width = 16 &* vectors
        packTransposed(weights.row(input), weights.stride, panel, inputs: width, outputs: paddedWidth(outputs))
        let right = RightMatrix(source: panel.source, stride: width, depth: outputs)
        sweepStrip(vectors: vectors, gradient, right, 0..<rows, input, finish)
        input &+= width
    }
}

/// `panel[o, i] = weights[i, o]` for whole squares.
@inline(never)
private func packTransposed(_ weights: Source, _ stride: Int, _ panel: Target, inputs: Int, outputs: Int) {
    var output = 0
    while output < outputs {
        var input = 0
        while input < inputs {
            transposeSquare(weights, input &* stride &+ output, stride, panel, output &* inputs &+ input, inputs)
            input &+= Square.size
        }
        output &+= Square.size
    }
}

/// Both operands as the tiles want them, by transposing the gradients: `resultᵀ = weights * gradientᵀ`.
@inline(__always)
private func byTransposedGradients<E: Finish>(
    _ gradient: LeftRows, rows: Int, _ weights: LeftRows, inputs: Int, outputs: Int, _ scratch: Target, _ finish: E
) {
    let turned = scratch
    let result = scratch.advanced(rowChunk &* paddedWidth(outputs))
    var first = 0
    while first < rows {
        let count = min(rowChunk, rows &- first)
        let stride = paddedWidth(count)
        turnGradient(gradient, first, count, turned, stride, outputs: paddedWidth(outputs))
        let right = RightMatrix(source: turned.source, stride: stride, depth: outputs)
        let store = StoreFinish(output: result, stride: stride, continues: false)
        sweepColumns(weights, right, rows: inputs, columns: stride, store)
        turnResult(result.source, stride, first, count, inputs: inputs, finish)
        first &+= rowChunk
    }
}

/// Transposes some rows of the gradient; columns past the last row repeat it, and nobody stores what comes of them.
@inline(never)
private func turnGradient(
    _ gradient: LeftRows, _ first: Int, _ count: Int, _ turned: Target, _ stride: Int, outputs: Int
) {
    var row = 0
    while row < stride {
        var output = 0
        while output < outputs {
            let square = Square { gradient.row(first &+ min(row &+ $0, count &- 1)).edge(output) }
            square.eachColumn { turned.store(edge: $1, (output &+ $0) &* stride &+ row) }
            output &+= Square.size
        }
        row &+= Square.size
    }
}

/// Transposes the result back, then hands its rows to the finish.
@inline(never)
private func turnResult<E: Finish>(
    _ result: Source, _ stride: Int, _ first: Int, _ count: Int, inputs: Int, _ finish: E
) {
    var row = 0
    while row < count {
        let end = min(row &+ Square.size, count)
        let origin = (first &+ row) &* finish.stride
        var input = 0
        while input < inputs {
            let square = Square { result.edge((input &+ $0) &* stride &+ row) }
            square.eachColumn {
                if row &+ $0 < end { finish.output.store(edge: $1, origin &+ $0 &* finish.stride &+ input) }
            }
            input &+= Square.size
        }
        finish.finishStored(first &+ row..<first &+ end, 0..<inputs)
        row = end
    }
}

/// Chooses the cheaper transposition (that of the gradients costs three times as much a number); the bits are the same.
@inline(__always)
private func sweep<E: Finish>(_ arguments: borrowing InputGradientArguments, _ finish: E) {
    let rows = unsafe arguments.rows
    let inputs = unsafe arguments.inputs
    let outputs = unsafe arguments.outputs
    let gradient = unsafe LeftRows(Source(arguments.outputGradient), stride: arguments.outputGradientStride)
    let weights = unsafe LeftRows(Source(arguments.weights), stride: arguments.weightStride)
    let scratch = unsafe Target(arguments.scratch)
    let padded = paddedWidth(outputs)
    if inputs &* padded <= 3 &* rows &* (inputs &+ padded) {
        byTransposedWeights(gradient, rows: rows, weights, inputs: inputs, outputs: outputs, scratch, finish)
    } else {
        byTransposedGradients(gradient, rows: rows, weights, inputs: inputs, outputs: outputs, scratch, finish)
    }
}

func inputGradientKernel(_ arguments: borrowing InputGradientArguments) {
    let result = unsafe Target(arguments.inputGradient)
    let stride = unsafe arguments.inputGradientStride
    switch unsafe (arguments.mask, arguments.maskValues) {
    case (.positive, let mask?):
        unsafe sweep(
            arguments, PositiveFinish(output: result, stride: stride, mask: Source(mask), scale: arguments.scale))
    case (.slope, let mask?):
        unsafe sweep(arguments, StoreFinish(output: result, stride: stride, continues: false))
        let slope = unsafe SlopeFinish(output: result, stride: stride, mask: Source(mask))
        unsafe slope.finishStored(0..<arguments.rows, 0..<arguments.inputs)
    default: unsafe sweep(arguments, StoreFinish(output: result, stride: stride, continues: false))
    }
}
