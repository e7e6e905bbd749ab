/// What surrounds the stored networks of one trial. All numbers little-endian:
///
///     u64       magic: which content follows
///     u32       version, 1
///     u32       number of networks
///     ...       content
///     u64       checksum of all bytes before it, as a checkpoint has
struct NetworksFrame {
    let magic: UInt64
    /// What the content is, for people.
    let content: String

    private static let version: UInt32 = 1

    /// The reader of the content, which must read all of it and end with ``finish(_:of:)``.
    ///
    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)`` where the bytes are not such a frame of so many networks.
    func open(_ bytes: [UInt8], count: Int) throws(TrainingError) -> ByteReader {
        guard bytes.count > Checkpoint.checksumByteCount else { throw Self.tooShort(bytes.count) }
        let end = bytes.count - Checkpoint.checksumByteCount
        var tail = ByteReader(bytes[end...])
        var reader = ByteReader(bytes[..<end])
        guard let magic = reader.longWord(), let version = reader.word(), let found = reader.word() else {
            throw Self.tooShort(bytes.count)
        }
        guard magic == self.magic, version == Self.version else {
            throw .checkpoint(
                what: "beginning", found: "\(magic), version \(version)",
                wanted: "\(self.magic), version \(Self.version): \(self.content)")
        }
        guard found == count else {
            throw .checkpoint(what: "number of networks", found: "\(found)", wanted: "\(count)")
        }
        guard tail.longWord() == Checkpoint.checksum(bytes[..<end]) else {
            throw .checkpoint(what: "checksum", found: "another one", wanted: "that of the bytes before it")
        }
        return reader
    }

    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)`` where content is left of so many bytes in all.
    static func finish(_ reader: ByteReader, of count: Int) throws(TrainingError) {
        guard reader.remaining == 0 else {
            throw .checkpoint(what: "length", found: "\(count) bytes", wanted: "\(reader.remaining) bytes less")
        }
    }

    static func tooShort(_ count: Int) -> TrainingError {
        .checkpoint(what: "length", found: "\(count) bytes", wanted: "more: it ends before its content does")
    }

    /// The bytes of a frame of so many networks, whose content is expected to have `capacity` bytes.
    func encoded(count: Int, capacity: Int, _ writeContent: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter(capacity: capacity + 64)
        writer.append(self.magic)
        writer.append(Self.version)
        writer.append(UInt32(truncatingIfNeeded: count))
        writeContent(&writer)
        writer.append(Checkpoint.checksum(writer.bytes[...]))
        return writer.bytes
    }
}
