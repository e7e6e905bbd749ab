import KernelInterface

/// Transposes `rows` x `columns` floats, whole squares by shuffles, the rest one by one.
@inline(__always)
private func transpose(
    _ input: Source, _ inputStride: Int, _ output: Target, _ outputStride: Int, rows: Int, columns: Int
) {
    var row = 0
    while row < rows {
        var column = 0
        if row &+ Square.size <= rows {
            while column &+ Square.size <= columns {
                transposeSquare(
                    input, row &* inputStride &+ column, inputStride, output, column &* outputStride &+ row,
                    outputStride)
                column &+= Square.size
            }
        }
        let end = min(row &+ Square.size, rows)
        while column < columns {
            var i = row
            while i < end {
                output[column &* outputStride &+ i] = input[i &* inputStride &+ column]
                i &+= 1
            }
            column &+= 1
        }
        row &+= Square.size
    }
}

/// One whole square.
@inline(__always)
func transposeSquare(_ input: Source, _ from: Int, _ inputStride: Int, _ output: Target, _ to: Int, _ outputStride: Int)
{
    let square = Square { input.edge(from &+ $0 &* inputStride) }
    square.eachColumn { output.store(edge: $1, to &+ $0 &* outputStride) }
}

func transposeKernel(_ arguments: borrowing TransposeArguments) {
    unsafe transpose(
        Source(arguments.input), arguments.inputStride, Target(arguments.output), arguments.outputStride,
        rows: arguments.rows, columns: arguments.columns)
}

/// Copies rows, or adds them.
@inline(__always)
private func sweepRows(_ arguments: borrowing GatherArguments, adds: Bool) {
    let source = unsafe LeftRows(arguments.source)
    let output = unsafe Target(arguments.output)
    let stride = unsafe arguments.outputStride
    let rows = unsafe arguments.rows
    let columns = unsafe arguments.columns
    var row = 0
    while row < rows {
        let from = source.row(row)
        let to = output.advanced(row &* stride)
        var column = 0
        while column < columns {
            let vector = from.vector(column)
            to.store(adds ? to.vector(column) + vector : vector, column)
            column &+= 16
        }
        row &+= 1
    }
}

func gatherKernel(_ arguments: borrowing GatherArguments) { unsafe sweepRows(arguments, adds: false) }

func addRowsKernel(_ arguments: borrowing GatherArguments) { unsafe sweepRows(arguments, adds: true) }
