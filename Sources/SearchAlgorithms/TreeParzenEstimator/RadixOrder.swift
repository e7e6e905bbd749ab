/// Puts things in order by numbers, in time that grows with their count alone.
enum RadixOrder {
    /// Puts places in ascending order of the numbers there; those of equal numbers stay in the order that they have.
    ///
    /// A counting sort for each of the eight bytes of a number's image among the whole numbers, the least one first. A byte
    /// that all numbers share costs nothing more than to be counted.
    ///
    /// Source: D. Knuth, "The Art of Computer Programming", volume 3, 2nd ed., 1998, section 5.2.5, algorithm R, with counts
    /// in place of linked lists.
    ///
    /// - Parameters:
    ///   - order: Places among the numbers, each at most once.
    ///   - numbers: None of them NaN; infinite ones are the least and the greatest, and -0 equals 0.
    /// - Complexity: O(n), at most nine passes.
    static func sort(_ order: inout [Int], by numbers: [Double]) {
        var keyed = order.map { (key: Self.image(of: numbers[$0]), place: $0) }
        var moved = keyed
        var counts = Array(repeating: 0, count: 8 * 256)
        for (key, _) in keyed {
            for byte in 0..<8 { counts[byte << 8 | Int(key &>> UInt64(8 * byte) & 0xFF)] += 1 }
        }
        for byte in 0..<8 {
            let shift = UInt64(8 * byte)
            let digits = (byte << 8)..<((byte + 1) << 8)
            guard !counts[digits].contains(keyed.count) else { continue }
            var start = 0
            for digit in digits { (counts[digit], start) = (start, start + counts[digit]) }
            for member in keyed {
                let digit = byte << 8 | Int(member.key &>> shift & 0xFF)
                moved[counts[digit]] = member
                counts[digit] += 1
            }
            swap(&keyed, &moved)
        }
        for (rank, member) in keyed.enumerated() { order[rank] = member.place }
    }

    /// A whole number for each number, ordered as they are.
    private static func image(of number: Double) -> UInt64 {
        let bits = (number + 0).bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }
}
