import KernelInterface

/// The random words of 64 neighbouring elements: eight blocks of Philox4x32-10 side by side.
///
/// Source: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.2. The words live in
/// lanes of 64 bits, whose upper halves are rubbish until they are masked away.
struct DropoutGenerator {
    typealias Lanes = SIMD8<UInt64>
    private let key0: UInt64
    private let key1: UInt64
    private let step: Lanes
    private let layer: Lanes
    private let threshold: Words
    /// What kept elements are multiplied by.
    let scale: Float

    /// `RandomPurpose.dropout`, the fourth word of the counter.
    private static let purpose: UInt64 = 6

    @inline(__always) init(_ settings: DropoutSettings) {
        self.key0 = settings.seed & 0xFFFF_FFFF
        self.key1 = settings.seed &>> 32
        self.step = Lanes(repeating: UInt64(settings.step))
        self.layer = Lanes(repeating: UInt64(settings.layer))
        self.threshold = Words(repeating: settings.threshold)
        self.scale = settings.scale
    }

    /// The factors, 0 or the scale, of four vectors of elements from `64 * group` on.
    @inline(__always) func factors(group: Int) -> (Vector, Vector, Vector, Vector) {
        let mask = Lanes(repeating: 0xFFFF_FFFF)
        var x0 = (Lanes(repeating: UInt64(truncatingIfNeeded: group &* 8)) &+ Lanes(0, 1, 2, 3, 4, 5, 6, 7)) & mask
        var x1 = self.step
        var x2 = self.layer
        var x3 = Lanes(repeating: Self.purpose)
        var key0 = self.key0
        var key1 = self.key1
        var round = 0
        while round < 10 {
            let first = (x0 & mask) &* Lanes(repeating: 0xD251_1F53)
            let second = (x2 & mask) &* Lanes(repeating: 0xCD9E_8D57)
            x0 = (second &>> 32) ^ x1 ^ Lanes(repeating: key0)
            x2 = (first &>> 32) ^ x3 ^ Lanes(repeating: key1)
            x1 = second
            x3 = first
            key0 = key0 &+ 0x9E37_79B9
            key1 = key1 &+ 0xBB67_AE85
            round &+= 1
        }
        let low = unsafe unsafeBitCast((x0 & mask) | (x1 &<< 32), to: Words.self)
        let high = unsafe unsafeBitCast((x2 & mask) | (x3 &<< 32), to: Words.self)
        return (
            self.factor(low & 0xFFFF), self.factor(low &>> 16), self.factor(high & 0xFFFF), self.factor(high &>> 16)
        )
    }

    @inline(__always) private func factor(_ bits: Words) -> Vector {
        Vector(repeating: self.scale).replacing(
            with: 0, where: bits.signed .< self.threshold.signed)
    }
}
