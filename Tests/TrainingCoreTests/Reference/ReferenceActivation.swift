import TuningModel

/// An activation and its derivative at the pre-activation `z`, in plain scalar form.
enum ReferenceActivation {
    static func value<T: ReferenceNumber>(_ activation: Activation, _ z: T) -> T {
        switch activation {
        case .relu: z < 0 ? 0 : z
        case .tanh: T.hyperbolicTangent(z)
        case .sigmoid: 1 / (1 + T.exponential(-z))
        case .gelu: z * Self.distribution(z)
        case .leakyRelu: z < 0 ? z / 100 : z
        case .elu: z > 0 ? z : T.exponential(z) - 1
        case .selu: T(Self.scale) * (z > 0 ? z : T(Self.alpha) * (T.exponential(z) - 1))
        case .silu: z / (1 + T.exponential(-z))
        case .softplus: T.logarithm(1 + T.exponential(z))
        case .geluTanh: z / 2 * (1 + T.hyperbolicTangent(Self.cubic(z)))
        case .relu6: min(max(z, 0), 6)
        case .hardSigmoid: min(max(z + 3, 0), 6) / 6
        case .hardTanh: min(max(z, -1), 1)
        case .hardSwish: z * min(max(z + 3, 0), 6) / 6
        }
    }

    static func derivative<T: ReferenceNumber>(_ activation: Activation, _ z: T) -> T {
        switch activation {
        case .relu: return z > 0 ? 1 : 0
        case .tanh:
            let y = T.hyperbolicTangent(z)
            return 1 - y * y
        case .sigmoid:
            let y = 1 / (1 + T.exponential(-z))
            return y * (1 - y)
        case .gelu:
            let density = T.exponential(-z * z / 2) / (2 * T.pi).squareRoot()
            return Self.distribution(z) + z * density
        case .leakyRelu: return z > 0 ? 1 : T(1) / 100
        case .elu: return z > 0 ? 1 : T.exponential(z)
        case .selu: return T(Self.scale) * (z > 0 ? 1 : T(Self.alpha) * T.exponential(z))
        case .silu:
            let y = 1 / (1 + T.exponential(-z))
            return y + z * y * (1 - y)
        case .softplus: return 1 / (1 + T.exponential(-z))
        case .geluTanh:
            let t = T.hyperbolicTangent(Self.cubic(z))
            let slope = (2 / T.pi).squareRoot() * (1 + T(3 * 0.044715) * z * z)
            return (1 + t) / 2 + z / 2 * (1 - t * t) * slope
        case .relu6: return z > 0 && z < 6 ? 1 : 0
        case .hardSigmoid: return z > -3 && z < 3 ? T(1) / 6 : 0
        case .hardTanh: return z > -1 && z < 1 ? 1 : 0
        case .hardSwish: return z <= -3 ? 0 : z >= 3 ? 1 : (2 * z + 3) / 6
        }
    }

    /// What tanh is taken of in the approximate gelu.
    private static func cubic<T: ReferenceNumber>(_ z: T) -> T {
        (2 / T.pi).squareRoot() * (z + T(0.044715) * z * z * z)
    }

    /// Constants of Klambauer et al. (2017).
    private static let scale = 1.0507009873554805
    private static let alpha = 1.6732632423543772

    /// The distribution function of the standard normal distribution.
    private static func distribution<T: ReferenceNumber>(_ z: T) -> T {
        (1 + T.errorFunction(z / T(2).squareRoot())) / 2
    }
}
