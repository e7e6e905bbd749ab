import CDigits

/// Reads decimal numbers eight digits at a time.
///
/// A number of at most eight digits is m / 10^k with m below 10^8 and k at most 8: one division of exact numbers. Where it
/// is not a midpoint of two floats it is at least 1 / (10^8 · 2^25) of itself away from each, more than what the division
/// rounds, so that rounding once more to float32 gives the float nearest to the number.
///
/// Of a longer number the first sixteen digits make a whole number m, and it lies between m and, where digits were left
/// out, m + 1 times a power of ten. Both ends are computed in double precision, where the conversion, the power and the
/// product are each at most 2⁻⁵³ of the value away from the truth, and then moved apart by 2⁻⁵⁰ of it. Rounding is
/// monotonic: where both ends round to the same float32, this is the float nearest to the number. Else, about once in 2²⁵
/// numbers, the caller asks the standard library.
///
/// Source: D. Lemire, "Number parsing at a gigabyte per second", Software: Practice and Experience 51(8), 2021, for digits
/// in words; W. Clinger, "How to read floating point numbers accurately", PLDI 1990, section 4, for short numbers; A. Ziv,
/// "Fast evaluation of elementary mathematical functions with correctly rounded last bit", ACM TOMS 17(3), 1991, for the
/// test of long ones.
@safe
struct WordScanner {
    /// How many bytes from the start of a number on are looked at.
    static let reach = 40
    private static let exponents = -99...60

    /// 10^k for each k of ``exponents``, each rounded to nearest.
    private let powers: [Double]

    init() { self.powers = Self.exponents.map { Double("1e\($0)") ?? 0 } }

    /// Calls with a pointer to the powers, 10^0 at index 0.
    func withPowers<Result>(
        _ body: (UnsafePointer<Double>) throws(DataFileError) -> Result
    ) throws(DataFileError) -> Result {
        try unsafe self.powers.withUnsafeBufferPointer { (powers) throws(DataFileError) in
            guard let start = powers.baseAddress else { preconditionFailure("a table of powers without a number") }
            return try unsafe body(start - Self.exponents.lowerBound)
        }
    }

    /// The plain number that begins at a place: an optional minus, digits with at most one point, an optional exponent.
    ///
    /// - Parameters:
    ///   - next: Moves behind the number where there is one; ``reach`` bytes from here on can be read.
    ///   - powers: From ``withPowers(_:)``.
    /// - Returns: The number rounded correctly to float32, or `nil` where this way cannot tell.
    @inline(__always)
    static func float(_ next: inout UnsafePointer<UInt8>, _ powers: UnsafePointer<Double>) -> Float? {
        let start = unsafe next
        let sign = unsafe start.pointee == 0x2D ? 1 : 0
        // Where the number ends follows from one look at its bytes, apart from its digits: the next number does not have to
        // wait for them.
        var others = unsafe winnow_non_digits_16(start) & ~UInt32(truncatingIfNeeded: sign)
        if others & (others &- 1) == 0 { others |= unsafe winnow_non_digits_16(start + 16) &<< 16 }
        let behind = others & (others &- 1)
        let point = others.trailingZeroBitCount
        let whole = point &- sign
        let byte = unsafe start[point]
        if byte != 0x2E, byte | 0x20 != 0x65, others != 0, (1...8).contains(whole) {
            let digits = unsafe self.word(start + sign) ^ 0x3030_3030_3030_3030
            let value = Float(Int64(truncatingIfNeeded: self.eight(digits &<< UInt64(64 &- 8 &* whole))))
            unsafe next = start + point
            return Float(bitPattern: value.bitPattern | UInt32(truncatingIfNeeded: sign) &<< 31)
        }
        guard behind != 0, whole < 8, byte == 0x2E else { return unsafe self.other(&next, powers) }
        let end = behind.trailingZeroBitCount
        let digits = end &- sign &- 1
        guard digits > 0, unsafe start[end] | 0x20 != 0x65 else { return unsafe self.other(&next, powers) }
        // The point is taken out, so that eight digits are one word.
        let kept = (1 &<< UInt64(8 &* whole)) &- 1 as UInt64
        let word = unsafe (self.word(start + sign) & kept | self.word(start + sign + 1) & ~kept) ^ 0x3030_3030_3030_3030
        let value: Float
        if digits <= 8 {
            let mantissa = self.eight(word &<< UInt64(64 &- 8 &* digits))
            value = unsafe Float(Double(Int64(truncatingIfNeeded: mantissa)) / powers[digits &- whole])
        } else {
            let mantissa = unsafe self.sixteen(word, start + sign + 9, digits: digits)
            let isCut = digits > 16 ? 1.0 : 0
            guard let rounded = unsafe self.rounded(mantissa, isCut, powers[whole &- 16]) else { return nil }
            value = rounded
        }
        unsafe next = start + end
        // Without a branch, which a column with both signs would make the processor guess wrongly half of the time.
        return Float(bitPattern: value.bitPattern | UInt32(truncatingIfNeeded: sign) &<< 31)
    }

