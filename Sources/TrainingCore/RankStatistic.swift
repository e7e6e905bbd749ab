/// The area under the curve of true against false positives: how often a row of the class has the higher score.
enum RankStatistic {
    /// The probability that a positive row scores above a negative one, ties counting half.
    ///
    /// With `R` the sum of the positive rows' ranks (from 1, ties by their average) among all n, and p positive rows, it is
    /// `(R - p (p + 1) / 2) / (p (n - p))`; ranks are added as whole numbers, twice their size.
    ///
    /// Source: H. Mann, D. Whitney, "On a test of whether one of two random variables is stochastically larger than the
    /// other", Annals of Mathematical Statistics 18, 1947; J. Hanley, B. McNeil, "The meaning and use of the area under a
    /// receiver operating characteristic (ROC) curve", Radiology 143, 1982.
    ///
    /// - Parameters:
    ///   - scores: Any order; at most 2^31.
    ///   - isPositive: Whether the row of a score belongs to the class.
    /// - Returns: A number in [0, 1]; NaN where a score is, and where all rows are positive or none is.
    /// - Complexity: O(n log n).
    static func areaUnderCurve(_ scores: [Float], isPositive: (Int) -> Bool) -> Double {
        guard !scores.contains(where: \.isNaN) else { return .nan }
        // The order of the keys is that of the scores, 0 and -0 alike; a row's number stands in the low half.
        var keys = scores.indices.map { index -> UInt64 in
            let bits = (scores[index] + 0).bitPattern
            let ordered = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
            return UInt64(ordered) << 32 | UInt64(UInt32(truncatingIfNeeded: index))
        }
        keys.sort()
        var (positives, twiceRanks) = (0, 0)
        var start = 0
        while start < keys.count {
            var end = start
            var count = 0
            while end < keys.count, keys[end] >> 32 == keys[start] >> 32 {
                if isPositive(Int(keys[end] & 0xFFFF_FFFF)) { count += 1 }
                end += 1
            }
            // The ranks start + 1 ... end, on average half of start + 1 + end.
            twiceRanks += count * (start + 1 + end)
            positives += count
            start = end
        }
        let negatives = keys.count - positives
        guard positives > 0, negatives > 0 else { return .nan }
        return Double(twiceRanks - positives * (positives + 1)) / (2 * Double(positives) * Double(negatives))
    }

    /// The mean of the areas of several columns of scores, without those that have none because all rows are positive or
    /// none is.
    ///
    /// - Parameters:
    ///   - scores: Shape [rows, columns], row-major.
    ///   - columns: Scores of a row.
    ///   - isPositive: Whether a row belongs to the class of a column.
    /// - Returns: A number in [0, 1]; NaN where a score is, and where no column has an area.
    /// - Complexity: O(columns rows log rows).
    static func meanAreaUnderCurve(_ scores: [Float], columns: Int, isPositive: (Int, Int) -> Bool) -> Double {
        let rows = scores.count / max(1, columns)
        guard !scores.contains(where: \.isNaN) else { return .nan }
        var (sum, count) = (0.0, 0)
        for column in 0..<columns {
            let area = self.areaUnderCurve((0..<rows).map { scores[$0 * columns + column] }) { isPositive($0, column) }
            guard !area.isNaN else { continue }
            sum += area
            count += 1
        }
        return count == 0 ? .nan : sum / Double(count)
    }
}
