import CZlib

/// The entries of a zip file, stored or deflated.
///
/// Only the central directory is believed; sizes, places and checksums are checked before an entry is given out. Archives
/// that are encrypted, split over several files or packed in another way are refused.
///
/// Source: PKWARE, "APPNOTE.TXT, .ZIP File Format Specification", version 6.3.10, sections 4.3.7, 4.3.12 to 4.3.16 and
/// 4.5.3 (zip64).
@safe
struct ZipArchive {
    /// One file in the archive.
    struct Entry: Hashable {
        let name: String
        let isDeflated: Bool
        let checksum: UInt32
        let packedCount: Int
        let byteCount: Int
        /// Of the entry's own header.
        let offset: Int
    }

    private static let endSignature: UInt32 = 0x0605_4B50
    private static let longEndSignature: UInt32 = 0x0606_4B50
    private static let locatorSignature: UInt32 = 0x0706_4B50
    private static let entrySignature: UInt32 = 0x0201_4B50
    private static let localSignature: UInt32 = 0x0403_4B50
    private static let mostEntries = 65_536

    let file: String
    let entries: [Entry]
    private let bytes: UnsafeRawBufferPointer

    /// Reads the directory.
    ///
    /// - Parameters:
    ///   - bytes: The whole file; valid as long as the archive is used.
    ///   - file: For messages.
    /// - Throws: ``DataFileError`` where the file is no zip or its directory is damaged.
    init(_ bytes: UnsafeRawBufferPointer, file: String) throws(DataFileError) {
        unsafe self.bytes = bytes
        self.file = file
        let reader = unsafe LittleEndian(bytes)
        guard let end = Self.end(reader) else {
            throw DataFileError(file: file, "not a zip file: it has no directory at its end, or is truncated")
        }
        let damaged = DataFileError(file: file, "the zip is damaged: its directory does not fit the file")
        var count = Int(reader.short(end + 10) ?? 0)
        var offset = Int(reader.word(end + 16) ?? 0)
        if offset == 0xFFFF_FFFF || count == 0xFFFF {
            guard end >= 20, reader.word(end - 20) == Self.locatorSignature, let place = reader.long(end - 12),
                reader.word(place) == Self.longEndSignature, let longCount = reader.long(place + 32),
                let longOffset = reader.long(place + 48)
            else { throw damaged }
            count = longCount
            offset = longOffset
        }
        guard count <= Self.mostEntries else {
            throw DataFileError(file: file, "\(count) entries in the zip, want at most \(Self.mostEntries)")
        }
        var entries: [Entry] = []
        for _ in 0..<count {
            guard reader.word(offset) == Self.entrySignature, let flags = reader.short(offset + 8),
                let method = reader.short(offset + 10), let checksum = reader.word(offset + 16),
                let nameCount = reader.short(offset + 28), let extraCount = reader.short(offset + 30),
                let commentCount = reader.short(offset + 32), let local = reader.word(offset + 42),
                let name = reader.text(offset + 46, count: Int(nameCount))
            else { throw damaged }
            guard flags & 1 == 0 else {
                throw DataFileError(file: file, "the entry \"\(shown(name.utf8))\" is encrypted, want none that is")
            }
            guard method == 0 || method == 8 else {
                throw DataFileError(
                    file: file,
                    "the entry \"\(shown(name.utf8))\" is packed by method \(method), want 0 (stored) or 8 (deflate)")
            }
            var sizes = [reader.word(offset + 24), reader.word(offset + 20), local].map { Int($0 ?? 0) }
            let extra = offset + 46 + Int(nameCount)
            guard Self.widen(&sizes, reader, from: extra, to: extra + Int(extraCount)) else { throw damaged }
            entries.append(
                Entry(
                    name: name, isDeflated: method == 8, checksum: checksum, packedCount: sizes[1], byteCount: sizes[0],
                    offset: sizes[2]))
            offset = extra + Int(extraCount) + Int(commentCount)
        }
        self.entries = entries
    }

    /// Where the end record begins: the last place with its signature whose comment ends the file.
    private static func end(_ reader: LittleEndian) -> Int? {
        var place = reader.count - 22
        let first = max(0, place - 65_535)
        while place >= first {
            if reader.word(place) == self.endSignature, let comment = reader.short(place + 20),
                place + 22 + Int(comment) == reader.count
            {
                return place
            }
            place -= 1
        }
        return nil
    }