    /// The same for exponents and whole numbers of more than eight digits.
    @inline(never)
    private static func other(_ next: inout UnsafePointer<UInt8>, _ powers: UnsafePointer<Double>) -> Float? {
        let sign = unsafe next.pointee == 0x2D ? 1 : 0
        let start = unsafe next + sign
        var others = unsafe winnow_non_digits(start)
        guard others != 0 else { return nil }
        let whole = others.trailingZeroBitCount
        var stop = unsafe start + whole
        var digits = whole
        var word = unsafe self.word(start)
        var rest = unsafe start + 8
        if unsafe stop.pointee == 0x2E {
            others &= others &- 1
            guard others != 0, whole < 8 else { return nil }
            let kept = (1 &<< UInt64(8 &* whole)) &- 1 as UInt64
            word = unsafe word & kept | self.word(start + 1) & ~kept
            unsafe rest += 1
            unsafe stop = start + others.trailingZeroBitCount
            digits = others.trailingZeroBitCount &- 1
        }
        guard digits > 0 else { return nil }
        word ^= 0x3030_3030_3030_3030
        var exponent = whole &- digits
        let mantissa: UInt64
        var isCut = 0.0
        if digits <= 8 {
            mantissa = self.eight(word &<< UInt64(64 &- 8 &* digits))
        } else {
            mantissa = unsafe self.sixteen(word, rest, digits: digits)
            exponent = whole &- 16
            isCut = digits > 16 ? 1 : 0
        }
        if unsafe stop.pointee | 0x20 == 0x65 {
            guard let stated = unsafe self.exponent(&stop) else { return nil }
            exponent &+= stated
            guard self.exponents.contains(exponent) else { return nil }
        }
        let value: Float
        if exponent == 0, isCut == 0 {
            value = Float(mantissa)
        } else {
            guard let rounded = unsafe self.rounded(mantissa, isCut, powers[exponent]) else { return nil }
            value = rounded
        }
        unsafe next = stop
        return Float(bitPattern: value.bitPattern | UInt32(truncatingIfNeeded: sign) &<< 31)
    }

    /// The first sixteen of more than eight digits; zeros stand for those that are not there.
    @inline(__always)
    private static func sixteen(_ first: UInt64, _ rest: UnsafePointer<UInt8>, digits: Int) -> UInt64 {
        let second = unsafe self.word(rest) ^ 0x3030_3030_3030_3030
        let kept = ~0 &>> UInt64(64 &- 8 &* min(8, digits &- 8)) as UInt64
        return self.eight(first) &* 100_000_000 &+ self.eight(second & kept)
    }

    /// The float next to every number from m to m + isCut times a power of ten; `nil` where there is no such one.
    @inline(__always)
    private static func rounded(_ mantissa: UInt64, _ isCut: Double, _ power: Double) -> Float? {
        let number = Double(Int64(truncatingIfNeeded: mantissa))
        let low = number * power * (1 - 0x1p-50)
        let value = Float(low)
        guard value == Float((number + isCut) * power * (1 + 0x1p-50)), low < 0x1p127 else { return nil }
        return value
    }

    /// `e`, an optional sign and one to three digits.
    private static func exponent(_ place: inout UnsafePointer<UInt8>) -> Int? {
        unsafe place += 1
        let isNegative = unsafe place.pointee == 0x2D
        if unsafe isNegative || place.pointee == 0x2B { unsafe place += 1 }
        var value = 0
        var count = 0
        while unsafe place.pointee &- 0x30 < 10 {
            guard count < 3 else { return nil }
            value = unsafe value * 10 + Int(place.pointee &- 0x30)
            count += 1
            unsafe place += 1
        }
        guard count > 0 else { return nil }
        return isNegative ? -value : value
    }

    /// Eight bytes, the first one lowest.
    @inline(__always)
    private static func word(_ place: UnsafePointer<UInt8>) -> UInt64 {
        unsafe UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
    }

    /// The number that eight digits make, the first one in the lowest byte: neighbours are joined to two, four and eight.
    @inline(__always)
    private static func eight(_ digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ (digits &>> 8)
        let first = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let second = (pairs &>> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return (first &+ second) &>> 32
    }
}
