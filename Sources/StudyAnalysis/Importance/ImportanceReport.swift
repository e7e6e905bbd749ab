import Randomness
package import TuningModel

/// Which parameters matter at one rung, by two methods.
///
/// fANOVA tells shares of the variance of the loss over the space; PED-ANOVA what decides about being among the best tenth.
///
/// **Inactive parameters.** A parameter's importance is conditional on its being active: a forest of its own is fitted to
/// the trials in which it is, and its share is of the variance over that part of the space. The share of a conditional
/// parameter says how much it matters once it exists; whether it exists is the matter of the parameter in its condition.
/// For a pair, both are active.
///
/// **Losses.** Those that are not finite become the worst finite one; losses above `Q3 + 1.5 (Q3 - Q1)` become that (J.
/// Tukey, "Exploratory data analysis", 1977), because a few trials that nearly diverged would be all the variance.
///
/// - Complexity: One forest for each set of conditions, O(trees * parameters * trials * depth) each.
package struct ImportanceReport: Hashable, Sendable {
    package struct Settings: Hashable, Sendable {
        package var forest = RegressionForest.Settings()
        package var quantiles = PedAnova.Settings()
        /// Fewer trials in which a parameter is active say nothing.
        package var leastTrials = 16
        /// The newest so many trials are looked at.
        package var trialLimit = 2000
        /// Pairs are weighed among so many parameters with the largest main effects.
        package var pairParameters = 6

        package init() {}
    }

    package struct Entry: Hashable, Sendable {
        /// Its number in the space.
        package let parameter: Int
        /// Trials in which it is active and whose losses are known.
        package let trials: Int
        /// The main effect; `nil` for too few trials, or where it never varies.
        package let main: Fanova.Share?
        /// The importance by PED-ANOVA as a share of the sum over all parameters.
        package let top: Double
    }

    package struct Pair: Hashable, Sendable {
        package let first: Int
        package let second: Int
        package let share: Fanova.Share
    }

    /// The rung's level: so many epochs, unless the study's resource is another one.
    package let level: Int
    /// What levels are counted in.
    package let resource: Resource
    /// Trials with a loss at the rung.
    package let trials: Int
    /// By main effect, the largest first.
    package let entries: [Entry]
    /// By share, the largest first.
    package let pairs: [Pair]

    /// `nil` for fewer than `leastTrials` trials there, and where none of their losses is finite.
    ///
    /// - Parameters:
    ///   - table: The study's losses.
    ///   - level: Which of the table's levels.
    ///   - seed: The study's seed of the search.
    ///   - settings: How much is looked at.
    package init?(_ table: RungTable, level: Int, seed: UInt64, settings: Settings = Settings()) {
        let trials = Array(table.trials(at: level).suffix(settings.trialLimit))
        guard trials.count >= settings.leastTrials, trials.contains(where: { $0.losses[level]?.isFinite == true })
        else {
            return nil
        }
        let losses = trials.map { $0.losses[level] ?? .infinity }
        var forests = Forests(
            table.space, trials: trials, losses: Self.capped(losses), seed: seed, settings: settings)
        let ranked = PedAnova(
            space: table.space, coordinates: trials.map(\.coordinates), losses: losses, settings: settings.quantiles
        ).importances
        let sum = ranked.reduce(0, +)
        let entries = table.space.parameters.indices.map { parameter in
            Entry(
                parameter: parameter, trials: forests.activeCount(parameter), main: forests.main(parameter),
                top: sum > 0 ? ranked[parameter] / sum : 0)
        }.sorted { left, right in
            let (first, second) = (left.main?.mean ?? -1, right.main?.mean ?? -1)
            return first != second ? first > second : left.parameter < right.parameter
        }
        let leading = entries.filter { $0.main != nil }.prefix(settings.pairParameters).map(\.parameter)
        var pairs: [Pair] = []
        for (place, first) in leading.enumerated() {
            for second in leading[(place + 1)...] {
                let (low, high) = (min(first, second), max(first, second))
                guard let share = forests.interaction(low, high) else { continue }
                pairs.append(Pair(first: low, second: high, share: share))
            }
        }
        self.level = table.levels[level]
        self.resource = table.resource
        self.trials = trials.count
        self.entries = entries
        self.pairs = pairs.sorted { left, right in
            if left.share.mean != right.share.mean { return left.share.mean > right.share.mean }
            return (left.first, left.second) < (right.first, right.second)
        }
    }

    /// Losses cut off at Tukey's upper fence, which lies among finite ones; NaN and infinities there too.
    static func capped(_ losses: [Double]) -> [Double] {
        let sorted = losses.filter(\.isFinite).sorted()
        guard let worst = sorted.last else { return losses.map { _ in 0 } }
        let first = sorted[(sorted.count - 1) / 4]
        let third = sorted[(sorted.count - 1) * 3 / 4]
        let fence = third + 1.5 * (third - first)
        let cap = fence.isFinite ? min(worst, fence) : worst
        return losses.map { $0.isFinite ? min($0, cap) : cap }
    }
}

