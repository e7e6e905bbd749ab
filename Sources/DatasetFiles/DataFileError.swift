/// Why a data file is refused: where in it, what was found, what is wanted.
package struct DataFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// Counted from 1; `nil` where no single line is at fault.
    package let line: Int?
    /// Number of the cell in its line, counted from 1; `nil` where no single cell is at fault.
    package let column: Int?
    package let message: String

    package init(file: String, line: Int? = nil, column: Int? = nil, _ message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String {
        let line = self.line.map { ":\($0)" } ?? ""
        let column = self.column.map { ", column \($0)" } ?? ""
        return "\(self.file)\(line)\(column): \(self.message)"
    }
}

/// A text of a file for a message: at most 40 characters, control characters replaced.
func shown(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes.prefix(160), as: UTF8.self)
    let scalars = text.unicodeScalars.prefix(41).map { scalar in
        scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : Character(scalar)
    }
    return scalars.count > 40 ? String(scalars.prefix(40)) + "..." : String(scalars)
}
