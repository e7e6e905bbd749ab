import Foundation
import TuningModel

/// The file `Vectors/families.json`: further CNNs and recurrent networks trained by JAX in float64 (see
/// `Vectors/make_family_vectors.py`).
struct FamilyVectors: Decodable, Sendable {
    struct Block: Decodable, Sendable {
        let filters: Int
        let kernel: Int?
        let stride: Int?
        let dilation: Int?
        let padding: String?
        let convolutions: Int?
        let residual: Bool?
        let separable: Bool?
        let pool: String?
        let batch_norm: Bool?

        var settings: ConvolutionBlockSettings {
            ConvolutionBlockSettings(
                filters: self.filters, kernel: self.kernel ?? 3, stride: self.stride ?? 1, dilation: self.dilation ?? 1,
                padding: ConvolutionPadding(rawValue: self.padding ?? "same") ?? .same,
                convolutions: self.convolutions ?? 1, isResidual: self.residual ?? false,
                isSeparable: self.separable ?? false, pool: PoolSettings(rawValue: self.pool ?? "none") ?? .none,
                batchNormalization: self.batch_norm ?? false)
        }
    }

    struct Case: Decodable, Sendable {
        let name: String
        let activation: String
        let layer_norm: Bool?
        let shape: [Int]
        let dense: [Int]
        let blocks: [Block]?
        let dimensions: Int?
        let global_pool: String?
        let cell: String?
        let units: [Int]?
        let bidirectional: Bool?
        let output: String?
        /// Steps of each row's sequence.
        let lengths: [Int]
        /// In the order of the network's own tensors.
        let tensors: [[Float]]
        let features: [Float]
        let losses: [Double]
        let final_loss: Double

        var family: NetworkFamily {
            if let blocks = self.blocks {
                return .cnn(
                    ConvolutionSettings(
                        blocks.map(\.settings), dimensions: self.dimensions ?? 2,
                        globalPool: PoolSettings(rawValue: self.global_pool ?? "none") ?? .none))
            }
            return .recurrent(
                RecurrentSettings(
                    (self.units ?? []).map { RecurrentLayerSettings(units: $0) },
                    cell: RecurrentCell(rawValue: self.cell ?? "lstm") ?? .lstm,
                    isBidirectional: self.bidirectional ?? false,
                    output: SequenceOutput(rawValue: self.output ?? "last") ?? .last))
        }
    }

    let rows: Int
    let classes: [Int]
    let rate: Double
    let momentum: Double
    let cases: [Case]

    static func load() throws -> FamilyVectors {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/families.json")
        return try JSONDecoder().decode(FamilyVectors.self, from: Data(contentsOf: file))
    }

    /// The rows as training data; they are the validation data as well. Steps behind a sequence's end are NaN.
    func data(_ kind: Case) -> TestData {
        let width = kind.shape.reduce(1, *)
        let perStep = width / kind.shape[0]
        let data = TestData(
            task: .classification(classes: 3), featureCount: width, rowCount: self.rows, validationRowCount: self.rows
        ) { index in
            let row = index % self.rows
            let features = (0..<width).map {
                $0 / perStep < kind.lengths[row] ? kind.features[row * width + $0] : Float.nan
            }
            return (features, [Float(self.classes[row])])
        }
        data.featureShape = kind.shape
        return data
    }

    /// All rows in each step.
    func configuration(_ kind: Case) -> TrainingConfiguration {
        var configuration = TrainingConfiguration(
            layers: kind.dense.map { DenseLayerSettings(units: $0, layerNormalization: kind.layer_norm ?? false) },
            optimizer: .sgd(momentum: self.momentum, nesterov: false), learningRate: self.rate, batchSize: self.rows)
        configuration.activation = Activation(rawValue: kind.activation) ?? .relu
        configuration.family = kind.family
        return configuration
    }
}
