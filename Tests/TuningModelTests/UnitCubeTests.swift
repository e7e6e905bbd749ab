import Testing
import TuningModel

@Suite("From the unit cube to values")
struct UnitCubeTests {
    private let almostOne = 1 - 0x1p-53

    /// The values at the middles of `count` equal parts of the unit interval.
    private func spread(_ domain: ParameterDomain, _ count: Int) -> [ParameterValue?] {
        (0..<count).map { domain.value(at: (Double($0) + 0.5) / Double(count)) }
    }

    @Test("a float range: both ends, the middle, and nothing beyond")
    func float() {
        let domain = ParameterDomain.float(FloatRange(low: -1, high: 3))
        #expect(domain.value(at: 0) == .float(-1))
        #expect(domain.value(at: 0.5) == .float(1))
        #expect(
            domain.value(at: self.almostOne) == .float(3) || domain.value(at: self.almostOne) == .float(3.0.nextDown))
        #expect(ParameterDomain.float(FloatRange(low: 2, high: 2)).value(at: 0.7) == .float(2))
    }

    @Test("a logarithmic float range")
    func logarithmicFloat() throws {
        let domain = ParameterDomain.float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true))
        #expect(domain.value(at: 0) == .float(1e-4))
        let middle = try #require(domain.value(at: 0.5)?.number)
        #expect(abs(middle - 1e-2) < 1e-15)
        let last = try #require(domain.value(at: self.almostOne)?.number)
        #expect(last <= 1 && last > 0.999_999)
    }

    @Test("steps have equal shares, the last one included though rounding misses it")
    func steps() {
        let range = FloatRange(low: 0, high: 0.3, step: 0.1)
        #expect(range.stepCount == 3)
        #expect(self.spread(.float(range), 4) == [0, 0.1, 0.2, 0.3].map { .float($0) })
        #expect(self.spread(.float(range), 8).map { $0?.number } == [0, 0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3])
        #expect(FloatRange(low: 0, high: 1, step: 0.3).stepCount == 3)
        #expect(FloatRange(low: 0, high: 1, step: 5).stepCount == 0)
        #expect(FloatRange(low: -0.5, high: 0.5, step: 0.25).stepCount == 4)
        #expect(
            self.spread(.int(IntRange(low: -4, high: 5, step: 3)), 8)
                == [-4, -4, -1, -1, 2, 2, 5, 5].map { .int($0) })
        #expect(self.spread(.int(IntRange(low: 1, high: 9, step: 5)), 2) == [.int(1), .int(6)])
    }

    @Test("whole numbers, listed values: equal shares from end to end", arguments: [1, 2, 3, 7, 10])
    func equalShares(count: Int) {
        let values = (0..<count).map { ParameterValue.int($0 * 10) }
        let wanted = values.flatMap { Array(repeating: Optional($0), count: 6) }
        #expect(self.spread(.ordinal(values), 6 * count) == wanted)
        #expect(self.spread(.choice(values), 6 * count) == wanted)
        #expect(self.spread(.int(IntRange(low: 0, high: 10 * count - 10, step: 10)), 6 * count) == wanted)
        for i in 0..<count {
            let start = (Double(i) + 1e-9) / Double(count)
            #expect(ParameterDomain.ordinal(values).value(at: start) == values[i])
        }
        #expect(ParameterDomain.choice(values).value(at: self.almostOne) == values[count - 1])
    }

    @Test("logarithmic whole numbers: 1 to 4 as log((k + 1/2) / (k - 1/2)), the ends no less than others")
    func logarithmicInt() {
        let domain = ParameterDomain.int(IntRange(low: 1, high: 4, isLogarithmic: true))
        let values = self.spread(domain, 10_000)
        let counts = (1...4).map { k in values.count { $0 == .int(k) } }
        #expect(counts == [5_000, 2_325, 1_531, 1_144])
        let wide = ParameterDomain.int(IntRange(low: 16, high: 256, isLogarithmic: true))
        #expect(wide.value(at: 0) == .int(16) && wide.value(at: self.almostOne) == .int(256))
        #expect(wide.value(at: 0.5) == .int(63))
    }

    @Test("the alternative has the first eighth, the range all of the rest")
    func alternative() {
        let float = ParameterDomain.float(FloatRange(low: 1, high: 8, alternative: 0))
        #expect(self.spread(float, 8).map { $0?.number } == [0, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5])
        #expect(float.value(at: 0.125) == .float(1))
        #expect(float.value(at: 0.125.nextDown) == .float(0))
        let int = ParameterDomain.int(IntRange(low: 1, high: 7, alternative: -1))
        #expect(self.spread(int, 8) == [-1, 1, 2, 3, 4, 5, 6, 7].map { .int($0) })
        #expect(int.value(at: self.almostOne) == .int(7))
    }

    @Test("no bounds are too far apart, and no coordinate out of place traps")
    func extremes() throws {
        let domains: [ParameterDomain] = [
            .int(IntRange(low: .min, high: .max)), .int(IntRange(low: .min, high: .max, step: .max)),
            .int(IntRange(low: 1, high: .max, isLogarithmic: true)), .int(IntRange(low: .max, high: .max)),
            .int(IntRange(low: .max, high: .max, isLogarithmic: true)), .int(IntRange(low: .min, high: .min)),
            .int(IntRange(low: 3, high: 1)), .int(IntRange(low: -1, high: 5, isLogarithmic: true)),
            .int(IntRange(low: 0, high: 5, step: 0)), .int(IntRange(low: 0, high: 5, step: -2)),
            .float(FloatRange(low: -1e308, high: 1e308)), .float(FloatRange(low: -1e308, high: 1e308, step: 1e307)),
            .float(FloatRange(low: 0, high: 1, step: 1e-300)), .float(FloatRange(low: 0, high: 1, step: -1)),
            .float(FloatRange(low: 0, high: 1, step: .nan)), .float(FloatRange(low: .nan, high: .infinity)),
            .float(FloatRange(low: .leastNonzeroMagnitude, high: .greatestFiniteMagnitude, isLogarithmic: true)),
            .float(FloatRange(low: -1, high: 1, isLogarithmic: true)), .ordinal([]), .choice([.bool(true)]),
        ]
        for domain in domains {
            for coordinate in [0, 0.3, self.almostOne, 1, 2, -1, .nan, .infinity, -.infinity] {
                let value = domain.value(at: coordinate)
                if case .int(let range) = domain, range.low <= range.high, case .int(let number)? = value {
                    #expect(number >= range.low && number <= range.high)
                }
            }
        }
        #expect(domains[0].value(at: 0) == .int(.min) && domains[0].value(at: 0.5) == .int(0))
        #expect(domains[1].value(at: self.almostOne) == .int(.max - 1))
        let width = try #require(domains[10].value(at: 0.75)?.number)
        #expect(abs(width - 0.5e308) < 1e293)
        #expect(domains[11].value(at: self.almostOne) == .float(1e308))
        #expect(domains[18].value(at: 0) == nil)
    }

    @Test("inactive parameters have no value, and their coordinates are not asked for")
    func conditions() {
        let space = ParameterSpace([
            Parameter(name: "layers", domain: .int(IntRange(low: 1, high: 2))),
            Parameter(
                name: "first", domain: .choice([.text("a"), .text("b")]), conditions: [.exceeds(parameter: 0, count: 0)]
            ),
            Parameter(name: "second", domain: .choice([.text("c")]), conditions: [.exceeds(parameter: 0, count: 1)]),
            Parameter(
                name: "child", domain: .ordinal([.int(5)]),
                conditions: [
                    .isOneOf(parameter: 1, values: [.text("b")]), .isOneOf(parameter: 2, values: [.text("c")]),
                ]),
            Parameter(name: "never", domain: .ordinal([.int(5)]), conditions: [.never]),
        ])
        var asked: [Int] = []
        let few = space.configuration { i in
            asked.append(i)
            return 0
        }
        #expect(few == Configuration([.int(1), .text("a"), nil, nil, nil]))
        #expect(asked == [0, 1])
        #expect(
            space.configuration { _ in 0.9 } == Configuration([.int(2), .text("b"), .text("c"), .int(5), nil]))
        #expect(ParameterSpace([]).configuration { _ in 0 } == Configuration([]))
    }
}
