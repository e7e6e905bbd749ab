/// The CRC-32 of IEEE 802.3 (reflected, polynomial 0xEDB88320), as in gzip and PNG.
struct Checksum {
    private var state: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~self.state }

    mutating func update(_ bytes: [UInt8]) {
        for byte in bytes { self.update(byte) }
    }

    /// Takes in a number, lowest byte first.
    mutating func update(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { self.update(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }

    private mutating func update(_ byte: UInt8) {
        self.state = Self.table[Int((self.state ^ UInt32(byte)) & 0xFF)] ^ (self.state >> 8)
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    /// Over everything in a row, its number too, so that rows cannot change places.
    static func row(lsn: Int, time: Double, kind: Int, body: [UInt8]) -> UInt32 {
        var checksum = Checksum()
        checksum.update(UInt64(bitPattern: Int64(lsn)))
        checksum.update(time.bitPattern)
        checksum.update(UInt64(bitPattern: Int64(kind)))
        checksum.update(body)
        return checksum.value
    }
}
