import Randomness
import TuningModel

/// One mutation of a genome: of its architecture, where the space has repeated blocks, or else of one parameter.
///
/// Architecture mutations, each as likely as the others that are possible: a block is copied behind itself and one
/// parameter of the copy is mutated; a block is taken out; an `int` parameter of a block (its width) is doubled or
/// halved; two blocks of different places are exchanged. They come half of the time; the other half mutates one
/// active parameter as ``Variation`` does. Parameters that a mutation makes active and that the parent has not are
/// drawn anew.
struct ArchitectureMutation: Hashable, Sendable {
    /// What may be done to a repetition.
    enum Kind: Hashable, Sendable, CaseIterable {
        case add, remove, widen, swap
    }

    private let domains: [ParameterDomain]
    private let variation: Variation
    let repetitions: [RepeatedBlocks]

    init(_ space: ParameterSpace) {
        self.domains = space.parameters.map(\.domain)
        self.variation = Variation(genes: space.genes, crossoverRate: 0, crossoverIndex: 15, mutationIndex: 20)
        self.repetitions = RepeatedBlocks.all(of: space)
    }

    /// Mutates a genome once.
    func mutate(_ genome: inout [Double], random: inout RandomSequence) {
        let kinds = self.possible(genome)
        if !kinds.isEmpty, random.uniform() < 0.5 {
            let (repetition, kind) = kinds[random.integer(below: kinds.count)]
            self.apply(kind, to: self.repetitions[repetition], &genome, random: &random)
        } else {
            self.mutateOne(of: Array(genome.indices), &genome, random: &random)
        }
    }

    /// The architecture mutations that a genome can take.
    func possible(_ genome: [Double]) -> [(repetition: Int, kind: Kind)] {
        var possible: [(repetition: Int, kind: Kind)] = []
        for (index, repetition) in self.repetitions.enumerated() {
            let count = repetition.count(genome)
            guard count > 0 else { continue }
            if repetition.canAdd(genome) { possible.append((index, .add)) }
            if repetition.canRemove(genome) { possible.append((index, .remove)) }
            if !self.widths(repetition, genome).isEmpty { possible.append((index, .widen)) }
            if count > 1 { possible.append((index, .swap)) }
        }
        return possible
    }

    /// Carries out an architecture mutation that is possible.
    func apply(
        _ kind: Kind, to repetition: RepeatedBlocks, _ genome: inout [Double], random: inout RandomSequence
    ) {
        let count = repetition.count(genome)
        switch kind {
        case .add:
            let block = random.integer(below: count)
            repetition.add(copyOf: block, &genome)
            self.mutateOne(of: repetition.blocks[block + 1], &genome, random: &random)
        case .remove: repetition.remove(random.integer(below: count), &genome)
        case .widen:
            let widths = self.widths(repetition, genome)
            let index = widths[random.integer(below: widths.count)]
            self.widen(index, isDoubled: random.uniform() < 0.5, &genome)
        case .swap:
            let first = random.integer(below: count)
            let second = (first + 1 + random.integer(below: count - 1)) % count
            repetition.swap(first, second, &genome)
        }
    }

    /// The active whole numbers of a repetition's blocks that are no counts of blocks themselves.
    private func widths(_ repetition: RepeatedBlocks, _ genome: [Double]) -> [Int] {
        let counters = self.repetitions.map(\.counter)
        return repetition.blocks.prefix(repetition.count(genome)).joined().filter { index in
            guard case .int(let range) = self.domains[index], !counters.contains(index) else { return false }
            return range.low < range.high && self.variation.genes[index].isNumber(genome[index])
        }
    }

    /// The nearest value to twice or half the width, the other way round at the end of its range.
    private func widen(_ index: Int, isDoubled: Bool, _ genome: inout [Double]) {
        let domain = self.domains[index]
        guard case .int(let range) = domain, case .int(let width)? = domain.value(at: genome[index]) else { return }
        let isUpwards = isDoubled ? width < range.high : width <= range.low
        let (doubled, overflow) = width.multipliedReportingOverflow(by: 2)
        let wanted = isUpwards ? (overflow ? range.high : doubled) : width / 2
        let limited = min(max(wanted, range.low), range.high)
        let gene = self.variation.genes[index]
        // A width that is 0 or below has no double; its neighbour stands in for that.
        guard limited != width, let coordinate = domain.coordinate(of: .int(limited)) else {
            genome[index] = gene.neighbour(of: genome[index], upwards: isUpwards)
            return
        }
        genome[index] = coordinate
    }

    private func mutateOne(of indices: [Int], _ genome: inout [Double], random: inout RandomSequence) {
        let active = indices.filter { !genome[$0].isNaN }
        guard !active.isEmpty else { return }
        let index = active[random.integer(below: active.count)]
        genome[index] = self.variation.mutated(self.variation.genes[index], genome[index], random: &random)
    }
}
