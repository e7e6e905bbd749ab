import Glibc

/// What the small twin network of the forward mode computes with: numbers, or numbers with a derivative.
protocol TwinNumber: Sendable {
    init(_ value: Double)
    /// Without the derivative.
    var value: Double { get }
    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    static func / (a: Self, b: Self) -> Self
    func naturalExponential() -> Self
    func naturalLogarithm() -> Self
    func root() -> Self
}

extension Double: TwinNumber {
    var value: Double { self }
    func naturalExponential() -> Double { Glibc.exp(self) }
    func naturalLogarithm() -> Double { Glibc.log(self) }
    func root() -> Double { self.squareRoot() }
}

/// A number and its derivative with respect to one setting.
struct Dual: TwinNumber {
    let value: Double
    var slope = 0.0

    init(_ value: Double) { self.value = value }

    init(_ value: Double, slope: Double) {
        self.value = value
        self.slope = slope
    }

    static func + (a: Dual, b: Dual) -> Dual { Dual(a.value + b.value, slope: a.slope + b.slope) }
    static func - (a: Dual, b: Dual) -> Dual { Dual(a.value - b.value, slope: a.slope - b.slope) }
    static func * (a: Dual, b: Dual) -> Dual {
        Dual(a.value * b.value, slope: a.slope * b.value + a.value * b.slope)
    }
    static func / (a: Dual, b: Dual) -> Dual {
        let value = a.value / b.value
        return Dual(value, slope: (a.slope - value * b.slope) / b.value)
    }
    func naturalExponential() -> Dual {
        let value = Glibc.exp(self.value)
        return Dual(value, slope: value * self.slope)
    }
    func naturalLogarithm() -> Dual { Dual(Glibc.log(self.value), slope: self.slope / self.value) }
    func root() -> Dual {
        let value = self.value.squareRoot()
        return Dual(value, slope: self.slope / (2 * value))
    }
}
