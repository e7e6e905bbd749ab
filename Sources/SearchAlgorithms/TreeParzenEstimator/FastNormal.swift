import TuningModel

/// The normal distribution, quick and the same on every host.
enum FastNormal {
    static let rootOfTwoPi = 2.506_628_274_631_000_5
    /// An end of [0, 1] that is farther from a mean than this, in deviations, is far.
    static let reach = 5.5

    /// e to the power of a number that is not above 0, within a few units in the last place; 0 below -700.
    ///
    /// `2^k e^r` with `|r| <= log(2) / 2`, by Taylor's series of degree 11 with constant coefficients: a third of the time of
    /// ``TuningModel/LogarithmicScale/exponential(_:)``.
    @inline(__always)
    static func exponential(_ x: Double) -> Double {
        guard x > -700 else { return 0 }
        let shifted = x * 0x1.71547652b82fep0 + 0x1.8p52
        let k = shifted - 0x1.8p52
        let r = (x - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33
        var sum = 1.0 / 39_916_800
        sum = sum * r + 1.0 / 3_628_800
        sum = sum * r + 1.0 / 362_880
        sum = sum * r + 1.0 / 40_320
        sum = sum * r + 1.0 / 5040
        sum = sum * r + 1.0 / 720
        sum = sum * r + 1.0 / 120
        sum = sum * r + 1.0 / 24
        sum = sum * r + 1.0 / 6
        sum = sum * r + 0.5
        sum = sum * r + 1
        sum = sum * r + 1
        let power = Double(bitPattern: UInt64(bitPattern: Int64(Int(k) + 1023)) << 52)
        return sum * power
    }

    /// The natural logarithm of a normal number above 0, within a few units in the last place.
    ///
    /// As ``TuningModel/LogarithmicScale/logarithm(_:)``, with constant coefficients and eight terms of artanh's series.
    @inline(__always)
    static func logarithm(_ x: Double) -> Double {
        var exponent = Double(x.exponent)
        var significand = x.significand
        if significand > 0x1.6a09e667f3bcdp0 {
            significand /= 2
            exponent += 1
        }
        let s = (significand - 1) / (significand + 1)
        let square = s * s
        var sum = 1.0 / 19
        sum = sum * square + 1.0 / 17
        sum = sum * square + 1.0 / 15
        sum = sum * square + 1.0 / 13
        sum = sum * square + 1.0 / 11
        sum = sum * square + 1.0 / 9
        sum = sum * square + 1.0 / 7
        sum = sum * square + 1.0 / 5
        sum = sum * square + 1.0 / 3
        return exponent * 0x1.62e42fefa39efp-1 + (2 * s + 2 * s * square * sum)
    }

    /// The share of the standard normal distribution below `z`, within 7.5e-8.
    ///
    /// Source: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 1964, formula 26.2.17.
    @inline(__always)
    static func cumulative(_ z: Double) -> Double {
        let size = abs(z)
        let t = 1 / (1 + 0.231_641_9 * size)
        var sum = 1.330_274_429
        sum = sum * t - 1.821_255_978
        sum = sum * t + 1.781_477_937
        sum = sum * t - 0.356_563_782
        sum = sum * t + 0.319_381_530
        let tail = 0.398_942_280_401_432_7 * Self.exponential(-0.5 * min(size * size, 1400)) * sum * t
        return z > 0 ? 1 - tail : tail
    }

    /// The share of a normal distribution that lies in [0, 1], at least 1e-12; 1 where both ends are far.
    @inline(__always)
    static func shareWithinUnit(mean: Double, deviation: Double) -> Double {
        let reach = Self.reach * deviation
        if mean > reach, 1 - mean > reach { return 1 }
        return max(Self.cumulative((1 - mean) / deviation) - Self.cumulative(-mean / deviation), 1e-12)
    }
}
