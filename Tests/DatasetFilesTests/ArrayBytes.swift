/// Writes small array files as NumPy and the MNIST tools do.
enum ArrayBytes {
    /// An npy file.
    static func npy(_ descr: String, shape: String, order: String = "False", version: UInt8 = 1, _ data: [UInt8])
        -> [UInt8]
    {
        var header = "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': \(shape), }"
        let prefix = version == 1 ? 10 : 12
        while (prefix + header.utf8.count + 1) % 64 != 0 { header += " " }
        header += "\n"
        let length = header.utf8.count
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(length & 255), UInt8(length >> 8)]
        if version > 1 { bytes += [0, 0] }
        return bytes + Array(header.utf8) + data
    }

    /// An idx file.
    static func idx(_ type: UInt8, shape: [Int], _ data: [UInt8]) -> [UInt8] {
        [0, 0, type, UInt8(shape.count)] + shape.flatMap { Self.bytes(UInt32($0), isBigEndian: true) } + data
    }

    static func bytes<Number: FixedWidthInteger>(_ number: Number, isBigEndian: Bool = false) -> [UInt8] {
        let little = (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        return isBigEndian ? little.reversed() : little
    }

    static func floats(_ values: [Float], isBigEndian: Bool = false) -> [UInt8] {
        values.flatMap { Self.bytes($0.bitPattern, isBigEndian: isBigEndian) }
    }

    static func doubles(_ values: [Double], isBigEndian: Bool = false) -> [UInt8] {
        values.flatMap { Self.bytes($0.bitPattern, isBigEndian: isBigEndian) }
    }
}
