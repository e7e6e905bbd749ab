internal import SwiftProtobuf

/// Bytes that SwiftProtobuf writes a body into, with room for the header in front: no copy afterwards.
struct FrameBytes: SwiftProtobufContiguousBytes {
    /// Header and body.
    private(set) var bytes: [UInt8]

    init(repeating byte: UInt8, count: Int) {
        self.bytes = [UInt8](repeating: byte, count: WireHeader.byteCount + count)
    }

    init(_ sequence: some Sequence<UInt8>) {
        self.bytes = [UInt8](repeating: 0, count: WireHeader.byteCount) + sequence
    }

    /// Bytes of the body.
    var count: Int { self.bytes.count - WireHeader.byteCount }

    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try unsafe self.bytes.withUnsafeBytes { all in
            try unsafe body(UnsafeRawBufferPointer(rebasing: all[WireHeader.byteCount...]))
        }
    }

    mutating func withUnsafeMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
        try unsafe self.bytes.withUnsafeMutableBytes { all in
            try unsafe body(UnsafeMutableRawBufferPointer(rebasing: all[WireHeader.byteCount...]))
        }
    }

    /// The whole frame of a message of this type.
    consuming func frame(_ type: MessageType) -> [UInt8] {
        self.bytes.replaceSubrange(0..<WireHeader.byteCount, with: WireHeader.bytes(type))
        return self.bytes
    }
}

extension SwiftProtobuf.Message {
    /// Header and body.
    ///
    /// A body of 2 GiB or more, which no caller makes, leaves the header alone: every receiver refuses that.
    func frame(_ type: MessageType) -> [UInt8] {
        let bytes: FrameBytes? = try? self.serializedBytes()
        return (bytes ?? FrameBytes(repeating: 0, count: 0)).frame(type)
    }

    /// Reads the body that begins at `offset` of a frame, empty where that is behind the last byte. `name` is what the
    /// message is called in errors.
    init(body bytes: [UInt8], from offset: Int, name: String) throws(WireError) {
        self.init()
        do {
            let body = unsafe bytes.span.bytes.extracting(droppingFirst: min(offset, bytes.count))
            try self.merge(serializedBytes: body, options: Self.reading)
        } catch {
            throw WireError(.malformed, what: name, found: "\(error)", wanted: "the body that Protocols/ describes")
        }
    }

    private static var reading: BinaryDecodingOptions {
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = WireLimits.messageDepth
        options.discardUnknownFields = true
        return options
    }
}
