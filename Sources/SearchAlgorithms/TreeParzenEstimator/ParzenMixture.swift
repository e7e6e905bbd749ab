import KernelInterface
import Randomness

/// A density over some parameters of a space: a weighted sum of products of kernels, given the values of the parameters
/// that were decided before.
///
/// `p(x | z) ~ sum_j w_j k_j(z) k_j(x)`, where `k_j` is the product of the kernels around observation j, and the last one
/// is the prior's.
struct ParzenMixture {
    private let kernels: [ParzenKernels]
    private let logarithmicWeights: [Double]
    private let cumulated: [Double]

    /// - Parameters:
    ///   - kernels: For each parameter to be decided; all with as many kernels.
    ///   - given: For each parameter that was decided before its kernels and its place.
    ///   - weights: Of the observations, and last of the prior; all above 0.
    init(
        _ kernels: [ParzenKernels], given: [(kernels: ParzenKernels, place: ParzenAxis.Place)], weights: [Double]
    ) {
        self.kernels = kernels
        var logarithms = weights.map { FastNormal.logarithm($0) }
        for (kernels, place) in given { kernels.add(at: place, to: &logarithms) }
        let greatest = logarithms.max() ?? 0
        self.logarithmicWeights = logarithms.map { $0 - greatest }
        var sum = 0.0
        var cumulated: [Double] = []
        for logarithm in self.logarithmicWeights {
            sum += FastNormal.exponential(logarithm)
            cumulated.append(sum)
        }
        self.cumulated = cumulated
    }

    /// The logarithms of the density at eight points, but for a constant.
    ///
    /// - Parameters:
    ///   - points: The places of each; at most eight points, the last of which stands for those that lack.
    ///   - sums: Memory to work in, whatever it holds.
    /// - Returns: One for each lane.
    /// - Complexity: O(observations · parameters).
    func logarithms(at points: [[ParzenAxis.Place]], using sums: inout [Lanes]) -> Lanes {
        sums.removeAll(keepingCapacity: true)
        sums.reserveCapacity(self.logarithmicWeights.count)
        for weight in self.logarithmicWeights { sums.append(Lanes(repeating: weight)) }
        for (parameter, kernels) in self.kernels.enumerated() {
            kernels.add(
                at: (0..<Lanes.scalarCount).map { points[min($0, points.count - 1)][parameter] }, to: &sums)
        }
        var greatest = Lanes(repeating: -.infinity)
        for sum in sums { greatest.replace(with: sum, where: sum .> greatest) }
        var total = Lanes.zero
        // What is 2^-53 of the greatest cannot be seen in the sum.
        for sum in sums {
            let difference = sum - greatest
            guard LaneMath.greatest(of: difference) > -37 else { continue }
            total += FastNormal.exponential(difference, above: -37)
        }
        return greatest + FastNormal.logarithm(total / (self.cumulated.last ?? 1))
    }

    /// A draw: a kernel by its weight, and from it a place for each parameter.
    func draw(_ random: inout RandomSequence, widening: Double) -> [ParzenAxis.Place] {
        let aim = random.uniform() * (self.cumulated.last ?? 1)
        var low = 0
        var high = self.cumulated.count - 1
        while low < high {
            let middle = (low + high) / 2
            if self.cumulated[middle] > aim { high = middle } else { low = middle + 1 }
        }
        var places: [ParzenAxis.Place] = []
        for kernels in self.kernels { places.append(kernels.draw(low, &random, widening: widening)) }
        return places
    }
}