    /// Replaces sizes of 0xFFFFFFFF by those of the zip64 field: bytes, packed bytes, offset.
    private static func widen(_ sizes: inout [Int], _ reader: LittleEndian, from start: Int, to end: Int) -> Bool {
        guard sizes.contains(0xFFFF_FFFF) else { return true }
        var place = start
        while place + 4 <= end, let id = reader.short(place), let count = reader.short(place + 2) {
            place += 4
            guard id == 1 else {
                place += Int(count)
                continue
            }
            for (index, size) in sizes.enumerated() where size == 0xFFFF_FFFF {
                guard place + 8 <= end, let long = reader.long(place) else { return false }
                sizes[index] = long
                place += 8
            }
            return true
        }
        return false
    }

    /// Calls with the unpacked bytes of an entry; they are valid during the call only.
    ///
    /// - Throws: ``DataFileError`` where the entry does not fit the file, is damaged or too large.
    func withBytes<Result>(
        of entry: Entry, _ body: (UnsafeRawBufferPointer) throws(DataFileError) -> Result
    ) throws(DataFileError) -> Result {
        let name = shown(entry.name.utf8)
        let reader = unsafe LittleEndian(self.bytes)
        guard reader.word(entry.offset) == Self.localSignature, let nameCount = reader.short(entry.offset + 26),
            let extraCount = reader.short(entry.offset + 28)
        else { throw DataFileError(file: self.file, "the zip is damaged: \"\(name)\" does not begin where it should") }
        let start = entry.offset + 30 + Int(nameCount) + Int(extraCount)
        guard start <= reader.count, reader.count - start >= entry.packedCount else {
            throw DataFileError(
                file: self.file, "the zip is truncated: \"\(name)\" wants \(entry.packedCount) bytes from \(start) on")
        }
        let packed = unsafe UnsafeRawBufferPointer(rebasing: self.bytes[start..<start + entry.packedCount])
        guard entry.isDeflated else {
            guard entry.packedCount == entry.byteCount, unsafe self.checksum(packed) == entry.checksum else {
                throw DataFileError(file: self.file, "the zip is damaged: \"\(name)\" has another checksum")
            }
            return try unsafe body(packed)
        }
        guard entry.byteCount <= FileBytes.unpackedLimit else {
            throw DataFileError(
                file: self.file,
                "\"\(name)\" unpacks to \(entry.byteCount) bytes, want at most \(FileBytes.unpackedLimit); save without "
                    + "compression")
        }
        let unpacked = try unsafe Gunzip.unpack(packed, file: self.file, limit: entry.byteCount, form: .raw)
        return try unsafe unpacked.withUnsafeBufferPointer { (unpacked) throws(DataFileError) in
            let unpacked = UnsafeRawBufferPointer(unpacked)
            guard unpacked.count == entry.byteCount, unsafe self.checksum(unpacked) == entry.checksum else {
                throw DataFileError(file: self.file, "the zip is damaged: \"\(name)\" has another checksum")
            }
            return try unsafe body(unpacked)
        }
    }

    private func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let bytes = unsafe bytes.bindMemory(to: UInt8.self)
        return UInt32(truncatingIfNeeded: unsafe crc32_z(0, bytes.baseAddress, bytes.count))
    }
}

/// Numbers at places of a file, `nil` beyond its end.
@safe
private struct LittleEndian {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    var count: Int { unsafe self.bytes.count }

    private func load<Number: FixedWidthInteger & BitwiseCopyable>(_ place: Int, _ type: Number.Type) -> Number? {
        guard place >= 0, place <= self.count - MemoryLayout<Number>.size else { return nil }
        return unsafe Number(littleEndian: self.bytes.loadUnaligned(fromByteOffset: place, as: Number.self))
    }

    func short(_ place: Int) -> UInt16? { self.load(place, UInt16.self) }
    func word(_ place: Int) -> UInt32? { self.load(place, UInt32.self) }

    /// A number below 2^48, so that sums of such places cannot overflow.
    func long(_ place: Int) -> Int? {
        self.load(place, UInt64.self).flatMap { $0 < 1 << 48 ? Int($0) : nil }
    }

    func text(_ place: Int, count: Int) -> String? {
        guard place >= 0, count >= 0, place <= self.count - count else { return nil }
        return unsafe String(decoding: self.bytes[place..<place + count], as: UTF8.self)
    }
}
