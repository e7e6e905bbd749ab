import SearchAlgorithms
import TuningModel

/// Measures how long a searcher takes to suggest a configuration, and to be told what became of one.
struct SearcherBenchmark {
    let settings: SearcherSettings
    /// Trials at random that are known before the first round.
    let trials: Int
    let rounds: Int
    let repeats: Int

    /// Processor time of each round, in seconds.
    ///
    /// The same study is run again and again, and of each round the least time counts: a round costs the same each time, and
    /// what is above that is other processes' doing.
    struct Result {
        fileprivate(set) var asks: [Double]
        fileprivate(set) var tells: [Double]
    }

    /// - Throws: ``SearchError`` where the searcher refuses its settings.
    func run() throws -> Result {
        let never = Array(repeating: Double.infinity, count: self.rounds)
        var result = Result(asks: never, tells: never)
        for _ in 0..<self.repeats { try self.runOnce(&result) }
        return result
    }

    private func runOnce(_ result: inout Result) throws {
        var searcher = try Searcher(self.settings, space: Self.space, seed: 1, levels: [1])
        var random = try Searcher(.random, space: Self.space, seed: 1)
        for number in 0..<self.trials {
            guard let configuration = random.suggest(TrialID(number)) else { return }
            Self.tell(TrialID(number), configuration, Self.loss(configuration), to: &searcher)
        }
        for round in 0..<self.rounds {
            let trial = TrialID(self.trials + round)
            let start = ProcessorTime.now
            guard let configuration = searcher.suggest(trial) else { return }
            result.asks[round] = min(result.asks[round], ProcessorTime.now - start)
            let loss = Self.loss(configuration)
            let answer = ProcessorTime.now
            Self.tell(trial, configuration, loss, to: &searcher)
            result.tells[round] = min(result.tells[round], ProcessorTime.now - answer)
        }
    }

    /// A trial that begins, reaches its only level and is over.
    private static func tell(
        _ trial: TrialID, _ configuration: Configuration, _ loss: Double, to searcher: inout Searcher
    ) {
        searcher.start(configuration, bracket: 0, target: 1)
        searcher.observe(trial, SearchHistory.Observation(level: 1, loss: loss))
        searcher.rest(trial)
    }

    private static func loss(_ configuration: Configuration) -> Double {
        Self.space.coordinates(of: configuration).reduce(0) { $0 + ($1 - 0.4) * ($1 - 0.4) }
    }

    /// Ten parameters of all kinds, as networks have them.
    private static let space = ParameterSpace([
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-5, high: 1, isLogarithmic: true))),
        Parameter(name: "decay", domain: .float(FloatRange(low: 1e-7, high: 0.1, isLogarithmic: true))),
        Parameter(name: "momentum", domain: .float(FloatRange(low: 0, high: 0.99))),
        Parameter(name: "dropout", domain: .float(FloatRange(low: 0, high: 0.5))),
        Parameter(name: "units", domain: .int(IntRange(low: 8, high: 1024, isLogarithmic: true))),
        Parameter(name: "layers", domain: .int(IntRange(low: 1, high: 8))),
        Parameter(name: "batch", domain: .int(IntRange(low: 16, high: 256, step: 16))),
        Parameter(name: "activation", domain: .choice(["relu", "gelu", "tanh", "silu", "elu"].map { .text($0) })),
        Parameter(name: "optimizer", domain: .choice(["sgd", "adam", "rmsprop"].map { .text($0) })),
        Parameter(name: "start", domain: .choice(["he", "xavier", "orthogonal", "normal"].map { .text($0) })),
    ])
}
