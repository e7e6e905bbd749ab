import Randomness
import Testing
import TuningModel

@testable import SearchAlgorithms

/// What every searcher with a Gaussian process must do.
@Suite("Searchers with a Gaussian process")
struct SurrogateSearcherTests {
    private static let small = GaussianProcessSettings(startupTrials: 4, candidates: 64)
    static let all: [SearcherSettings] = [.gaussianProcess(small), .hyperTune(small), .mobster(small)]

    private static let space = ParameterSpace([
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true))),
        Parameter(name: "l2", domain: .float(FloatRange(low: 1e-6, high: 0.1, isLogarithmic: true, alternative: 0))),
        Parameter(name: "family", domain: .choice([.text("a"), .text("b")])),
        Parameter(
            name: "units", domain: .int(IntRange(low: 16, high: 256, isLogarithmic: true)),
            conditions: [.isOneOf(parameter: 2, values: [.text("b")])]),
        Parameter(name: "layers", domain: .int(IntRange(low: 1, high: 3))),
        Parameter(
            name: "width", domain: .ordinal([.int(8), .int(16), .int(32)]),
            conditions: [.exceeds(parameter: 4, count: 1)]),
        Parameter(name: "seed", domain: .int(IntRange(low: 0, high: 1_000_000))),
    ])

    /// Runs trials, some of them side by side, at levels 1 and 3, and gives what was suggested.
    private static func run(
        _ settings: SearcherSettings, space: ParameterSpace, trials: Int, parallel: Int = 3, isFresh: Bool = false,
        loss: (Int, Configuration) -> Double
    ) throws -> [Configuration] {
        var searcher = try Searcher(settings, space: space, seed: 9, levels: [1, 3])
        var configurations: [Configuration] = []
        for trial in 0..<trials {
            let suggestion = isFresh ? searcher.suggestion(TrialID(trial)) : searcher.suggest(TrialID(trial))
            let configuration = try #require(suggestion)
            configurations.append(configuration)
            searcher.start(configuration, bracket: 0, target: 1)
            guard trial >= parallel else { continue }
            let done = trial - parallel
            let value = loss(done, configurations[done])
            searcher.observe(TrialID(done), .init(level: 1, loss: value))
            if done % 3 == 0 { searcher.observe(TrialID(done), .init(level: 3, loss: value / 2)) }
            searcher.rest(TrialID(done))
        }
        return configurations
    }

    private static func isMember(_ configuration: Configuration, of space: ParameterSpace) -> Bool {
        space.parameters.indices.allSatisfy { i in
            let isActive = space.holds(space.parameters[i].conditions, in: configuration.values)
            guard isActive, let value = configuration.values[i] else {
                return !isActive && configuration.values[i] == nil
            }
            return space.parameters[i].domain.coordinate(of: value) != nil
        }
    }

    @Test("a searcher that was never asked suggests the same, and all suggestions are in the space", arguments: all)
    func purity(settings: SearcherSettings) throws {
        let loss = { (trial: Int, configuration: Configuration) -> Double in
            if trial % 5 == 1 { return .infinity }
            let rate: Double = configuration.values[0]?.number ?? 0
            return abs(rate - 0.01) + Double(trial % 2)
        }
        let kept = try Self.run(settings, space: Self.space, trials: 40, loss: loss)
        let fresh = try Self.run(settings, space: Self.space, trials: 40, isFresh: true, loss: loss)
        #expect(kept == fresh)
        #expect(kept.allSatisfy { Self.isMember($0, of: Self.space) })
        #expect(Set(kept).count == 40)
    }

    @Test(
        "losses that are all the same, all infinite, huge or tiny are survived", arguments: all,
        [[1.0], [.infinity], [1e308, -1e308], [0x1p-1074, 0], [1e308, .infinity, 1], [.infinity, .infinity, 2]])
    func hostileLosses(settings: SearcherSettings, losses: [Double]) throws {
        let configurations = try Self.run(settings, space: Self.space, trials: 24) { trial, _ in
            losses[trial % losses.count]
        }
        #expect(configurations.allSatisfy { Self.isMember($0, of: Self.space) })
    }

    @Test("a space of six configurations is gone through once before anything is tried again", arguments: all)
    func duplicates(settings: SearcherSettings) throws {
        let space = ParameterSpace([
            Parameter(name: "a", domain: .choice([.int(1), .int(2), .int(3)])),
            Parameter(name: "b", domain: .ordinal([.int(1), .int(2)])),
        ])
        let configurations = try Self.run(settings, space: space, trials: 12) { trial, _ in Double(trial) }
        #expect(Set(configurations.prefix(6)).count == 6)
        #expect(configurations.allSatisfy { Self.isMember($0, of: space) })
    }

    @Test("a space without parameters and one with a single value have their one configuration", arguments: all)
    func trivialSpaces(settings: SearcherSettings) throws {
        let single = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 2, high: 2)))])
        #expect(
            try Self.run(settings, space: ParameterSpace([]), trials: 12) { trial, _ in Double(trial) }
                == Array(repeating: Configuration([]), count: 12))
        #expect(
            try Self.run(settings, space: single, trials: 12) { _, _ in 1 }
                == Array(repeating: Configuration([.float(2)]), count: 12))
    }

    @Test(
        "one observation is enough where there is one startup trial",
        arguments: [
            SearcherSettings.gaussianProcess(GaussianProcessSettings(startupTrials: 1)),
            .hyperTune(GaussianProcessSettings(startupTrials: 1)),
            .mobster(GaussianProcessSettings(startupTrials: 1)),
        ])
    func oneObservation(settings: SearcherSettings) throws {
        let configurations = try Self.run(settings, space: Self.space, trials: 3, parallel: 1) { _, _ in 1 }
        #expect(Set(configurations).count == 3)
    }

    @Test("sixteen trials that run at once are spread, and the valley is found", arguments: all)
    func parallel(settings: SearcherSettings) throws {
        let space = ParameterSpace(
            (0..<2).map { Parameter(name: "x\($0)", domain: .float(FloatRange(low: 0, high: 1))) })
        let loss = { (_: Int, configuration: Configuration) -> Double in
            var sum = 0.0
            for value in configuration.values {
                let distance: Double = (value?.number ?? 0) - 0.3
                sum += distance * distance
            }
            return sum
        }
        let configurations = try Self.run(settings, space: space, trials: 64, parallel: 16, loss: loss)
        #expect(configurations.map { loss(0, $0) }.min() ?? 1 < 1e-3)
        #expect(Set(configurations).count == 64)
    }

    @Test("settings out of range are refused by name")
    func refusal() {
        for (settings, text) in [
            (GaussianProcessSettings(startupTrials: 0), "search: startup_trials = 0, want at least 1"),
            (GaussianProcessSettings(candidates: 0), "search: candidates = 0, want at least 1"),
        ] {
            for searcher in [SearcherSettings.gaussianProcess(settings), .hyperTune(settings)] {
                let error = #expect(throws: SearchError.self) { try Searcher(searcher, space: Self.space, seed: 1) }
                #expect(error.map { "\($0)" } == text)
            }
        }
    }

    @Test("kernel parameters are fitted at each observation first, then after a sixteenth more, at most 32")
    func fitCounts() {
        #expect((0...34).map(LevelModel.fitCount) == Array(0...32) + [32, 34])
        #expect([64, 65, 66, 69, 70].map(LevelModel.fitCount) == [63, 63, 66, 66, 70])
        #expect(Set((2000...2100).map(LevelModel.fitCount)).count <= 5)
    }

    @Test("a selection has the best, the newest and some of the rest")
    func selection() {
        let losses = (0..<100).map { Double(($0 * 37) % 100) }
        let places = LevelModel.selection(losses, limit: 20)
        #expect(places.count == 20 && places == places.sorted())
        #expect(Set(places.map { losses[$0] }).isSuperset(of: (0..<10).map(Double.init)))
        #expect(Set(places).isSuperset(of: 95..<100))
        #expect(LevelModel.selection([3, 1, 2], limit: 3) == [0, 1, 2])
    }

    @Test("an inactive parameter differs in nothing from an inactive one, and its value waits in the middle")
    func inactivity() {
        let features = KernelFeatures(Self.space)
        func point(_ values: [ParameterValue?]) -> [Double] {
            features.point(Self.space.coordinates(of: Configuration(values)))
        }
        let short = point([.float(0.01), .float(0), .text("a"), nil, .int(1), nil, .int(3)])
        #expect(features.count == 9)
        // rate, l2, whether l2 is the alternative, family, units, layers, width, whether width exists, seed.
        #expect(Array(short[1...4]) == [0.5, 1, 0, 0.5])
        #expect(Array(short[6...7]) == [0.5, 0])
        let long = point([.float(0.01), .float(1e-6), .text("b"), .int(16), .int(3), .int(32), .int(3)])
        #expect(long[1] == 0 && long[2] == 0 && long[3] == 1 && long[6] == 2.5 / 3 && long[7] == 1)
        #expect(short[0] == long[0] && short[8] == long[8])
    }

    @Test("losses are warped in order, infinite ones are worst, the best keep their distances")
    func warp() {
        let losses = [3, 1, .infinity, 2, 1e9, 2.5, 1.5, 1.2]
        let numbers = OutputWarp(losses)(losses)
        let order = losses.indices.sorted { losses[$0] < losses[$1] }
        for (a, b) in zip(order, order.dropFirst()) { #expect(numbers[a] < numbers[b]) }
        #expect(abs(numbers.reduce(0, +)) < 1e-12)
        #expect(numbers.allSatisfy { abs($0) < 3 })
        #expect(OutputWarp([])([]) == [])
        #expect(OutputWarp([.infinity])([.infinity, .infinity]) == [0, 0])
        #expect(OutputWarp([1, 1])([1, 1]) == [0, 0])
    }

    @Test("a level's weight is how often it ranks best; ties share")
    func theta() {
        let truth = [1.0, 2, 3]
        let right = [1.0, 5, 6]
        let wrong = [6.0, 5, 1]
        #expect(LevelWeights.rankingLoss(right, truth: truth) == 0)
        #expect(LevelWeights.rankingLoss(wrong, truth: truth) == 3)
        #expect(LevelWeights.rankingLoss([1, 1, 1], truth: truth) == 1.5)
        #expect(LevelWeights.rankingLoss(wrong, truth: [1, 1, 1]) == 0)
        let theta = LevelWeights.theta(
            draws: [[right, wrong, right, wrong], [right, right, wrong, wrong]], truth: truth)
        #expect(theta == [0.5, 0.5])
        #expect(LevelWeights.theta(draws: [[right, wrong], [right, right]], truth: truth) == [0.25, 0.75])
        #expect(LevelWeights.theta(draws: [[], []], truth: truth) == [0.5, 0.5])
    }

    @Test("a level that ranks like the highest gets more weight than one that does not")
    func learnedWeights() throws {
        let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
        var searcher = try HyperTuneSearcher(Self.small, space: space, seed: 4)
        var history = SearchHistory(space: space, levels: [1, 3, 9])
        #expect(searcher.levelWeights(history) == [0, 0, 0])
        for trial in 0..<40 {
            let x = Double((trial * 13) % 40) / 40
            history.start(Configuration([.float(x)]), bracket: 0, target: 9)
            history.observe(TrialID(trial), .init(level: 1, loss: -x))
            if trial < 30 { history.observe(TrialID(trial), .init(level: 3, loss: x * x)) }
            if trial < 10 { history.observe(TrialID(trial), .init(level: 9, loss: x + 1)) }
            history.rest(TrialID(trial))
        }
        let weights = searcher.levelWeights(history)
        #expect(weights[0] == 0 && weights[1] > 0.2 && abs(weights.reduce(0, +) - 1) < 1e-12)
        var fresh = try HyperTuneSearcher(Self.small, space: space, seed: 4)
        #expect(fresh.levelWeights(history) == weights)
    }
}
