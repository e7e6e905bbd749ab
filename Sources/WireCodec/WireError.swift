/// Why a message cannot be read.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable, CaseIterable {
        /// Not one of our messages. The rule is to drop it without an answer.
        case badMagic
        /// Another major version of the protocol. The sender is told so once.
        case wrongVersion
        /// A message type that this version does not know.
        case unknownType
        /// A message that goes the other way, or belongs to the other socket.
        case wrongDirection
        /// A flag or reserved bit that this version does not know.
        case reservedBits
        case tooShort
        case tooLong
        /// The body is not what its type says: broken encoding, too deep, text that is not UTF-8.
        case malformed
        /// A number, list, text or name that is not allowed where it stands.
        case outOfRange
    }
    package let code: Code
    /// Which field: `progress.attempts[3].attempt.number`.
    package let what: String
    package let found: String
    package let wanted: String

    package init(_ code: Code, what: String, found: String, wanted: String) {
        self.code = code
        self.what = what
        self.found = found
        self.wanted = wanted
    }

    package var description: String { "\(self.what) = \(self.found), want \(self.wanted)" }

    /// The same error, one level further out.
    func inside(_ place: String) -> WireError {
        WireError(self.code, what: "\(place).\(self.what)", found: self.found, wanted: self.wanted)
    }
}
