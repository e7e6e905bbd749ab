/// Why rows cannot be split, prepared or viewed: what was found and what is wanted.
package struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package init(_ message: String) { self.message = message }
    package var description: String { self.message }
}
