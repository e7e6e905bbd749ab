/// A random matrix with orthonormal columns, or orthonormal rows where it has more columns than rows, uniformly
/// distributed over all of them.
///
/// With `G` of normal numbers, upright (its transpose where it has more columns than rows): `G = Q R` by Householder
/// reflections, and each column of `Q` is multiplied by the sign of `R`'s diagonal there, without which the distribution
/// would not be uniform.
///
/// Additions, multiplications, divisions and square roots of `Double` alone, sums in eight lanes and one tree: the same
/// bits on every machine. The columns are orthonormal to about 1e-15 times the root of their number.
///
/// Sources: A. Saxe, J. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
/// neural networks", ICLR 2014; F. Mezzadri, "How to generate random matrices from the classical compact groups", Notices
/// of the AMS 54(5), 2007, for the signs; G. Golub, C. Van Loan, "Matrix computations",
/// 4th ed., section 5.2.
struct OrthogonalMatrix {
    /// The widest square that is made: it takes some six seconds, and one of twice the width eight times as long.
    static let widthLimit = 2_048

    private let isTurned: Bool
    /// Column after column of the upright matrix.
    private let columns: [Double]
    private let stride: Int

    /// - Parameters:
    ///   - rows: At least 1.
    ///   - columns: At least 1.
    ///   - number: The normal number at a place of `G`, row-major.
    /// - Complexity: O(rows * columns * min(rows, columns)).
    init(rows: Int, columns: Int, number: (Int) -> Double) {
        let isTurned = rows < columns
        let (height, width) = isTurned ? (columns, rows) : (rows, columns)
        let stride = (height + 7) & ~7
        var reflectors = [Double](repeating: 0, count: stride * width)
        for column in 0..<width {
            for row in 0..<height {
                reflectors[column * stride + row] = number(isTurned ? column * columns + row : row * columns + column)
            }
        }
        var result = [Double](repeating: 0, count: stride * width)
        unsafe reflectors.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var factors = [Double](repeating: 0, count: width)
            for column in 0..<width {
                let here = unsafe base + column * stride
                let sign = unsafe Self.reflect(here, column, stride: stride, factor: &factors[column])
                result[column * stride + column] = sign
                for later in column + 1..<max(width, column + 1) {
                    unsafe Self.apply(
                        here, factors[column], to: base + later * stride, from: column & ~7, stride: stride)
                }
            }
            unsafe result.withUnsafeMutableBufferPointer { target in
                guard let target = target.baseAddress else { return }
                for reflector in (0..<width).reversed() {
                    for column in reflector..<width {
                        unsafe Self.apply(
                            base + reflector * stride, factors[reflector], to: target + column * stride,
                            from: reflector & ~7, stride: stride)
                    }
                }
            }
        }
        self.isTurned = isTurned
        self.columns = result
        self.stride = stride
    }

    subscript(row: Int, column: Int) -> Double {
        self.columns[self.isTurned ? row * self.stride + column : column * self.stride + row]
    }

    /// Makes the reflection of a column, from its row `start` on, to a multiple of the unit vector there.
    ///
    /// The column becomes the reflection's normal vector `v`, `factor` becomes `2 / (v v)`, or 0 where the column was 0.
    ///
    /// - Returns: The sign of the multiple: 1 or -1.
    @unsafe
    private static func reflect(
        _ column: UnsafeMutablePointer<Double>, _ start: Int, stride: Int, factor: inout Double
    ) -> Double {
        for row in 0..<start { unsafe column[row] = 0 }
        let norm = unsafe Self.product(column, column, from: start & ~7, stride: stride).squareRoot()
        guard norm > 0 else { return 1 }
        // The sign that does not cancel.
        let sign: Double = unsafe column[start] > 0 ? -1 : 1
        unsafe column[start] -= sign * norm
        factor = unsafe 2 / Self.product(column, column, from: start & ~7, stride: stride)
        return sign
    }

    /// `target -= factor * (v target) * v`.
    @unsafe
    private static func apply(
        _ v: UnsafeMutablePointer<Double>, _ factor: Double, to target: UnsafeMutablePointer<Double>, from start: Int,
        stride: Int
    ) {
        let share = SIMD8(repeating: unsafe factor * Self.product(v, target, from: start, stride: stride))
        var row = start
        while row < stride {
            let rest = unsafe Self.lanes(target + row) - share * Self.lanes(v + row)
            unsafe UnsafeMutableRawPointer(target + row).storeBytes(of: rest, as: SIMD8<Double>.self)
            row &+= 8
        }
    }

    /// The sum of the products, in eight lanes from a multiple of 8 on, folded by the tree 4, 2, 1.
    @unsafe
    private static func product(
        _ a: UnsafeMutablePointer<Double>, _ b: UnsafeMutablePointer<Double>, from start: Int, stride: Int
    ) -> Double {
        var sum = SIMD8<Double>.zero
        var row = start
        while row < stride {
            unsafe sum += Self.lanes(a + row) * Self.lanes(b + row)
            row &+= 8
        }
        let four = sum.lowHalf + sum.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }

    @inline(__always)
    @unsafe
    private static func lanes(_ place: UnsafeMutablePointer<Double>) -> SIMD8<Double> {
        unsafe UnsafeRawPointer(place).loadUnaligned(as: SIMD8<Double>.self)
    }
}
