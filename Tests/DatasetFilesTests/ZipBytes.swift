import CZlib

/// Writes small zip files.
enum ZipBytes {
    /// An archive as `numpy.savez` writes it, or packed, or with all sizes in the fields of zip64.
    static func archive(_ entries: [(name: String, bytes: [UInt8])], isDeflated: Bool = false, isLong: Bool = false)
        throws
        -> [UInt8]
    {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let offset = file.count
            // A gzip member is deflated data between a header of 10 and a trailer of 8 bytes.
            let packed = isDeflated ? Array(try GunzipTests.pack(entry.bytes).dropFirst(10).dropLast(8)) : entry.bytes
            let checksum = unsafe entry.bytes.withUnsafeBufferPointer {
                UInt32(truncatingIfNeeded: unsafe crc32_z(0, $0.baseAddress, $0.count))
            }
            let name = Array(entry.name.utf8)
            let method: [UInt8] = isDeflated ? [8, 0] : [0, 0]
            let sizes = Self.long(isLong, packed.count) + Self.long(isLong, entry.bytes.count)
            let extra: [UInt8] =
                isLong
                ? [1, 0, 24, 0] + [entry.bytes.count, packed.count, offset].flatMap { ArrayBytes.bytes(UInt64($0)) }
                : []
            let middle =
                method + [0, 0, 0, 0] + ArrayBytes.bytes(checksum) + sizes + ArrayBytes.bytes(UInt16(name.count))
            file += [0x50, 0x4B, 3, 4, 20, 0, 0, 0] + middle + [0, 0] + name + packed
            directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0, 0, 0] + middle + ArrayBytes.bytes(UInt16(extra.count))
            directory += [UInt8](repeating: 0, count: 10) + Self.long(isLong, offset) + name + extra
        }
        let start = file.count
        file += directory
        if isLong {
            let place = file.count
            file +=
                [0x50, 0x4B, 6, 6] + ArrayBytes.bytes(UInt64(44)) + [45, 0, 45, 0] + [UInt8](repeating: 0, count: 8)
            for number in [entries.count, entries.count, directory.count, start] {
                file += ArrayBytes.bytes(UInt64(number))
            }
            file += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + ArrayBytes.bytes(UInt64(place)) + [1, 0, 0, 0]
        }
        let count = ArrayBytes.bytes(isLong ? UInt16.max : UInt16(entries.count))
        file += [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + ArrayBytes.bytes(UInt32(directory.count))
        return file + Self.long(isLong, start) + [0, 0]
    }

    private static func long(_ isLong: Bool, _ number: Int) -> [UInt8] {
        ArrayBytes.bytes(isLong ? UInt32.max : UInt32(number))
    }
}
