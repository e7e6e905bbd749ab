/// Plain twins of the kernels: one element at a time, in the order that the kernels promise, so that the bits agree.
///
/// For tests, and to read what a kernel computes. Nothing here is fast.
package enum Reference {}

extension Reference {
    /// `sum over k of a(row, k) * b(k, column)` as one chain of fused multiply-adds from a start.
    package static func chain<T: BinaryFloatingPoint>(
        depth: Int, from start: T = 0, _ factors: (Int) -> (T, T)
    ) -> T {
        var sum = start
        for k in 0..<depth {
            let (a, b) = factors(k)
            sum = sum.addingProduct(a, b)
        }
        return sum
    }

    /// A product in Float64 with the sum of the magnitudes of its terms, for bounds on rounding.
    package static func exact(depth: Int, _ factors: (Int) -> (Float, Float)) -> (sum: Double, magnitude: Double) {
        var sum = 0.0
        var magnitude = 0.0
        for k in 0..<depth {
            let (a, b) = factors(k)
            let term = Double(a) * Double(b)
            sum += term
            magnitude += abs(term)
        }
        return (sum, magnitude)
    }

    /// 16 sums folded by the tree 8, 4, 2, 1.
    package static func treeSum<T: FloatingPoint>(_ lanes: [T]) -> T {
        var lanes = lanes
        while lanes.count > 1 {
            let half = lanes.count / 2
            lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
        }
        return lanes.first ?? 0
    }

    /// x < 0 ? 0 : x.
    package static func relu(_ x: Float) -> Float { x < 0 ? 0 : x }

    /// The sum of a column, row by row.
    package static func columnSum(rows: Int, _ value: (Int) -> Float) -> Float {
        var sum: Float = 0
        for row in 0..<rows { sum += value(row) }
        return sum
    }
}
