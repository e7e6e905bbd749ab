import KernelInterface
import NumericKernels
import Testing

/// Gradients of one dense layer with all their operands.
struct GradientCase {
    let rows: Int
    let inputs: Int
    let outputs: Int
    let inputStride: Int
    let outputStride: Int
    let input: Floats
    let outputGradient: Floats
    let weights: Floats
    let picked: Numbers?

    init(rows: Int, inputs: Int, outputs: Int, picks: Bool = false, random: inout TestRandom) {
        self.rows = rows
        self.inputs = inputs
        self.outputs = outputs
        self.inputStride = paddedWidth(inputs)
        self.outputStride = paddedWidth(outputs)
        self.input = random.matrix(rows: max(rows, 9), width: inputs, stride: self.inputStride)
        self.outputGradient = random.matrix(rows: rows, width: outputs, stride: self.outputStride)
        let stored = (0..<self.inputStride * self.outputStride).map { [inputStride, outputStride] index in
            index / outputStride < inputs && index % outputStride < outputs && inputStride > 0 ? random.number() : 0
        }
        self.weights = Floats(stored)
        self.picked = picks ? random.picks(rows, below: 9) : nil
    }

    var source: RowSource {
        unsafe RowSource(self.input.constant, stride: self.inputStride, picked: self.picked?.constant)
    }

    func weightGradient(_ table: KernelTable, onto start: [Float]?) -> [Float] {
        let result = Floats(start ?? [Float](repeating: .nan, count: self.inputs * self.outputStride))
        let arguments = unsafe WeightGradientArguments(
            rows: self.rows, inputs: self.inputs, outputs: self.outputStride, input: self.source,
            outputGradient: self.outputGradient.constant, outputGradientStride: self.outputStride,
            gradient: result.pointer, gradientStride: self.outputStride, accumulates: start != nil)
        unsafe table.weightGradient(arguments)
        return result.values
    }

    func expectedWeightGradient(onto start: [Float]?) -> [Float] {
        (0..<self.inputs * self.outputStride).map { index in
            Reference.chain(depth: self.rows, from: start?[index] ?? 0) { row in
                let source = self.picked.map { Int($0.values[row]) } ?? row
                return (
                    self.input[source * self.inputStride + index / self.outputStride],
                    self.outputGradient[row * self.outputStride + index % self.outputStride]
                )
            }
        }
    }

    func inputGradient(_ table: KernelTable, _ mask: GradientMask, _ values: Floats, scale: Float) -> [Float] {
        let result = Floats(count: self.rows * self.inputStride, .nan)
        let scratch = unsafe Floats(
            count: InputGradientArguments.scratchFloats(
                rows: self.rows, inputs: self.inputStride, outputs: self.outputs))
        let arguments = unsafe InputGradientArguments(
            rows: self.rows, inputs: self.inputStride, outputs: self.outputs,
            outputGradient: self.outputGradient.constant, outputGradientStride: self.outputStride,
            weights: self.weights.constant, weightStride: self.outputStride, inputGradient: result.pointer,
            inputGradientStride: self.inputStride, mask: mask, maskValues: mask == .none ? nil : values.constant,
            scale: scale, scratch: scratch.pointer)
        unsafe table.inputGradient(arguments)
        return result.values
    }

    func expectedInputGradient(_ mask: GradientMask, _ values: Floats, scale: Float) -> [Float] {
        (0..<self.rows * self.inputStride).map { index in
            let row = index / self.inputStride
            let sum = Reference.chain(depth: self.outputs) { o in
                (
                    self.outputGradient[row * self.outputStride + o],
                    self.weights[index % self.inputStride * self.outputStride + o]
                )
            }
            return Reference.masked(sum, mask, values[index], scale: scale)
        }
    }
}

@Suite("Gradients of dense layers")
struct GradientTests {
    @Test("the weights' gradient is the chain over the rows, stored or added", arguments: sets)
    func weightGradientMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(5)
        for inputs in Array(1...9) + [16, 31, 50] {
            for (rows, outputs) in [(0, 16), (1, 10), (3, 40), (7, 48), (32, 64), (33, 100)] {
                let gradient = GradientCase(
                    rows: rows, inputs: inputs, outputs: outputs, picks: random.below(2) == 1, random: &random)
                let start = random.below(2) == 1 ? random.numbers(inputs * gradient.outputStride) : nil
                let found = try gradient.weightGradient(table(set), onto: start)
                let wrong = difference(found, gradient.expectedWeightGradient(onto: start))
                #expect(wrong == nil, "\(rows) rows, \(inputs) to \(outputs), seed 5")
            }
        }
    }

    @Test("the input's gradient is the chain over the outputs under every mask", arguments: sets)
    func inputGradientMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(6)
        let shapes = [(16, 10), (10, 3), (48, 33), (64, 16), (112, 100), (50, 1)]
        for rows in [0, 1, 2, 3, 4, 5, 6, 7, 8, 31, 32, 130, 261] {
            for (inputs, outputs) in rows > 100 ? [(112, 100), (300, 150)] : shapes {
                let gradient = GradientCase(rows: rows, inputs: inputs, outputs: outputs, random: &random)
                let values = Floats(random.numbers(rows * gradient.inputStride))
                for mask in [GradientMask.none, .positive, .slope] {
                    let found = try gradient.inputGradient(table(set), mask, values, scale: 1.25)
                    let expected = gradient.expectedInputGradient(mask, values, scale: 1.25)
                    let wrong = difference(found, expected)
                    #expect(wrong == nil, "\(rows) rows, \(inputs) from \(outputs), \(mask), seed 6")
                }
            }
        }
    }

    @Test("many rows of a wide layer go through the transposed gradients with the same bits", arguments: sets)
    func transposesManyRows(_ set: InstructionSet) throws {
        var random = TestRandom(60)
        let gradient = GradientCase(rows: 131, inputs: 816, outputs: 800, random: &random)
        let values = Floats(random.numbers(131 * 816))
        let found = try gradient.inputGradient(table(set), .positive, values, scale: 2)
        for _ in 0..<500 {
            let (row, input) = (random.below(131), random.below(816))
            let sum = Reference.chain(depth: 800) { o in
                (gradient.outputGradient[row * 800 + o], gradient.weights[input * 800 + o])
            }
            let expected = Reference.masked(sum, .positive, values[row * 816 + input], scale: 2)
            #expect(same(found[row * 816 + input], expected), "row \(row), input \(input), seed 60")
        }
    }
}
