/// How weights begin; `fan in` and `fan out` are the inputs and outputs of one unit.
package enum Initializer: Hashable, Sendable {
    /// LeCun (normal) for selu; Glorot (uniform) for tanh, sigmoid and their hard forms; He (normal) for what else is
    /// like relu.
    case automatic
    case zeros
    case constant(value: Double)
    /// Uniform in `±limit`.
    case uniform(limit: Double)
    case normal(standardDeviation: Double)
    /// Normal numbers that lie within two standard deviations of 0; what comes out has 0.8796 of the standard deviation.
    case truncatedNormal(standardDeviation: Double)
    case heNormal
    case heUniform
    case glorotNormal
    case glorotUniform
    case lecunNormal
    case lecunUniform
    /// `gain` times a matrix with orthonormal columns, or rows where there are more columns than rows.
    case orthogonal(gain: Double)

    /// The initialisers by their names in a study file.
    package static let names = [
        "auto", "zeros", "constant", "uniform", "normal", "truncated_normal", "he_normal", "he_uniform",
        "glorot_normal", "glorot_uniform", "lecun_normal", "lecun_uniform", "orthogonal",
    ]

    package var name: String {
        switch self {
        case .automatic: "auto"
        case .zeros: "zeros"
        case .constant: "constant"
        case .uniform: "uniform"
        case .normal: "normal"
        case .truncatedNormal: "truncated_normal"
        case .heNormal: "he_normal"
        case .heUniform: "he_uniform"
        case .glorotNormal: "glorot_normal"
        case .glorotUniform: "glorot_uniform"
        case .lecunNormal: "lecun_normal"
        case .lecunUniform: "lecun_uniform"
        case .orthogonal: "orthogonal"
        }
    }

    /// Its own numbers, in the order of its declaration.
    package var numbers: [Double] {
        switch self {
        case .constant(let number), .uniform(let number), .normal(let number), .truncatedNormal(let number),
            .orthogonal(let number):
            [number]
        case .automatic, .zeros, .heNormal, .heUniform, .glorotNormal, .glorotUniform, .lecunNormal, .lecunUniform: []
        }
    }
}

/// How biases begin. Where batch normalisation takes the bias's place, its shift begins at 0 all the same; the biases of
/// forget gates have a setting of their own.
package enum BiasInitializer: Hashable, Sendable {
    case zeros
    case constant(value: Double)
    /// Uniform in `±limit`.
    case uniform(limit: Double)
    case normal(standardDeviation: Double)

    /// The initialisers by their names in a study file.
    package static let names = ["zeros", "constant", "uniform", "normal"]

    /// The same rule for weights.
    package var initializer: Initializer {
        switch self {
        case .zeros: .zeros
        case .constant(let value): .constant(value: value)
        case .uniform(let limit): .uniform(limit: limit)
        case .normal(let standardDeviation): .normal(standardDeviation: standardDeviation)
        }
    }
}
