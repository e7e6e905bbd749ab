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

    /// The standardised value of a number; NaN is none.
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
    /// What stands in for a missing number of each feature, before it is standardised; empty where none may be missing.
    package let fills: [Float]

    package init(features: [ColumnScale], targets: [ColumnScale], fills: [Float] = []) {
        self.features = features
        self.targets = targets
        self.fills = fills
    }

    /// Means and deviations of the features of some rows, by two passes in double precision, rows in order.
    ///
    /// Rows that are lists have a scale for each feature. Rows with a shape of several sizes have one for each number of
    /// the last size, over all rows and all places before it, told for every feature of a row; steps behind a sequence's
    /// end, NaN without a fill, do not count.
    ///
    /// - Parameters:
    ///   - values: Shape [anything] + shape, row-major.
    ///   - shape: What a row is; one to three sizes.
    ///   - rows: The rows to look at.
    ///   - fills: What is taken for NaN, one number for each feature of a row; empty where nothing is filled.
    /// - Returns: As many scales as a row has features. Where all values are equal the deviation is 0, without rows the
    ///   mean too.
    /// - Complexity: O(rows * features).
    package static func scales(
        _ values: NumberBlock, shape: [Int], rows: [Int32], fills: [Float] = []
    ) -> [ColumnScale] {
        let width = shape.reduce(1, *)
        let channels = shape.count > 1 ? shape[shape.count - 1] : width
        guard let first = rows.first, channels > 0 else {
            return [ColumnScale](repeating: ColumnScale(mean: 0, deviation: 0), count: width)
        }
        var count = 0.0
        // Rows with fills are lists, so that a channel is a feature.
        let filled = { (value: Float, channel: Int) in value.isNaN && !fills.isEmpty ? fills[channel] : value }
        let firsts = (0..<channels).map { filled(values[Int(first) * width + $0], $0) }
        var sums = [Double](repeating: 0, count: channels)
        var isConstant = [Bool](repeating: true, count: channels)
        var window = RowWindow(values, width: width)
        for row in rows {
            window.move(to: row)
            for start in stride(from: Int(row) * width, to: (Int(row) + 1) * width, by: channels) {
                if fills.isEmpty, values[start].isNaN { break }
                count += 1
                for channel in 0..<channels {
                    let value = filled(values[start + channel], channel)
                    sums[channel] += Double(value)
                    if value != firsts[channel] { isConstant[channel] = false }
                }
            }
        }
        let means = sums.map { $0 / count }
        var squares = [Double](repeating: 0, count: channels)
        window = RowWindow(values, width: width)
        for row in rows {
            window.move(to: row)
            for start in stride(from: Int(row) * width, to: (Int(row) + 1) * width, by: channels) {
                if fills.isEmpty, values[start].isNaN { break }
                for channel in 0..<channels {
                    let distance = Double(filled(values[start + channel], channel)) - means[channel]
                    squares[channel] += distance * distance
                }
            }
        }
        let scales = (0..<channels).map { channel in
            isConstant[channel]
                ? ColumnScale(mean: Double(firsts[channel]), deviation: 0)
                : ColumnScale(mean: means[channel], deviation: (squares[channel] / count).squareRoot())
        }
        return (0..<width).map { scales[$0 % channels] }
    }

    /// The same for a few numbers.
    package static func scales(
        _ values: [Float], shape: [Int], rows: [Int32], fills: [Float] = []
    ) -> [ColumnScale] {
        self.scales(NumberBlock(values), shape: shape, rows: rows, fills: fills)
    }
}
