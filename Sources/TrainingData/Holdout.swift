/// Which rows are split off.
package struct Holdout: Hashable, Sendable {
    /// How rows are chosen.
    package enum Choice: Hashable, Sendable {
        /// At random.
        case random
        /// The last ones, as the rows come.
        case last
        /// One of several parts of equal size, numbered from 0 on, whose members are drawn at random: each row is in
        /// exactly one of them.
        case fold(Int, of: Int)
    }

    /// Of all rows, in (0, 1); not used for folds.
    package let share: Double
    /// Whether each class gives its share; not for the last rows nor for groups.
    package let isStratified: Bool
    /// Whether rows of one group stay together.
    package let isGrouped: Bool
    package let choice: Choice

    /// A share at random.
    package init(share: Double, isStratified: Bool) {
        self.init(share: share, isStratified: isStratified, isGrouped: false, choice: .random)
    }

    private init(share: Double, isStratified: Bool, isGrouped: Bool, choice: Choice) {
        self.share = share
        self.isStratified = isStratified
        self.isGrouped = isGrouped
        self.choice = choice
    }

    /// Whole groups at random, with about this share of all rows.
    package static func groups(share: Double) -> Holdout {
        Holdout(share: share, isStratified: false, isGrouped: true, choice: .random)
    }

    /// The last rows.
    package static func last(share: Double) -> Holdout {
        Holdout(share: share, isStratified: false, isGrouped: false, choice: .last)
    }

    /// One of `count` folds of the rows that are left.
    package static func fold(_ index: Int, of count: Int, isStratified: Bool = false, isGrouped: Bool = false)
        -> Holdout
    {
        Holdout(
            share: 1 / Double(max(1, count)), isStratified: isStratified, isGrouped: isGrouped,
            choice: .fold(index, of: count))
    }
}
