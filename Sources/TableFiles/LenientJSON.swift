import Foundation

/// JSON with the numbers that JSON does not have: `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes.
enum LenientJSON {
    private static let names = ["-Infinity", "Infinity", "NaN"].map { Array($0.utf8) }
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// The same text with `null` in place of those numbers; texts in quotes stay as they are.
    ///
    /// - Complexity: O(bytes).
    static func strict(_ text: Data) -> Data {
        let bytes = [UInt8](text)
        var strict: [UInt8] = []
        strict.reserveCapacity(bytes.count)
        var isQuoted = false
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            if isQuoted, byte == Self.backslash, place + 1 < bytes.count {
                strict += bytes[place...place + 1]
                place += 2
                continue
            }
            if byte == Self.quote { isQuoted.toggle() }
            if !isQuoted, let name = Self.names.first(where: { bytes[place...].starts(with: $0) }) {
                strict += Array("null".utf8)
                place += name.count
            } else {
                strict.append(byte)
                place += 1
            }
        }
        return Data(strict)
    }
}
