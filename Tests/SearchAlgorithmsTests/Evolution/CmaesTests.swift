import Randomness
@testable import SearchAlgorithms
import Testing
import TuningModel

@Suite("CMA-ES")
struct CmaesTests {
    /// Ten numbers, all real or the last five whole; each coordinate spans 21.
    private func space(isMixed: Bool) -> ParameterSpace {
        ParameterSpace(
            (0..<10).map { index in
                let isWhole = isMixed && index >= 5
                return Parameter(
                    name: "x\(index)",
                    domain: isWhole ? .int(IntRange(low: -10, high: 10)) : .float(FloatRange(low: -10.5, high: 10.5)))
            })
    }

    private static func value(_ function: String, _ x: [Double]) -> Double {
        switch function {
        case "sphere": return x.reduce(0) { $0 + $1 * $1 }
        case "ellipsoid":
            return x.enumerated().reduce(0) { sum, entry in
                let factor = LogarithmicScale.exponential(
                    LogarithmicScale.logarithm(1000) * Double(entry.offset) / Double(x.count - 1))
                return sum + factor * entry.element * factor * entry.element
            }
        default:
            return zip(x, x.dropFirst()).reduce(0) { sum, pair in
                let bend = pair.1 - pair.0 * pair.0
                return sum + 100 * bend * bend + (1 - pair.0) * (1 - pair.0)
            }
        }
    }

    /// How many evaluations bring the loss below 1e-8, from 3 in each coordinate with a deviation of 1.
    private func evaluations(_ function: String, isMixed: Bool, seed: UInt64) -> Int {
        let space = self.space(isMixed: isMixed)
        let layout = CmaesLayout(space.genes)
        let start = (3 + 10.5) / 21
        var distribution = CmaesDistribution(
            layout, mean: [Double](repeating: start, count: 10), sigma: 1.0 / 21, population: 10)
        var count = 0
        while count < 20_000 {
            var samples: [(point: CmaesSample, loss: Double)] = []
            for _ in 0..<10 {
                var random = RandomSequence(trial: count, seed: seed)
                let point = distribution.sample(&random)
                let genome = distribution.genome(point, layout)
                let configuration = space.configuration { genome[$0] }
                let loss = Self.value(function, Landscape.numbers(configuration))
                count += 1
                if loss < 1e-8 { return count }
                samples.append((point, loss))
            }
            samples.sort { $0.loss < $1.loss }
            distribution.update(samples.map { ($0.point, false) }, layout)
        }
        return 20_000
    }

    struct Reference: Decodable, Sendable, CustomTestStringConvertible {
        let function: String
        let isMixed: Bool
        let median: Int
        let quartiles: [Int]

        var testDescription: String { "\(self.function), \(self.isMixed ? "half of it whole numbers" : "real")" }
    }

    @Test("needs as many evaluations as an independent implementation, within 12 %", arguments: try Self.references())
    func referenceCounts(reference: Reference) {
        let counts = (UInt64(1)...31).map { self.evaluations(reference.function, isMixed: reference.isMixed, seed: $0) }
            .sorted()
        let ratio = Double(counts[15]) / Double(reference.median)
        #expect(ratio > 0.88 && ratio < 1.12, "SEEDS 1 to 31: median \(counts[15]), there \(reference.median)")
    }

    private static func references() throws -> [Reference] { try vectors("cmaes", as: [Reference].self) }

    @Test("Hansen 2016, table 1: the strategy parameters for n = 10 and λ = 10")
    func parameters() {
        let parameters = CmaesParameters(dimensions: 10, population: 10)
        #expect(parameters.parentCount == 5)
        #expect(abs(parameters.weights.prefix(5).reduce(0, +) - 1) < 1e-12)
        #expect((parameters.effectiveCount * 1000).rounded() == 3167)
        #expect(parameters.weights == parameters.weights.sorted(by: >))
        #expect((parameters.pathRate * 10_000).rounded() == 2844)
        #expect((parameters.expectedLength * 10_000).rounded() == 30_847)
        #expect(parameters.rankOneRate + parameters.rankManyRate < 1)
    }

    @Test("the margin keeps the probability of each neighbour at α / 2 at least, and the sum of all at 1")
    func margin() {
        let alpha = 0.02
        for start in [0.401, 0.45, 0.5, 0.599] {
            for deviation in [1e-6, 0.01, 0.04, 0.3] {
                var mean = start
                var scale = 1.0
                CmaesMargin.correct(
                    mean: &mean, scale: &scale, deviation: deviation, cell: (0.4, 0.6), isFirst: false, isLast: false,
                    alpha: alpha)
                let low = CmaesMargin.probability((0.4 - mean) / (deviation * scale))
                let up = CmaesMargin.probability((mean - 0.6) / (deviation * scale))
                #expect(low > alpha / 2 * 0.999 && up > alpha / 2 * 0.999, "\(start) \(deviation)")
                #expect(low + up < 1)
            }
        }
        var mean = 0.0001
        var scale = 1.0
        CmaesMargin.correct(
            mean: &mean, scale: &scale, deviation: 0.001, cell: (0, 0.2), isFirst: true, isLast: false, alpha: alpha)
        #expect(abs(CmaesMargin.probability((mean - 0.2) / 0.001) - alpha) < 1e-9)
    }

