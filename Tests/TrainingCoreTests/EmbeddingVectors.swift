import Foundation
import TuningModel

/// The file `Vectors/embeddings.json`: MLPs with embeddings trained by JAX in float64 (see
/// `Vectors/make_embedding_vectors.py`).
struct EmbeddingVectors: Decodable, Sendable {
    struct Case: Decodable, Sendable {
        let name: String
        /// 0 for a number, else how many categories a column has.
        let columns: [Int]
        let units: Int
        let dense: [Int]
        let activation: String
        let rate: Double
        let optimizer: String
        /// In the order of the network's own tensors.
        let tensors: [[Float]]
        let features: [Float]
        let losses: [Double]
        let final_loss: Double
        /// That of the first step, in the order of the tensors.
        let gradients: [[Double]]

        /// The features of each column of categories.
        var categories: [Range<Int>] {
            var end = 0
            return self.columns.compactMap { count in
                end += max(1, count)
                return count > 0 ? end - count..<end : nil
            }
        }
    }

    let rows: Int
    let classes: [Int]
    let momentum: Double
    let cases: [Case]

    static func load() throws -> EmbeddingVectors {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/embeddings.json")
        return try JSONDecoder().decode(EmbeddingVectors.self, from: Data(contentsOf: file))
    }

    /// The rows as training data; they are the validation data as well.
    func data(_ kind: Case) -> TestData {
        let width = kind.features.count / self.rows
        let data = TestData(
            task: .classification(classes: 3), featureCount: width, rowCount: self.rows, validationRowCount: self.rows
        ) { index in
            let row = index % self.rows
            return (Array(kind.features[row * width..<(row + 1) * width]), [Float(self.classes[row])])
        }
        data.categories = kind.categories
        return data
    }

    /// All rows in each step.
    func configuration(_ kind: Case) -> TrainingConfiguration {
        var configuration = TrainingConfiguration(
            layers: kind.dense.map { DenseLayerSettings(units: $0) },
            optimizer: kind.optimizer == "adam"
                ? .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8) : .sgd(momentum: self.momentum, nesterov: false),
            learningRate: kind.rate, batchSize: self.rows)
        configuration.activation = Activation(rawValue: kind.activation) ?? .relu
        configuration.embedding = EmbeddingSettings(units: kind.units)
        return configuration
    }
}
