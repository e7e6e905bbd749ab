import SearchAlgorithms
import Testing
import TuningModel

@Suite("The searcher that chooses for itself")
struct AutomaticSearcherTests {
    private static let space = ParameterSpace([
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true))),
        Parameter(name: "kind", domain: .choice([.text("a"), .text("b")])),
        Parameter(
            name: "units", domain: .int(IntRange(low: 16, high: 256, isLogarithmic: true)),
            conditions: [.isOneOf(parameter: 1, values: [.text("b")])]),
    ])

    /// A searcher after trials that took so many seconds each, and are all over.
    private static func searcher(trials: Int, seconds: Double, target: Int = 1) throws -> Searcher {
        var searcher = try Searcher(.automatic, space: Self.space, seed: 4, levels: [1, 3, 9])
        for trial in 0..<trials {
            let suggested = searcher.suggest(TrialID(trial), target: target)
            let configuration = try #require(suggested)
            let loss = Self.space.coordinates(of: configuration)[0]
            searcher.start(configuration, bracket: 0, target: target)
            searcher.observe(TrialID(trial), .init(level: target, loss: loss, seconds: seconds))
            searcher.rest(TrialID(trial))
        }
        return searcher
    }

    @Test(
        "it takes the best searcher that costs at most a fiftieth of the median trial",
        arguments: [
            (0, 0.0, "hyper_tune"), (40, 10, "hyper_tune"), (40, 0.31, "hyper_tune"), (40, 0.29, "tpe"),
            (40, 1e-4, "random"),
        ])
    func choice(trials: Int, seconds: Double, choice: String) throws {
        #expect(try Self.searcher(trials: trials, seconds: seconds).choice == choice)
    }

    @Test("many workers that ask often make a suggestion dear")
    func workers() throws {
        var searcher = try Self.searcher(trials: 40, seconds: 0.5)
        #expect(searcher.choice == "hyper_tune")
        for trial in 40..<90 {
            let suggestion = searcher.suggest(TrialID(trial))
            searcher.start(try #require(suggestion), bracket: 0, target: 1)
        }
        #expect(searcher.choice == "tpe")
    }

    @Test("a copy that was never asked suggests the same", arguments: [10, 0.2, 1e-5], [1, 3])
    func purity(seconds: Double, target: Int) throws {
        var asked = try Searcher(.automatic, space: Self.space, seed: 4, levels: [1, 3, 9])
        var told = asked
        for trial in 0..<40 {
            let suggestion = asked.suggest(TrialID(trial), target: target)
            if trial % 8 == 7 { #expect(told.suggestion(TrialID(trial), target: target) == suggestion) }
            let configuration = try #require(suggestion)
            let loss = Self.space.coordinates(of: configuration)[0]
            for step in [0, 1] {
                var searcher = step == 0 ? asked : told
                searcher.start(configuration, bracket: 0, target: target)
                if trial % 5 != 4 {
                    searcher.observe(TrialID(trial), .init(level: target, loss: loss, seconds: seconds))
                    searcher.rest(TrialID(trial))
                }
                if step == 0 { asked = searcher } else { told = searcher }
            }
        }
        #expect(asked == told)
    }

    @Test("from a pool it suggests what is left there, and finds the best row sooner than random search, seeds 1 to 5")
    func pool() throws {
        let rows = (0..<200).map { Configuration([.float(1e-4 * Double(1 + 49 * $0)), .text("a"), nil]) }
        var found: [Int] = []
        for seed in 1...5 as ClosedRange<UInt64> {
            let pool = ConfigurationPool(space: Self.space, configurations: rows)
            var searcher = try Searcher(.automatic, space: Self.space, seed: seed, levels: [1], pool: pool)
            for trial in 0..<200 {
                let suggested = searcher.suggest(TrialID(trial))
                let configuration = try #require(suggested)
                let answer = searcher.take(nearest: configuration)
                let taken = try #require(answer)
                searcher.start(taken.configuration, bracket: 0, target: 1)
                let loss = Double(abs(taken.row - 77))
                searcher.observe(TrialID(trial), .init(level: 1, loss: loss, seconds: 60))
                searcher.rest(TrialID(trial))
                if taken.row == 77 { found.append(trial) }
            }
            #expect(searcher.pool?.count == 0)
        }
        #expect(found.count == 5 && found.allSatisfy { $0 < 60 }, "\(found)")
    }
}
