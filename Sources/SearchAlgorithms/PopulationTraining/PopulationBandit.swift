import Randomness
import TuningModel

/// The explore step of PB2: a Gaussian process of how much the loss changed in an interval, over configuration and time, and a
/// lower confidence bound of it (an upper one of the improvement).
///
/// From each interval of each trial, with the loss f(t) at its end and f(t - 1) at its beginning (the parent's for the first
/// one of a copy), `y = (f(t) - f(t - 1)) / epochs` is observed at (x, t). The copy takes the x that minimises
/// `μ(x, t) - √β σ(x, t)` with `β = c₁ + max(0, ln(c₂ n))`, c₁ = 0.2, c₂ = 0.4 and n observations. Copies of the same moment
/// that were chosen before are held to come out as expected, so that the next one looks elsewhere.
///
/// Source: J. Parker-Holder, V. Nguyen and S. Roberts, "Provably efficient online hyperparameter optimization with
/// population-based bandits", NeurIPS 2020, algorithm 1 and equations 5 to 9; c₁ and c₂ as in the authors' experiments.
///
/// Deviations, on purpose:
/// - Time is a column of the kernel, of which the length scale is fitted with the others; the paper's covariance falls by
///   `(1 - ω)^(|t - t'| / 2)`, and fits ω.
/// - Matern 5/2 in place of a squared exponential, and losses by ``OutputWarp``, as elsewhere here. Lists without an order
///   take part (Hamming distance); the paper leaves them to chance.
/// - Of the observations at this moment and before it the newest 96 count, in the order of epochs and trials: nothing that
///   happens later, or at the same time at another worker, changes a choice.
/// - An interval at whose end a trial breaks outcome constraints counts for a change as high as the highest one of a feasible
///   trial, and by how much they are broken beside it, as losses of Gaussian processes do elsewhere here (Deb 2000,
///   equation 4); the paper knows no constraints.
/// - Values are drawn anew until there are two observations.
///
/// - Complexity: O(96³) for an evaluation of the likelihood, of which there are at most 80 a choice.
struct PopulationBandit: Hashable, Sendable {
    private static let window = 96
    private static let draws = 256
    private static let rounds = 4
    private static let moves = 32

    private let space: ParameterSpace
    private let explorable: [Int]
    private let maximum: Int
    private let features: KernelFeatures

    init(space: ParameterSpace, explorable: [Int], maximum: Int) {
        self.space = space
        self.explorable = explorable
        self.maximum = max(1, maximum)
        self.features = KernelFeatures(space)
    }

    /// The configuration of a copy of a trial after an epoch.
    func configuration(
        _ parent: Configuration, epoch: Int, history: SearchHistory, origins: [TrialOrigin?],
        _ random: inout RandomSequence
    ) -> Configuration {
        let changes = Self.changes(history, origins: origins, through: epoch)
        guard let process = self.process(changes, history: history) else {
            return self.changed(parent) { _ in random.uniform() }
        }
        var model = process
        for (trial, origin) in origins.enumerated() where origin?.epoch == epoch {
            model.pend(self.point(history.trials[trial].configuration, epoch: epoch))
        }
        let logarithm = LogarithmicScale.logarithm(0.4 * Double(changes.count))
        let width = (0.2 + max(0, logarithm)).squareRoot()
        var candidates = (0..<Self.draws).map { _ in self.changed(parent) { _ in random.uniform() } }
        candidates.append(parent)
        var best = (value: Double.infinity, configuration: parent)
        for round in 0...Self.rounds {
            let points = candidates.map { self.point($0, epoch: epoch) }
            for (candidate, prediction) in zip(candidates, model.predictions(points)) {
                let value = prediction.mean - width * prediction.deviation
                if value < best.value { best = (value, candidate) }
            }
            guard round < Self.rounds else { break }
            let reach = LogarithmicScale.exponential(-1.5 - Double(round))
            let centre = self.space.coordinates(of: best.configuration)
            candidates = (0..<Self.moves).map { _ in
                self.changed(parent) { index in
                    let moved = centre[index] + reach * random.normal(logarithm: LogarithmicScale.logarithm)
                    return min(max(moved, 0), Gene.top)
                }
            }
        }
        return best.configuration
    }

    /// A configuration with other explorable values, those that do not exist aside.
    private func changed(_ parent: Configuration, _ coordinate: (Int) -> Double) -> Configuration {
        var values = parent.values
        for index in self.explorable where values.indices.contains(index) && values[index] != nil {
            values[index] = self.space.parameters[index].domain.value(at: coordinate(index)) ?? values[index]
        }
        return Configuration(values)
    }

    private func point(_ configuration: Configuration, epoch: Int) -> [Double] {
        self.features.point(self.space.coordinates(of: configuration)) + [Double(epoch) / Double(self.maximum)]
    }

    /// The process of the newest changes; `nil` where there are fewer than two.
    private func process(_ changes: [Change], history: SearchHistory) -> GaussianProcess? {
        let newest = changes.suffix(Self.window)
        guard newest.count >= 2 else { return nil }
        let points = newest.map { self.point(history.trials[$0.trial].configuration, epoch: $0.start) }
        let losses = SearchHistory.constrained(newest.map(\.loss), violations: newest.map(\.violation))
        let targets = OutputWarp(losses)(losses)
        let isCategorical = self.features.isCategorical + [false]
        let likelihood = MarginalLikelihood(points: points, targets: targets, isCategorical: isCategorical)
        var process = GaussianProcess(
            parameters: likelihood.fit(starts: 2, evaluations: 40), isCategorical: isCategorical)
        for point in points { process.append(point) }
        process.observe(targets)
        return process
    }

    /// How a loss changed in one interval of one trial.
    struct Change: Hashable, Sendable {
        let trial: Int
        /// The epochs at its ends.
        let start: Int
        let end: Int
        /// For each epoch; the lower the better, infinity for a trial that failed in it.
        let loss: Double
        /// By how much outcome constraints are broken at its end; 0 for a feasible trial.
        var violation = 0.0
    }

    /// All changes up to an epoch, in the order of epochs and trials.
    static func changes(_ history: SearchHistory, origins: [TrialOrigin?], through epoch: Int) -> [Change] {
        var changes: [Change] = []
        for (trial, entry) in history.trials.enumerated() {
            var before: (epoch: Int, loss: Double)?
            if origins.indices.contains(trial), let origin = origins[trial],
                history.trials.indices.contains(origin.parent.rawValue),
                let loss = history.trials[origin.parent.rawValue].observation(at: origin.epoch)?.loss
            {
                before = (origin.epoch, loss)
            }
            for observation in entry.observations where observation.level <= epoch {
                if let start = before, start.loss.isFinite, observation.level > start.epoch {
                    let change = (observation.loss - start.loss) / Double(observation.level - start.epoch)
                    changes.append(
                        Change(
                            trial: trial, start: start.epoch, end: observation.level,
                            loss: change.isFinite ? change : .infinity, violation: observation.violation))
                }
                before = (observation.level, observation.loss)
            }
        }
        return changes.sorted { ($0.end, $0.trial) < ($1.end, $1.trial) }
    }
}
