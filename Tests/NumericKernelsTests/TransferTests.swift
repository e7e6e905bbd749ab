import KernelInterface
import NumericKernels
import Testing

@Suite("Copies and transposes")
struct TransferTests {
    @Test("picked rows are copied in order", arguments: sets)
    func gathers(_ set: InstructionSet) throws {
        var random = TestRandom(60)
        for (rows, columns) in [(0, 16), (1, 48), (9, 112)] {
            let source = Floats(random.numbers(13 * columns))
            let picked = random.picks(rows, below: 13)
            let output = Floats(count: rows * columns)
            let arguments = unsafe GatherArguments(
                rows: rows, columns: columns,
                source: RowSource(source.constant, stride: columns, picked: picked.constant), output: output.pointer,
                outputStride: columns)
            unsafe try table(set).gatherRows(arguments)
            let expected = (0..<rows * columns).map {
                source[Int(picked.values[$0 / columns]) * columns + $0 % columns]
            }
            #expect(output.values == expected, "seed 60")
        }
    }

    @Test("a transpose moves every element and writes nothing else", arguments: sets)
    func transposes(_ set: InstructionSet) throws {
        var random = TestRandom(61)
        for (rows, columns) in [(0, 5), (1, 1), (3, 9), (16, 16), (18, 35), (40, 7)] {
            let input = Floats(random.numbers(rows * (columns + 3)))
            let output = Floats(count: columns * (rows + 2), 99)
            let arguments = unsafe TransposeArguments(
                rows: rows, columns: columns, input: input.constant, inputStride: columns + 3,
                output: output.pointer, outputStride: rows + 2)
            unsafe try table(set).transpose(arguments)
            let expected = (0..<columns * (rows + 2)).map { index in
                let (column, row) = (index / (rows + 2), index % (rows + 2))
                return row < rows ? input[row * (columns + 3) + column] : 99
            }
            #expect(output.values == expected, "\(rows)x\(columns), seed 61")
        }
    }
}
