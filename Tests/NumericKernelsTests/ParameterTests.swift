import KernelInterface
import NumericKernels
import Testing

@Suite("Norms and averages of parameters")
struct ParameterTests {
    @Test("an inner product is its twin, and the sum in Float64 to 1e-6 of its terms", arguments: sets)
    func innerProduct(_ set: InstructionSet) throws {
        let table = try table(set)
        var random = TestRandom(70)
        for count in [0, 16, 48, 64, 80, 4_080, 4_096, 4_112, 10_000] {
            let (first, second) = (Floats(random.numbers(count)), Floats(random.numbers(count)))
            let sum = unsafe table.innerProduct(
                InnerProductArguments(count: count, first: first.constant, second: second.constant))
            #expect(sum == Reference.innerProduct(first.values, second.values), "\(count), seed 70")
            let exact = Reference.exact(depth: count) { (first[$0], second[$0]) }
            #expect(abs(sum - exact.sum) <= 1e-6 * exact.magnitude, "\(count), seed 70")
        }
    }

    @Test("columns above the limit are scaled back to it and no others change", arguments: sets)
    func normLimit(_ set: InstructionSet) throws {
        let table = try table(set)
        var random = TestRandom(71)
        for (rows, columns, limit) in [(0, 16, 1), (1, 16, 0.3), (9, 48, 1.6), (40, 32, 3.7), (3, 16, 99)]
            as [(Int, Int, Float)]
        {
            var numbers = random.numbers(rows * columns)
            if rows == 9 { numbers[columns + 5] = .nan }
            let values = Floats(numbers)
            unsafe table.limitNorm(
                NormLimitArguments(rows: rows, columns: columns, values: values.pointer, limit: limit))
            var expected = numbers
            for column in 0..<columns {
                let members = (0..<rows).map { $0 * columns + column }
                let limited = Reference.limited(members.map { numbers[$0] }, norm: limit)
                for (member, value) in zip(members, limited) { expected[member] = value }
                let norm = members.reduce(0.0) { $0 + Double(values[$1]) * Double(values[$1]) }.squareRoot()
                #expect(norm.isNaN || norm <= Double(limit) * (1 + 1e-6), "column \(column), seed 71")
            }
            #expect(difference(values.values, expected) == nil, "\(rows)x\(columns), seed 71")
            #expect(difference(values.values, numbers) == nil || rows > 0 && limit < 99)
        }
    }

    @Test("an average moves towards the values, all the way with the weight 1", arguments: sets)
    func average(_ set: InstructionSet) throws {
        let table = try table(set)
        var random = TestRandom(72)
        let (values, start) = (Floats(random.numbers(48)), random.numbers(48))
        for weight in [0.25, 1e-4] as [Float] {
            let average = Floats(start)
            unsafe table.average(
                AverageArguments(count: 48, values: values.constant, average: average.pointer, weight: weight))
            let expected = (0..<48).map { Reference.averaged(start[$0], towards: values[$0], weight: weight) }
            #expect(average.values == expected, "seed 72")
        }
        let fresh = Floats(count: 48)
        unsafe table.average(
            AverageArguments(count: 48, values: values.constant, average: fresh.pointer, weight: 1))
        #expect(fresh.values == values.values)
    }
}
