import Randomness
import Testing
import TuningModel

@Suite("Coordinates of values")
struct CoordinateTests {
    static let domains: [ParameterDomain] = [
        .float(FloatRange(low: -3, high: 5)), .float(FloatRange(low: 1e-8, high: 10, isLogarithmic: true)),
        .float(FloatRange(low: 0, high: 0.3, step: 0.1)),
        .float(FloatRange(low: 1e-7, high: 1, isLogarithmic: true, alternative: 0)),
        .float(FloatRange(low: -.greatestFiniteMagnitude, high: .greatestFiniteMagnitude)),
        .float(FloatRange(low: 2, high: 2)),
        .int(IntRange(low: -4, high: 9)), .int(IntRange(low: 1, high: 1024, isLogarithmic: true)),
        .int(IntRange(low: 0, high: 10, step: 3)), .int(IntRange(low: 1, high: 6, alternative: 0)),
        .int(IntRange(low: .min, high: .max)), .ordinal([.int(1), .int(2), .int(8)]),
        .choice([.text("a"), .bool(true)]),
    ]

    @Test("a value leads to a coordinate that leads to the value", arguments: Self.domains)
    func there(domain: ParameterDomain) throws {
        let random = RandomStream(seed: 11, purpose: .searchSpace)
        for i in 0..<200 {
            let value = try #require(domain.value(at: random.uniform(at: UInt64(i))))
            let coordinate = try #require(domain.coordinate(of: value), "\(value)")
            #expect((0..<1).contains(coordinate))
            let again = try #require(domain.value(at: coordinate))
            if case .float(let number) = value, case .float(let other) = again {
                #expect(abs(number - other) <= 1e-9 * max(abs(number), 1e-12), "\(number) \(other)")
            } else if case .int(let number) = value, case .int(let other) = again, abs(number / 2 - other / 2) > 0 {
                #expect(abs(Double(number) - Double(other)) <= 1e-15 * 0x1p64, "\(number) \(other)")
            } else {
                #expect(value == again)
            }
        }
    }

    @Test("what is not of the domain has no coordinate")
    func strangers() {
        #expect(Self.domains[0].coordinate(of: .float(5.1)) == nil)
        #expect(Self.domains[0].coordinate(of: .text("x")) == nil)
        #expect(Self.domains[3].coordinate(of: .float(0)) == 0.0625)
        #expect(Self.domains[6].coordinate(of: .int(10)) == nil)
        #expect(Self.domains[11].coordinate(of: .int(3)) == nil)
        #expect(Self.domains[12].coordinate(of: .bool(true)) == 0.75)
    }

    @Test("a configuration leads to its point, with no number where a parameter is inactive")
    func points() {
        let space = ParameterSpace([
            Parameter(name: "a", domain: .choice([.text("x"), .text("y")])),
            Parameter(
                name: "b", domain: .float(FloatRange(low: 0, high: 1)),
                conditions: [.isOneOf(parameter: 0, values: [.text("x")])]),
        ])
        let point = space.coordinates(of: Configuration([.text("x"), .float(0.25)]))
        #expect(point == [0.25, 0.25])
        let other = space.coordinates(of: Configuration([.text("y"), nil]))
        #expect(other[0] == 0.75 && other[1].isNaN)
    }
}
