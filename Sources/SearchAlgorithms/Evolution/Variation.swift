import Randomness
import TuningModel

/// Crosses and mutates genomes: points of the unit cube, NaN where a parameter is inactive.
///
/// Numbers and ordered lists: simulated binary crossover and polynomial mutation, in the form that keeps children
/// between the bounds. Categories, and ranges of which a parent has the special value beside: either parent's value,
/// and another one drawn anew as the mutation.
///
/// Conditional parameters: a child inherits the value of a parameter from whichever parent has one, so a branch that is
/// switched on takes the values of a parent that had it; where neither has one, the value is drawn anew.
///
/// Source: K. Deb and R. B. Agrawal, "Simulated binary crossover for continuous search space", Complex Systems 9,
/// 1995, equations 12 to 15 (β, contracting and expanding spread with index η_c); K. Deb and M. Goyal, "A combined
/// genetic adaptive search (GeneAS) for engineering design", Computer Science and Informatics 26, 1996, section 3.3
/// (δ, index η_m).
///
/// Deviations, on purpose:
/// - One child of each pair is used, because a trial has one configuration; which one is tossed for each parameter.
/// - Where a mutation of a discrete number would leave its value as it is, it moves to the next value in its direction.
struct Variation: Hashable, Sendable {
    let genes: [Gene]
    /// The probability that two parents are crossed at all.
    let crossoverRate: Double
    /// η_c.
    let crossoverIndex: Double
    /// η_m.
    let mutationIndex: Double

    /// A child of two parents.
    func child(_ first: [Double], _ second: [Double], random: inout RandomSequence) -> [Double] {
        let isCrossed = random.uniform() < self.crossoverRate
        var child: [Double] = []
        child.reserveCapacity(self.genes.count)
        for (index, gene) in self.genes.enumerated() {
            child.append(
                self.crossed(gene, first[index], second[index], isCrossed: isCrossed, random: &random))
        }
        self.mutate(&child, random: &random)
        return child
    }

    /// Mutates each parameter with the probability `1 / n`, where n counts those that have a value, and one of them at
    /// least.
    func mutate(_ genome: inout [Double], random: inout RandomSequence) {
        let active = genome.indices.filter { !genome[$0].isNaN }
        guard !active.isEmpty else { return }
        var count = 0
        for index in active where random.uniform() < 1 / Double(active.count) {
            genome[index] = self.mutated(self.genes[index], genome[index], random: &random)
            count += 1
        }
        guard count == 0 else { return }
        let index = active[random.integer(below: active.count)]
        genome[index] = self.mutated(self.genes[index], genome[index], random: &random)
    }

    /// The configuration of a genome, mutated until it is one that was not tried before and is admitted, or attempts are used up.
    func untried(_ genome: [Double], _ history: SearchHistory, random: inout RandomSequence) -> Configuration {
        var genome = genome
        var configuration = history.space.configuration(genome: genome, random: &random)
        var attempts = 0
        while attempts < GeneticSearcher.mostAttempts, history.excludes(configuration) {
            self.mutate(&genome, random: &random)
            configuration = history.space.configuration(genome: genome, random: &random)
            attempts += 1
        }
        return configuration
    }

    private func crossed(
        _ gene: Gene, _ first: Double, _ second: Double, isCrossed: Bool, random: inout RandomSequence
    ) -> Double {
        if first.isNaN { return second }
        if second.isNaN || !isCrossed { return first }
        let takesSecond = random.uniform() < 0.5
        // Deb's operator crosses each variable of a pair with the probability 1/2.
        guard gene.isNumber(first), gene.isNumber(second), random.uniform() < 0.5 else {
            return takesSecond ? second : first
        }
        let low = min(first, second)
        let high = max(first, second)
        guard high - low > 1e-14 else { return first }
        let u = random.uniform()
        let range = (low: gene.bottom, high: Gene.top)
        let isLower = (first < second) != takesSecond
        let room = isLower ? low - range.low : range.high - high
        let spread = Self.spread(u, index: self.crossoverIndex, reach: 1 + 2 * room / (high - low))
        let child = ((low + high) + (isLower ? -1 : 1) * spread * (high - low)) / 2
        return gene.clamped(child)
    }

    /// β: how many times as far from each other two children are as their parents.
    ///
    /// Its density is `0.5 (η + 1) β^η` up to 1 and `0.5 (η + 1) / β^(η + 2)` above, cut at `reach`.
    static func spread(_ u: Double, index: Double, reach: Double) -> Double {
        let alpha = 2 - self.power(reach, -(index + 1))
        let share = u * alpha
        return self.power(share <= 1 ? share : 1 / (2 - share), 1 / (index + 1))
    }

    /// A mutated coordinate.
    func mutated(_ gene: Gene, _ coordinate: Double, random: inout RandomSequence) -> Double {
        guard gene.categoryCount == nil, gene.isNumber(coordinate) else {
            return gene.switched(coordinate, random: &random)
        }
        // The special value beside a range is as likely a mutation as it is a draw.
        if gene.bottom > 0, random.uniform() < gene.bottom { return gene.bottom / 2 }
        let width = 1 - gene.bottom
        let place = (coordinate - gene.bottom) / width
        let step = Self.step(random.uniform(), index: self.mutationIndex, below: place, above: 1 - place)
        let moved = gene.clamped(coordinate + step * width)
        guard let cell = gene.cell(at: coordinate), moved >= cell.low, moved < cell.high else { return moved }
        let next = gene.neighbour(of: coordinate, upwards: step > 0)
        return next == coordinate ? gene.neighbour(of: coordinate, upwards: step <= 0) : next
    }

    /// δ of the polynomial mutation as a share of the range.
    ///
    /// Far from the bounds its density is `0.5 (η + 1) (1 - |δ|)^η`.
    ///
    /// - Parameters:
    ///   - u: A number in [0, 1); below 1/2 the step is downwards.
    ///   - index: η_m.
    ///   - below: How much of the range lies below.
    ///   - above: How much lies above.
    /// - Returns: From `-below` to `above`.
    static func step(_ u: Double, index: Double, below: Double, above: Double) -> Double {
        if u < 0.5 {
            let share = 2 * u + (1 - 2 * u) * self.power(1 - below, index + 1)
            return self.power(share, 1 / (index + 1)) - 1
        }
        let share = 2 * (1 - u) + 2 * (u - 0.5) * self.power(1 - above, index + 1)
        return 1 - self.power(share, 1 / (index + 1))
    }

    /// `x^exponent` for x from 0 on.
    private static func power(_ x: Double, _ exponent: Double) -> Double {
        guard x > 0 else { return exponent > 0 ? 0 : .infinity }
        return LogarithmicScale.exponential(LogarithmicScale.logarithm(x) * exponent)
    }
}
