package import TuningModel

/// How much a parameter decides whether a trial is among the very best: PED-ANOVA.
///
/// With `p'` the density of a parameter among the best share `gamma'` of the trials and `p` that among the best share
/// `gamma` (all of them by default: local importance, the trials as the study drew them):
/// `v = (gamma' / gamma)^2 sum p (p' / p - 1)^2`, the Pearson divergence of the two, each estimated on a grid.
///
/// A conditional parameter counts with the trials in which it is active: with `alpha` their share of the best trials and
/// `beta` that of all, its divergence there has the weight `alpha^2 / beta`. What being active itself decides is the
/// importance of the parameter that the condition names.
///
/// Source: S. Watanabe, A. Bansal, F. Hutter, "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary
/// subspaces", IJCAI 2023, equation 16 and section 4; conditional parameters as in "Conditional PED-ANOVA",
/// arXiv 2601.20800, theorem 4.2.
///
/// Deviations, on purpose: the grid lies on the coordinates of the parameter, so that a logarithmic range is spread evenly;
/// a grid has as many points as there are values, at most 50; the special value beside a range has the grid's
/// part that its coordinate has.
///
/// - Complexity: O(parameters * (trials + 50^2)).
package struct PedAnova: Hashable, Sendable {
    package struct Settings: Hashable, Sendable {
        /// The share of trials that are the best, in (0, 1): gamma'.
        package var target: Double
        /// The share of trials among which they are compared, in (0, 1], above `target`: gamma.
        package var region: Double

        package init(target: Double = 0.1, region: Double = 1) {
            self.region = region > 0 && region <= 1 ? region : 1
            self.target = target > 0 && target < self.region ? target : self.region / 2
        }
    }

    private static let gridLimit = 50

    /// The importance of each parameter, in the space's order; 0 where it has one value or too few trials.
    package let importances: [Double]

    /// - Parameters:
    ///   - space: What is searched.
    ///   - coordinates: For each trial its point in the unit cube, NaN where inactive.
    ///   - losses: One for each trial; what is not finite is left out.
    ///   - settings: Which shares of the trials are compared.
    package init(space: ParameterSpace, coordinates: [[Double]], losses: [Double], settings: Settings = Settings()) {
        let finite = losses.indices.filter { losses[$0].isFinite }
        let region = Self.best(settings.region, of: finite, losses)
        let target = Self.best(settings.target, of: finite, losses)
        guard !target.isEmpty, finite.count > 1 else {
            self.importances = space.parameters.map { _ in 0 }
            return
        }
        let quantile = Double(target.count) / Double(region.count)
        self.importances = space.parameters.indices.map { parameter in
            let here = region.map { coordinates[$0][parameter] }.filter { !$0.isNaN }
            let best = target.map { coordinates[$0][parameter] }.filter { !$0.isNaN }
            guard here.count >= 2, !best.isEmpty else { return 0 }
            let alpha = Double(best.count) / Double(target.count)
            let beta = Double(here.count) / Double(region.count)
            let divergence = Self.divergence(space.parameters[parameter].domain, best, here)
            return quantile * quantile * alpha * alpha / beta * divergence
        }
    }

    /// The trials at least as good as the last one of the best share, ties included.
    private static func best(_ share: Double, of trials: [Int], _ losses: [Double]) -> [Int] {
        guard share < 1, !trials.isEmpty else { return trials }
        let sorted = trials.map { losses[$0] }.sorted()
        let count = (share * Double(trials.count)).rounded(.up)
        let cutOff = sorted[min(max(Int(count), 1), sorted.count) - 1]
        return trials.filter { losses[$0] <= cutOff }
    }

    private static func divergence(_ domain: ParameterDomain, _ best: [Double], _ here: [Double]) -> Double {
        guard let size = self.gridSize(domain), size > 1 else { return 0 }
        let counts = { (points: [Double]) -> [Int] in
            var counts = [Int](repeating: 0, count: size)
            for point in points { counts[min(max(Int(point * Double(size)), 0), size - 1)] += 1 }
            return counts
        }
        let density = { (points: [Double]) -> [Double] in
            if case .choice = domain { return ParzenGrid(categories: counts(points)).probabilities }
            return ParzenGrid(numbers: counts(points)).probabilities
        }
        return zip(density(best), density(here)).reduce(0) { sum, pair in
            let (top, local) = (pair.0 + 1e-12, pair.1 + 1e-12)
            return sum + local * (top / local - 1) * (top / local - 1)
        }
    }

    private static func gridSize(_ domain: ParameterDomain) -> Int? {
        switch domain {
        case .choice(let values): return values.count
        case .ordinal(let values): return min(values.count, self.gridLimit)
        case .float(let range):
            guard range.high > range.low || range.alternative != nil else { return nil }
            guard range.alternative == nil, let steps = range.stepCount else { return self.gridLimit }
            return steps < UInt64(self.gridLimit) ? Int(steps) + 1 : self.gridLimit
        case .int(let range):
            guard range.high > range.low || range.alternative != nil else { return nil }
            guard range.alternative == nil, !range.isLogarithmic, range.stepCount < UInt64(self.gridLimit) else {
                return self.gridLimit
            }
            return Int(range.stepCount) + 1
        }
    }
}
