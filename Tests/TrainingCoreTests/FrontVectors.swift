import Foundation
import TuningModel

/// The file `Vectors/fronts.json`: CNNs and LSTMs trained by JAX in float64 (see `Vectors/make_front_vectors.py`).
struct FrontVectors: Decodable, Sendable {
    struct Block: Decodable, Sendable {
        let filters: Int
        let kernel: Int
        let stride: Int?
        let padding: String?
        let pool: String?
        let batch_norm: Bool?

        var settings: ConvolutionBlockSettings {
            ConvolutionBlockSettings(
                filters: self.filters, kernel: self.kernel, stride: self.stride ?? 1,
                padding: ConvolutionPadding(rawValue: self.padding ?? "same") ?? .same,
                pool: PoolSettings(rawValue: self.pool ?? "none") ?? .none,
                batchNormalization: self.batch_norm ?? false)
        }
    }

    struct Case: Decodable, Sendable {
        let name: String
        let activation: String
        let shape: [Int]
        let dense: [Int]
        let blocks: [Block]?
        let units: [Int]?
        let rate: Double?
        let optimizer: String?
        /// In the order of the network's own tensors.
        let tensors: [[Float]]
        let features: [Float]
        let losses: [Double]
        let final_loss: Double
    }

    let rows: Int
    let classes: [Int]
    let rate: Double
    let momentum: Double
    let cases: [Case]

    static func load() throws -> FrontVectors {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/fronts.json")
        return try JSONDecoder().decode(FrontVectors.self, from: Data(contentsOf: file))
    }

    /// The rows as training data; they are the validation data as well.
    func data(_ kind: Case) -> TestData {
        let width = kind.shape.reduce(1, *)
        let data = TestData(
            task: .classification(classes: 3), featureCount: width, rowCount: self.rows, validationRowCount: self.rows
        ) { index in
            let row = index % self.rows
            return (Array(kind.features[row * width..<(row + 1) * width]), [Float(self.classes[row])])
        }
        data.featureShape = kind.shape
        return data
    }

    /// All rows in each step.
    func configuration(_ kind: Case) -> TrainingConfiguration {
        let optimizer =
            kind.optimizer == "adam"
            ? OptimizerSettings.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            : .sgd(momentum: self.momentum, nesterov: false)
        var configuration = TrainingConfiguration(
            layers: kind.dense.map { DenseLayerSettings(units: $0) }, optimizer: optimizer,
            learningRate: kind.rate ?? self.rate, batchSize: self.rows)
        configuration.activation = Activation(rawValue: kind.activation) ?? .relu
        if let blocks = kind.blocks { configuration.family = .cnn(ConvolutionSettings(blocks.map(\.settings))) }
        if let units = kind.units {
            configuration.family = .recurrent(RecurrentSettings(units.map { RecurrentLayerSettings(units: $0) }))
        }
        return configuration
    }
}
