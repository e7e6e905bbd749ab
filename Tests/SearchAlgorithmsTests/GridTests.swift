import Testing
import TuningModel

@testable import SearchAlgorithms

@Suite("The grid")
struct GridTests {
    private func all(_ parameters: [Parameter], points: Int = 3) throws -> [[String]] {
        let searcher = try Searcher(.grid(points: points), space: ParameterSpace(parameters), seed: 1)
        let count = try #require(searcher.configurationCount)
        #expect(searcher.suggestion(TrialID(count)) == nil)
        #expect(searcher.suggestion(TrialID(-1)) == nil)
        return try (0..<count).map { number in
            let configuration = try #require(searcher.suggestion(TrialID(number)))
            return configuration.values.map { $0.map { "\($0)" } ?? "-" }
        }
    }

    private func axis(_ domain: ParameterDomain, points: Int) throws -> [String] {
        try self.all([Parameter(name: "x", domain: domain)], points: points).map { $0[0] }
    }

    @Test("floats: points from bound to bound, by logarithms where told so")
    func floats() throws {
        #expect(try self.axis(.float(FloatRange(low: 0, high: 1)), points: 5) == ["0.0", "0.25", "0.5", "0.75", "1.0"])
        #expect(try self.axis(.float(FloatRange(low: 2, high: 4)), points: 1) == ["3.0"])
        #expect(try self.axis(.float(FloatRange(low: 2, high: 2)), points: 4) == ["2.0"])
        #expect(
            try self.axis(.float(FloatRange(low: 1, high: 100, isLogarithmic: true, alternative: 0)), points: 2)
                == ["1.0", "100.0", "0.0"])
        let edge = FloatRange(low: -.greatestFiniteMagnitude, high: .greatestFiniteMagnitude)
        #expect(try self.axis(.float(edge), points: 3).count == 3)
    }

    @Test("a step gives every value, and an alternative on the grid is no other value")
    func steps() throws {
        #expect(
            try self.axis(.float(FloatRange(low: 0, high: 0.5, step: 0.25, alternative: 0.25)), points: 9)
                == ["0.0", "0.25", "0.5"])
        #expect(try self.axis(.int(IntRange(low: 1, high: 8, step: 3, alternative: 4)), points: 2) == ["1", "4", "7"])
        #expect(
            try self.axis(.int(IntRange(low: 1, high: 8, step: 3, alternative: 5)), points: 2) == ["1", "4", "7", "5"])
        #expect(try self.axis(.float(FloatRange(low: 0, high: 0.3, step: 0.1)), points: 2).count == 4)
    }

    @Test("ints without a step: all of them where they are few, else points, each once")
    func ints() throws {
        #expect(try self.axis(.int(IntRange(low: 1, high: 3)), points: 5) == ["1", "2", "3"])
        #expect(try self.axis(.int(IntRange(low: 0, high: 100)), points: 5) == ["0", "25", "50", "75", "100"])
        #expect(try self.axis(.int(IntRange(low: 0, high: 10)), points: 1) == ["5"])
        #expect(
            try self.axis(.int(IntRange(low: 1, high: 100, isLogarithmic: true)), points: 5)
                == ["1", "3", "10", "32", "100"])
        #expect(
            try self.axis(.int(IntRange(low: 1, high: 20, isLogarithmic: true)), points: 10)
                == ["1", "2", "3", "4", "5", "7", "10", "14", "20"])
        #expect(
            try self.axis(.int(IntRange(low: .min, high: .max)), points: 3) == ["\(Int.min)", "0", "\(Int.max)"])
    }

    private let branched: [Parameter] = [
        Parameter(name: "optimizer", domain: .choice([.text("sgd"), .text("adam"), .text("rmsprop")])),
        Parameter(
            name: "momentum", domain: .ordinal([.float(0), .float(0.9)]),
            conditions: [.isOneOf(parameter: 0, values: [.text("sgd")])]),
        Parameter(
            name: "beta", domain: .ordinal([.int(1), .int(2), .int(3)]),
            conditions: [.isOneOf(parameter: 0, values: [.text("adam")])]),
        Parameter(name: "batch", domain: .ordinal([.int(16), .int(32)])),
    ]

    @Test("children that are inactive multiply nothing; the last active parameter varies fastest")
    func branches() throws {
        let wanted = [
            ["sgd", "0.0", "-"], ["sgd", "0.9", "-"], ["adam", "-", "1"], ["adam", "-", "2"], ["adam", "-", "3"],
            ["rmsprop", "-", "-"],
        ].flatMap { [$0 + ["16"], $0 + ["32"]] }
        #expect(try self.all(self.branched) == wanted)
    }

    @Test("repeated layers: 2 + 4 + 8 configurations, not 24")
    func repetition() throws {
        let layer = { (i: Int) in
            Parameter(
                name: "layers.\(i).units", domain: .ordinal([.int(8), .int(9)]),
                conditions: i == 0 ? [] : [.exceeds(parameter: 0, count: i)])
        }
        let space = [Parameter(name: "layers", domain: .int(IntRange(low: 1, high: 3)))] + (0..<3).map(layer)
        let all = try self.all(space)
        #expect(all.count == 14)
        #expect(Set(all).count == 14)
        #expect(all[0] == ["1", "8", "-", "-"] && all[2] == ["2", "8", "8", "-"] && all[13] == ["3", "9", "9", "9"])
    }

    @Test("conditions upon conditions, from afar and together: each configuration once, all of them valid")
    func entangled() throws {
        let space = ParameterSpace(
            self.branched + [
                Parameter(
                    name: "nested", domain: .choice([.bool(true), .bool(false)]),
                    conditions: [.isOneOf(parameter: 1, values: [.float(0.9)])]),
                Parameter(
                    name: "both", domain: .ordinal([.int(1), .int(2)]),
                    conditions: [
                        .isOneOf(parameter: 0, values: [.text("sgd"), .text("adam")]),
                        .isOneOf(parameter: 3, values: [.int(32)]),
                    ]),
                Parameter(name: "never", domain: .ordinal([.int(1), .int(2)]), conditions: [.never]),
            ])
        let searcher = try Searcher(.grid(points: 2), space: space, seed: 1)
        let all = (0..<1_000).compactMap { searcher.suggestion(TrialID($0)) }
        // sgd 0: 16, 32 x 2; sgd 0.9: twice as many; adam: 3 x (1 + 2); rmsprop: 2.
        #expect(all.count == 3 + 6 + 9 + 2)
        #expect(searcher.configurationCount == all.count)
        #expect(Set(all).count == all.count)
        for configuration in all {
            for (i, parameter) in space.parameters.enumerated() {
                #expect((configuration.values[i] != nil) == space.holds(parameter.conditions, in: configuration.values))
            }
        }
    }

    @Test("a grid beyond all numbers is counted without a trap, and suggests without being listed")
    func enormous() throws {
        let space = ParameterSpace(
            (0..<500).map { i in
                Parameter(
                    name: "x\(i)", domain: .int(IntRange(low: 0, high: .max - 1, step: 2)),
                    conditions: i % 2 == 0 ? [] : [.never])
            })
        let searcher = try Searcher(.grid(points: 10), space: space, seed: 1)
        #expect(searcher.configurationCount == .max)
        let first = try #require(searcher.suggestion(TrialID(0)))
        let last = try #require(searcher.suggestion(TrialID(.max - 1)))
        #expect(first.values[498] == .int(0) && last.values[498] != first.values[498])
        #expect(searcher.suggestion(TrialID(.max)) == nil)
    }

    @Test("points out of range and too entangled conditions are refused")
    func refusals() {
        #expect(throws: SearchError.invalidSetting(name: "points", found: "0", wanted: "1 to 10000")) {
            try Searcher(.grid(points: 0), space: ParameterSpace([]), seed: 1)
        }
        let space = ParameterSpace([
            Parameter(name: "a", domain: .int(IntRange(low: 0, high: .max, step: 2))),
            Parameter(name: "b", domain: .ordinal([.int(1)]), conditions: [.exceeds(parameter: 0, count: 4)]),
        ])
        #expect(
            throws: SearchError.invalidSetting(
                name: "searcher", found: "grid, with too many combinations of conditions",
                wanted: "conditions on fewer values, or the searcher random")
        ) { try Searcher(.grid(points: 3), space: space, seed: 1) }
    }

    @Test("an empty space has one configuration, the empty one")
    func empty() throws {
        #expect(try self.all([]) == [[]])
    }
}
