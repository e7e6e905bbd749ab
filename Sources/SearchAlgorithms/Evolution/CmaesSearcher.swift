import Randomness
import TuningModel

/// CMA-ES with margin over every kind of parameter, with restarts.
///
/// Every λ results give one update of the ``CmaesDistribution``. The point of a trial is drawn by its number, so that
/// each update can draw the points of its trials again; nothing but the history is needed for that.
///
/// Synchronous, the results are those of a generation, by trial number. Asynchronous, they are the next λ in the
/// order in which trials were judged first, and a trial is drawn from the newest distribution: the one after as many
/// updates as the results that were there when it began allow.
///
/// Restarts: A. Auger and N. Hansen, "A restart CMA evolution strategy with increasing population size", CEC 2005:
/// where the search has ended, it begins again with twice the λ, at a random place. It has ended where all deviations
/// are below 1e-11 of the range, C has a condition above 1e14, or the best losses of the last 10 + ⌈30 n / λ⌉ updates
/// span less than 1e-12.
///
/// Deviations, on purpose:
/// - Numbers of inactive parameters are drawn like the others and have no part in the configuration; selection sees
///   them as noise, so they neither drift nor shrink.
/// - Trials that were given by hand, and those of which the study made another configuration, enter the update by
///   their coordinates as foreign points (see ``CmaesDistribution``). So do trials that began more than ``keptCount``
///   updates ago.
/// - A trial that failed is the worst of its update. An update of failed trials alone is left out.
struct CmaesSearcher: HistorySearcher {
    /// How many former distributions are kept for trials that are still out.
    private static let keptCount = 64
    /// λ is never larger than this many times the first one.
    private static let largestGrowth = 64

    /// A distribution and the first result, by place in the order of results, that is not in it.
    private struct Step: Sendable {
        var first: Int
        var distribution: CmaesDistribution
        /// Of the updates since the last restart, the best loss each.
        var bestLosses: [Double]
        var restarts: Int
    }

    private let settings: CmaesSettings
    private let layout: CmaesLayout
    private let seed: UInt64
    let population: Int
    private var steps: SpeedCache<[Step]>

    init(_ settings: CmaesSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        if let population = settings.population { try SearchError.check("population", population, in: 4...100_000) }
        try SearchError.check("sigma", settings.sigma, in: 0.001...1)
        self.settings = settings
        let layout = CmaesLayout(space.genes)
        self.layout = layout
        self.seed = seed
        let dimensions = Double(max(1, layout.numbers.count + layout.categories.count))
        self.population = settings.population ?? 4 + Int(3 * LogarithmicScale.logarithm(dimensions))
        let centre = layout.numbers.map { (1 + layout.genes[$0].bottom) / 2 }
        let distribution = CmaesDistribution(
            self.layout, mean: centre, sigma: settings.sigma, population: self.population)
        self.steps = SpeedCache([Step(first: 0, distribution: distribution, bestLosses: [], restarts: 0)])
    }

    func isWaiting(_ trial: Int, target: Int?, history: SearchHistory) -> Bool {
        guard self.settings.isSynchronous, !history.running.isEmpty else { return false }
        var copy = self
        copy.advance(history)
        guard let last = copy.steps.content.last else { return false }
        return trial >= last.first + last.distribution.population
    }

