import KernelInterface
import Randomness

/// The kernels of one parameter, one around each observation, and behind them the prior's.
///
/// Around an observation a:
///
/// - an interval has a normal distribution of deviation `sigma`, cut off at 0 and 1;
/// - ordered values have `k(x | a) ~ share(x) exp(-(x - a)^2 / (2 sigma^2))`, over the values' middles, summing to 1;
/// - values without an order have Aitchison and Aitken's kernel, `1 - b` for the same one and `b / (K - 1)` for another,
///   with `b = (K - 1) / (n + K)` for n observations: what one draw from the prior beside them leaves;
/// - a special value beside a range is one of two such values, and the range the other.
///
/// Where a parameter was inactive, the kernel is the prior: a trial that says nothing of a parameter favours no value.
///
/// Sources: J. Aitchison and C. Aitken, "Multivariate binary discrimination by the kernel method", Biometrika 63, 1976.
/// J. Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 2011, section 4.1 (cut-off kernels, the prior as
/// one of them).
struct ParzenKernels {
    /// `base - half (x - middle)^2` is the kernel's logarithm at a point, `alternative` the one at the special value; `half`
    /// is 0 for an even kernel.
    private struct Normal {
        let middle: Double
        let half: Double
        var base: Double
        let alternative: Double
    }

    private let axis: ParzenAxis
    private let prior: PriorDensity
    private let sigma: Double
    /// How many observations there are.
    private let count: Int
    /// Of an interval.
    private var normals: [Normal] = []
    /// Of values: which column each kernel has.
    private var columns: [Int] = []
    /// Row x, column a: the logarithm of the kernel around a at x. The last column is the prior's; the last row and the
    /// last column but one are the special value's.
    private var table: [Double] = []
    private var columnCount = 0

    /// - Parameters:
    ///   - prior: The parameter, and what is believed of it.
    ///   - coordinates: The observations, NaN where the parameter is inactive; the prior's kernel follows by itself.
    ///   - sigma: The deviation, as a share of the range; at least half the mean distance of ordered values is taken.
    init(_ prior: PriorDensity, coordinates: [Double], sigma: Double) {
        let axis = prior.axis
        self.axis = axis
        self.prior = prior
        self.count = coordinates.count
        self.sigma = axis.count > 0 ? max(sigma, 0.5 / Double(axis.count)) : sigma
        if case .interval = axis.shape { self.fillInterval(coordinates) } else { self.fillTable(coordinates) }
    }

    /// The probability of another value, of K of them, around an observation.
    private func escape(of valueCount: Int) -> Double {
        1 / (Double(max(1, self.count)) + Double(valueCount))
    }

    private mutating func fillInterval(_ coordinates: [Double]) {
        let share = self.prior.alternativeShare
        let escape = self.escape(of: 2)
        let same = share > 0 ? FastNormal.logarithm(1 - escape) : 0
        let other = FastNormal.logarithm(escape)
        let edge = self.axis.alternativeShare
        let scale = 1 / (1 - edge)
        let half = 0.5 / (self.sigma * self.sigma)
        let base = same - FastNormal.logarithm(self.sigma * FastNormal.rootOfTwoPi)
        let normal = self.prior.normal
        let priorHalf = normal.map { 0.5 / ($0.deviation * $0.deviation) } ?? 0
        var priorBase = FastNormal.logarithm(1 - share)
        if let normal {
            let within = FastNormal.shareWithinUnit(mean: normal.mean, deviation: normal.deviation)
            priorBase -= FastNormal.logarithm(normal.deviation * FastNormal.rootOfTwoPi * within)
        }
        let believed = Normal(
            middle: normal?.mean ?? 0, half: priorHalf, base: priorBase,
            alternative: share > 0 ? FastNormal.logarithm(share) : 0)
        let reach = FastNormal.reach * self.sigma
        var normals = Array(repeating: believed, count: coordinates.count + 1)
        var cut: [Int] = []
        for (j, coordinate) in coordinates.enumerated() {
            if coordinate >= edge {
                let point = (coordinate - edge) * scale
                normals[j] = Normal(middle: point, half: half, base: base, alternative: other)
                if !(point > reach && 1 - point > reach) { cut.append(j) }
            } else if coordinate >= 0 {
                normals[j] = Normal(middle: 0, half: 0, base: other, alternative: same)
            }
        }
        self.normals = normals
        self.cutOff(cut)
    }

    /// Scales kernels of an interval, given by their numbers, that are cut off at one of its ends.
    private mutating func cutOff(_ kernels: [Int]) {
        for first in stride(from: 0, to: kernels.count, by: Lanes.scalarCount) {
            var means = Lanes.zero
            let lanes = 0..<min(Lanes.scalarCount, kernels.count - first)
            for lane in lanes { means[lane] = self.normals[kernels[first + lane]].middle }
            let cuts = FastNormal.logarithmOfShareWithinUnit(means: means, deviation: self.sigma)
            for lane in lanes { self.normals[kernels[first + lane]].base -= cuts[lane] }
        }
    }

