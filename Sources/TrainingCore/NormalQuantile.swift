/// Normal numbers from uniform ones with additions, multiplications, divisions and square roots alone, so that they
/// have the same bits on every machine with IEEE 754 arithmetic; the C library's functions have not.
enum NormalQuantile {
    /// The quantile `Φ⁻¹(p)` of the standard normal distribution.
    ///
    /// Three rational functions of degree 7: around the centre in `(p - 1/2)²`, in the tails in `sqrt(-ln p)`.
    ///
    /// Source: M. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics
    /// 37(3), 1988, routine PPND16, with its coefficients; relative error about 1e-16.
    ///
    /// For `p` outside (0, 1) the answer is NaN.
    ///
    /// - Complexity: O(1).
    static func value(_ p: Double) -> Double {
        guard p > 0, p < 1 else { return .nan }
        let q = p - 0.5
        if q.magnitude <= 0.425 {
            let r = 0.180625 - q * q
            return q * Self.polynomial(Self.centreNumerator, r) / Self.polynomial(Self.centreDenominator, r)
        }
        let r = (-Self.logarithm(q < 0 ? p : 1 - p)).squareRoot()
        let value =
            r <= 5
            ? Self.polynomial(Self.middleNumerator, r - 1.6) / Self.polynomial(Self.middleDenominator, r - 1.6)
            : Self.polynomial(Self.tailNumerator, r - 5) / Self.polynomial(Self.tailDenominator, r - 5)
        return q < 0 ? -value : value
    }

    /// The natural logarithm of a positive normal number, with an error of a few units in the last place.
    ///
    /// `x = 2^e m` with `m` in [√½, √2); `ln m = 2 artanh s` with `s = (m - 1) / (m + 1)`, `|s| < 0.1716`, by eleven
    /// terms of its series: the rest is below `s²³/23 < 2^-62`.
    static func logarithm(_ x: Double) -> Double {
        var exponent = Double(x.exponent)
        var mantissa = x.significand
        if mantissa > 1.4142135623730951 {
            mantissa *= 0.5
            exponent += 1
        }
        let s = (mantissa - 1) / (mantissa + 1)
        let square = s * s
        var series = 0.0
        var odd = 21.0
        while odd > 0 {
            series = series * square + 1 / odd
            odd -= 2
        }
        return exponent * 0.6931471805599453 + 2 * s * series
    }

    /// Horner's rule: coefficient `i` belongs to the power `i`.
    private static func polynomial(_ coefficients: InlineArray<8, Double>, _ x: Double) -> Double {
        var sum = coefficients[7]
        for i in 1...7 { sum = sum * x + coefficients[7 - i] }
        return sum
    }

    private static let centreNumerator: InlineArray<8, Double> = [
        3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
        45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
    ]
    private static let centreDenominator: InlineArray<8, Double> = [
        1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
        21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
    ]
    private static let middleNumerator: InlineArray<8, Double> = [
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4,
    ]
    private static let middleDenominator: InlineArray<8, Double> = [
        1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
        0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ]
    private static let tailNumerator: InlineArray<8, Double> = [
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
        0.0265321895265761230930, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ]
    private static let tailDenominator: InlineArray<8, Double> = [
        1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ]
}
