/// A range of positive numbers, evenly spread by their logarithms.
///
/// `exp` and `log` are ours, from additions, multiplications and divisions in a fixed order, because those of C
/// libraries differ in their last bits and a study must suggest the same configurations on every host.
package struct LogarithmicScale: Hashable, Sendable {
    private let low: Double
    private let high: Double
    private let lowLogarithm: Double
    private let highLogarithm: Double

    /// - Parameters:
    ///   - low: The value at 0; positive.
    ///   - high: The value at 1; finite, `high >= low`.
    package init(low: Double, high: Double) {
        self.low = low
        self.high = high
        self.lowLogarithm = Self.logarithm(low)
        self.highLogarithm = Self.logarithm(high)
    }

    /// `low^(1 - fraction) * high^fraction`, for a fraction in [0, 1]; exact at both ends and never beyond them.
    ///
    /// NaN where the bounds are not as they should be. The relative error is below `2^-52 * (3 + |log value|)`.
    package func value(at fraction: Double) -> Double {
        if fraction <= 0 { return self.low }
        if fraction >= 1 { return self.high }
        let logarithm = self.lowLogarithm + fraction * (self.highLogarithm - self.lowLogarithm)
        return min(max(Self.exponential(logarithm), self.low), self.high)
    }

    /// How far from `low` to `high` a number lies, by logarithms; NaN where the bounds are one.
    func share(of number: Double) -> Double {
        (Self.logarithm(number) - self.lowLogarithm) / (self.highLogarithm - self.lowLogarithm)
    }

    /// The natural logarithm, within 2 units in the last place; NaN for NaN and what is not above 0.
    ///
    /// With `x = 2^e m` and `m` between the root of 1/2 and that of 2: `e log 2 + 2 artanh((m - 1) / (m + 1))` by the
    /// first eleven terms of artanh's series, whose twelfth is below 2^-60.
    package static func logarithm(_ x: Double) -> Double {
        guard x > 0 else { return .nan }
        guard x.isFinite else { return x }
        var exponent = Double(x.exponent)
        var significand = x.significand
        if significand > 0x1.6a09e667f3bcdp0 {
            significand /= 2
            exponent += 1
        }
        let s = (significand - 1) / (significand + 1)
        let square = s * s
        // One line for each term, so that the reciprocals are constants.
        var sum = 1.0 / 21
        sum = sum * square + 1.0 / 19
        sum = sum * square + 1.0 / 17
        sum = sum * square + 1.0 / 15
        sum = sum * square + 1.0 / 13
        sum = sum * square + 1.0 / 11
        sum = sum * square + 1.0 / 9
        sum = sum * square + 1.0 / 7
        sum = sum * square + 1.0 / 5
        sum = sum * square + 1.0 / 3
        let logarithm = 2 * s + 2 * s * square * sum
        return exponent * self.highPartOfLog2 + (exponent * self.lowPartOfLog2 + logarithm)
    }

    /// e to the power of x, within 2 units in the last place where the answer is a normal number.
    ///
    /// With `x = k log 2 + r` and `|r| <= log(2) / 2`: `2^k` times the first fourteen terms of the series of `e^r`,
    /// whose fifteenth is below 2^-57.
    package static func exponential(_ x: Double) -> Double {
        guard x > -746 else { return x.isNaN ? .nan : 0 }
        guard x < 710 else { return .infinity }
        let k = (x * 0x1.71547652b82fep0).rounded()
        let r = (x - k * self.highPartOfLog2) - k * self.lowPartOfLog2
        var sum = 1.0
        for divisor in stride(from: 13.0, through: 1, by: -1) { sum = 1 + sum * r / divisor }
        return Double(sign: .plus, exponent: Int(k), significand: sum)
    }

    /// log 2 in two parts: the first has 32 bits, so that its products with exponents are exact.
    private static let highPartOfLog2 = 0x1.62e42fee00000p-1
    private static let lowPartOfLog2 = 0x1.a39ef35793c76p-33
}