    private mutating func fillTable(_ coordinates: [Double]) {
        let count = self.axis.count
        self.columnCount = count + 2
        self.columns = self.axis.columns(of: coordinates)
        self.columns.append(count + 1)
        self.table = Array(repeating: 0, count: (count + 1) * self.columnCount)
        var isFilled = Array(repeating: false, count: self.columnCount)
        for column in self.columns where !isFilled[column] {
            isFilled[column] = true
            for (row, share) in self.shares(column: column).enumerated() {
                self.table[row * self.columnCount + column] = FastNormal.logarithm(max(share, 1e-300))
            }
        }
    }

    /// The probabilities of all values and of the special one around the observation of a column.
    private func shares(column: Int) -> [Double] {
        let count = self.axis.count
        let alternative = self.prior.alternativeShare
        let escape = alternative > 0 ? self.escape(of: 2) : 0
        if column == count { return self.prior.shares.map { $0 * escape } + [1 - escape] }
        if column > count { return self.prior.shares.map { $0 * (1 - alternative) } + [alternative] }
        switch self.axis.shape {
        case .interval: return []
        case .unordered:
            let other = self.escape(of: count)
            return (0..<count).map { $0 == column ? 1 - other * Double(count - 1) : other } + [0]
        case .ordered(let middles, let shares):
            let precision = 0.5 / (self.sigma * self.sigma)
            let weights = zip(middles, shares).map { middle, share in
                share * FastNormal.exponential(-precision * (middle - middles[column]) * (middle - middles[column]))
            }
            let sum = weights.reduce(0, +)
            return weights.map { $0 / sum * (1 - escape) } + [escape]
        }
    }

    /// Adds the logarithm of each kernel at a place, the prior's last.
    ///
    /// - Precondition: As many sums as observations and one more.
    /// - Complexity: O(observations).
    func add(at place: ParzenAxis.Place, to sums: inout [Double]) {
        precondition(sums.count == self.count + 1)
        switch place {
        case .inactive: return
        case .point(let x):
            for j in sums.indices {
                let normal = self.normals[j]
                let distance = x - normal.middle
                sums[j] += normal.base - normal.half * (distance * distance)
            }
        case .alternative where self.columns.isEmpty: for j in sums.indices { sums[j] += self.normals[j].alternative }
        case .alternative: self.add(row: self.axis.count, to: &sums)
        case .value(let value): self.add(row: value, to: &sums)
        }
    }

    private func add(row: Int, to sums: inout [Double]) {
        let start = row * self.columnCount
        for j in sums.indices { sums[j] += self.table[start + self.columns[j]] }
    }

    /// The same at eight places, none of them inactive, one for each lane.
    ///
    /// - Precondition: As many sums as observations and one more.
    /// - Complexity: O(observations).
    func add(at places: [ParzenAxis.Place], to sums: inout [Lanes]) {
        precondition(sums.count == self.count + 1 && places.count == Lanes.scalarCount)
        if case .interval = self.axis.shape {
            self.addInterval(places, to: &sums)
        } else {
            self.addTable(places, to: &sums)
        }
    }

    private func addInterval(_ places: [ParzenAxis.Place], to sums: inout [Lanes]) {
        var x = Lanes.zero
        var isAlternative = SIMDMask<SIMD8<Int64>>(repeating: false)
        for lane in places.indices {
            if case .point(let point) = places[lane] { x[lane] = point } else { isAlternative[lane] = true }
        }
        let hasAlternative = places.contains(.alternative)
        let normals = self.normals.span
        var sums = sums.mutableSpan
        for j in sums.indices {
            let normal = normals[j]
            let distance = x - normal.middle
            var logarithm = normal.base - normal.half * (distance * distance)
            if hasAlternative { logarithm.replace(with: normal.alternative, where: isAlternative) }
            sums[j] += logarithm
        }
    }

    private func addTable(_ places: [ParzenAxis.Place], to sums: inout [Lanes]) {
        var logarithms = Array(repeating: Lanes.zero, count: self.columnCount)
        for lane in places.indices {
            let row = if case .value(let value) = places[lane] { value } else { self.axis.count }
            for column in logarithms.indices {
                logarithms[column][lane] = self.table[row * self.columnCount + column]
            }
        }
        let (columns, values) = (self.columns.span, logarithms.span)
        var sums = sums.mutableSpan
        for j in sums.indices { sums[j] += values[columns[j]] }
    }

    /// A draw from the kernel with this number, whose deviation is multiplied by `widening` where the range is an interval.
    func draw(_ kernel: Int, _ random: inout RandomSequence, widening: Double) -> ParzenAxis.Place {
        guard case .interval = self.axis.shape else {
            var rest = random.uniform()
            let shares = self.shares(column: self.columns[kernel])
            for (value, share) in shares.enumerated() {
                rest -= share
                if rest < 0 { return value == self.axis.count ? .alternative : .value(value) }
            }
            return .value(0)
        }
        let normal = self.normals[kernel]
        if self.prior.alternativeShare > 0, random.uniform() < FastNormal.exponential(normal.alternative) {
            return .alternative
        }
        guard normal.half > 0 else { return .point(random.uniform()) }
        let deviation = (0.5 / normal.half).squareRoot() * widening
        // More than half of the draws lie inside, because the middle does, unless the kernel is widened.
        for _ in 0..<64 {
            let point = normal.middle + deviation * random.normal(logarithm: FastNormal.logarithm)
            if point >= 0, point < 1 { return .point(point) }
        }
        return .point(normal.middle)
    }
}
