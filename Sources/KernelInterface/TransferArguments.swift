/// Copies or adds picked rows to consecutive ones: `output[r, 0 ..< columns] (+)= source row r`.
@unsafe
package struct GatherArguments {
    package var rows: Int
    /// A multiple of 16.
    package var columns: Int
    package var source: RowSource
    package var output: UnsafeMutablePointer<Float>
    package var outputStride: Int

    @inlinable
    package init(
        rows: Int, columns: Int, source: RowSource, output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.source = source
        unsafe self.output = output
        unsafe self.outputStride = outputStride
    }
}

/// `output[c, r] = input[r, c]` for all r < rows, c < columns, any counts; nothing else is written.
@unsafe
package struct TransposeArguments {
    package var rows: Int
    package var columns: Int
    package var input: UnsafePointer<Float>
    package var inputStride: Int
    package var output: UnsafeMutablePointer<Float>
    package var outputStride: Int

    @inlinable
    package init(
        rows: Int, columns: Int, input: UnsafePointer<Float>, inputStride: Int,
        output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.input = input
        unsafe self.inputStride = inputStride
        unsafe self.output = output
        unsafe self.outputStride = outputStride
    }
}

/// A loop of independent fused multiply-adds without memory traffic.
package struct PeakArguments {
    /// Rounds; each is ``operationsPerRound`` floating-point operations.
    package var rounds: Int
    /// 24 chains of 16 lanes, a multiplication and an addition each.
    package static let operationsPerRound = 768

    @inlinable
    package init(rounds: Int) { self.rounds = rounds }
}
