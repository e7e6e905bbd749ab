import Randomness
import TuningModel

/// The numbers and the categories that CMA-ES adapts: which parameters they belong to.
struct CmaesLayout: Hashable, Sendable {
    let genes: [Gene]
    /// Parameters with a coordinate of the normal distribution.
    let numbers: [Int]
    /// Parameters with a categorical distribution: lists without an order, and ranges with a special value beside,
    /// whose two categories are that value and the range.
    let categories: [(parameter: Int, count: Int)]

    init(_ genes: [Gene]) {
        self.genes = genes
        self.numbers = genes.indices.filter { genes[$0].categoryCount == nil }
        self.categories = genes.indices.compactMap { index in
            if let count = genes[index].categoryCount { return (index, count) }
            return genes[index].bottom > 0 ? (index, 2) : nil
        }
    }

    static func == (left: Self, right: Self) -> Bool { left.genes == right.genes }

    func hash(into hasher: inout Hasher) { hasher.combine(self.genes) }
}

/// A point that CMA-ES has drawn.
struct CmaesSample: Hashable, Sendable {
    /// `m + σ B D z`, not yet bent into the bounds.
    var numbers: [Double]
    /// The index of each category.
    var categories: [Int]
}

/// The distribution of CMA-ES between two updates: a normal one for numbers, a categorical one for each category.
///
/// Sources: N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, 2016, figure 6 (with m, σ, C, B,
/// D, p_σ and p_c as there, active C included); R. Hamano and others, "CMA-ES with margin", GECCO 2022, for discrete
/// numbers (``CmaesMargin``); R. Hamano and others, "CatCMA: stochastic optimization for mixed-category problems",
/// GECCO 2024, for the categorical distributions q, their natural gradient and their lower bound.
///
/// Deviations, on purpose:
/// - The categorical distributions move at the fixed rate ``categoryRate`` instead of an adapted one.
/// - A range with a special value beside it is a normal number and, with it, a category of two values.
/// - A continuous number beyond a bound is mirrored back into its range, and the update uses the number before that:
///   as if the loss went on beyond the bounds as its mirror image.
struct CmaesDistribution: Hashable, Sendable {
    /// How far q moves towards the weighted mean of a generation.
    private static let categoryRate = 0.2

    let parameters: CmaesParameters
    let population: Int
    private(set) var mean: [Double]
    private(set) var sigma: Double
    private var covariance: SymmetricMatrix
    /// B, as columns.
    private var vectors: [Double]
    /// D.
    private var lengths: [Double]
    private var sigmaPath: [Double]
    private var covariancePath: [Double]
    /// (1 - c_σ)^(2 g).
    private var pathDecay = 1.0
    /// A.
    private(set) var scales: [Double]
    /// q.
    private(set) var shares: [[Double]]

    /// - Parameters:
    ///   - layout: What is adapted.
    ///   - mean: One number for each of the layout's.
    ///   - sigma: The initial σ.
    ///   - population: λ.
    init(_ layout: CmaesLayout, mean: [Double], sigma: Double, population: Int) {
        let n = layout.numbers.count
        self.parameters = CmaesParameters(dimensions: max(1, n), population: population)
        self.population = population
        self.mean = mean
        self.sigma = sigma
        self.covariance = SymmetricMatrix(identity: n)
        self.vectors = self.covariance.elements
        self.lengths = [Double](repeating: 1, count: n)
        self.sigmaPath = [Double](repeating: 0, count: n)
        self.covariancePath = self.sigmaPath
        self.scales = self.lengths
        self.shares = layout.categories.map { category in
            guard layout.genes[category.parameter].categoryCount == nil else {
                return [Double](repeating: 1 / Double(category.count), count: category.count)
            }
            return [ParameterDomain.alternativeShare, 1 - ParameterDomain.alternativeShare]
        }
    }

    /// The largest standard deviation of a number.
    var largestDeviation: Double { self.sigma * (self.lengths.max() ?? 0) }

    /// The condition of C.
    var condition: Double {
        let ratio = (self.lengths.max() ?? 1) / max(1e-300, self.lengths.min() ?? 1)
        return ratio * ratio
    }

