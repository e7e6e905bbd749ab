import TuningModel

/// A repetition of a space: an `int` parameter that counts blocks, and the parameters of each block.
///
/// It is read from the conditions: what exists where parameter `counter` exceeds i belongs to block i.
struct RepeatedBlocks: Hashable, Sendable {
    /// The parameter that counts.
    let counter: Int
    let range: IntRange
    /// For each block its parameters; all blocks have as many, and those at the same place have the same domain.
    let blocks: [[Int]]

    /// The repetitions of a space whose blocks are alike.
    ///
    /// - Complexity: O(parameters² + conditions).
    static func all(of space: ParameterSpace) -> [RepeatedBlocks] {
        space.parameters.indices.compactMap { counter in
            guard case .int(let range) = space.parameters[counter].domain, range.step == 1, range.alternative == nil
            else { return nil }
            var blocks: [[Int]] = []
            for (index, parameter) in space.parameters.enumerated() {
                for case .exceeds(counter, let block) in parameter.conditions where (0..<1000).contains(block) {
                    while blocks.count <= block { blocks.append([]) }
                    blocks[block].append(index)
                }
            }
            guard blocks.count > 1, let first = blocks.first, !first.isEmpty else { return nil }
            let domains = first.map { space.parameters[$0].domain }
            guard blocks.allSatisfy({ $0.map { space.parameters[$0].domain } == domains }) else { return nil }
            return RepeatedBlocks(counter: counter, range: range, blocks: blocks)
        }
    }

    /// How many blocks a genome has; 0 where the repetition is inactive.
    func count(_ genome: [Double]) -> Int {
        guard !genome[self.counter].isNaN,
            case .int(let count)? = ParameterDomain.int(self.range).value(at: genome[self.counter])
        else { return 0 }
        return min(max(0, count), self.blocks.count)
    }

    /// The genome with another number of blocks, none of which has changed.
    private func setCount(_ count: Int, _ genome: inout [Double]) {
        genome[self.counter] = ParameterDomain.int(self.range).coordinate(of: .int(count)) ?? genome[self.counter]
    }

    /// Whether there may be a block more.
    func canAdd(_ genome: [Double]) -> Bool {
        let count = self.count(genome)
        return count > 0 && count < min(self.range.high, self.blocks.count)
    }

    /// Whether there may be a block less.
    func canRemove(_ genome: [Double]) -> Bool {
        let count = self.count(genome)
        return count > max(1, self.range.low)
    }

    /// Puts a copy of a block behind it.
    func add(copyOf block: Int, _ genome: inout [Double]) {
        let count = self.count(genome)
        var target = count
        while target > block {
            self.copy(target - 1, to: target, &genome)
            target -= 1
        }
        self.setCount(count + 1, &genome)
    }

    /// Takes a block out; those behind it move up.
    func remove(_ block: Int, _ genome: inout [Double]) {
        let count = self.count(genome)
        for target in block..<count - 1 { self.copy(target + 1, to: target, &genome) }
        for index in self.blocks[count - 1] { genome[index] = .nan }
        self.setCount(count - 1, &genome)
    }

    /// Exchanges two blocks.
    func swap(_ first: Int, _ second: Int, _ genome: inout [Double]) {
        for (left, right) in zip(self.blocks[first], self.blocks[second]) { genome.swapAt(left, right) }
    }

    private func copy(_ source: Int, to target: Int, _ genome: inout [Double]) {
        for (from, to) in zip(self.blocks[source], self.blocks[target]) { genome[to] = genome[from] }
    }
}
