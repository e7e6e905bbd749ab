import Randomness

/// The order in which an epoch visits the training rows: a function of the seed and the epoch's number alone.
enum SampleOrder {
    /// Writes a permutation of `0 ..< count`: Fisher and Yates' shuffle from the end, position `i` swapping with one
    /// in `0 ... i` drawn by multiplication from 32 bits: word `i % 4` of block `i / 4` of the stream (seed, sample
    /// order, epoch).
    ///
    /// Deviations, on purpose: 32 random bits a draw, not 64, since a small network trains a row in 0.1 µs. The bias of
    /// a draw is below `count / 2^32`.
    ///
    /// `order` has the shape `[count]` and is overwritten; epochs are counted from 0.
    ///
    /// - Complexity: O(count).
    @unsafe
    static func write(_ order: UnsafeMutablePointer<Int32>, count: Int, seed: UInt64, epoch: Int) {
        let stream = RandomStream(
            seed: seed, purpose: .sampleOrder, stream: UInt32(truncatingIfNeeded: epoch))
        unsafe self.write(order, count: count, stream: stream, firstBlock: 0)
    }

    /// The same with the blocks of a stream from `firstBlock` on.
    @unsafe
    static func write(
        _ order: UnsafeMutablePointer<Int32>, count: Int, stream: RandomStream, firstBlock: UInt64
    ) {
        for i in 0..<count { unsafe order[i] = Int32(truncatingIfNeeded: i) }
        guard count > 1 else { return }
        var block = (count &- 1) >> 2
        while block >= 0 {
            let words = stream.block(at: firstBlock &+ UInt64(truncatingIfNeeded: block))
            var word = min(3, count &- 1 &- block &* 4)
            while word >= 0 {
                let i = block &* 4 &+ word
                let other = Int((UInt64(words[word]) &* UInt64(truncatingIfNeeded: i &+ 1)) >> 32)
                let row = unsafe order[i]
                unsafe order[i] = order[other]
                unsafe order[other] = row
                word &-= 1
            }
            block &-= 1
        }
    }
}
