import Foundation
import KernelInterface
import NumericKernels
import Testing

@Suite("Elementary functions")
struct VectorFunctionTests {
    static func run(_ set: InstructionSet, _ function: VectorFunction, _ values: [Float]) throws -> [Float] {
        let padded = values + [Float](repeating: 1, count: paddedWidth(values.count) - values.count)
        let input = Floats(padded)
        let output = Floats(count: padded.count)
        let arguments = unsafe VectorFunctionArguments(
            count: padded.count, function: function, input: input.constant, output: output.pointer)
        unsafe try table(set).vectorFunction(arguments)
        return Array(output.values.prefix(values.count))
    }

    static func twin(_ function: VectorFunction) -> (Float) -> Float {
        switch function {
        case .exp: Reference.exponential
        case .log: Reference.logarithm
        case .tanh: Reference.hyperbolicTangent
        case .sigmoid: Reference.logistic
        case .normalDistribution: { Reference.normalLaw($0).distribution }
        }
    }

    /// Numbers of all magnitudes and signs, and evenly spread ones.
    static let numbers: [Float] = {
        var random = TestRandom(20)
        let anyBits = (0..<20_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.bits())) }
        let spread = (0..<40_000).map { _ in random.number() * 90 }
        let near = (0..<20_000).map { _ in random.number() * 3 }
        return anyBits + spread + near + [0, -0.0, .infinity, -.infinity, .nan, 1, -1, 88.72, 88.73, -86.64, -87.4]
    }()

    @Test("each function is its twin, bit by bit, over all magnitudes", arguments: sets, VectorFunction.allCases)
    func matchesTwin(_ set: InstructionSet, _ function: VectorFunction) throws {
        let found = try Self.run(set, function, Self.numbers)
        let wrong = difference(found, Self.numbers.map(Self.twin(function)))
        #expect(wrong == nil, "seed 20")
    }

    /// The largest error in units of the last place of the exact result.
    static func largestError(_ found: [Float], _ numbers: [Float], _ exact: (Double) -> Double) -> Double {
        var largest = 0.0
        for (x, y) in zip(numbers, found) {
            let wanted = exact(Double(x))
            guard wanted.isFinite, wanted != 0 else { continue }
            let unit = Double(max(Float(abs(wanted)), Float.leastNormalMagnitude).ulp)
            largest = max(largest, abs(Double(y) - wanted) / unit)
        }
        return largest
    }

    @Test("errors stay within the stated bounds", arguments: sets)
    func staysWithinBounds(_ set: InstructionSet) throws {
        let numbers = Self.numbers
        let inRange = numbers.filter { $0 > -86.6 && $0 < 88.7 }
        let positive = numbers.filter { $0 >= .leastNormalMagnitude && $0.isFinite }
        let finite = numbers.filter { $0.isFinite }
        let aboveTiny = finite.filter { $0 > -86 }
        #expect(try Self.largestError(Self.run(set, .exp, inRange), inRange) { exp($0) } < 2)
        #expect(try Self.largestError(Self.run(set, .log, positive), positive) { log($0) } < 2)
        #expect(try Self.largestError(Self.run(set, .tanh, finite), finite) { tanh($0) } < 5)
        #expect(try Self.largestError(Self.run(set, .sigmoid, aboveTiny), aboveTiny) { 1 / (1 + exp(-$0)) } < 5)
        let normal = try Self.run(set, .normalDistribution, finite)
        for (x, y) in zip(finite, normal) {
            #expect(abs(Double(y) - erfc(-Double(x) / 2.0.squareRoot()) / 2) < 3e-7, "at \(x)")
        }
    }

    @Test("limits, zeros and NaN are as documented", arguments: sets)
    func keepsLimits(_ set: InstructionSet) throws {
        let values: [Float] = [.nan, .infinity, -.infinity, 0, -0.0]
        #expect(try Self.run(set, .exp, values).dropFirst() == [.infinity, 0, 1, 1])
        #expect(
            try Self.run(set, .log, [.infinity, 0, 1, .leastNonzeroMagnitude]) == [
                .infinity, -.infinity, 0, -.infinity,
            ])
        #expect(try Self.run(set, .log, [-1, .nan]).allSatisfy { $0.isNaN })
        #expect(try Self.run(set, .tanh, values).dropFirst() == [1, -1, 0, 0])
        #expect(try Self.run(set, .sigmoid, values).dropFirst() == [1, 0, 0.5, 0.5])
        #expect(try Self.run(set, .normalDistribution, values).dropFirst() == [1, 0, 0.5, 0.5])
        for function in VectorFunction.allCases { #expect(try Self.run(set, function, [.nan])[0].isNaN) }
    }
}
