/// What kind of message a frame holds: the fourth byte of its header.
///
/// Numbers are never used again. 8, 11 and 12 are kept free: earlier drafts of the protocol had them.
package enum MessageType: UInt8, Hashable, Sendable, CaseIterable {
    case hello = 1
    case welcome = 2
    case reject = 3
    case resync = 4
    case heartbeat = 5
    case heartbeatAcknowledged = 6
    case assign = 7
    case progress = 9
    case acknowledge = 10
    case fenced = 13
    case stop = 14
    case upload = 15
    case forget = 16
    case put = 20
    case credit = 21
    case chunk = 22
    case stored = 23
    case get = 24
    case failed = 25
    case drain = 30
    case bye = 31
    case goodbye = 32

    /// The longest frame of this type, header included.
    package var byteCountLimit: Int {
        switch self {
        case .put, .credit, .chunk, .stored, .get, .failed: WireLimits.bulkByteCount
        case .hello, .welcome, .reject, .resync, .heartbeat, .heartbeatAcknowledged, .assign, .progress, .acknowledge,
            .fenced, .stop, .upload, .forget, .drain, .bye, .goodbye:
            WireLimits.controlByteCount
        }
    }
}

/// The eight bytes in front of each body: `0x57 0x4E`, major version, type, flags and reserved, both little-endian.
///
/// It tells enough to refuse, count or sort a message before anything of its body is read.
package enum WireHeader {
    package static let byteCount = 8
    package static let majorVersion: UInt8 = 1
    static let magic: (UInt8, UInt8) = (0x57, 0x4E)

    /// The type of the message in a frame, its header and length checked, its body not yet looked at.
    package static func type(of frame: [UInt8]) throws(WireError) -> MessageType {
        guard frame.count >= 2, frame[0] == Self.magic.0, frame[1] == Self.magic.1 else {
            let found = frame.prefix(2).map { Self.hexadecimal($0) }.joined(separator: " ")
            throw WireError(.badMagic, what: "magic", found: found.isEmpty ? "nothing" : found, wanted: "57 4e")
        }
        guard frame.count >= Self.byteCount else {
            throw WireError(
                .tooShort, what: "frame", found: "\(frame.count) bytes", wanted: "at least \(Self.byteCount)")
        }
        guard frame[2] == Self.majorVersion else {
            throw WireError(.wrongVersion, what: "major version", found: "\(frame[2])", wanted: "\(Self.majorVersion)")
        }
        guard let type = MessageType(rawValue: frame[3]) else {
            throw WireError(.unknownType, what: "message type", found: "\(frame[3])", wanted: "a type of version 1")
        }
        guard frame[4] | frame[5] | frame[6] | frame[7] == 0 else {
            let found = frame[4..<8].map { Self.hexadecimal($0) }.joined(separator: " ")
            throw WireError(.reservedBits, what: "flags and reserved bits", found: found, wanted: "00 00 00 00")
        }
        guard frame.count <= type.byteCountLimit else {
            throw WireError(
                .tooLong, what: "frame", found: "\(frame.count) bytes", wanted: "at most \(type.byteCountLimit)")
        }
        return type
    }

    static func bytes(_ type: MessageType) -> [UInt8] {
        [Self.magic.0, Self.magic.1, Self.majorVersion, type.rawValue, 0, 0, 0, 0]
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }
}
