import SearchAlgorithms
import Testing
import TuningModel

@Suite("Searchers")
struct SearcherTests {
    private let space = ParameterSpace([
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true))),
        Parameter(name: "family", domain: .choice([.text("a"), .text("b")])),
        Parameter(
            name: "units", domain: .int(IntRange(low: 16, high: 256, isLogarithmic: true)),
            conditions: [.isOneOf(parameter: 1, values: [.text("b")])]),
    ])

    @Test(
        "a suggestion depends on seed and trial alone", arguments: [SearcherSettings.random, .sobol, .grid(points: 4)])
    func purity(settings: SearcherSettings) throws {
        let searcher = try Searcher(settings, space: self.space, seed: 5)
        let again = try Searcher(settings, space: self.space, seed: 5)
        #expect(searcher == again)
        let forwards = (0..<12).map { searcher.suggestion(TrialID($0)) }
        let backwards = (0..<12).reversed().map { again.suggestion(TrialID($0)) }
        #expect(forwards == backwards.reversed())
        for configuration in forwards.compactMap(\.self) {
            let isB = configuration.values[1] == .text("b")
            #expect((configuration.values[2] != nil) == isB)
        }
    }

    @Test("another seed gives other suggestions, another trial too", arguments: [SearcherSettings.random, .sobol])
    func seeds(settings: SearcherSettings) throws {
        let first = try Searcher(settings, space: self.space, seed: 5)
        let second = try Searcher(settings, space: self.space, seed: 1 << 40 | 5)
        #expect(first.suggestion(TrialID(0)) != second.suggestion(TrialID(0)))
        let numbers = Array(0..<300) + [1 << 32, 1 << 40, 1 << 50]
        #expect(Set(numbers.map { first.suggestion(TrialID($0)) }).count == numbers.count)
        #expect(first.configurationCount == nil)
    }

    @Test("the random suggestion of a trial stays the same for ever")
    func frozen() throws {
        let searcher = try Searcher(.random, space: self.space, seed: 1)
        let suggestions = (0..<3).map { searcher.suggestion(TrialID($0))?.values.map { $0.map { "\($0)" } ?? "-" } }
        #expect(
            suggestions == [
                ["0.0002944570276848621", "a", "-"], ["0.00385221102194831", "a", "-"],
                ["0.012988444294859583", "b", "175"],
            ])
    }

    @Test(
        "a space that cannot be drawn from is refused by name",
        arguments: [
            Parameter(name: "x", domain: .float(FloatRange(low: 1, high: 0))),
            Parameter(name: "x", domain: .float(FloatRange(low: 0, high: .infinity))),
            Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1, isLogarithmic: true))),
            Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1, step: 0))),
            Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1, step: .nan))),
            Parameter(name: "x", domain: .float(FloatRange(low: 1, high: 2, isLogarithmic: true, step: 1))),
            Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1, alternative: .nan))),
            Parameter(name: "x", domain: .int(IntRange(low: 1, high: 0))),
            Parameter(name: "x", domain: .int(IntRange(low: 0, high: 1, isLogarithmic: true))),
            Parameter(name: "x", domain: .int(IntRange(low: 0, high: 1, step: 0))),
            Parameter(name: "x", domain: .int(IntRange(low: 1, high: 9, isLogarithmic: true, step: 2))),
            Parameter(name: "x", domain: .ordinal([])),
            Parameter(name: "x", domain: .choice([])),
            Parameter(name: "x", domain: .choice([.int(1)]), conditions: [.exceeds(parameter: 0, count: 1)]),
            Parameter(name: "x", domain: .choice([.int(1)]), conditions: [.isOneOf(parameter: -1, values: [])]),
            Parameter(name: "x", domain: .choice([.int(1)]), conditions: [.isOneOf(parameter: 9, values: [])]),
        ])
    func refusal(parameter: Parameter) {
        for settings in [SearcherSettings.random, .sobol, .grid(points: 3)] {
            let error = #expect(throws: SearchError.self) {
                try Searcher(settings, space: ParameterSpace([parameter]), seed: 1)
            }
            #expect(error.map { "\($0)".hasPrefix("parameter x: ") } == true)
        }
    }
}