    /// The point of a trial.
    func sample(_ random: inout RandomSequence) -> CmaesSample {
        let n = self.mean.count
        let steps = self.lengths.map { $0 * random.normal(logarithm: LogarithmicScale.logarithm) }
        var numbers = self.mean
        for row in 0..<n {
            var sum = 0.0
            for column in 0..<n { sum += self.vectors[row * n + column] * steps[column] }
            numbers[row] += self.sigma * sum
        }
        let categories = self.shares.map { shares in
            let draw = random.uniform()
            var sum = 0.0
            for (index, share) in shares.enumerated() {
                sum += share
                if draw < sum { return index }
            }
            return shares.count - 1
        }
        return CmaesSample(numbers: numbers, categories: categories)
    }

    /// The coordinates that a point stands for.
    func genome(_ sample: CmaesSample, _ layout: CmaesLayout) -> [Double] {
        var genome = [Double](repeating: 0, count: layout.genes.count)
        for (place, index) in layout.numbers.enumerated() {
            let gene = layout.genes[index]
            if gene.isContinuous {
                genome[index] = gene.mirrored(sample.numbers[place])
            } else {
                let scaled = self.mean[place] + self.scales[place] * (sample.numbers[place] - self.mean[place])
                genome[index] = gene.clamped(scaled)
            }
        }
        for (place, category) in layout.categories.enumerated() {
            let gene = layout.genes[category.parameter]
            if gene.categoryCount != nil {
                genome[category.parameter] = (Double(sample.categories[place]) + 0.5) / Double(category.count)
            } else if sample.categories[place] == 0 {
                genome[category.parameter] = gene.bottom / 2
            }
        }
        return genome
    }

    /// The next distribution.
    ///
    /// - Parameters:
    ///   - samples: λ points, best first. Those that were not drawn from this distribution are foreign.
    ///   - layout: What they consist of.
    mutating func update(_ samples: [(point: CmaesSample, isForeign: Bool)], _ layout: CmaesLayout) {
        self.updateShares(samples.map(\.point), layout)
        guard !self.mean.isEmpty else { return }
        self.updateNumbers(samples)
        self.applyMargin(layout)
    }

    private mutating func updateNumbers(_ samples: [(point: CmaesSample, isForeign: Bool)]) {
        let n = self.mean.count
        let parameters = self.parameters
        // A foreign step is no longer than what the distribution itself could have drawn (N. Hansen, "Injecting
        // external solutions into CMA-ES", 2011, equation 4).
        let longest = Double(n).squareRoot() + 2 * Double(n) / (Double(n) + 2)
        var steps: [[Double]] = []
        var lengths: [Double] = []
        for (point, isForeign) in samples {
            var step = (0..<n).map { (point.numbers[$0] - self.mean[$0]) / self.sigma }
            var length = self.whitened(step).reduce(0) { $0 + $1 * $1 }.squareRoot()
            if isForeign, length > longest {
                step = step.map { $0 * longest / length }
                length = longest
            }
            steps.append(step)
            lengths.append(length)
        }
        var shift = [Double](repeating: 0, count: n)
        for rank in 0..<parameters.parentCount {
            for i in 0..<n { shift[i] += parameters.weights[rank] * steps[rank][i] }
        }
        for i in 0..<n { self.mean[i] += self.sigma * shift[i] }
        let rate = parameters.pathRate
        let push = (rate * (2 - rate) * parameters.effectiveCount).squareRoot()
        let whiteShift = self.whitened(shift)
        for i in 0..<n { self.sigmaPath[i] = (1 - rate) * self.sigmaPath[i] + push * whiteShift[i] }
        let length = self.sigmaPath.reduce(0) { $0 + $1 * $1 }.squareRoot()
        self.pathDecay *= (1 - rate) * (1 - rate)
        let bound = (1.4 + 2 / (Double(n) + 1)) * parameters.expectedLength
        let isMoving = length / max(1e-300, 1 - self.pathDecay).squareRoot() < bound
        let covarianceRate = parameters.covariancePathRate
        let covariancePush =
            isMoving ? (covarianceRate * (2 - covarianceRate) * parameters.effectiveCount).squareRoot() : 0
        for i in 0..<n {
            self.covariancePath[i] = (1 - covarianceRate) * self.covariancePath[i] + covariancePush * shift[i]
        }
        self.updateCovariance(steps, lengths, isMoving: isMoving)
        let growth = LogarithmicScale.exponential(
            min(1, rate / parameters.damping * (length / parameters.expectedLength - 1)))
        self.sigma = min(max(self.sigma * growth, 1e-200), 1e3)
        self.decompose()
    }

