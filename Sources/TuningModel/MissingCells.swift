/// What happens where a table has no value.
package struct MissingCells: Hashable, Sendable {
    package enum Policy: String, Hashable, Sendable, CaseIterable {
        /// The file is refused, with the place of the cell.
        case refuse
        /// The row is left out.
        case dropRow = "drop_row"
        /// The mean, the median or the most frequent value of the training rows stands in; for a category always the most
        /// frequent one.
        case mean, median
        case mostFrequent = "most_frequent"

        /// Whether something is put in place of a missing value.
        package var fills: Bool { self != .refuse && self != .dropRow }
    }

    package let policy: Policy
    /// Whether each column with missing cells gets a second one that is 1 where a cell was missing, else 0.
    package let hasIndicators: Bool

    package init(_ policy: Policy, hasIndicators: Bool = false) {
        self.policy = policy
        self.hasIndicators = hasIndicators
    }

    package static let refused = MissingCells(.refuse)
}
