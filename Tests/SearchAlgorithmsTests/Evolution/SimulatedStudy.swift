import Randomness
@testable import SearchAlgorithms
import TuningModel

/// A study of one level or more without a scheduler: a number of workers, each with a trial, that end in a random
/// order.
struct SimulatedStudy {
    var searcher: Searcher
    private(set) var configurations: [Configuration] = []
    private(set) var losses: [Double] = []
    /// How often nobody could begin because the searcher waited.
    private(set) var waits = 0
    private var running: [Int] = []
    /// What was told, in order: a trial that began, or one that ended (its number, bitwise negated).
    private var told: [Int] = []
    private var random: RandomSequence
    private let level: Int
    private let evaluate: (Int, Configuration) -> SearchHistory.Observation

    init(
        _ settings: SearcherSettings, space: ParameterSpace, seed: UInt64, level: Int = 1,
        evaluate: @escaping (Int, Configuration) -> SearchHistory.Observation
    ) throws {
        self.searcher = try Searcher(settings, space: space, seed: seed, levels: [level])
        self.random = RandomSequence(RandomStream(seed: seed, purpose: .simulation))
        self.level = level
        self.evaluate = evaluate
    }

    /// A study of one level with one loss.
    init(
        _ settings: SearcherSettings, space: ParameterSpace, seed: UInt64, loss: @escaping (Configuration) -> Double
    ) throws {
        try self.init(settings, space: space, seed: seed) { _, configuration in
            SearchHistory.Observation(level: 1, loss: loss(configuration))
        }
    }

    /// Runs so many trials to their ends.
    mutating func run(trials: Int, workers: Int = 1) {
        while self.configurations.count < trials || !self.running.isEmpty {
            while self.running.count < workers, self.configurations.count < trials {
                let trial = TrialID(self.configurations.count)
                if self.searcher.isWaiting(trial, target: self.level) {
                    self.waits += 1
                    break
                }
                guard let configuration = self.searcher.suggest(trial, target: self.level) else { return }
                self.searcher.start(configuration, bracket: 0, target: self.level)
                self.running.append(self.configurations.count)
                self.told.append(self.configurations.count)
                self.configurations.append(configuration)
                self.losses.append(.nan)
            }
            guard !self.running.isEmpty else { return }
            let place = self.running.count == 1 ? 0 : self.random.integer(below: self.running.count)
            let trial = self.running.remove(at: place)
            let observation = self.evaluate(trial, self.configurations[trial])
            self.losses[trial] = observation.loss
            self.told.append(~trial)
            self.searcher.observe(TrialID(trial), observation)
            self.searcher.rest(TrialID(trial))
        }
    }

    /// Tells all of it again to another searcher, which is never asked.
    func replay(into searcher: inout Searcher) {
        for entry in self.told {
            guard entry < 0 else {
                searcher.start(self.configurations[entry], bracket: 0, target: self.level)
                continue
            }
            searcher.observe(TrialID(~entry), self.evaluate(~entry, self.configurations[~entry]))
            searcher.rest(TrialID(~entry))
        }
    }

    /// The least loss so far.
    var best: Double { self.losses.min() ?? .infinity }
}

/// Spaces and losses that searchers are measured on.
enum Landscape {
    /// Floats in [-5, 5].
    static func cube(_ count: Int) -> ParameterSpace {
        ParameterSpace(
            (0..<count).map { Parameter(name: "x\($0)", domain: .float(FloatRange(low: -5, high: 5))) })
    }

    /// The numbers of a configuration.
    static func numbers(_ configuration: Configuration) -> [Double] {
        configuration.values.map { $0?.number ?? 0 }
    }

    /// `Σ (x - 1)²`.
    static func sphere(_ configuration: Configuration) -> Double {
        self.numbers(configuration).reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
    }

    /// Every kind of parameter there is: conditions, alternatives, steps, repeated blocks.
    static let mixed = ParameterSpace([
        Parameter(name: "rate", domain: .float(FloatRange(low: 1e-5, high: 1, isLogarithmic: true))),
        Parameter(
            name: "decay", domain: .float(FloatRange(low: 1e-7, high: 1e-2, isLogarithmic: true, alternative: 0))),
        Parameter(name: "dropout", domain: .float(FloatRange(low: 0, high: 0.5, step: 0.1))),
        Parameter(name: "batch", domain: .ordinal([.int(16), .int(32), .int(64), .int(128)])),
        Parameter(name: "family", domain: .choice([.text("mlp"), .text("cnn"), .text("lstm")])),
        Parameter(
            name: "mlp.layers", domain: .int(IntRange(low: 1, high: 4)),
            conditions: [.isOneOf(parameter: 4, values: [.text("mlp")])]),
        Self.units(0), Self.activation(0), Self.units(1), Self.activation(1), Self.units(2), Self.activation(2),
        Self.units(3), Self.activation(3),
        Parameter(
            name: "cnn.kernel", domain: .int(IntRange(low: 1, high: 9, step: 2)),
            conditions: [.isOneOf(parameter: 4, values: [.text("cnn")])]),
        Parameter(
            name: "steps", domain: .int(IntRange(low: 1, high: 1000, isLogarithmic: true, alternative: 0)),
            conditions: [.isOneOf(parameter: 4, values: [.text("cnn"), .text("lstm")])]),
        Parameter(name: "fixed", domain: .float(FloatRange(low: 2, high: 2))),
    ])

    private static func units(_ layer: Int) -> Parameter {
        Parameter(
            name: "mlp.layers.\(layer).units", domain: .int(IntRange(low: 8, high: 512, isLogarithmic: true)),
            conditions: [.isOneOf(parameter: 4, values: [.text("mlp")]), .exceeds(parameter: 5, count: layer)])
    }

    private static func activation(_ layer: Int) -> Parameter {
        Parameter(
            name: "mlp.layers.\(layer).activation", domain: .choice([.text("relu"), .text("tanh")]),
            conditions: [.isOneOf(parameter: 4, values: [.text("mlp")]), .exceeds(parameter: 5, count: layer)])
    }

    /// Least, 0, for an mlp of three layers of 64 with relu, rate 0.01, no decay, dropout 0.2, batch 64.
    static func mixedLoss(_ configuration: Configuration) -> Double {
        let values = configuration.values
        func distance(_ index: Int, _ target: Double, scale: Double) -> Double {
            guard let number = values[index]?.number else { return 1 }
            let difference = (LogarithmicScale.logarithm(number + 1e-9) - LogarithmicScale.logarithm(target)) / scale
            return min(1, difference * difference)
        }
        var loss = distance(0, 0.01, scale: 5) + (values[1] == .float(0) ? 0 : 0.3)
        loss += abs((values[2]?.number ?? 1) - 0.2) + distance(3, 64, scale: 2)
        guard values[4] == .text("mlp") else { return loss + 4 }
        loss += abs((values[5]?.number ?? 0) - 3)
        for layer in 0..<3 {
            loss += distance(6 + 2 * layer, 64, scale: 3) + (values[7 + 2 * layer] == .text("relu") ? 0 : 0.5)
        }
        return loss
    }

    /// Whether a configuration has a value of its domain for each active parameter and none for others.
    static func isValid(_ configuration: Configuration, in space: ParameterSpace) -> Bool {
        guard configuration.values.count == space.count else { return false }
        for (index, parameter) in space.parameters.enumerated() {
            let isActive = space.holds(parameter.conditions, in: configuration.values)
            guard isActive == (configuration.values[index] != nil) else { return false }
            if let value = configuration.values[index], parameter.domain.coordinate(of: value) == nil { return false }
        }
        return true
    }
}
