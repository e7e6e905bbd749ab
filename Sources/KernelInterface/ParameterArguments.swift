/// `sum over i of first[i] * second[i]`; the two may be one array.
///
/// Blocks of 4096 numbers, in each four chains of 16 lanes (numbers 64 apart) with ascending i, folded by one tree; the
/// sums of the blocks are added in `Double`, in their order. 0 without numbers.
@unsafe
package struct InnerProductArguments {
    /// A multiple of 16.
    package var count: Int
    package var first: UnsafePointer<Float>
    package var second: UnsafePointer<Float>

    @inlinable
    package init(count: Int, first: UnsafePointer<Float>, second: UnsafePointer<Float>) {
        unsafe self.count = count
        unsafe self.first = first
        unsafe self.second = second
    }
}

/// Max-norm: columns of `values` [rows, columns] whose Euclidean norm is above a limit are scaled back to it, in place.
///
/// A column's squares are one chain with ascending rows; `column *= limit / sqrt(squares)` where they are above
/// `limit * limit`. A column with NaN stays as it is.
@unsafe
package struct NormLimitArguments {
    package var rows: Int
    /// A multiple of 16; also the stride.
    package var columns: Int
    package var values: UnsafeMutablePointer<Float>
    package var limit: Float

    @inlinable
    package init(rows: Int, columns: Int, values: UnsafeMutablePointer<Float>, limit: Float) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.values = values
        unsafe self.limit = limit
    }
}

/// Moves averages towards values: `average[i] += weight * (values[i] - average[i])`.
@unsafe
package struct AverageArguments {
    /// A multiple of 16.
    package var count: Int
    package var values: UnsafePointer<Float>
    package var average: UnsafeMutablePointer<Float>
    package var weight: Float

    @inlinable
    package init(
        count: Int, values: UnsafePointer<Float>, average: UnsafeMutablePointer<Float>, weight: Float
    ) {
        unsafe self.count = count
        unsafe self.values = values
        unsafe self.average = average
        unsafe self.weight = weight
    }
}
