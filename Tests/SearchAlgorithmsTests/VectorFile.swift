import Foundation

/// A loss in a vector file: a number, or the name of what is none.
enum VectorLoss: Decodable {
    case number(Double)
    /// `nan`, `inf`, `-inf` or `failed`.
    case none(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .none(try container.decode(String.self))
        }
    }

    var value: Double {
        switch self {
        case .number(let number): number
        case .none("inf"): .infinity
        case .none("-inf"): -.infinity
        case .none: .nan
        }
    }

    var isFailure: Bool {
        if case .none("failed") = self { return true }
        return false
    }
}

/// Reads a JSON file beside the tests.
func vectors<Content: Decodable>(_ name: String, as type: Content.Type = Content.self) throws -> Content {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
    return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name + ".json")))
}
