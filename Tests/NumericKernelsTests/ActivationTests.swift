import KernelInterface
import NumericKernels
import Randomness
import Testing

@Suite("Activations and dropout")
struct ActivationTests {
    /// Values and slopes of a kernel call.
    static func run(
        _ set: InstructionSet, _ function: ActivationFunction, _ values: [Float], slopes wantsSlopes: Bool,
        dropout: DropoutSettings
    ) throws -> (values: [Float], slopes: [Float]?) {
        let values = Floats(values)
        let slopes = wantsSlopes ? Floats(count: values.count, .nan) : nil
        let arguments = unsafe ActivationArguments(
            count: values.count, function: function, input: values.constant, output: values.pointer,
            slopes: slopes?.pointer, dropout: dropout)
        unsafe try table(set).activate(arguments)
        return (values.values, slopes?.values)
    }

    /// The factor of an element: 0 or the scale, from the generator of the module Randomness.
    static func factor(_ element: Int, _ dropout: DropoutSettings) -> Float {
        guard dropout.threshold > 0 else { return 1 }
        let stream = RandomStream(seed: dropout.seed, purpose: .dropout, stream: dropout.layer)
        let block = 8 * (element / 64) + element % 16 / 2
        let words = stream.block(at: UInt64(dropout.step) << 32 | UInt64(block))
        let v = element % 64 / 16
        let word = words[2 * (v / 2) + element % 2]
        let bits = v % 2 == 0 ? word & 0xFFFF : word >> 16
        return bits < dropout.threshold ? 0 : dropout.scale
    }

    @Test("values and slopes are those of the twin, with and without dropout", arguments: sets)
    func matchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(30)
        let off = DropoutSettings.off
        let on = DropoutSettings(rate: 0.3, seed: 0x1234_5678_9ABC_DEF0, layer: 3, step: 0xFFFF_FFFE)
        for function in ActivationFunction.allCases {
            for count in [0, 16, 48, 64, 80, 4_096 + 112] {
                for dropout in [off, on] {
                    for wantsSlopes in [false, true] {
                        let values = random.numbers(count).map { $0 * 6 }
                        let found = try Self.run(set, function, values, slopes: wantsSlopes, dropout: dropout)
                        let expected = values.map { Reference.activation(function, $0) }
                        let factors = values.indices.map { Self.factor($0, dropout) }
                        let wanted = zip(expected, factors).map { dropout == off ? $0.value : $0.value * $1 }
                        let slopes = zip(expected, factors).map { dropout == off ? $0.slope : $0.slope * $1 }
                        #expect(difference(found.values, wanted) == nil, "\(function), seed 30")
                        #expect(difference(found.slopes ?? slopes, slopes) == nil, "slopes of \(function), seed 30")
                    }
                }
            }
        }
    }

    @Test("dropout keeps its share of the elements and the mean")
    func keepsShare() throws {
        let set = try #require(sets.first)
        for rate in [0.1, 0.5, 0.9] {
            let dropout = DropoutSettings(rate: rate, seed: 7, layer: 1, step: 2)
            let ones = [Float](repeating: 1, count: 65_536)
            let found = try Self.run(set, .identity, ones, slopes: false, dropout: dropout).values
            let dropped = Double(found.count { $0 == 0 }) / 65_536
            #expect(abs(dropped - rate) < 0.01, "seed 7")
            #expect(found.allSatisfy { $0 == 0 || $0 == dropout.scale })
            #expect(abs(found.reduce(0) { $0 + Double($1) } / 65_536 - 1) < 0.1)
        }
    }

    @Test("the dropout of a rate of 0 is off, and 1/65536 is the finest step")
    func roundsRate() {
        #expect(DropoutSettings(rate: 0, seed: 1, layer: 0, step: 0).threshold == 0)
        #expect(DropoutSettings(rate: 0.5, seed: 1, layer: 0, step: 0).threshold == 32_768)
        #expect(DropoutSettings(rate: 0.5, seed: 1, layer: 0, step: 0).scale == 2)
        #expect(DropoutSettings(rate: 0.999_999_9, seed: 1, layer: 0, step: 0).threshold == 65_535)
    }

    @Test("multiplying by slopes and masking agree with their twins", arguments: sets)
    func multipliesAsTwin(_ set: InstructionSet) throws {
        var random = TestRandom(31)
        for mask in [GradientMask.slope, .positive] {
            let start = random.numbers(112)
            let factors = Floats(random.numbers(112))
            let values = Floats(start)
            let arguments = unsafe MultiplyArguments(
                count: 112, values: values.pointer, factors: factors.constant, mask: mask, scale: 1.5)
            unsafe try table(set).multiply(arguments)
            let expected = start.indices.map { Reference.masked(start[$0], mask, factors[$0], scale: 1.5) }
            #expect(difference(values.values, expected) == nil, "\(mask), seed 31")
        }
    }
}
