/// Bytes in the making; all numbers little-endian.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { self.bytes.reserveCapacity(capacity) }

    mutating func append(_ value: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            self.bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func append(_ value: UInt64) {
        self.append(UInt32(truncatingIfNeeded: value))
        self.append(UInt32(truncatingIfNeeded: value >> 32))
    }

    mutating func append(_ value: Int) { self.append(UInt64(truncatingIfNeeded: value)) }

    mutating func append(_ bytes: [UInt8]) { self.bytes.append(contentsOf: bytes) }

    mutating func append(_ value: Double) { self.append(value.bitPattern) }

    /// One copy: memory holds floats in the order of the format, little-endian, on all that this is built for.
    mutating func append(_ values: [Float]) {
        #if _endian(big)
            #error("the numbers of a checkpoint are copied as they lie in memory")
        #endif
        unsafe values.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
    }
}

/// Reads what a ``ByteWriter`` wrote. Bytes that are not there read as `nil`; it never traps.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.position = bytes.startIndex
    }

    /// Bytes not yet read.
    var remaining: Int { self.bytes.endIndex - self.position }

    mutating func word() -> UInt32? {
        guard self.remaining >= 4 else { return nil }
        var value: UInt32 = 0
        for i in 0..<4 { value |= UInt32(self.bytes[self.position &+ i]) << UInt32(8 &* i) }
        self.position &+= 4
        return value
    }

    mutating func longWord() -> UInt64? {
        guard self.remaining >= 8, let low = self.word(), let high = self.word() else { return nil }
        return UInt64(low) | UInt64(high) << 32
    }

    mutating func double() -> Double? { self.longWord().map(Double.init(bitPattern:)) }

    /// So many bytes; `nil` where there are fewer.
    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= self.remaining else { return nil }
        defer { self.position &+= count }
        return Array(self.bytes[self.position..<self.position &+ count])
    }

    /// So many floats; `nil`, and nothing is allocated, where there are fewer.
    mutating func floats(_ count: Int) -> [Float]? {
        guard count >= 0, count <= self.remaining / 4 else { return nil }
        let start = self.position &- self.bytes.startIndex
        self.position &+= 4 &* count
        return unsafe self.bytes.withUnsafeBytes { bytes in
            (0..<count).map { unsafe bytes.loadUnaligned(fromByteOffset: start &+ 4 &* $0, as: Float.self) }
        }
    }
}
