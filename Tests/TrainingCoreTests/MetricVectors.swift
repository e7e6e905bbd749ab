import Foundation
import KernelInterface

/// The file `Vectors/metrics.json`: figures by scikit-learn (see `Vectors/make_metric_vectors.py`).
struct MetricVectors: Decodable, Sendable {
    struct Average: Decodable, Sendable {
        let precision: Double
        let recall: Double
        let f1: Double
    }

    struct Classification: Decodable, Sendable {
        let classes: Int
        let labels: [Int32]
        /// Shape [rows, classes].
        let logits: [Float]
        let accuracy: Double
        let top_3: Double
        let top_5: Double
        let roc_auc: Double
        let log_loss: Double
        let precision: [Double]
        let recall: [Double]
        let f1: [Double]
        let rows: [Int]
        let macro: Average
        let micro: Average

        func row(_ row: Int) -> [Float] { Array(self.logits[row * self.classes..<(row + 1) * self.classes]) }
    }

    struct Several: Decodable, Sendable {
        let labels: Int
        /// Shape [rows, labels] both.
        let targets: [Float]
        let logits: [Float]
        let accuracy: Double
        let hamming_loss: Double
        let roc_auc: Double
        let macro: Average
        let micro: Average
        let precision: [Double]
        let recall: [Double]
        let f1: [Double]
        let rows: [Int]
    }

    let classification: [Classification]
    let several: [Several]

    static func load() throws -> MetricVectors {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/metrics.json")
        return try JSONDecoder().decode(MetricVectors.self, from: Data(contentsOf: file))
    }
}
