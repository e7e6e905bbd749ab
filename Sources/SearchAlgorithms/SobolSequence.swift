import Randomness

/// Sobol's sequence of evenly spread points in the unit cube, scrambled by a seed.
///
/// Point i is the exclusive or of those direction numbers that the Gray code of i names (I. Antonov, V. Saleev,
/// 1979). The scrambling multiplies the digits of each dimension with a random lower triangular matrix over the field
/// of two elements, with ones on its diagonal, and adds a random digital shift. It keeps the balance of the sequence:
/// of the first 2^m points each interval `[j / 2^m, (j + 1) / 2^m)` of each axis has exactly one.
///
/// Source: I. M. Sobol', 1967, with the direction numbers of ``SobolDirections``. Scrambling: J. Matousek, "On the
/// L2-discrepancy for anchored boxes", Journal of Complexity 14, 1998, section 3 (random linear scrambling with
/// shift).
///
/// - Complexity: 424 bytes and some 3,000 steps for each dimension to build, at most 53 steps for a coordinate.
struct SobolSequence: Hashable, Sendable {
    /// Binary digits of a coordinate; the sequence repeats after 2^53 points.
    private static let digitCount = 53

    /// For each dimension `digitCount` direction numbers, the first binary digit in bit 52.
    private var directions: [UInt64] = []
    /// For each dimension what is added to all its digits.
    private var shifts: [UInt64] = []

    /// - Parameters:
    ///   - dimensionCount: How many coordinates a point has.
    ///   - seed: The seed of the scrambling; `nil` for the plain sequence, whose first point is 0.
    /// - Throws: ``SearchError/tooManyDimensions(found:limit:)``.
    init(dimensionCount: Int, scramble seed: UInt64?) throws(SearchError) {
        guard dimensionCount <= SobolDirections.dimensionLimit else {
            throw .tooManyDimensions(found: dimensionCount, limit: SobolDirections.dimensionLimit)
        }
        var offset = 0
        for dimension in 0..<max(0, dimensionCount) {
            var numbers = Self.plainDirections(dimension: dimension, offset: &offset)
            var shift: UInt64 = 0
            if let seed {
                let random = RandomStream(seed: seed, purpose: .sobolScramble, stream: UInt32(dimension))
                numbers = Self.scrambled(numbers, by: random)
                shift = random.bits(at: UInt64(Self.digitCount)) >> UInt64(64 - Self.digitCount)
            }
            self.directions += numbers
            self.shifts.append(shift)
        }
    }

    /// A coordinate, in [0, 1), of the point with this number.
    ///
    /// - Precondition: `dimension` is one of those that were asked for.
    func coordinate(dimension: Int, point: UInt64) -> Double {
        var gray = (point ^ (point >> 1)) & ((1 << UInt64(Self.digitCount)) - 1)
        var digits = self.shifts[dimension]
        while gray != 0 {
            digits ^= self.directions[dimension * Self.digitCount + gray.trailingZeroBitCount]
            gray &= gray - 1
        }
        return Double(digits) * 0x1p-53
    }

    /// The direction numbers of a dimension by the recurrence of its polynomial. `offset` is where the dimension
    /// stands in the table, and then where the next one does.
    private static func plainDirections(dimension: Int, offset: inout Int) -> [UInt64] {
        guard dimension > 0 else { return (0..<self.digitCount).map { 1 << UInt64(self.digitCount - 1 - $0) } }
        let polynomial = UInt64(SobolDirections.table[offset])
        let degree = 63 - polynomial.leadingZeroBitCount
        var numbers = (0..<degree).map { i in
            UInt64(SobolDirections.table[offset + 1 + i]) << UInt64(self.digitCount - 1 - i)
        }
        offset += 1 + degree
        for i in degree..<self.digitCount {
            var number = numbers[i - degree] ^ (numbers[i - degree] >> UInt64(degree))
            for k in 1..<max(1, degree) where polynomial >> UInt64(degree - k) & 1 == 1 { number ^= numbers[i - k] }
            numbers.append(number)
        }
        return numbers
    }

    /// Each number multiplied with one random matrix: a digit of the product is its own digit plus a random sum of
    /// the digits before it.
    private static func scrambled(_ numbers: [UInt64], by random: RandomStream) -> [UInt64] {
        var products = Array(repeating: UInt64(0), count: numbers.count)
        for digit in 0..<self.digitCount {
            let place = UInt64(1) << UInt64(self.digitCount - 1 - digit)
            let earlier = random.bits(at: UInt64(digit)) & ~(place | (place - 1))
            for (i, number) in numbers.enumerated() where (number & (earlier | place)).nonzeroBitCount & 1 == 1 {
                products[i] |= place
            }
        }
        return products
    }
}