    @Test("the normal distribution and its quantiles have known values")
    func normal() {
        #expect(abs(CmaesMargin.probability(1.959_963_984_540_054) - 0.975) < 1e-14)
        #expect(abs(CmaesMargin.probability(-3) - 0.001_349_898_031_630_095) < 1e-15)
        #expect(abs(CmaesMargin.quantile(0.975) - 1.959_963_984_540_054) < 1e-12)
        #expect(CmaesMargin.probability(.infinity) == 1 && CmaesMargin.probability(-.infinity) == 0)
    }

    @Test("eigenvectors and eigenvalues give the matrix back")
    func eigen() {
        var random = RandomSequence(RandomStream(seed: 4, purpose: .simulation))
        for count in [0, 1, 2, 5, 20] {
            var matrix = SymmetricMatrix(identity: count)
            for row in 0..<count {
                for column in 0...row {
                    matrix[row, column] = random.uniform() * 10 - 5
                    matrix[column, row] = matrix[row, column]
                }
            }
            let (values, vectors) = matrix.eigen()
            for row in 0..<count {
                for column in 0..<count {
                    var sum = 0.0
                    var product = 0.0
                    for k in 0..<count {
                        sum += vectors[row * count + k] * values[k] * vectors[column * count + k]
                        product += vectors[k * count + row] * vectors[k * count + column]
                    }
                    #expect(abs(sum - matrix[row, column]) < 1e-12 * Double(count + 1) * 10)
                    #expect(abs(product - (row == column ? 1 : 0)) < 1e-13 * Double(count + 1) * 10)
                }
            }
        }
    }

    @Test("a number beyond its bounds is mirrored, as often as it takes")
    func mirror() {
        let gene = Gene(.float(FloatRange(low: 0, high: 1)))
        #expect(gene.mirrored(0.25) == 0.25)
        #expect(gene.mirrored(-0.25) == 0.25)
        #expect(gene.mirrored(1.25) == 0.75)
        #expect(gene.mirrored(3.75) == 0.25)
        #expect(gene.mirrored(.infinity) == 0.5)
        let second = Gene(.float(FloatRange(low: 0, high: 1, alternative: -1)))
        #expect(abs(second.mirrored(0) - 0.25) < 1e-12)
    }

    @Test("a search that has ended begins again with twice the population, and finds another minimum")
    func restarts() throws {
        // Two funnels of the same width: the one around -3 ends at 1, the one around 3 at 0.
        func loss(_ configuration: Configuration) -> Double {
            let x = Landscape.numbers(configuration)
            let left = x.reduce(1) { $0 + ($1 + 3) * ($1 + 3) }
            let right = x.reduce(0) { $0 + ($1 - 3) * ($1 - 3) }
            return min(left, right)
        }
        var found = (with: 0, without: 0)
        for seed in UInt64(1)...10 {
            var settings = CmaesSettings()
            settings.sigma = 0.1
            var study = try SimulatedStudy(.cmaes(settings), space: Landscape.cube(3), seed: seed, loss: loss)
            study.run(trials: 8000)
            if study.best < 1e-6 { found.with += 1 }
            settings.restarts = false
            study = try SimulatedStudy(.cmaes(settings), space: Landscape.cube(3), seed: seed, loss: loss)
            study.run(trials: 8000)
            if study.best < 1e-6 { found.without += 1 }
        }
        #expect(found.with >= 8, "SEEDS 1 to 10")
        #expect(found.without < found.with, "SEEDS 1 to 10")
    }

    @Test("categories converge to the best one and never lose the others")
    func categories() throws {
        let space = ParameterSpace(
            (0..<6).map { Parameter(name: "c\($0)", domain: .choice([.int(0), .int(1), .int(2)])) })
        let layout = CmaesLayout(space.genes)
        var distribution = CmaesDistribution(layout, mean: [], sigma: 0.3, population: 10)
        for generation in 0..<60 {
            var samples: [(point: CmaesSample, loss: Int)] = []
            for i in 0..<10 {
                var random = RandomSequence(trial: generation * 10 + i, seed: 3)
                let point = distribution.sample(&random)
                samples.append((point, point.categories.count { $0 != 1 }))
            }
            samples.sort { $0.loss < $1.loss }
            distribution.update(samples.map { ($0.point, false) }, layout)
        }
        for shares in distribution.shares {
            #expect(shares[1] > 0.85)
            #expect(shares.allSatisfy { $0 > 0.01 })
            #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
        }
    }
}
