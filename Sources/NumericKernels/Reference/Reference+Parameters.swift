extension Reference {
    /// The inner product of two arrays, block by block.
    package static func innerProduct(_ first: [Float], _ second: [Float]) -> Double {
        var sum = 0.0
        for start in stride(from: 0, to: first.count, by: 4_096) {
            sum += Double(Self.blockProduct(first, second, start..<min(start + 4_096, first.count)))
        }
        return sum
    }

    private static func blockProduct(_ first: [Float], _ second: [Float], _ block: Range<Int>) -> Float {
        let whole = block.count / 64 * 64
        var chains = [Float](repeating: 0, count: 64)
        for index in block {
            // What is left behind the last whole 64 goes on with the first chain.
            let place = index - block.lowerBound
            chains[place < whole ? place % 64 : place % 16].addProduct(first[index], second[index])
        }
        var lanes: [Float] = []
        for lane in 0..<16 {
            let low: Float = chains[lane] + chains[lane + 16]
            let high: Float = chains[lane + 32] + chains[lane + 48]
            lanes.append(low + high)
        }
        return Self.treeSum(lanes)
    }

    /// A column of weights with its norm limited.
    package static func limited(_ column: [Float], norm limit: Float) -> [Float] {
        let squares = Self.chain(depth: column.count) { (column[$0], column[$0]) }
        guard squares > limit * limit else { return column }
        let scale = limit / Self.squareRoot(squares)
        return column.map { $0 * scale }
    }

    /// An average moved towards a value.
    package static func averaged(_ average: Float, towards value: Float, weight: Float) -> Float {
        average.addingProduct(weight, value - average)
    }
}
