import KernelInterface
import NumericKernels
import Testing

@Suite("Batch normalisation")
struct NormalizationTests {
    static let shapes = [(1, 16), (2, 80), (33, 64), (128, 144)]

    @Test("training agrees with the twin, in place and with relu", arguments: sets)
    func trainingMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(40)
        for (rows, columns) in Self.shapes {
            for isRelu in [false, true] {
                let input = random.numbers(rows * columns)
                let values = Floats(input)
                let output = Floats(count: rows * columns)
                let gain = Floats(random.numbers(columns))
                let shift = Floats(random.numbers(columns))
                let inverse = Floats(count: columns)
                let (mean, variance) = (Floats(random.numbers(columns)), Floats(random.numbers(columns)))
                let (oldMean, oldVariance) = (mean.values, variance.values)
                let arguments = unsafe NormalizationArguments(
                    rows: rows, columns: columns, input: values.constant, normalized: values.pointer,
                    output: output.pointer, gain: gain.constant, shift: shift.constant,
                    inverseDeviation: inverse.pointer, runningMean: mean.pointer, runningVariance: variance.pointer,
                    runningWeight: 0.1, epsilon: 1e-5, relu: isRelu)
                unsafe try table(set).normalize(arguments)
                for column in 0..<columns {
                    let twin = Reference.NormalizedColumn(
                        (0..<rows).map { input[$0 * columns + column] }, epsilon: 1e-5)
                    let scaled = twin.normalized.map { shift[column].addingProduct($0, gain[column]) }
                    let unbiased = rows > 1 ? twin.variance * (Float(rows) / Float(rows - 1)) : twin.variance
                    let expected =
                        twin.normalized + (isRelu ? scaled.map(Reference.relu) : scaled)
                        + [
                            twin.inverse, oldMean[column].addingProduct(0.1, twin.mean - oldMean[column]),
                            oldVariance[column].addingProduct(0.1, unbiased - oldVariance[column]),
                        ]
                    let found =
                        (0..<rows).map { values[$0 * columns + column] }
                        + (0..<rows).map { output[$0 * columns + column] }
                        + [inverse[column], mean[column], variance[column]]
                    #expect(difference(found, expected) == nil, "\(rows)x\(columns) column \(column), seed 40")
                }
            }
        }
    }

    @Test("normalised values have mean 0 and variance 1")
    func normalizes() throws {
        var random = TestRandom(41)
        let column = Reference.NormalizedColumn(random.numbers(1_000).map { $0 * 5 + 3 }, epsilon: 1e-5)
        let mean = column.normalized.reduce(0) { $0 + Double($1) } / 1_000
        let variance = column.normalized.reduce(0) { $0 + Double($1) * Double($1) } / 1_000
        #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-4, "seed 41")
    }

    @Test("backwards agrees with the twin for every rule", arguments: sets)
    func backwardMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(42)
        for (index, (rows, columns)) in Self.shapes.enumerated() {
            for rule in UpdateTests.rules.dropFirst(index) {
                let (start, normalized) = (random.numbers(rows * columns), Floats(random.numbers(rows * columns)))
                let gradient = Floats(start)
                let inverse = Floats(random.numbers(columns).map { abs($0) + 0.1 })
                let gain = TestParameters(columns, random: &random)
                let shift = TestParameters(columns, random: &random)
                var gradients: [(input: [Float], gain: Float, shift: Float)] = []
                for column in 0..<columns {
                    let values = (0..<rows).map { normalized[$0 * columns + column] }
                    var twin = Reference.NormalizedColumn(values, epsilon: 0)
                    twin.normalized = values
                    twin.inverse = inverse[column]
                    gradients.append(
                        twin.backward((0..<rows).map { start[$0 * columns + column] }, gain: gain.values[column]))
                }
                let expectedGain = gain.expected(gradients.map(\.gain), rule)
                let expectedShift = shift.expected(gradients.map(\.shift), rule)
                let arguments = unsafe NormalizationBackwardArguments(
                    rows: rows, columns: columns, gradient: gradient.pointer, normalized: normalized.constant,
                    inverseDeviation: inverse.constant, gain: gain.block(rule), shift: shift.block(rule), rule: rule)
                unsafe try table(set).normalizeBackward(arguments)
                let expected = (0..<rows * columns).map { gradients[$0 % columns].input[$0 / columns] }
                #expect(difference(gradient.values, expected) == nil, "\(rows)x\(columns), seed 42")
                #expect(difference(gain.all, expectedGain) == nil, "gain, \(rule), seed 42")
                #expect(difference(shift.all, expectedShift) == nil, "shift, \(rule), seed 42")
            }
        }
    }

    @Test("evaluation uses the running figures", arguments: sets)
    func evaluationMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(43)
        for (rows, columns) in Self.shapes + [(0, 16)] {
            let start = random.numbers(rows * columns)
            let values = Floats(start)
            let (gain, shift) = (Floats(random.numbers(columns)), Floats(random.numbers(columns)))
            let (mean, variance) = (Floats(random.numbers(columns)), Floats(random.numbers(columns).map(abs)))
            let arguments = unsafe FixedNormalizationArguments(
                rows: rows, columns: columns, values: values.pointer, gain: gain.constant, shift: shift.constant,
                runningMean: mean.constant, runningVariance: variance.constant, epsilon: 1e-5, relu: true)
            unsafe try table(set).normalizeFixed(arguments)
            let expected = start.indices.map { index in
                let column = index % columns
                let inverse = 1 / Reference.squareRoot(variance[column] + 1e-5)
                return Reference.relu(
                    shift[column].addingProduct((start[index] - mean[column]) * inverse, gain[column]))
            }
            #expect(difference(values.values, expected) == nil, "\(rows)x\(columns), seed 43")
        }
    }
}