    /// - Complexity: O(λ n² + n³) for each update since the last call, O(n²) for the trial.
    mutating func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        self.advance(history)
        guard let step = self.steps.content.last else { return nil }
        var random = RandomSequence(trial: trial, seed: self.seed)
        return self.sample(of: step, history, &random).configuration
    }

    /// A sample, drawn again while it breaks a constraint that is known before, a bounded number of times.
    private func sample(
        of step: Step, _ history: SearchHistory, _ random: inout RandomSequence
    ) -> (point: CmaesSample, configuration: Configuration) {
        var point = step.distribution.sample(&random)
        var configuration = self.configuration(of: point, step, history)
        var attempts = 0
        while attempts < GeneticSearcher.mostAttempts, !history.admits(configuration) {
            point = step.distribution.sample(&random)
            configuration = self.configuration(of: point, step, history)
            attempts += 1
        }
        return (point, configuration)
    }

    private func configuration(of point: CmaesSample, _ step: Step, _ history: SearchHistory) -> Configuration {
        let genome = step.distribution.genome(point, self.layout)
        return history.space.configuration { genome[$0] }
    }

    /// Updates the distribution as often as there are results for it.
    private mutating func advance(_ history: SearchHistory) {
        while let last = self.steps.content.last {
            let end = last.first + last.distribution.population
            let members: [Int]
            if self.settings.isSynchronous {
                guard end <= history.trials.count, (last.first..<end).allSatisfy({ history.trials[$0].isSettled })
                else { return }
                members = Array(last.first..<end)
            } else {
                guard end <= history.settled.count else { return }
                members = Array(history.settled[last.first..<end])
            }
            self.steps.content.append(self.next(last, end: end, members, history))
            if self.steps.content.count > Self.keptCount { self.steps.content.removeFirst() }
        }
    }

    private func next(_ last: Step, end: Int, _ members: [Int], _ history: SearchHistory) -> Step {
        var step = last
        step.first = end
        let ranked = members.map { Fitness(history.trials[$0].firstObservation, trial: $0) }.sorted()
        guard let best = ranked.first, best.loss.isFinite else { return step }
        step.distribution.update(ranked.map { self.point(of: $0.trial, last, history) }, self.layout)
        step.bestLosses.append(best.loss)
        return self.settings.restarts && self.hasEnded(step) ? self.restarted(step) : step
    }

    /// The point of a trial, drawn again.
    private func point(
        of trial: Int, _ current: Step, _ history: SearchHistory
    ) -> (point: CmaesSample, isForeign: Bool) {
        let entry = history.trials[trial]
        let position = self.settings.isSynchronous ? trial : entry.settledBefore
        let origin = self.steps.content.last { $0.first <= position } ?? current
        var random = RandomSequence(trial: trial, seed: self.seed)
        let drawn = self.sample(of: origin, history, &random)
        if drawn.configuration == entry.configuration { return (drawn.point, origin.first != current.first) }
        var point = drawn.point
        for (place, index) in self.layout.numbers.enumerated()
        where self.layout.genes[index].isNumber(entry.coordinates[index]) {
            point.numbers[place] = entry.coordinates[index]
        }
        for (place, category) in self.layout.categories.enumerated() {
            let coordinate = entry.coordinates[category.parameter]
            guard !coordinate.isNaN else { continue }
            let gene = self.layout.genes[category.parameter]
            point.categories[place] =
                gene.categoryCount == nil
                ? (gene.isNumber(coordinate) ? 1 : 0)
                : min(Int(gene.clamped(coordinate) * Double(category.count)), category.count - 1)
        }
        return (point, true)
    }

    private func hasEnded(_ step: Step) -> Bool {
        guard !self.layout.numbers.isEmpty else { return false }
        if step.distribution.largestDeviation < 1e-11 || step.distribution.condition > 1e14 { return true }
        let updates = 10 + (30 * self.layout.numbers.count + self.population - 1) / step.distribution.population
        let recent = step.bestLosses.suffix(updates)
        guard recent.count == updates, let least = recent.min(), let most = recent.max() else { return false }
        return most - least < 1e-12
    }

    private func restarted(_ step: Step) -> Step {
        let restarts = step.restarts + 1
        var random = RandomSequence(
            RandomStream(seed: self.seed, purpose: .exploration, stream: UInt32(truncatingIfNeeded: restarts)))
        let mean = self.layout.numbers.map { index in
            let bottom = self.layout.genes[index].bottom
            return bottom + random.uniform() * (1 - bottom)
        }
        let population = min(step.distribution.population * 2, self.population * Self.largestGrowth)
        let distribution = CmaesDistribution(
            self.layout, mean: mean, sigma: self.settings.sigma, population: population)
        return Step(first: step.first, distribution: distribution, bestLosses: [], restarts: restarts)
    }
}
