import Foundation
import Randomness
import Testing
import TuningModel

@testable import SearchAlgorithms

@Suite("Kernels and priors of the Parzen estimator")
struct ParzenDensityTests {
    private static let domains: [ParameterDomain] = [
        .float(FloatRange(low: 0, high: 1)),
        .float(FloatRange(low: 1e-3, high: 10, isLogarithmic: true, alternative: 0)),
        .int(IntRange(low: 1, high: 12, isLogarithmic: true, alternative: 40)),
        .int(IntRange(low: 0, high: 30, step: 3)),
        .int(IntRange(low: 1, high: 5000, isLogarithmic: true)), .ordinal([.int(1), .int(4), .int(9)]),
        .choice([.text("a"), .text("b"), .text("c"), .text("d")]),
    ]

    /// All places with their shares of the unit interval; points in the middle of thin slices.
    private func places(_ axis: ParzenAxis) -> [(place: ParzenAxis.Place, width: Double)] {
        let alternative: [(ParzenAxis.Place, Double)] = axis.alternativeShare > 0 ? [(.alternative, 1)] : []
        if axis.count > 0 { return alternative + (0..<axis.count).map { (.value($0), 1) } }
        return alternative + (0..<20_000).map { (.point((Double($0) + 0.5) / 20_000), 1.0 / 20_000) }
    }

    @Test("each kernel is a density: it sums to one over all places", arguments: Self.domains)
    func normalisation(domain: ParameterDomain) {
        let prior = PriorDensity(Parameter(name: "x", domain: domain))
        let coordinates = [0.02, 0.2, 0.5, 0.77, 0.999, .nan]
        for sigma in [0.01, 0.08, 0.5] {
            let kernels = ParzenKernels(prior, coordinates: coordinates, sigma: sigma)
            var sums = Array(repeating: 0.0, count: coordinates.count + 1)
            for (place, width) in self.places(prior.axis) {
                var logarithms = Array(repeating: 0.0, count: sums.count)
                kernels.add(at: place, to: &logarithms)
                for j in sums.indices { sums[j] += exp(logarithms[j]) * width }
            }
            for sum in sums { #expect(abs(sum - 1) < 1e-4, "\(domain) \(sigma) \(sums)") }
        }
    }

    @Test("draws from a kernel come as often as its density says", arguments: Self.domains)
    func draws(domain: ParameterDomain) {
        let prior = PriorDensity(Parameter(name: "x", domain: domain))
        let kernels = ParzenKernels(prior, coordinates: [0.05, 0.4, .nan], sigma: 0.1)
        var random = RandomSequence(RandomStream(seed: 1, purpose: .suggestion))
        for kernel in 0..<4 {
            var below = 0.0
            for (place, width) in self.places(prior.axis) where prior.axis.coordinate(at: place) < 0.45 {
                var logarithms = [0.0, 0, 0, 0]
                kernels.add(at: place, to: &logarithms)
                below += exp(logarithms[kernel]) * width
            }
            let draws = (0..<4000).map { _ in prior.axis.coordinate(at: kernels.draw(kernel, &random, widening: 1)) }
            let share = Double(draws.filter { $0 < 0.45 }.count) / 4000
            #expect(abs(share - below) < 0.03, "\(domain), kernel \(kernel), seed 1")
        }
    }

    @Test("a prior's quantiles follow its density, and its default is the likeliest value", arguments: Self.domains)
    func priors(domain: ParameterDomain) throws {
        let value = try #require(domain.value(at: 0.6))
        for confidence in PriorConfidence.allCases {
            let prior = PriorDensity(Parameter(name: "x", domain: domain, defaultValue: value, prior: confidence))
            let cells = 4000
            let draws = (0..<cells).map { prior.coordinate(at: (Double($0) + 0.5) / Double(cells)) }
            let even = (0..<cells).map { (Double($0) + 0.5) / Double(cells) }
            let densities = even.map { exp(prior.logarithm(at: $0)) }
            #expect(abs(densities.reduce(0, +) / Double(cells) - 1) < 1e-2)
            for edge in [0.3, 0.55, 0.8] {
                let mass = zip(even, densities).reduce(0) {
                    prior.axis.coordinate(at: prior.axis.place(of: $1.0)) < edge ? $0 + $1.1 : $0
                }
                let share = Double(draws.filter { $0 < edge }.count)
                #expect(abs(mass - share) / Double(cells) < 0.01, "\(domain) \(confidence) \(edge)")
            }
            let best = try #require(domain.coordinate(of: value))
            #expect(densities.allSatisfy { $0 <= exp(prior.logarithm(at: best)) + 1e-9 })
        }
    }

    @Test("without a prior the density is one, and an even draw stays what it is")
    func even() {
        let prior = PriorDensity(
            Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)), defaultValue: .float(0.2)))
        #expect(prior.isEven && prior.logarithm(at: 0.7) == 0 && prior.coordinate(at: 0.7) == 0.7)
    }

    @Test("a good prior is faster, and a wrong one is overcome", arguments: [0.3, 0.95])
    func belief(centre: Double) throws {
        func regret(_ prior: PriorConfidence?, trials: Int) throws -> Double {
            let space = ParameterSpace(
                (0..<4).map {
                    Parameter(
                        name: "x\($0)", domain: .float(FloatRange(low: 0, high: 1)), defaultValue: .float(centre),
                        prior: prior)
                })
            var regrets: [Double] = []
            for seed in UInt64(0)..<11 {
                var study = try ParzenStudy(TPESettings(), space, seed: seed)
                try study.run(trials: trials) {
                    $0.values.reduce(0) { $0 + (($1?.number ?? 0) - 0.3) * (($1?.number ?? 0) - 0.3) }
                }
                regrets.append(study.losses.min() ?? .infinity)
            }
            return regrets.sorted()[5]
        }
        if centre == 0.3 {
            #expect(try regret(.high, trials: 20) < 0.5 * regret(nil, trials: 20))
        } else {
            #expect(try regret(.high, trials: 150) < 0.05)
        }
    }

    @Test("the quick exponential, logarithm and normal distribution agree with the library's")
    func functions() {
        for i in 0...2000 {
            let x = Double(i) * 0.3
            #expect(abs(FastNormal.exponential(-x) - exp(-x)) <= 1e-14 * exp(-x))
            let y = exp(x / 4 - 60)
            #expect(abs(FastNormal.logarithm(y) - log(y)) <= 1e-14 * max(1, abs(log(y))))
            let z = Double(i) * 0.01 - 10
            #expect(abs(FastNormal.cumulative(z) - erfc(-z / 2.0.squareRoot()) / 2) < 1e-7)
        }
    }
}
