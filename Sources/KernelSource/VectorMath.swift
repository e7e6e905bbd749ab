/// Elementary functions built from additions, multiplications, fused multiply-adds and divisions alone, so that every
/// instruction set gives the same bits.
///
/// The polynomials were fitted for this project (weighted least squares with Lawson's reweighting towards the smallest
/// largest error, then rounded to float32); their errors are asserted by the tests.

/// The square root of numbers between 1e-35 and 1e35, to 2 units in the last place: 1 / sqrt(x) from the bit pattern, a
/// step of second order (with its constants shifted towards the middle of the error), then one of third order.
///
/// Fused multiply-adds alone: the divider, which also takes roots, is not pipelined on many processors.
@inline(__always)
func squareRoot(_ x: Vector) -> Vector {
    let start = Vector(words: Words(repeating: 0x5F37_5A86) &- (x.words &>> 1))
    let inverse = start * Vector(repeating: 1.500_876).addingProduct((x * -0.5) * start, start)
    let root = x * inverse
    let error = Vector(repeating: 0.5).addingProduct(root, inverse * -0.5)
    return root.addingProduct(root * error, Vector(repeating: 1).addingProduct(Vector(repeating: 1.5), error))
}

/// What remains of an exponent after its power of two: `e^x = 2^k * (1 + q)`.
struct ReducedExponent {
    /// e^r - 1 for the reduced argument r = x - k * ln 2, |r| <= ln(2) / 2; accurate relative to itself.
    var remainder: Vector
    /// The bits of 1.5 * 2^23 + k.
    var shifted: Words

    /// Reduces x, which must lie in -126 ... 127 times ln 2 (or be NaN, which then is in the remainder).
    @inline(__always) init(_ x: Vector) {
        let shift = Vector(repeating: 0x1.8p23)
        let n = shift.addingProduct(x, Vector(repeating: 0x1.715476p+0))
        let k = n - shift
        let high = x.addingProduct(k, Vector(repeating: -0x1.62e4p-1))
        let r = high.addingProduct(k, Vector(repeating: -0x1.7f7d1cp-20))
        var p = Vector(repeating: 0x1.124154p-7).addingProduct(Vector(repeating: 0x1.6dbc74p-10), r)
        p = Vector(repeating: 0x1.555454p-5).addingProduct(p, r)
        p = Vector(repeating: 0x1.555486p-3).addingProduct(p, r)
        p = Vector(repeating: 0.5).addingProduct(p, r)
        self.remainder = r.addingProduct(p, r * r)
        self.shifted = n.words
    }

    /// 2^(k + offset), where that is a normal number.
    @inline(__always) func power(_ offset: Int32) -> Vector {
        Vector(words: (self.shifted &<< 23) &+ Words(repeating: UInt32(bitPattern: 127 &+ offset) &<< 23))
    }
}

/// e^x; 0 below -125 ln 2 = -86.64 (no denormal results), infinity above 88.73.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
    let bounded = x.smaller(Vector(repeating: 89)).larger(Vector(repeating: -87))
    let reduced = ReducedExponent(bounded)
    // The remainder doubled and the power halved, so that 2^128 is not needed on the way to large results.
    let one = reduced.remainder + 1
    let result = (one + one) * reduced.power(-1)
    return result.replacing(with: 0, where: x .< -86.643_39)
}

/// Natural logarithm; -infinity at 0 and for denormal numbers, NaN below 0, infinity at infinity.
@inline(__always)
func logarithm(_ x: Vector) -> Vector {
    // x = m * 2^e with m in sqrt(1/2) ..< sqrt(2).
    let offset = Words(repeating: 0x3F35_04F3)
    let moved = x.words &- offset
    // The exponent as a number: the low bits of 1.5 * 2^23 + e.
    let e = Vector(words: Words(repeating: 0x4B40_0000) &+ moved.signedShift(23)) - 0x1.8p23
    let f = Vector(words: (moved & 0x007F_FFFF) &+ offset) - 1
    let square = f * f
    var p = Vector(repeating: -0x1.e2f86ep-4).addingProduct(Vector(repeating: 0x1.1b44a4p-4), f)
    p = Vector(repeating: 0x1.e657bap-4).addingProduct(p, f)
    p = Vector(repeating: -0x1.fb415ap-4).addingProduct(p, f)
    p = Vector(repeating: 0x1.23322ep-3).addingProduct(p, f)
    p = Vector(repeating: -0x1.5562eap-3).addingProduct(p, f)
    p = Vector(repeating: 0x1.99a54cp-3).addingProduct(p, f)
    p = Vector(repeating: -0x1.ffffeep-3).addingProduct(p, f)
    p = Vector(repeating: 0x1.555546p-2).addingProduct(p, f)
    // e * ln 2 in two parts around f - f^2 / 2 + f^3 * p.
    var low = Vector(repeating: -0.5) * square
    low = low.addingProduct(p * f, square)
    low = low.addingProduct(e, Vector(repeating: 0x1.7f7d1cp-20))
    var result = (low + f).addingProduct(e, Vector(repeating: 0x1.62e4p-1))
    result = result.replacing(with: x, where: .!(x .< .infinity))
    result = result.replacing(with: -.infinity, where: x .< 0x1p-126)
    return result.replacing(with: .nan, where: x .< 0)
}

/// Hyperbolic tangent from e^2x - 1, which is accurate near 0.
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
    let twice = x + x
    let reduced = ReducedExponent(twice.smaller(Vector(repeating: 40)).larger(Vector(repeating: -40)))
    let power = reduced.power(0)
    let above = (power - 1).addingProduct(power, reduced.remainder)
    let below = (power + 1).addingProduct(power, reduced.remainder)
    return above / below
}

/// e^x - 1, accurate near 0; -1 below -40 and inaccurate above 40.
@inline(__always)
func exponentialMinusOne(_ x: Vector) -> Vector {
    let reduced = ReducedExponent(x.smaller(Vector(repeating: 40)).larger(Vector(repeating: -40)))
    let power = reduced.power(0)
    return (power - 1).addingProduct(power, reduced.remainder)
}

/// 1 / (1 + e^-x).
@inline(__always)
func logistic(_ x: Vector) -> Vector { 1 / (exponential(x.negated) + 1) }

/// Normal distribution function and density.
struct NormalLaw {
    /// (1 + erf(x / sqrt 2)) / 2.
    var distribution: Vector
    /// e^(-x^2 / 2) / sqrt(2 pi).
    var density: Vector

    /// Uses erfc(z) = e^(-z^2) * t * P(t) with t = 1 / (1 + 0.4 z) for z >= 0, the form of C. Hastings,
    /// "Approximations for digital computers", 1955, with our own fit of six terms.
    @inline(__always) init(_ x: Vector) {
        let bell = exponential((x * x) * -0.5)
        let t = 1 / Vector(repeating: 1).addingProduct(x.magnitudes, Vector(repeating: 0.282_842_71))
        var p = Vector(repeating: 0.709_149_66).addingProduct(Vector(repeating: -0.200_259_8), t)
        p = Vector(repeating: -0.370_911_7).addingProduct(p, t)
        p = Vector(repeating: 0.468_277_2).addingProduct(p, t)
        p = Vector(repeating: 0.161_822_36).addingProduct(p, t)
        p = Vector(repeating: 0.231_922_28).addingProduct(p, t)
        let tail = (p * t) * (bell * 0.5)
        self.distribution = tail.replacing(with: 1 - tail, where: x .> 0)
        self.density = bell * 0.398_942_3
    }
}
