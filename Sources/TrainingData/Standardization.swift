/// How one column became a number with mean 0 and deviation 1: `(x - mean) / deviation`.
package struct ColumnScale: Hashable, Sendable {
    package let mean: Double
    /// Of the population, so divided by the number of rows; 0 for a column with one value, which becomes 0.
    package let deviation: Double

    package init(mean: Double, deviation: Double) {
        self.mean = mean
        self.deviation = deviation
    }

    /// Standardised values stay within this bound: a validation row far outside the training rows must not overflow.
    package static let bound = 1e6

    /// The standardised value.
    @inlinable
    package func apply(_ value: Float) -> Float {
        guard self.deviation > 0 else { return 0 }
        return Float(max(-1e6, min(1e6, (Double(value) - self.mean) / self.deviation)))
    }
}

/// What was learnt from the training rows to standardise every row.
package struct Standardization: Hashable, Sendable {
    package let features: [ColumnScale]
    /// Regression: one for each output. Empty for classification.
    package let targets: [ColumnScale]

    package init(features: [ColumnScale], targets: [ColumnScale]) {
        self.features = features
        self.targets = targets
    }

    /// Means and deviations of the columns of some rows, by two passes in double precision, rows in order.
    ///
    /// - Parameters:
    ///   - values: Shape [anything, width], row-major.
    ///   - width: Columns.
    ///   - rows: The rows to look at; not empty.
    /// - Returns: `width` scales. A column whose values are all equal has deviation 0.
    /// - Complexity: O(rows * width).
    package static func scales(_ values: [Float], width: Int, rows: [Int32]) -> [ColumnScale] {
        guard let first = rows.first else {
            return [ColumnScale](repeating: ColumnScale(mean: 0, deviation: 0), count: width)
        }
        let count = Double(rows.count)
        var sums = [Double](repeating: 0, count: width)
        var isConstant = [Bool](repeating: true, count: width)
        for row in rows {
            let start = Int(row) * width
            for column in 0..<width {
                let value = values[start + column]
                sums[column] += Double(value)
                if value != values[Int(first) * width + column] { isConstant[column] = false }
            }
        }
        let means = sums.map { $0 / count }
        var squares = [Double](repeating: 0, count: width)
        for row in rows {
            let start = Int(row) * width
            for column in 0..<width {
                let distance = Double(values[start + column]) - means[column]
                squares[column] += distance * distance
            }
        }
        return (0..<width).map { column in
            isConstant[column]
                ? ColumnScale(mean: Double(values[Int(first) * width + column]), deviation: 0)
                : ColumnScale(mean: means[column], deviation: (squares[column] / count).squareRoot())
        }
    }
}
