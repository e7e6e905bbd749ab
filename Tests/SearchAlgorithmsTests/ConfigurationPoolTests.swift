import Randomness
import SearchAlgorithms
import Testing
import TuningModel

@Suite("A pool of configurations")
struct ConfigurationPoolTests {
    private let space = ParameterSpace([
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true))),
        Parameter(name: "units", domain: .int(IntRange(low: 10, high: 20))),
        Parameter(name: "depth", domain: .ordinal([.int(1), .int(2), .int(16)])),
        Parameter(name: "kind", domain: .choice([.text("a"), .text("b")])),
    ])

    private func configuration(_ rate: Double, _ units: Int, _ depth: Int, _ kind: String) -> Configuration {
        Configuration([.float(rate), .int(units), .int(depth), .text(kind)])
    }

    @Test("the nearest row is taken once, by the distance of each kind of parameter")
    func distances() throws {
        var pool = ConfigurationPool(
            space: self.space,
            configurations: [
                self.configuration(1e-4, 10, 1, "a"), self.configuration(1e-2, 10, 1, "a"),
                self.configuration(1e-4, 18, 1, "a"), self.configuration(1e-4, 10, 16, "a"),
                self.configuration(1e-4, 10, 1, "b"),
            ])
        // From row 0: half of the logarithms, 0.8 of the units, 1 for the last of three depths and 1 for another kind.
        let rows = (0..<6).map { _ in pool.take(nearest: self.configuration(1e-4, 10, 1, "a"))?.row }
        #expect(rows == [0, 1, 2, 3, 4, nil])
        #expect(pool.count == 0)
    }

    @Test("every row is what an exhaustive search finds, seed 8")
    func reference() throws {
        let random = RandomStream(seed: 8, purpose: .simulation)
        func integer(_ bound: Int, _ index: Int) -> Int {
            Int(random.integer(below: UInt64(bound), at: UInt64(index)))
        }
        let configurations = (0..<300).map { i in
            let rate = 1e-4 * Double(1 + integer(9_999, 4 * i))
            let depth = [1, 2, 16][integer(3, 4 * i + 2)]
            let kind = ["a", "b"][integer(2, 4 * i + 3)]
            return self.configuration(rate, 10 + integer(11, 4 * i + 1), depth, kind)
        }
        func point(_ configuration: Configuration) -> [Double] {
            let bottom = LogarithmicScale.logarithm(1e-4)
            let rate = configuration.values[0]?.number ?? .nan
            let depth = configuration.values[2]
            let share = (LogarithmicScale.logarithm(rate) - bottom) / (0 - bottom)
            let units = configuration.values[1]?.number ?? .nan
            let place = depth == .int(1) ? 0 : depth == .int(2) ? 0.5 : 1
            return [share, (units - 10) / 10, place, configuration.values[3] == .text("a") ? 0 : 1]
        }
        var pool = ConfigurationPool(space: self.space, configurations: configurations)
        var left = Set(configurations.indices)
        for number in 0..<300 {
            let wanted = self.space.configuration { random.uniform(at: UInt64(10_000 + 4 * number + $0)) }
            let target = point(wanted)
            var nearest = -1
            var least = Double.infinity
            for row in left.sorted() {
                let differences = zip(point(configurations[row]), target).map { $0 - $1 }
                let distance = differences.reduce(0) { $0 + $1 * $1 }
                if distance < least { (nearest, least) = (row, distance) }
            }
            let answer = pool.take(nearest: wanted)
            let taken = try #require(answer)
            #expect(taken.row == nearest && taken.configuration == configurations[taken.row])
            left.remove(taken.row)
        }
        #expect(left.isEmpty)
    }

    @Test(
        "where rows and points lack values, and many are as near, the lowest is found all the same",
        arguments: [4, 5, 6])
    func gaps(seed: UInt64) throws {
        // Twelve axes are more than are compared at a time.
        let space = ParameterSpace(
            (0..<3).flatMap { i in
                [
                    Parameter(name: "a\(i)", domain: .float(FloatRange(low: -1, high: 1))),
                    Parameter(name: "b\(i)", domain: .ordinal([.int(1), .int(2), .int(3)])),
                    Parameter(name: "c\(i)", domain: .choice([.text("x"), .text("y"), .text("z")])),
                    Parameter(name: "d\(i)", domain: .int(IntRange(low: 0, high: 2))),
                ]
            })
        let random = RandomStream(seed: seed, purpose: .simulation)
        func configuration(_ number: Int) -> Configuration {
            let draws = (0..<24).map { random.uniform(at: UInt64(24 * number + $0)) }
            let values = space.parameters.indices.map { i -> ParameterValue? in
                // Coarse numbers, so that there are many ties.
                let place = (draws[i] * 4).rounded(.down) / 4
                return draws[i + 12] < 0.15 ? nil : space.parameters[i].domain.value(at: place)
            }
            return Configuration(values)
        }
        func distance(_ one: Configuration, _ other: Configuration) -> Double {
            var sum = 0.0
            for (i, pair) in zip(one.values, other.values).enumerated() {
                switch pair {
                case (nil, nil): sum += i % 4 == 2 ? 0 : 1
                case (nil, _), (_, nil): sum += 1
                case (let left?, let right?):
                    guard i % 4 != 2 else {
                        sum += left == right ? 0 : 1
                        continue
                    }
                    let difference = ((left.number ?? 0) - (right.number ?? 0)) / 2
                    sum += difference * difference
                }
            }
            return sum
        }
        let rows = (0..<500).map { configuration($0) }
        var pool = ConfigurationPool(space: space, configurations: rows)
        var left = Array(rows.indices)
        for number in 0..<500 {
            let target = configuration(1_000 + number)
            let nearest = try #require(
                left.min { (distance(rows[$0], target), $0) < (distance(rows[$1], target), $1) })
            #expect(pool.take(nearest: target)?.row == nearest, "SEED=\(seed)")
            left.removeAll { $0 == nearest }
        }
        #expect(pool.count == 0 && pool.take(nearest: rows[0]) == nil)
    }

    @Test(
        "rows that single precision cannot tell apart are told apart, also beside one far outside of the space",
        arguments: [21, 22])
    func narrow(seed: UInt64) throws {
        let space = ParameterSpace(
            (0..<11).map { Parameter(name: "x\($0)", domain: .float(FloatRange(low: 0, high: 1))) })
        let random = RandomStream(seed: seed, purpose: .simulation)
        let rows = (0..<400).map { row -> [Double] in
            (0..<11).map { axis in
                let number = random.uniform(at: UInt64(11 * row + axis))
                return row == 399 ? 1e6 * number : 0.5 + 1e-9 * (number - 0.5)
            }
        }
        var pool = ConfigurationPool(
            space: space, configurations: rows.map { Configuration($0.map { ParameterValue.float($0) }) })
        var left = Array(rows.indices)
        for number in 0..<400 {
            let target = (0..<11).map { axis -> Double in
                let place = random.uniform(at: UInt64(100_000 + 11 * number + axis))
                return number % 2 == 0 ? place : 0.5 + 1e-9 * (place - 0.5)
            }
            func distance(_ row: Int) -> Double {
                zip(rows[row], target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            }
            let nearest = try #require(left.min { (distance($0), $0) < (distance($1), $1) })
            let answer = pool.take(nearest: Configuration(target.map { ParameterValue.float($0) }))
            #expect(answer?.row == nearest, "SEED=\(seed)")
            left.removeAll { $0 == nearest }
        }
    }
}
