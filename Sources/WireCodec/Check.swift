internal import SwiftProtobuf

/// Checks of single fields. Each says what was found and what is wanted.
enum Check {
    static func number(_ value: Int64, in range: ClosedRange<Int64>, _ what: String) throws(WireError) -> Int {
        guard range.contains(value) else {
            throw WireError(
                .outOfRange, what: what, found: "\(value)", wanted: "\(range.lowerBound) to \(range.upperBound)")
        }
        return Int(truncatingIfNeeded: value)
    }

    static func notZero(_ value: UInt64, _ what: String) throws(WireError) -> UInt64 {
        guard value != 0 else { throw WireError(.outOfRange, what: what, found: "0", wanted: "1 or more") }
        return value
    }

    static func finite(_ value: Double, _ what: String) throws(WireError) -> Double {
        guard value.isFinite else {
            throw WireError(.outOfRange, what: what, found: "\(value)", wanted: "a finite number")
        }
        return value
    }

    /// A length of time in seconds.
    static func seconds(_ value: Double, _ what: String) throws(WireError) -> Double {
        guard value >= 0, value.isFinite else {
            throw WireError(.outOfRange, what: what, found: "\(value)", wanted: "a finite number of seconds, 0 or more")
        }
        return value
    }

    static func text(_ text: String, atMost limit: Int = WireLimits.textByteCount, _ what: String) throws(WireError)
        -> String
    {
        guard text.utf8.count <= limit else {
            throw WireError(
                .outOfRange, what: what, found: "\(text.utf8.count) bytes", wanted: "at most \(limit) bytes of UTF-8")
        }
        return text
    }

    static func count(_ count: Int, atMost limit: Int, _ what: String) throws(WireError) {
        guard count <= limit else {
            throw WireError(.outOfRange, what: what, found: "\(count) elements", wanted: "at most \(limit)")
        }
    }

    /// An enumeration's value that `known` knows.
    static func known<Field: SwiftProtobuf.Enum, Noun>(_ field: Field, _ noun: Noun?, _ what: String) throws(WireError)
        -> Noun
    {
        guard let noun else {
            throw WireError(
                .outOfRange, what: what, found: "\(field.rawValue)", wanted: "a value that Protocols/ names")
        }
        return noun
    }
}

/// The longest beginning of a text that has at most `limit` bytes of UTF-8 and ends between two characters.
func clipped(_ text: String, to limit: Int = WireLimits.textByteCount) -> String {
    let bytes = text.utf8
    guard bytes.count > limit else { return text }
    var end = bytes.index(bytes.startIndex, offsetBy: limit)
    while end > bytes.startIndex {
        if let index = end.samePosition(in: text) { return String(text[..<index]) }
        end = bytes.index(before: end)
    }
    return ""
}
