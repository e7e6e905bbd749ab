/// Why rows cannot be split, prepared or viewed: what was found and what is wanted.
package struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    /// Whether the targets are at fault, which may lie in a file of their own.
    package let concernsTargets: Bool
    package init(_ message: String, concernsTargets: Bool = false) {
        self.message = message
        self.concernsTargets = concernsTargets
    }
    package var description: String { self.message }
}