/// The forests of one rung, one for each set of trials in which some parameters are active.
private struct Forests {
    private let space: ParameterSpace
    private let points: [Population.Point]
    private let draws: [Population.Point]
    private let losses: [Double]
    private let seed: UInt64
    private let settings: ImportanceReport.Settings
    /// In the order in which they were asked for, each with the trials it was fitted to.
    private var fitted: [(trials: [Int], parameters: [Int], fanova: Fanova?)] = []

    private static let drawCount = 4096

    init(
        _ space: ParameterSpace, trials: [RungTable.Trial], losses: [Double], seed: UInt64,
        settings: ImportanceReport.Settings
    ) {
        self.space = space
        self.points = trials.map { Population.Point($0.configuration, in: space) }
        self.losses = losses
        self.seed = seed
        self.settings = settings
        var random = RandomSequence(RandomStream(seed: seed, purpose: .forest, stream: .max))
        self.draws = (0..<Self.drawCount).map { _ in
            Population.Point(space.configuration { _ in random.uniform() }, in: space)
        }
    }

    func activeCount(_ parameter: Int) -> Int { self.points.count { $0.values[parameter] != nil } }

    mutating func main(_ parameter: Int) -> Fanova.Share? {
        guard let index = self.forest(of: [parameter]), let fanova = self.fitted[index].fanova,
            let feature = self.fitted[index].parameters.firstIndex(of: parameter)
        else { return nil }
        return fanova.share(of: feature)
    }

    mutating func interaction(_ first: Int, _ second: Int) -> Fanova.Share? {
        guard let index = self.forest(of: [first, second]), let fanova = self.fitted[index].fanova,
            let one = self.fitted[index].parameters.firstIndex(of: first),
            let other = self.fitted[index].parameters.firstIndex(of: second)
        else { return nil }
        return fanova.interaction(of: one, other)
    }

    /// The forest of the trials in which these are active; `nil` for too few.
    private mutating func forest(of parameters: [Int]) -> Int? {
        let isActive = { (point: Population.Point) in parameters.allSatisfy { point.values[$0] != nil } }
        let trials = self.points.indices.filter { isActive(self.points[$0]) }
        guard trials.count >= self.settings.leastTrials else { return nil }
        if let known = self.fitted.firstIndex(where: { $0.trials == trials }) { return known }
        let population = Population(
            space: self.space, trials: trials.map { self.points[$0] }, draws: self.draws.filter(isActive))
        let forest = RegressionForest(
            features: population.features, columns: population.columns, targets: trials.map { self.losses[$0] },
            settings: self.settings.forest, seed: self.seed, stream: UInt32(truncatingIfNeeded: self.fitted.count))
        self.fitted.append((trials, population.parameters, Fanova(forest)))
        return self.fitted.count - 1
    }
}
