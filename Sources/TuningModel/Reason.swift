/// Why something was decided: the words and numbers at once, their sentence whenever somebody reads it.
///
/// A simulation decides hundred thousands of times a second, and nobody reads most of it: numbers become text in ``text``
/// alone. Write one like a string: `"rank \(rank) of \(count) at \(epochs: 9)"`. Two reasons are equal where they read the
/// same, so that one that was read from a journal equals the one that was written.
package struct Reason: Sendable {
    fileprivate enum Part: Hashable, Sendable {
        case words(String)
        case count(Int)
        case epochs(Int)
        case amount(Int, of: Resource)
        case figure(Double)

        var text: String {
            switch self {
            case .words(let words): words
            case .count(let count): "\(count)"
            case .epochs(let count): Resource.epochs.amount(count)
            case .amount(let count, let resource): resource.amount(count)
            case .figure(let number): significantDigits(number)
            }
        }
    }

    private var parts: [Part]

    /// A reason that is written already.
    package init(_ text: String) { self.parts = text.isEmpty ? [] : [.words(text)] }

    /// The sentence.
    ///
    /// - Complexity: O(length); some microseconds where there are many numbers.
    package var text: String { self.parts.reduce(into: "") { $0 += $1.text } }

    package var isEmpty: Bool { self.parts.isEmpty }

    /// The same words with another resource where they count epochs.
    package func counting(_ resource: Resource) -> Reason {
        guard resource != .epochs else { return self }
        var other = self
        other.parts = self.parts.map { part in
            guard case .epochs(let count) = part else { return part }
            return .amount(count, of: resource)
        }
        return other
    }

    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.parts += right.parts
        return sum
    }

    /// Puts words before the reason.
    ///
    /// - Complexity: O(parts), without any allocation where the reason was written in place and nobody shares it.
    package mutating func prepend(_ words: String) {
        if !words.isEmpty { self.parts.insert(.words(words), at: 0) }
    }
}

extension Reason: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.parts == right.parts || left.text == right.text }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.text) }
}

extension Reason: CustomStringConvertible {
    package var description: String { self.text }
}

extension Reason: ExpressibleByStringInterpolation {
    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var parts: [Part] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            // A reason within a reason brings more than one part.
            self.parts.reserveCapacity(4 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ words: String) {
            if !words.isEmpty { self.parts.append(.words(words)) }
        }

        package mutating func appendInterpolation(_ words: String) { self.appendLiteral(words) }

        package mutating func appendInterpolation(_ number: some CustomStringConvertible) {
            self.appendLiteral(number.description)
        }

        package mutating func appendInterpolation(_ count: Int) { self.parts.append(.count(count)) }

        package mutating func appendInterpolation(_ reason: Reason) { self.parts += reason.parts }

        /// "1 epoch", "9 epochs".
        package mutating func appendInterpolation(epochs: Int) { self.parts.append(.epochs(epochs)) }

        /// A number with four significant digits.
        package mutating func appendInterpolation(figure: Double) { self.parts.append(.figure(figure)) }
    }

    package init(stringLiteral text: String) { self.init(text) }

    package init(stringInterpolation: StringInterpolation) { self.parts = stringInterpolation.parts }
}

/// `1 trial`, `9 trials`.
package func counted(_ number: Int, _ thing: String) -> String { "\(number) \(thing)" + (number == 1 ? "" : "s") }

/// A number rounded to four significant digits, in decimal notation where that is short.
///
/// - Complexity: O(1), without any library whose rounding differs between hosts.
package func significantDigits(_ number: Double) -> String {
    let size = abs(number)
    guard number.isFinite, size >= 1e-9, size < 1e15 else {
        return number == 0 ? "0" : number.isFinite ? "\(number)" : "not finite"
    }
    // Powers of ten up to 10^15 are exact, so one multiplication and one division give the nearest decimal.
    var scale = 1.0
    var shifted = size
    while shifted < 1000 {
        scale *= 10
        shifted = size * scale
    }
    var coarse = 1.0
    while shifted / coarse >= 10_000 { coarse *= 10 }
    let rounded = (shifted / coarse).rounded() * coarse / scale
    let text = "\(number < 0 ? -rounded : rounded)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
