import Glibc

/// The numbers the reference network computes with: `Float` as the training core does, `Double` for finite differences.
///
/// The functions go through the C library in `Double`, so that they share nothing with the kernels under test.
protocol ReferenceNumber: BinaryFloatingPoint, Sendable {}

extension Float: ReferenceNumber {}
extension Double: ReferenceNumber {}

extension ReferenceNumber {
    static func exponential(_ x: Self) -> Self { Self(Glibc.exp(Double(x))) }
    static func logarithm(_ x: Self) -> Self { Self(Glibc.log(Double(x))) }
    static func hyperbolicTangent(_ x: Self) -> Self { Self(Glibc.tanh(Double(x))) }
    static func errorFunction(_ x: Self) -> Self { Self(Glibc.erf(Double(x))) }
}
