/// A density over a grid of `0 ..< count`, from how often each point was observed.
///
/// Numbers: each observation is a normal kernel of one common width, cut off at both ends of the grid and integrated over
/// the cell of each point; categories: each observation is its own category. One more kernel of weight 1 is the prior: as
/// wide as the grid, or even over the categories.
///
/// Width: `1.059 min(IQR / 1.34, sigma) n^(-1/5)`, at least half a cell over 1.64 (D. Scott, "Multivariate density
/// estimation", 1992).
///
/// - Complexity: O(observed points * count).
struct ParzenGrid {
    /// The probability of each point; they add up to 1.
    let probabilities: [Double]

    init(numbers counts: [Int]) {
        let size = counts.count
        let observed = counts.indices.filter { counts[$0] > 0 }
        let total = Double(counts.reduce(0, +))
        var sums = Self.kernel(mean: Double(size - 1) / 2, deviation: Double(size), size: size)
        guard total > 0 else {
            self.probabilities = sums
            return
        }
        let mean = observed.reduce(0) { $0 + Double($1 * counts[$1]) } / total
        let square = observed.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) * Double(counts[$1]) }
        let deviation = (square / max(1, total - 1)).squareRoot()
        let width = max(
            1.059 * min(Self.quartileRange(counts, observed, total) / 1.34, deviation) * Self.fifthRootInverse(total),
            0.5 / 1.64)
        for point in observed {
            let kernel = Self.kernel(mean: Double(point), deviation: width, size: size)
            for cell in 0..<size { sums[cell] += Double(counts[point]) * kernel[cell] }
        }
        self.probabilities = sums.map { $0 / (total + 1) }
    }

    /// Each kernel gives `prior / kernels` to every category and the rest to its own, as the weights of the tree-structured
    /// Parzen estimator do; kernels are the categories that were observed, and the prior.
    init(categories counts: [Int]) {
        let size = Double(counts.count)
        let observed = counts.indices.filter { counts[$0] > 0 }
        let total = Double(counts.reduce(0, +))
        guard total > 0 else {
            self.probabilities = counts.map { _ in 1 / size }
            return
        }
        let even = 1 / Double(observed.count + 1)
        var sums = [Double](repeating: 1 / size, count: counts.count)
        for point in observed {
            for cell in counts.indices {
                sums[cell] += Double(counts[point]) * (even + (cell == point ? 1 : 0)) / (1 + even * size)
            }
        }
        self.probabilities = sums.map { $0 / (total + 1) }
    }

    /// A normal distribution cut off at the ends of the grid, integrated over its cells.
    private static func kernel(mean: Double, deviation: Double, size: Int) -> [Double] {
        let whole = NormalDistribution.between((-0.5 - mean) / deviation, (Double(size) - 0.5 - mean) / deviation)
        return (0..<size).map { cell in
            NormalDistribution.between(
                (Double(cell) - 0.5 - mean) / deviation, (Double(cell) + 0.5 - mean) / deviation) / whole
        }
    }

    /// Between the first observed points at which a quarter and more than three quarters of all stand below.
    private static func quartileRange(_ counts: [Int], _ observed: [Int], _ total: Double) -> Double {
        let whole = Int(total)
        var sum = 0
        var first: Int?
        var third: Int?
        for point in observed {
            sum += counts[point]
            if first == nil, sum >= whole / 4 { first = point }
            if third == nil, sum > whole * 3 / 4 { third = point }
        }
        let last = observed.last ?? 0
        return Double((third ?? last) - (first ?? last))
    }

    /// `n^(-1/5)` by Newton's method from above, the same bits on every host.
    private static func fifthRootInverse(_ n: Double) -> Double {
        guard n > 1 else { return 1 }
        var root = n
        while true {
            let next = (4 * root + n / (root * root * root * root)) / 5
            guard next < root else { return 1 / root }
            root = next
        }
    }
}
