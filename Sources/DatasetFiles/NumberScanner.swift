/// Reads decimal numbers from bytes.
enum NumberScanner {
    /// Powers of ten that are exact in double precision.
    private static let powers: InlineArray<23, Double> = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The number that a text stands for, rounded correctly to float32.
    ///
    /// The text is an optional sign, digits with at most one point, and an optional exponent; spaces and tabs around it
    /// do not matter. Infinity, NaN and hexadecimal are no numbers here.
    ///
    /// Fast where the digits make a whole number below 2^53 and the power of ten is at most 22: then one division or
    /// multiplication in double precision is correctly rounded, and rounding it again is correct too unless it lies
    /// exactly between two floats. That case and all others go to the standard library.
    ///
    /// Source: W. Clinger, "How to read floating point numbers accurately", PLDI 1990, section 4, for the fast path.
    ///
    /// - Returns: `nil` when the text is no number, an infinity when it is one beyond float32.
    /// - Complexity: O(length).
    static func float(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Float? {
        var stop = unsafe start
        if let value = unsafe self.fast(&stop, end), unsafe stop == end { return value }
        guard let text = unsafe self.text(start, end) else { return nil }
        return Float(text)
    }

    /// The number that begins at a place, where the fast path can tell; `next` then moves behind it.
    @inline(__always)
    static func fast(_ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Float? {
        var place = unsafe next
        var isNegative = false
        if unsafe place < end, unsafe place.pointee == 0x2D {
            isNegative = true
            unsafe place += 1
        }
        var mantissa: UInt64 = 0
        let digits = unsafe place
        while unsafe place < end {
            let digit = unsafe place.pointee &- 0x30
            guard digit < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            unsafe place += 1
        }
        var count = unsafe place - digits
        var decimals = 0
        if unsafe place < end, unsafe place.pointee == 0x2E {
            unsafe place += 1
            let point = unsafe place
            while unsafe place < end {
                let digit = unsafe place.pointee &- 0x30
                guard digit < 10 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                unsafe place += 1
            }
            decimals = unsafe place - point
            count += decimals
        }
        // At most 19 digits cannot overflow 64 bits.
        guard count > 0, count <= 19, mantissa < 1 << 53 else { return nil }
        unsafe next = place
        if decimals == 0, mantissa < 1 << 24 { return isNegative ? -Float(mantissa) : Float(mantissa) }
        let magnitude = Double(mantissa) / self.powers[decimals]
        guard magnitude.bitPattern & 0x1FFF_FFFF != 0x1000_0000, magnitude >= 0x1p-126 || mantissa == 0 else {
            unsafe next = digits
            return nil
        }
        return Float(isNegative ? -magnitude : magnitude)
    }

    /// The number rounded correctly to double precision, or `nil`.
    static func double(_ bytes: some Collection<UInt8>) -> Double? {
        let bytes = Array(bytes)
        return unsafe bytes.withUnsafeBufferPointer { bytes -> Double? in
            guard let start = bytes.baseAddress else { return nil }
            guard let text = unsafe self.text(start, start + bytes.count) else { return nil }
            return Double(text)
        }
    }

    /// The number's text in the form that the standard library reads, or `nil` when it is none.
    private static func text(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> String? {
        let bytes = unsafe UnsafeBufferPointer(start: start, count: end - start)
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let first = unsafe bytes.firstIndex(where: { !isBlank($0) }),
            let last = unsafe bytes.lastIndex(where: { !isBlank($0) })
        else { return nil }
        var text: [UInt8] = []
        var digits = 0
        var hasPoint = false
        var hasExponent = false
        for place in first...last {
            let byte = unsafe bytes[place]
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x2B, 0x2D:
                guard place == first || text.last == 0x65 else { return nil }
            case 0x2E:
                guard !hasPoint, !hasExponent else { return nil }
                hasPoint = true
                // The library wants a digit on both sides of the point; one more zero changes nothing.
                if digits == 0 { text.append(0x30) }
            case 0x45, 0x65:
                guard digits > 0, !hasExponent else { return nil }
                hasExponent = true
                digits = 0
                if text.last == 0x2E { text.append(0x30) }
            default: return nil
            }
            text.append(byte == 0x45 ? 0x65 : byte)
        }
        guard digits > 0 else { return nil }
        if text.last == 0x2E { text.append(0x30) }
        return String(decoding: text, as: UTF8.self)
    }
}
