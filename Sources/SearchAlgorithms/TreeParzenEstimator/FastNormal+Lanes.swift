import KernelInterface

/// The same functions of eight numbers side by side.
///
/// Each lane takes the steps of the function of one number in their order, none of them fused, and so has the same bits
/// where it is not NaN: a density is the same whether its kernels are added up one at a time or eight.
extension FastNormal {
    /// e to the power of numbers that are not above 0; 0 where they are not above `limit`, which is -700 or more.
    @inline(__always)
    static func exponential(_ x: Lanes, above limit: Double = -700) -> Lanes {
        let shifted = x * 0x1.71547652b82fep0 + 0x1.8p52
        let k = shifted - 0x1.8p52
        let r = (x - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33
        var sum = Lanes(repeating: 1.0 / 39_916_800)
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
        // k stands in the last bits of what was shifted.
        let power = unsafe unsafeBitCast((Self.bits(of: shifted) &+ 1023) &<< 52, to: Lanes.self)
        return (sum * power).replacing(with: 0, where: x .<= limit)
    }

    /// The natural logarithms of normal numbers above 0.
    @inline(__always)
    static func logarithm(_ x: Lanes) -> Lanes {
        let bits = Self.bits(of: x)
        // The exponent becomes the last bits of a number between 2^52 and 2^53.
        let biased = unsafe unsafeBitCast(bits &>> 52 | 0x4330_0000_0000_0000, to: Lanes.self)
        var exponent = biased - (0x1p52 + 1023)
        let fraction = bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000
        var significand = unsafe unsafeBitCast(fraction, to: Lanes.self)
        let isLarge = significand .> 0x1.6a09e667f3bcdp0
        significand.replace(with: significand / 2, where: isLarge)
        exponent.replace(with: exponent + 1, where: isLarge)
        let s = (significand - 1) / (significand + 1)
        let square = s * s
        var sum = Lanes(repeating: 1.0 / 19)
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

    /// The shares of the standard normal distribution beyond numbers that are not below 0.
    @inline(__always)
    private static func tail(beyond size: Lanes) -> Lanes {
        let t = 1 / (1 + 0.231_641_9 * size)
        var sum = Lanes(repeating: 1.330_274_429)
        sum = sum * t - 1.821_255_978
        sum = sum * t + 1.781_477_937
        sum = sum * t - 0.356_563_782
        sum = sum * t + 0.319_381_530
        let square = size * size
        let bounded = square.replacing(with: 1400, where: square .> 1400)
        return 0.398_942_280_401_432_7 * Self.exponential(-0.5 * bounded) * sum * t
    }

    /// The logarithms of the shares of normal distributions of one deviation that lie in [0, 1].
    ///
    /// What lies beyond an end that is nine deviations away is less than 2^-55, and changes no bit of the share, which is
    /// about a half or more: it is looked at only where one of the eight needs it.
    ///
    /// - Parameters:
    ///   - means: In [0, 1].
    ///   - deviation: Above 0.
    /// - Returns: What ``shareWithinUnit(mean:deviation:)`` has the logarithm of, where an end is not far.
    static func logarithmOfShareWithinUnit(means: Lanes, deviation: Double) -> Lanes {
        let others = 1 - means
        let isLeft = means .<= others
        let beyondNear = Self.tail(beyond: others.replacing(with: means, where: isLeft) / deviation)
        let far = means.replacing(with: others, where: isLeft)
        // At the end itself the approximation leaves a little less than a half inside too.
        let withinNear = (1 - beyondNear).replacing(with: beyondNear, where: others .<= 0)
        var share = withinNear
        if LaneMath.greatest(of: -far) > -9 * deviation {
            let beyondFar = Self.tail(beyond: far / deviation)
            share = share.replacing(with: (1 - beyondFar) - beyondNear, where: isLeft)
            share.replace(with: withinNear - beyondFar, where: .!isLeft)
        }
        share.replace(with: 1e-12, where: share .< 1e-12)
        return Self.logarithm(share).replacing(with: 0, where: share .>= 1)
    }

    @inline(__always)
    private static func bits(of x: Lanes) -> SIMD8<UInt64> { unsafe unsafeBitCast(x, to: SIMD8<UInt64>.self) }
}
