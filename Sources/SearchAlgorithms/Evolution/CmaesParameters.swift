import TuningModel

/// The strategy parameters of CMA-ES.
///
/// Source: N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, 2016, table 1 (equations 48 to 58),
/// with the symbols n, λ, μ_eff, w, c_σ, d_σ, c_c, c_1 and c_μ, α_cov = 2 and c_m = 1.
struct CmaesParameters: Hashable, Sendable {
    /// By rank; positive for the better half, negative for the rest.
    let weights: [Double]
    /// How many of the weights are above 0: μ.
    let parentCount: Int
    /// μ_eff.
    let effectiveCount: Double
    /// c_σ and d_σ.
    let pathRate: Double
    let damping: Double
    /// c_c.
    let covariancePathRate: Double
    /// c_1 and c_μ.
    let rankOneRate: Double
    let rankManyRate: Double
    /// E‖N(0, I)‖.
    let expectedLength: Double

    /// - Parameters:
    ///   - dimensions: n, at least 1.
    ///   - population: λ, at least 2.
    init(dimensions: Int, population: Int) {
        let n = Double(dimensions)
        let raw = (1...population).map { rank in
            LogarithmicScale.logarithm((Double(population) + 1) / 2) - LogarithmicScale.logarithm(Double(rank))
        }
        let parents = raw.filter { $0 > 0 }
        let others = raw.filter { $0 <= 0 }
        let sum = parents.reduce(0, +)
        let effective = sum * sum / parents.reduce(0) { $0 + $1 * $1 }
        let otherSum = others.reduce(0) { $0 - $1 }
        let otherSquares = others.reduce(0) { $0 + $1 * $1 }
        let otherEffective = otherSquares > 0 ? otherSum * otherSum / otherSquares : 0
        let rankOne = 2 / ((n + 1.3) * (n + 1.3) + effective)
        let rankMany = min(
            1 - rankOne, 2 * (0.25 + effective + 1 / effective - 2) / ((n + 2) * (n + 2) + effective))
        let limits = [
            1 + rankOne / rankMany, 1 + 2 * otherEffective / (effective + 2),
            (1 - rankOne - rankMany) / (n * rankMany),
        ]
        let negativeShare = max(0, limits.min() ?? 0)
        self.weights = raw.map { $0 > 0 ? $0 / sum : (otherSum > 0 ? negativeShare * $0 / otherSum : 0) }
        self.parentCount = parents.count
        self.effectiveCount = effective
        self.pathRate = (effective + 2) / (n + effective + 5)
        self.damping = 1 + 2 * max(0, ((effective - 1) / (n + 1)).squareRoot() - 1) + self.pathRate
        self.covariancePathRate = (4 + effective / n) / (n + 4 + 2 * effective / n)
        self.rankOneRate = rankOne
        self.rankManyRate = rankMany
        self.expectedLength = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    }
}
