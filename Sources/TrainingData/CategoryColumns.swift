/// The columns of categories among the features of a row: each became as many features as it has categories, side by side,
/// of which at most one is 1 before all are standardised.
///
/// Behind that a feature that was 1 is above 0, `sqrt((1 - p) / p)` for the share p of training rows that have it, and one
/// that was 0 below 0. A category that no training row has, or all have, is 0 in every row: whoever looks for the number above 0
/// finds none.
enum CategoryColumns {
    /// Refuses what cannot be columns of a row: they must ascend, not overlap and lie in a list of features.
    static func check(_ columns: [Range<Int>], shape: [Int]) throws(DatasetError) {
        guard !columns.isEmpty else { return }
        guard shape.count == 1 else {
            throw DatasetError("columns of categories in rows of the shape \(shape), want lists of features")
        }
        var end = 0
        for column in columns {
            guard column.lowerBound >= end, !column.isEmpty, column.upperBound <= shape[0] else {
                throw DatasetError(
                    "a column of categories from feature \(column.lowerBound) to \(column.upperBound), want columns that "
                        + "ascend from \(end) to \(shape[0])")
            }
            end = column.upperBound
        }
    }
}
