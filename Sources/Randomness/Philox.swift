/// The counter-based generator Philox4x32-10: a keyed bijection from a counter to four random words.
///
/// The answer depends on key and counter alone, never on the order of calls, so that a distributed study draws
/// the same numbers however its work is spread over hosts.
///
/// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
/// section 4.2 and table 2 (multipliers and Weyl constants).
package enum Philox {
    /// Ten rounds of the bijection; both arguments least significant word first.
    ///
    /// The words are kept in scalars: with vectors each round is inserts and extracts, 31 ns a block instead of 6.
    ///
    /// - Complexity: O(1).
    @inlinable
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (first, second, third, fourth) = (counter[0], counter[1], counter[2], counter[3])
        var (lowKey, highKey) = (key[0], key[1])
        for round in 0..<10 {
            if round > 0 {
                lowKey = lowKey &+ 0x9E37_79B9
                highKey = highKey &+ 0xBB67_AE85
            }
            let left = UInt64(first) &* 0xD251_1F53
            let right = UInt64(third) &* 0xCD9E_8D57
            first = UInt32(truncatingIfNeeded: right >> 32) ^ second ^ lowKey
            second = UInt32(truncatingIfNeeded: right)
            third = UInt32(truncatingIfNeeded: left >> 32) ^ fourth ^ highKey
            fourth = UInt32(truncatingIfNeeded: left)
        }
        return SIMD4(first, second, third, fourth)
    }
}
