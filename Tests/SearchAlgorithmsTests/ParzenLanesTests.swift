import KernelInterface
import Randomness
import Testing
import TuningModel

@testable import SearchAlgorithms

@Suite("The Parzen estimator's sums, eight at a time")
struct ParzenLanesTests {
    private let random = RandomStream(seed: 17, purpose: .simulation)

    private func lanes(_ number: (Int) -> Double) -> Lanes {
        var lanes = Lanes.zero
        for lane in 0..<Lanes.scalarCount { lanes[lane] = number(lane) }
        return lanes
    }

    private func bits(_ lanes: Lanes) -> [UInt64] { (0..<Lanes.scalarCount).map { lanes[$0].bitPattern } }

    @Test("eight exponentials and logarithms have the bits of one at a time", arguments: 0..<500)
    func functions(round: Int) {
        let u = (0..<8).map { self.random.uniform(at: UInt64(8 * round + $0)) }
        let edges: [Double] = [0, -0.0, -700, -37, -699.999_999, -701, -1e300, -.infinity]
        for x in [self.lanes { -u[$0] * 720 }, self.lanes { -u[$0] }, self.lanes { edges[$0] }] {
            let expected = (0..<8).map { FastNormal.exponential(x[$0]).bitPattern }
            #expect(self.bits(FastNormal.exponential(x)) == expected, "\(x), seed 17")
            let above = (0..<8).map { (x[$0] > -37 ? FastNormal.exponential(x[$0]) : 0).bitPattern }
            #expect(self.bits(FastNormal.exponential(x, above: -37)) == above, "\(x), seed 17")
        }
        let ends: [Double] = [
            1, 2, 0.5, 1e-12, 1e300, 2.2250738585072014e-308, 0x1.6a09e667f3bcdp0, 0x1.6a09e667f3bcep0,
        ]
        for x in [self.lanes { u[$0] + 1e-12 }, self.lanes { u[$0] * 5000 + 1 }, self.lanes { ends[$0] }] {
            let expected = (0..<8).map { FastNormal.logarithm(x[$0]).bitPattern }
            #expect(self.bits(FastNormal.logarithm(x)) == expected, "\(x), seed 17")
        }
    }

    @Test("eight shares within the unit interval have the bits of one at a time", arguments: 0..<500)
    func shares(round: Int) {
        let u = (0..<8).map { self.random.uniform(at: UInt64(8 * round + $0)) }
        let deviation = FastNormal.exponential(-9 * self.random.uniform(at: UInt64(1 << 40 + round)))
        // Both ends near, one of them within the deviations where the other stops to count, and the ends themselves.
        let sides = self.lanes { min(1, deviation * 5.5 * u[$0]) }
        let border = self.lanes { min(max(0, 1 - deviation * (8.9 + 0.2 * u[$0])), 1) }
        let ends = self.lanes { [0, -0.0, 1, 1 - 0x1p-53, 0.5, 0x1p-60, u[6], u[7]][$0] }
        for means in [self.lanes { u[$0] }, sides, 1 - sides, border, 1 - border, ends] {
            let logarithms = FastNormal.logarithmOfShareWithinUnit(means: means, deviation: deviation)
            for lane in 0..<8 where !self.isFar(means[lane], deviation) {
                let share = FastNormal.shareWithinUnit(mean: means[lane], deviation: deviation)
                let expected = share < 1 ? FastNormal.logarithm(share) : 0
                #expect(logarithms[lane] == expected, "\(means[lane]) \(deviation), seed 17")
            }
        }
    }

    private func isFar(_ mean: Double, _ deviation: Double) -> Bool {
        mean > FastNormal.reach * deviation && 1 - mean > FastNormal.reach * deviation
    }

    private static let space = ParameterSpace([
        Parameter(name: "a", domain: .float(FloatRange(low: 0, high: 1))),
        Parameter(
            name: "b", domain: .float(FloatRange(low: 1e-3, high: 10, isLogarithmic: true, alternative: 0)),
            defaultValue: .float(0.1), prior: .medium),
        Parameter(name: "c", domain: .int(IntRange(low: 1, high: 12, isLogarithmic: true, alternative: 40))),
        Parameter(name: "d", domain: .choice([.text("a"), .text("b"), .text("c")])),
    ])

