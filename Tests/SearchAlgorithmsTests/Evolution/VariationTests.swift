import Randomness
@testable import SearchAlgorithms
import Testing
import TuningModel

@Suite("Crossover and mutation")
struct VariationTests {
    @Test("SBX: contracting and expanding crossovers are equally likely, and β has the density of equation 14")
    func spreadDensity() {
        for index in [2.0, 15] {
            var contracting = 0
            var below = 0
            let count = 100_000
            for i in 0..<count {
                let u = (Double(i) + 0.5) / Double(count)
                let spread = Variation.spread(u, index: index, reach: 1e9)
                if spread <= 1 { contracting += 1 }
                if spread <= 0.9 { below += 1 }
            }
            #expect(abs(contracting - count / 2) <= 1)
            // The share up to β is β^(η + 1) / 2.
            var share = 0.5
            for _ in 0..<Int(index) + 1 { share *= 0.9 }
            #expect(abs(Double(below) / Double(count) - share) < 2e-5)
        }
    }

    @Test("polynomial mutation: the mean step far from the bounds is 1 / (η + 2) of the range")
    func meanStep() {
        let count = 100_000
        let steps = (0..<count).map { i in
            Variation.step((Double(i) + 0.5) / Double(count), index: 20, below: 0.5, above: 0.5)
        }
        #expect(abs(steps.reduce(0) { $0 + abs($1) } / Double(count) - 1.0 / 22) < 1e-4)
        #expect(abs(steps.reduce(0, +)) < 1e-6 * Double(count))
        #expect(steps.allSatisfy { abs($0) <= 0.5 })
    }

    @Test("a child of two numbers stays between the bounds, and its mean is that of its parents")
    func child() {
        let gene = Gene(.float(FloatRange(low: 0, high: 1)))
        let variation = Variation(genes: [gene], crossoverRate: 1, crossoverIndex: 2, mutationIndex: 20)
        var random = RandomSequence(RandomStream(seed: 6, purpose: .population))
        var sum = 0.0
        for _ in 0..<20_000 {
            let child = variation.child([0.4], [0.6], random: &random)[0]
            #expect(child >= 0 && child < 1)
            sum += child
        }
        #expect(abs(sum / 20_000 - 0.5) < 0.005)
    }

    @Test("a mutation always changes a discrete value, and reaches each of them")
    func discreteMutation() {
        let domains: [ParameterDomain] = [
            .int(IntRange(low: 1, high: 3)), .int(IntRange(low: 1, high: 64, isLogarithmic: true)),
            .float(FloatRange(low: 0, high: 0.5, step: 0.1)), .choice([.text("a"), .text("b"), .text("c")]),
            .ordinal([.int(1), .int(2)]), .int(IntRange(low: 5, high: 9, alternative: 0)),
        ]
        let counts = [3, 64, 6, 3, 2, 6]
        for (domain, count) in zip(domains, counts) {
            let gene = Gene(domain)
            let variation = Variation(genes: [gene], crossoverRate: 1, crossoverIndex: 15, mutationIndex: 20)
            var random = RandomSequence(RandomStream(seed: 8, purpose: .population))
            var coordinate = 0.99
            var seen: Set<ParameterValue> = []
            for _ in 0..<5000 {
                let before = domain.value(at: coordinate)
                coordinate = variation.mutated(gene, coordinate, random: &random)
                let after = domain.value(at: coordinate)
                if gene.isNumber(coordinate) || gene.categoryCount != nil { #expect(before != after, "\(domain)") }
                if let after { seen.insert(after) }
            }
            #expect(seen.count == count, "\(domain)")
        }
    }

    @Test("a child inherits a branch from whichever parent has it")
    func branch() {
        let genes = Landscape.mixed.genes
        let variation = Variation(genes: genes, crossoverRate: 1, crossoverIndex: 15, mutationIndex: 20)
        var random = RandomSequence(RandomStream(seed: 9, purpose: .population))
        var first = [Double](repeating: 0.5, count: genes.count)
        var second = first
        first[14] = .nan
        second[6] = .nan
        first[15] = .nan
        second[15] = .nan
        let child = variation.child(first, second, random: &random)
        #expect(!child[14].isNaN && !child[6].isNaN && child[15].isNaN)
    }

    @Test("the cells of a parameter are the coordinates that mean the same value")
    func cells() {
        for (index, parameter) in Landscape.mixed.parameters.enumerated() {
            let gene = Gene(parameter.domain)
            for i in 0..<997 {
                let coordinate = (Double(i) + 0.5) / 997
                guard let cell = gene.cell(at: coordinate) else {
                    #expect(gene.isContinuous, "parameter \(index)")
                    continue
                }
                #expect(cell.low <= coordinate && coordinate < cell.high, "parameter \(index) at \(coordinate)")
                for share in [0.001, 0.999] {
                    let other = cell.low + share * (cell.high - cell.low)
                    #expect(parameter.domain.value(at: other) == parameter.domain.value(at: coordinate))
                }
                if gene.isNumber(coordinate), cell.high < 1 {
                    let next = gene.neighbour(of: coordinate, upwards: true)
                    #expect(parameter.domain.value(at: next) == parameter.domain.value(at: cell.high * (1 + 1e-9)))
                }
            }
        }
    }
}
