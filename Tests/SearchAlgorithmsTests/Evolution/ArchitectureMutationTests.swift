import Randomness
@testable import SearchAlgorithms
import Testing
import TuningModel

@Suite("Architecture mutations")
struct ArchitectureMutationTests {
    private let mutation = ArchitectureMutation(Landscape.mixed)

    /// The genome of an mlp whose layers have these units, all with the activation relu.
    private func genome(_ units: [Int]) -> [Double] {
        let values: [ParameterValue?] =
            [.float(0.01), .float(0), .float(0.2), .int(64), .text("mlp"), .int(units.count)]
            + (0..<4).flatMap { layer -> [ParameterValue?] in
                layer < units.count ? [.int(units[layer]), .text("relu")] : [nil, nil]
            } + [nil, nil, .float(2)]
        return Landscape.mixed.coordinates(of: Configuration(values))
    }

    /// The units of a genome's layers.
    private func units(_ genome: [Double]) -> [Int] {
        let configuration = Landscape.mixed.configuration { genome[$0].isNaN ? 0.5 : genome[$0] }
        return [6, 8, 10, 12].compactMap { index in
            if case .int(let units)? = configuration.values[index] { units } else { nil }
        }
    }

    @Test("the repetition of a space is read from its conditions")
    func repetitions() {
        #expect(
            self.mutation.repetitions == [
                RepeatedBlocks(
                    counter: 5, range: IntRange(low: 1, high: 4), blocks: [[6, 7], [8, 9], [10, 11], [12, 13]])
            ])
        #expect(self.mutation.repetitions[0].count(self.genome([8, 16, 32])) == 3)
        #expect(ArchitectureMutation(Landscape.cube(3)).repetitions == [])
    }

    @Test("layers are added as copies, removed and exchanged in their places")
    func blocks() throws {
        let repetition = try #require(self.mutation.repetitions.first)
        var genome = self.genome([8, 16, 32])
        repetition.add(copyOf: 1, &genome)
        #expect(self.units(genome) == [8, 16, 16, 32])
        repetition.remove(0, &genome)
        #expect(self.units(genome) == [16, 16, 32])
        repetition.swap(0, 2, &genome)
        #expect(self.units(genome) == [32, 16, 16])
        repetition.remove(2, &genome)
        #expect(self.units(genome) == [32, 16])
        #expect(genome[10].isNaN)
    }

    @Test("what is possible follows the number of layers")
    func possible() {
        #expect(self.mutation.possible(self.genome([8])).map(\.kind) == [.add, .widen])
        #expect(self.mutation.possible(self.genome([8, 8])).map(\.kind) == [.add, .remove, .widen, .swap])
        #expect(self.mutation.possible(self.genome([8, 8, 8, 8])).map(\.kind) == [.remove, .widen, .swap])
        var cnn = self.genome([8])
        cnn[4] = 0.5
        for index in 5..<14 { cnn[index] = .nan }
        #expect(self.mutation.possible(cnn).isEmpty)
    }

    @Test("each kind does what its name says, whatever is drawn")
    func kinds() throws {
        let repetition = try #require(self.mutation.repetitions.first)
        for trial in 0..<200 {
            var random = RandomSequence(trial: trial, seed: 1)
            for kind in ArchitectureMutation.Kind.allCases {
                var genome = self.genome([16, 64, 256])
                self.mutation.apply(kind, to: repetition, &genome, random: &random)
                let units = self.units(genome)
                switch kind {
                case .add: #expect(units.count == 4)
                case .remove: #expect([[16, 64], [16, 256], [64, 256]].contains(units))
                case .swap: #expect([[64, 16, 256], [256, 64, 16], [16, 256, 64]].contains(units))
                case .widen:
                    #expect(
                        [
                            [8, 64, 256], [32, 64, 256], [16, 32, 256], [16, 128, 256], [16, 64, 128], [16, 64, 512],
                        ].contains(units))
                }
            }
        }
    }

    @Test("widths double and halve within their range, also where those would overflow")
    func widths() throws {
        let huge = ParameterSpace([
            Parameter(name: "layers", domain: .int(IntRange(low: 1, high: 2))),
            Parameter(
                name: "a", domain: .int(IntRange(low: 0, high: .max)), conditions: [.exceeds(parameter: 0, count: 0)]),
            Parameter(
                name: "b", domain: .int(IntRange(low: 0, high: .max)), conditions: [.exceeds(parameter: 0, count: 1)]),
        ])
        let mutation = ArchitectureMutation(huge)
        for coordinate in [0, 0.3, 0.9999, Gene.top] {
            for trial in 0..<50 {
                var genome = [0.9, coordinate, coordinate]
                var random = RandomSequence(trial: trial, seed: 2)
                mutation.mutate(&genome, random: &random)
                let configuration = huge.configuration { genome[$0].isNaN ? 0.5 : genome[$0] }
                #expect(Landscape.isValid(configuration, in: huge))
            }
        }
    }
}
