/// The value of one setting or hyperparameter.
package enum ParameterValue: Hashable, Sendable {
    case float(Double)
    case int(Int)
    case bool(Bool)
    case text(String)

    /// The value as a number, where it is one.
    package var number: Double? {
        switch self {
        case .float(let value): value
        case .int(let value): Double(value)
        case .bool, .text: nil
        }
    }
}

extension ParameterValue: CustomStringConvertible {
    package var description: String {
        switch self {
        case .float(let value): "\(value)"
        case .int(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .text(let value): value
        }
    }
}
