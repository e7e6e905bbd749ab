/// The elementary functions, one number at a time, operation for operation as the kernels.
extension Reference {
    /// e^x = 2^k * (1 + remainder); the power as a function of an offset to k.
    private static func reduce(_ x: Float) -> (remainder: Float, power: (Int32) -> Float) {
        let shift: Float = 0x1.8p23
        let n = shift.addingProduct(x, 0x1.715476p+0)
        let k = n - shift
        let r = x.addingProduct(k, -0x1.62e4p-1).addingProduct(k, -0x1.7f7d1cp-20)
        var p: Float = 0x1.6dbc74p-10
        for coefficient: Float in [0x1.124154p-7, 0x1.555454p-5, 0x1.555486p-3, 0.5] {
            p = coefficient.addingProduct(p, r)
        }
        let power = { (offset: Int32) in
            Float(bitPattern: (n.bitPattern &<< 23) &+ UInt32(bitPattern: 127 &+ offset) &<< 23)
        }
        return (r.addingProduct(p, r * r), power)
    }

    /// e^x.
    package static func exponential(_ x: Float) -> Float {
        let lower = x > 89 ? 89 : x
        let reduced = Self.reduce(lower < -87 ? -87 : lower)
        let one = reduced.remainder + 1
        return x < -86.643_39 ? 0 : (one + one) * reduced.power(-1)
    }

    /// Natural logarithm.
    package static func logarithm(_ x: Float) -> Float {
        if x < 0 { return .nan }
        if x < 0x1p-126 { return -.infinity }
        if !(x < .infinity) { return x }
        let moved = x.bitPattern &- 0x3F35_04F3
        let e = Float(Int32(bitPattern: moved) &>> 23)
        let f = Float(bitPattern: (moved & 0x007F_FFFF) &+ 0x3F35_04F3) - 1
        let square = f * f
        var p: Float = 0x1.1b44a4p-4
        for coefficient: Float in [
            -0x1.e2f86ep-4, 0x1.e657bap-4, -0x1.fb415ap-4, 0x1.23322ep-3, -0x1.5562eap-3, 0x1.99a54cp-3,
            -0x1.ffffeep-3, 0x1.555546p-2,
        ] { p = coefficient.addingProduct(p, f) }
        let low = (-0.5 * square).addingProduct(p * f, square).addingProduct(e, 0x1.7f7d1cp-20)
        return (low + f).addingProduct(e, 0x1.62e4p-1)
    }

    /// Hyperbolic tangent.
    package static func hyperbolicTangent(_ x: Float) -> Float {
        let twice = x + x
        let lower: Float = twice > 40 ? 40 : twice
        let reduced = Self.reduce(lower < -40 ? -40 : lower)
        let power = reduced.power(0)
        return (power - 1).addingProduct(power, reduced.remainder)
            / (power + 1).addingProduct(power, reduced.remainder)
    }

    /// e^x - 1.
    package static func exponentialMinusOne(_ x: Float) -> Float {
        let lower: Float = x > 40 ? 40 : x
        let reduced = Self.reduce(lower < -40 ? -40 : lower)
        let power = reduced.power(0)
        return (power - 1).addingProduct(power, reduced.remainder)
    }

    /// 1 / (1 + e^-x).
    package static func logistic(_ x: Float) -> Float { 1 / (Self.exponential(-x) + 1) }

    /// The normal distribution function and its density.
    package static func normalLaw(_ x: Float) -> (distribution: Float, density: Float) {
        let bell = Self.exponential((x * x) * -0.5)
        let t = 1 / Float(1).addingProduct(x.magnitude, 0.282_842_71)
        var p: Float = -0.200_259_8
        for coefficient: Float in [0.709_149_66, -0.370_911_7, 0.468_277_2, 0.161_822_36, 0.231_922_28] {
            p = coefficient.addingProduct(p, t)
        }
        let tail = (p * t) * (bell * 0.5)
        return (x > 0 ? 1 - tail : tail, bell * 0.398_942_3)
    }

    /// The square root of the optimisers and of batch normalisation.
    package static func squareRoot(_ x: Float) -> Float {
        let start = Float(bitPattern: 0x5F37_5A86 &- (x.bitPattern &>> 1))
        let inverse = start * Float(1.500_876).addingProduct((x * -0.5) * start, start)
        let root = x * inverse
        let error = Float(0.5).addingProduct(root, inverse * -0.5)
        return root.addingProduct(root * error, Float(1).addingProduct(1.5, error))
    }
}
