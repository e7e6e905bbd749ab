/// Why a table of recorded curves is refused: the file, what was found, and what is wanted.
package struct TableError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ file: String, _ problem: String) { self.description = "\(file): \(problem)" }
}
