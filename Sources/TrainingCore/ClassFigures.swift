/// Precision, recall and F1 of one class or label.
package struct ClassFigures: Hashable, Sendable {
    /// Of the rows that were said to be of the class, the share that is; 0 where none was.
    package let precision: Double
    /// Of the rows of the class, the share that was found; 0 where there is none.
    package let recall: Double
    /// `2 right / (rows + predictions)`; 0 where there is neither.
    package let f1: Double
    /// Rows of the class.
    package let rows: Int

    /// - Parameters: How many rows were found rightly, are of the class, and were said to be.
    init(right: Int, rows: Int, predictions: Int) {
        self.precision = Self.ratio(right, predictions)
        self.recall = Self.ratio(right, rows)
        self.f1 = Self.ratio(2 &* right, rows &+ predictions)
        self.rows = rows
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}
