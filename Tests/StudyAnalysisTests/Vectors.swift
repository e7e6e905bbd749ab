import Foundation
import TuningModel

/// Numbers of independent implementations, made by `Vectors/make_analysis_vectors.py`.
struct AnalysisVectors: Decodable {
    struct Row: Decodable {
        let rate: Double?
        let layers: Int?
        let kind: String
        let noise: Double?
        let depth: Int?
        let loss: Double
    }
    struct Importances: Decodable {
        let rows: [Row]
        let fanova: [String: Double]?
        let ped: [String: Double]
    }
    struct Correlation: Decodable {
        let x: [Double]
        let y: [Double]
        let spearman: Double
        let spearman_low: Double
        let spearman_high: Double
        let kendall: Double
        let kendall_low: Double
        let kendall_high: Double
    }
    struct Share: Decodable {
        let count: Int
        let total: Int
        let low: Double
        let high: Double
    }
    struct Volume: Decodable {
        let points: [[Double]]
        let reference: [Double]
        let volume: Double
    }
    struct Normal: Decodable {
        let x: Double
        let cumulative: Double
    }
    let importances: Importances
    let conditional: Importances
    let correlations: [Correlation]
    let proportions: [Share]
    let hypervolumes: [Volume]
    let normal: [Normal]

    static func read() throws -> AnalysisVectors {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
        let data = try Data(contentsOf: folder.appending(path: "analysis.json"))
        return try JSONDecoder().decode(Self.self, from: data)
    }
}

func float(
    _ name: String, _ low: Double, _ high: Double, log: Bool = false, or: Double? = nil, when: [Condition] = []
) -> Parameter {
    Parameter(
        name: name, domain: .float(FloatRange(low: low, high: high, isLogarithmic: log, alternative: or)),
        conditions: when)
}

func int(_ name: String, _ low: Int, _ high: Int, log: Bool = false, when: [Condition] = []) -> Parameter {
    Parameter(
        name: name, domain: .int(IntRange(low: low, high: high, isLogarithmic: log)), conditions: when)
}

func choice(_ name: String, _ values: [String], when: [Condition] = []) -> Parameter {
    Parameter(name: name, domain: .choice(values.map { .text($0) }), conditions: when)
}
