/// A number with the functions that gates of LSTM cells take: `Float` with the kernels' own, operation for operation, and
/// `Double` with exact ones, so that a gradient can be held against central differences.
package protocol ElementaryNumber: BinaryFloatingPoint, Sendable {
    /// 1 / (1 + e^-x).
    static func logistic(_ x: Self) -> Self
    static func hyperbolicTangent(_ x: Self) -> Self
}

extension Float: ElementaryNumber {
    package static func logistic(_ x: Float) -> Float { Reference.logistic(x) }
    package static func hyperbolicTangent(_ x: Float) -> Float { Reference.hyperbolicTangent(x) }
}

extension Double: ElementaryNumber {
    package static func logistic(_ x: Double) -> Double { 1 / (1 + Self.exponential(-x)) }

    /// From e^-2|x|: to 1e-16 absolutely.
    package static func hyperbolicTangent(_ x: Double) -> Double {
        let power = Self.exponential(-2 * x.magnitude)
        let value = (1 - power) / (1 + power)
        return x < 0 ? -value : value
    }

    /// e^x with a relative error of some 1e-15: `2^k e^r` with `|r| <= ln(2) / 2` and the power series of `e^r` to its 17th
    /// term, which is below 1e-22. Arguments beyond ±700 count as ±700.
    private static func exponential(_ x: Double) -> Double {
        guard !x.isNaN else { return x }
        let bounded = min(max(x, -700), 700)
        let power = (bounded / 0.6931471805599453).rounded()
        let rest = bounded.addingProduct(-power, 0.6931471805599453).addingProduct(-power, 2.3190468138462996e-17)
        var sum = 1.0
        for n in stride(from: 17.0, through: 1.0, by: -1.0) { sum = 1 + sum * rest / n }
        return sum * Double(sign: .plus, exponent: Int(power), significand: 1)
    }
}