    private mutating func updateCovariance(_ steps: [[Double]], _ lengths: [Double], isMoving: Bool) {
        let n = self.mean.count
        let parameters = self.parameters
        let rate = parameters.covariancePathRate
        let weights = parameters.weights.indices.map { rank in
            let weight = parameters.weights[rank]
            return weight >= 0 ? weight : weight * Double(n) / max(1e-300, lengths[rank] * lengths[rank])
        }
        let decay =
            1 + (isMoving ? 0 : parameters.rankOneRate * rate * (2 - rate)) - parameters.rankOneRate
            - parameters.rankManyRate * parameters.weights.reduce(0, +)
        for row in 0..<n {
            for column in 0...row {
                var sum = decay * self.covariance[row, column]
                sum += parameters.rankOneRate * self.covariancePath[row] * self.covariancePath[column]
                for (rank, step) in steps.enumerated() {
                    sum += parameters.rankManyRate * weights[rank] * step[row] * step[column]
                }
                self.covariance[row, column] = sum
                self.covariance[column, row] = sum
            }
        }
    }

    /// B and D of C; both stay as they were where C has left the finite numbers.
    private mutating func decompose() {
        let (values, vectors) = self.covariance.eigen()
        guard values.allSatisfy(\.isFinite), let largest = values.max(), largest > 0 else {
            self.covariance = SymmetricMatrix(identity: self.mean.count)
            self.vectors = self.covariance.elements
            self.lengths = [Double](repeating: 1, count: self.mean.count)
            return
        }
        self.vectors = vectors
        self.lengths = values.map { max($0, largest * 1e-20).squareRoot() }
    }

    /// `C^(-1/2) y`.
    private func whitened(_ step: [Double]) -> [Double] {
        let n = step.count
        var turned = [Double](repeating: 0, count: n)
        for row in 0..<n {
            for column in 0..<n { turned[column] += self.vectors[row * n + column] * step[row] }
        }
        for i in 0..<n { turned[i] /= self.lengths[i] }
        var result = [Double](repeating: 0, count: n)
        for row in 0..<n {
            for column in 0..<n { result[row] += self.vectors[row * n + column] * turned[column] }
        }
        return result
    }

    private mutating func applyMargin(_ layout: CmaesLayout) {
        let alpha = 1 / Double(self.population * max(1, layout.numbers.count + layout.categories.count))
        for (place, index) in layout.numbers.enumerated() {
            let gene = layout.genes[index]
            guard !gene.isContinuous, let cell = gene.cell(at: gene.clamped(self.mean[place])) else { continue }
            let deviation = self.sigma * max(0, self.covariance[place, place]).squareRoot()
            CmaesMargin.correct(
                mean: &self.mean[place], scale: &self.scales[place], deviation: deviation, cell: cell,
                isFirst: cell.low <= gene.bottom + 1e-12, isLast: cell.high >= 1 - 1e-12, alpha: alpha)
        }
    }

    private mutating func updateShares(_ samples: [CmaesSample], _ layout: CmaesLayout) {
        let dimensions = Double(max(1, layout.categories.count))
        let least = 1 - LogarithmicScale.exponential(LogarithmicScale.logarithm(0.73) / dimensions)
        for (place, category) in layout.categories.enumerated() where category.count > 1 {
            var mean = [Double](repeating: 0, count: category.count)
            for rank in 0..<self.parameters.parentCount {
                mean[samples[rank].categories[place]] += self.parameters.weights[rank]
            }
            let bound = least / Double(category.count - 1)
            for k in 0..<category.count {
                let moved = self.shares[place][k] + Self.categoryRate * (mean[k] - self.shares[place][k])
                self.shares[place][k] = max(moved, bound)
            }
            // What the raised shares have got is taken from the others, as far as those are above the bound.
            let sum = self.shares[place].reduce(0, +)
            let room = sum - bound * Double(category.count)
            guard room > 0 else { continue }
            let factor = max(0, 1 - bound * Double(category.count)) / room
            for k in 0..<category.count { self.shares[place][k] = bound + (self.shares[place][k] - bound) * factor }
        }
    }
}

extension Gene {
    /// A number as its mirror image in the range, as often mirrored as it takes.
    func mirrored(_ number: Double) -> Double {
        let width = 1 - self.bottom
        let turns = (number - self.bottom) / (2 * width)
        guard turns.isFinite else { return self.bottom + width / 2 }
        let rest = (turns - turns.rounded(.down)) * 2
        return self.clamped(self.bottom + (rest <= 1 ? rest : 2 - rest) * width)
    }
}
