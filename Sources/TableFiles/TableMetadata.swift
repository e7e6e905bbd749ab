import TuningModel

/// The file `meta.json` of a table, as far as it is needed.
struct TableMetadata: Decodable {
    struct Parameter: Decodable {
        let name: String
        let type: String
        let lower: Double?
        let upper: Double?
        let log: Bool?
        let choices: [Choice]?
    }

    struct Fidelity: Decodable {
        let values: [Double]
    }

    /// A value of a list, of any type that JSON has for it.
    enum Choice: Decodable {
        case bool(Bool)
        case int(Int)
        case double(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int.self) {
                self = .int(value)
            } else if let value = try? container.decode(Double.self) {
                self = .double(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        var value: ParameterValue {
            switch self {
            case .bool(let value): .bool(value)
            case .int(let value): .int(value)
            case .double(let value): .float(value)
            case .text(let value): .text(value)
            }
        }
    }

    let space: [Parameter]
    let metrics: [String]
    let target: String
    let direction: String
    let fidelity: Fidelity
    /// Rows, repeats, fidelities, metrics.
    let shape: [Int]
}
