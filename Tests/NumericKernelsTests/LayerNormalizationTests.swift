import KernelInterface
import NumericKernels
import Testing

@Suite("Layer normalisation")
struct LayerNormalizationTests {
    @Test("each row is that of its twin, forwards and backwards, and what lies beyond the units is 0", arguments: sets)
    func twin(_ set: InstructionSet) throws {
        var random = TestRandom(76)
        for (rows, units) in [(0, 16), (1, 1), (3, 16), (4, 19), (2, 64), (5, 77)] {
            let columns = paddedWidth(units)
            let values = random.matrix(rows: rows, width: units, stride: columns, padding: 0)
            let before = values.values
            let gain = random.matrix(rows: 1, width: units, stride: columns, padding: 0)
            let shift = random.matrix(rows: 1, width: units, stride: columns, padding: 0)
            let (normalized, inverse) = (Floats(count: max(1, rows * columns), .nan), Floats(count: max(1, rows), .nan))
            let arguments = unsafe LayerNormalizationArguments(
                rows: rows, columns: columns, units: units, values: values.pointer, gain: gain.constant,
                shift: shift.constant, epsilon: 1e-5, normalized: normalized.pointer, inverseDeviation: inverse.pointer)
            unsafe try table(set).normalizeRows(arguments)
            let gradient = random.matrix(rows: rows, width: units, stride: columns, padding: 0)
            let given = gradient.values
            let gainGradient = Floats(count: max(1, rows * columns), .nan)
            let backward = unsafe LayerNormalizationBackwardArguments(
                rows: rows, columns: columns, units: units, gradient: gradient.pointer,
                normalized: normalized.constant, inverseDeviation: inverse.constant, gain: gain.constant,
                gainGradient: gainGradient.pointer)
            unsafe try table(set).normalizeRowsBackward(backward)
            for row in 0..<rows {
                let place = row * columns
                let (n, deviation) = Reference.normalizedRow(Array(before[place..<place + units]), epsilon: 1e-5)
                #expect(same(inverse[row], deviation), "\(rows) x \(units), seed 76")
                let wanted = n.enumerated().map { shift[$0].addingProduct(gain[$0], $1) }
                let back = Reference.normalizedRowGradient(
                    Array(given[place..<place + units]), normalized: n, inverse: deviation,
                    gain: (0..<units).map { gain[$0] })
                for unit in 0..<columns {
                    let isUnit = unit < units
                    #expect(same(normalized[place + unit], isUnit ? n[unit] : 0))
                    #expect(same(values[place + unit], isUnit ? wanted[unit] : 0))
                    #expect(same(gainGradient[place + unit], isUnit ? given[place + unit] * n[unit] : 0))
                    #expect(same(gradient[place + unit], isUnit ? back[unit] : 0))
                }
            }
        }
    }
}
