package import TuningModel

/// What decides the bits of a trial: its seed, its settings and its data, as a 128-bit fingerprint.
///
/// Two assignments of equal identity train the same network, whatever trial, attempt or study they belong to; a state
/// stored under an identity and an epoch may therefore be used by any of them, and writing it twice is harmless.
///
/// Two FNV-1a hashes with different bases over an unambiguous encoding (every text is preceded by its length). The
/// coordinator is trusted, so that no collision is constructed, and an accidental one has odds of about 2^-64 or less.
///
/// Source: G. Fowler, L. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm", IETF draft, section 2
/// (64-bit prime and offset basis).
package struct TrainingIdentity: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(_ assignment: Assignment) {
        self.init(
            seed: assignment.seed, settings: assignment.settings, dataset: assignment.dataset,
            ancestors: assignment.ancestors[...])
    }

    /// - Parameters:
    ///   - seed: The trial's own.
    ///   - settings: The trial's own.
    ///   - dataset: What it is trained on.
    ///   - ancestors: What its networks went through before, oldest first.
    init(seed: UInt64, settings: [Setting], dataset: Digest, ancestors: ArraySlice<Ancestor>) {
        var hash = FowlerHash()
        hash.add(seed)
        hash.add(dataset.bytes)
        hash.add(settings)
        for ancestor in ancestors.reversed() {
            hash.add(ancestor.seed)
            hash.add(UInt64(bitPattern: Int64(ancestor.epoch)))
            hash.add(ancestor.settings)
        }
        self.high = hash.high
        self.low = hash.low
    }

    /// 32 hexadecimal digits in lower case.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = [self.high, self.low].flatMap { word in
            stride(from: 60, through: 0, by: -4).map { digits[Int(word >> UInt64($0) & 15)] }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: `nil` unless the text is 32 hexadecimal digits in lower case.
    package init?(hexadecimal text: Substring) {
        let digits = Array(text.utf8)
        guard digits.count == 32 else { return nil }
        var words: [UInt64] = [0, 0]
        for (i, digit) in digits.enumerated() {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x61...0x66: value = digit - 0x61 + 10
            default: return nil
            }
            words[i / 16] = words[i / 16] << 4 | UInt64(value)
        }
        self.init(high: words[0], low: words[1])
    }
}

/// Two FNV-1a hashes side by side.
private struct FowlerHash {
    var high: UInt64 = 0xCBF2_9CE4_8422_2325
    var low: UInt64 = 0x6A09_E667_F3BC_C908

    mutating func mix(_ byte: UInt8) {
        self.high = (self.high ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        self.low = (self.low ^ UInt64(byte) ^ self.high >> 56) &* 0x0000_0100_0000_01B3
    }

    mutating func add(_ word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { self.mix(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    mutating func add(_ bytes: [UInt8]) {
        self.add(UInt64(bytes.count))
        for byte in bytes { self.mix(byte) }
    }

    mutating func add(_ settings: [Setting]) {
        self.add(UInt64(settings.count))
        for setting in settings {
            self.add(Array(setting.name.utf8))
            switch setting.value {
            case .float(let value):
                self.mix(1)
                self.add(value.bitPattern)
            case .int(let value):
                self.mix(2)
                self.add(UInt64(bitPattern: Int64(value)))
            case .bool(let value):
                self.mix(3)
                self.mix(value ? 1 : 0)
            case .text(let value):
                self.mix(4)
                self.add(Array(value.utf8))
            }
        }
    }
}
