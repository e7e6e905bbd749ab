import Randomness
import TrainingData
import TuningModel

/// Which rows of a minibatch are mixed, and how much of each: a function of the seed and the step's number alone.
///
/// The share has the distribution Beta(alpha, alpha), by a polar method: for a point (x, y) in the unit disc with
/// `s = x^2 + y^2`, `w = s^(1/alpha)` and `c = x / sqrt(s)` it is `(1 +- sqrt(r)) / 2` with the sign of x and
/// `r = (1 - w) c^2 / (w + (1 - w) c^2)`. Since s is uniform in (0, 1) apart from the angle, `sqrt(2 alpha (1/w - 1)) c` has Student's
/// distribution with 2 alpha degrees of freedom, whose relation to the symmetric beta distribution is the rest. Power and root
/// are our own or IEEE 754's: every machine gives the same bits.
///
/// Sources: R. Bailey, "Polar generation of random variates with the t-distribution", Mathematics of Computation 62, 1994;
/// L. Devroye, "Random variate generation in one line of code", WSC 1996, section 4, for the relation.
struct MixUp {
    let alpha: Double
    let seed: UInt64

    /// Blocks before those of the permutation; the share takes one block for each attempt, 1.27 on average.
    private static let permutationBlock: UInt64 = 1 << 32

    private func stream(_ step: Int) -> RandomStream {
        RandomStream(seed: self.seed, purpose: .mixUp, stream: UInt32(truncatingIfNeeded: step))
    }

    /// How much a row keeps of itself in a step, in [0, 1].
    func share(step: Int) -> Double {
        let stream = self.stream(step)
        var attempt: UInt64 = 0
        while true {
            let words = stream.block(at: attempt)
            // Centres of cells: neither is 0.
            let x = (Double(words[0]) + 0.5) * 0x1p-31 - 1
            let y = (Double(words[1]) + 0.5) * 0x1p-31 - 1
            let square = x * x + y * y
            attempt &+= 1
            guard square < 1 else { continue }
            let power = LogarithmicScale.exponential(LogarithmicScale.logarithm(square) / self.alpha)
            let numerator = (1 - power) * (x * x / square)
            let half = (numerator / (power + numerator)).squareRoot() / 2
            return x > 0 ? 0.5 + half : 0.5 - half
        }
    }

    /// Writes which row of a minibatch each row is mixed with: a permutation of `0 ..< count`.
    @unsafe
    func writePartners(_ partners: UnsafeMutablePointer<Int32>, count: Int, step: Int) {
        unsafe SampleOrder.write(
            partners, count: count, stream: self.stream(step), firstBlock: Self.permutationBlock)
    }
}

/// Where a run keeps its mixed rows, as offsets in the arena.
struct MixUpPlan: Hashable {
    /// Shape [batch, feature stride].
    let features: Int
    /// Shape [batch, target stride], for targets that are numbers or labels.
    let targets: Int?
    /// Shape [batch], `Int32`: the partner of each row among the minibatch's.
    let partners: Int
    /// Shape [batch], `Int32`: the same among the training rows.
    let partnerRows: Int

    init(data: DatasetView, batchRows: Int, layout: inout ArenaLayout) {
        self.features = layout.reserve(rows: batchRows, columns: data.featureStride)
        switch data.task {
        case .classification: self.targets = nil
        case .regression, .multiLabel: self.targets = layout.reserve(rows: batchRows, columns: data.targetStride)
        }
        self.partners = layout.reserve(columns: batchRows)
        self.partnerRows = layout.reserve(columns: batchRows)
    }
}
