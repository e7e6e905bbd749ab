import TuningModel

/// An activation and its derivative at the pre-activation `z`, in plain scalar form.
enum ReferenceActivation {
    static func value<T: ReferenceNumber>(_ activation: Activation, _ z: T) -> T {
        switch activation {
        case .relu: z < 0 ? 0 : z
        case .tanh: T.hyperbolicTangent(z)
        case .sigmoid: 1 / (1 + T.exponential(-z))
        case .gelu: z * Self.distribution(z)
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
        }
    }

    /// The distribution function of the standard normal distribution.
    private static func distribution<T: ReferenceNumber>(_ z: T) -> T {
        (1 + T.errorFunction(z / T(2).squareRoot())) / 2
    }
}