    @Test("the densities at up to eight points have the bits of one kernel after the other", arguments: 1...8)
    func densities(count: Int) {
        let priors = Self.space.parameters.map(PriorDensity.init)
        for observations in [0, 1, 7, 300] {
            let kernels = priors.indices.map { parameter in
                ParzenKernels(
                    priors[parameter],
                    coordinates: (0..<observations).map { row in
                        let u = self.random.uniform(at: UInt64(row * 8 + parameter))
                        return u < 0.9 ? u / 0.9 : .nan
                    }, sigma: 0.05)
            }
            let weights = (0...observations).map { 1 + self.random.uniform(at: UInt64(1 << 32 + $0)) }
            let given = (kernels: kernels[3], place: ParzenAxis.Place.value(1))
            let mixture = ParzenMixture(Array(kernels.prefix(3)), given: [given], weights: weights)
            var random = RandomSequence(RandomStream(seed: UInt64(count), purpose: .suggestion))
            let points = (0..<count).map { _ in mixture.draw(&random, widening: 1) }
            var sums: [Lanes] = [Lanes(repeating: 5)]
            let logarithms = mixture.logarithms(at: points, using: &sums)
            for (lane, point) in points.enumerated() {
                let expected = self.density(kernels, given: given.place, weights: weights, at: point)
                #expect(
                    logarithms[lane] == expected, "\(observations) observations, point \(point), seeds 17 and \(count)")
            }
        }
    }

    /// The same by the formula, the last of the kernels being of what is given.
    private func density(
        _ kernels: [ParzenKernels], given: ParzenAxis.Place, weights: [Double], at point: [ParzenAxis.Place]
    ) -> Double {
        var logarithms = weights.map { FastNormal.logarithm($0) }
        kernels[3].add(at: given, to: &logarithms)
        let heaviest = logarithms.max() ?? 0
        logarithms = logarithms.map { $0 - heaviest }
        let weight = logarithms.reduce(0) { $0 + FastNormal.exponential($1) }
        for (kernels, place) in zip(kernels, point) { kernels.add(at: place, to: &logarithms) }
        let greatest = logarithms.max() ?? 0
        let seen = logarithms.filter { $0 - greatest > -37 }
        let total = seen.reduce(0) { $0 + FastNormal.exponential($1 - greatest) }
        return greatest + FastNormal.logarithm(total / weight)
    }

    @Test("each coordinate has the value whose share of the interval it lies in", arguments: 1...64)
    func columns(count: Int) throws {
        let domains: [ParameterDomain] = [
            .int(IntRange(low: 1, high: count, isLogarithmic: true)), .int(IntRange(low: 0, high: count - 1)),
            .int(IntRange(low: 1, high: count, isLogarithmic: true, alternative: 100)),
        ]
        for domain in domains {
            let axis = ParzenAxis(domain)
            guard case .ordered(let middles, let shares) = axis.shape else {
                Issue.record("\(domain) is taken for an interval")
                return
            }
            let alternative = axis.alternativeShare
            let edges = zip(middles, shares).dropLast().map { $0 + $1 / 2 }
            let borders = edges.flatMap { [$0, $0.nextDown, $0.nextUp] }.map { alternative + $0 * (1 - alternative) }
            let even = (0..<200).map { self.random.uniform(at: UInt64($0)) }
            let coordinates = [.nan, 0, -0.0, 1 - 0x1p-53, alternative, alternative.nextDown] + borders + even
            let expected = coordinates.map { coordinate in
                guard coordinate >= 0 else { return count + 1 }
                guard coordinate >= alternative else { return count }
                let rest = (coordinate - alternative) * (1 / (1 - alternative))
                return edges.count { $0 <= rest }
            }
            #expect(axis.columns(of: coordinates) == expected, "\(domain), seed 17")
        }
    }

    @Test("places are put in order by numbers, those of equal numbers as they stood", arguments: 0..<40)
    func order(round: Int) {
        let count = [0, 1, 2, 25, 300][round % 5]
        let least = Double.leastNonzeroMagnitude
        let special = [0, -0.0, .infinity, -.infinity, 1, -1, least, -least]
        let numbers = (0..<count).map { place in
            let u = self.random.uniform(at: UInt64(1000 * round + place))
            switch round % 4 {
            case 0: return u - 0.5
            case 1: return (u * 10).rounded()
            case 2: return special[Int(u * 8)]
            default: return 0
            }
        }
        var order = (0..<count).filter { $0 % 3 != round % 3 }.reversed().map { $0 }
        let expected = order.enumerated().sorted {
            (numbers[$0.element], $0.offset) < (numbers[$1.element], $1.offset)
        }
        RadixOrder.sort(&order, by: numbers)
        #expect(order == expected.map(\.element), "seed 17")
    }
}
