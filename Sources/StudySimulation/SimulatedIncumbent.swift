/// A change of the best row so far.
package struct SimulatedIncumbent: Hashable, Sendable {
    /// How the best is chosen. Raw values are the names in files.
    package enum Rule: String, Hashable, Sendable, CaseIterable {
        /// The lowest loss seen after any step.
        case any
        /// The lowest loss at the highest rung that any trial has reached.
        case top
    }
    package let rule: Rule
    /// In virtual time.
    package let time: Double
    /// The place of the row in its table.
    package let row: Int
    package let trial: Int
    package let epoch: Int
    /// The target as a loss.
    package let value: Double
}
