/// What a stream of random numbers is used for; part of its key, so that no two uses share numbers.
///
/// The raw values are frozen: changing one changes every recorded study.
package enum RandomPurpose: UInt32, Sendable, CaseIterable {
    case searchSpace = 1
    case sobolScramble = 2
    case trialSeed = 3
    case initialWeights = 4
    case sampleOrder = 5
    case dropout = 6
    case dataSplit = 7
    case bracket = 8
    case firstTrials = 9
    case reconnection = 10
    case augmentation = 11
    case mixUp = 12
    case repeatSeed = 13
    case suggestion = 14
    case population = 15
    case audit = 16
    case forest = 17
    case exploration = 18
    case simulation = 19
    case populationTraining = 20
    case admission = 21
}

/// Random numbers addressed by (seed, stream, purpose, index): the same address always gives the same number.
///
/// `stream` is whatever the purpose counts: a trial, a layer, an epoch.
package struct RandomStream: Hashable, Sendable {
    /// The two halves of the seed are the Philox key.
    @usableFromInline let key: SIMD2<UInt32>
    /// The fixed words of the counter: the purpose and the stream.
    @usableFromInline let purpose: UInt32
    @usableFromInline let stream: UInt32

    /// - Parameters:
    ///   - seed: The seed of the study, the trial or the data.
    ///   - purpose: What the numbers are for.
    ///   - stream: Which of the streams of this purpose.
    @inlinable
    package init(seed: UInt64, purpose: RandomPurpose, stream: UInt32 = 0) {
        self.key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.purpose = purpose.rawValue
        self.stream = stream
    }

    /// Four random words at a block index; `bits(at: i)` is word `i % 4` of block `i / 4` split in pairs.
    @inlinable
    package func block(at index: UInt64) -> SIMD4<UInt32> {
        Philox.block(
            counter: SIMD4(
                UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), self.stream, self.purpose),
            key: self.key)
    }

    /// 64 random bits at an index.
    @inlinable
    package func bits(at index: UInt64) -> UInt64 {
        let block = self.block(at: index >> 1)
        return index & 1 == 0
            ? UInt64(block[0]) | UInt64(block[1]) << 32 : UInt64(block[2]) | UInt64(block[3]) << 32
    }

    /// A number in [0, 1) with 53 random bits at an index.
    @inlinable
    package func uniform(at index: UInt64) -> Double {
        Double(self.bits(at: index) >> 11) * 0x1p-53
    }

    /// A whole number in `0 ..< bound` at an index, by multiplication (Lemire 2019, without rejection).
    ///
    /// The bias is below `bound / 2^64`: no study can see it, and one index stays one draw.
    ///
    /// - Precondition: `bound > 0`.
    @inlinable
    package func integer(below bound: UInt64, at index: UInt64) -> UInt64 {
        precondition(bound > 0, "a random integer below 0")
        return self.bits(at: index).multipliedFullWidth(by: bound).high
    }

    /// A permutation of `0 ..< count` by Fisher and Yates' shuffle, drawn from the indices from `offset` on.
    ///
    /// - Complexity: O(count).
    @inlinable
    package func permutation(count: Int, offset: UInt64 = 0) -> [Int32] {
        var order = (0..<Int32(count)).map { $0 }
        self.shuffle(&order, offset: offset)
        return order
    }

    /// Shuffles in place; position `i` swaps with one in `0 ... i` drawn at index `offset + i`.
    @inlinable
    package func shuffle(_ order: inout [Int32], offset: UInt64 = 0) {
        var i = order.count - 1
        while i > 0 {
            let other = Int(self.integer(below: UInt64(i) + 1, at: offset &+ UInt64(i)))
            if other != i { order.swapAt(i, other) }
            i -= 1
        }
    }
}
