/// Why a table of recorded curves is refused: the file, what was found, and what is wanted.
package struct TableError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ file: String, _ problem: String) { self.description = "\(file): \(problem)" }
}

/// A text of a file for a message: at most 40 characters, control characters replaced.
func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(41).map { scalar in
        scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : Character(scalar)
    }
    return scalars.count > 40 ? String(scalars.prefix(40)) + "..." : String(scalars)
}
