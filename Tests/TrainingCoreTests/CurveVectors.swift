import Foundation
import TuningModel

/// The files `Vectors/curves.json` and `Vectors/dropout.json`: networks trained by JAX in float64 (see
/// `Vectors/make_vectors.py` and `Vectors/make_dropout_vectors.py`).
struct CurveVectors: Decodable, Sendable {
    struct Layer: Decodable, Sendable {
        let weight: [Float]
        let bias: [Float]?
        let scale: [Float]?
        let shift: [Float]?

        /// In the order of the network's own tensors.
        var tensors: [[Float]] { [self.weight] + [self.scale, self.shift, self.bias].compactMap { $0 } }
    }

    struct Case: Decodable, Sendable {
        let name: String
        let task: String
        let activation: String
        let hidden: [Int]
        let batch_norm: Bool
        let dropout: Double?
        /// The seed of the run that the masks of dropout belong to.
        let seed: UInt64?
        let optimizer: String
        let momentum: Double?
        let nesterov: Bool?
        let decay: Double?
        let learning_rate: Double
        let weight_decay: Double?
        let momentum_decay: Double?
        let learning_rate_decay: Double?
        let initial_accumulator: Double?
        let clip_value: Double?
        let clip_norm: Double?
        let max_norm: Double?
        let hypergradient: Double?
        let final_rate: Double?
        let ema: Double?
        let l1: Double?
        let l2: Double?
        let layers: [Layer]
        let losses: [Double]
        let final_loss: Double
    }

    /// Learning rates behind each of some losses, from 0.8 on.
    struct Plateau: Decodable, Sendable {
        let factor: Double
        let patience: Int
        let min_change: Double
        let min_rate: Double
        let losses: [Double]
        let rates: [Double]
    }

    let rows: Int
    let inputs: Int
    let batch: Int
    let features: [Float]
    let classes: [Int]
    let values: [Float]
    let cases: [Case]
    let plateaus: [Plateau]?

    /// The files and how many cases they have.
    static let files = Self.plainFiles + [("dropout", 1)]
    /// Those without random masks.
    static let plainFiles = [("curves", 8), ("optimizers", 18)]

    /// `curves`, or `optimizers` of PyTorch and optax (see `Vectors/make_optimizer_vectors.py`).
    static func load(_ name: String = "curves") throws -> CurveVectors {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/\(name).json")
        return try JSONDecoder().decode(CurveVectors.self, from: Data(contentsOf: file))
    }

    /// The rows as training data; they are the validation data as well.
    func data(_ kind: Case) -> TestData {
        let task: LearningTask = kind.task == "classification" ? .classification(classes: 3) : .regression(outputs: 2)
        return TestData(
            task: task, featureCount: self.inputs, rowCount: self.rows, validationRowCount: self.rows
        ) { index in
            let row = index % self.rows
            let features = Array(self.features[row * self.inputs..<(row + 1) * self.inputs])
            return task.outputCount == 3
                ? (features, [Float(self.classes[row])]) : (features, Array(self.values[2 * row..<2 * row + 2]))
        }
    }

    /// The numbers of the rows of a step's minibatch.
    func batch(_ step: Int) -> [Int] { (0..<self.batch).map { (step * self.batch + $0) % self.rows } }
}

extension CurveVectors.Case {
    var configuration: TrainingConfiguration {
        let optimizer: OptimizerSettings =
            switch self.optimizer {
            case "sgd": .sgd(momentum: self.momentum ?? 0, nesterov: self.nesterov ?? false)
            case "rmsprop": .rmsprop(decay: self.decay ?? 0.9, epsilon: 1e-8, momentum: self.momentum ?? 0)
            case "adamw": .adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            case "amsgrad": .amsgrad(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            case "nadam":
                .nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentumDecay: self.momentum_decay ?? 0)
            case "adagrad":
                .adagrad(
                    epsilon: 1e-10, learningRateDecay: self.learning_rate_decay ?? 0,
                    initialAccumulator: self.initial_accumulator ?? 0)
            case "lamb": .lamb(beta1: 0.9, beta2: 0.999, epsilon: 1e-6)
            default: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            }
        var configuration = TrainingConfiguration(
            layers: self.hidden.map {
                DenseLayerSettings(units: $0, dropout: self.dropout ?? 0, batchNormalization: self.batch_norm)
            },
            optimizer: optimizer, learningRate: self.learning_rate, batchSize: 8)
        configuration.activation = Activation(rawValue: self.activation) ?? .relu
        configuration.weightDecay = self.weight_decay ?? 0
        configuration.l1 = self.l1 ?? 0
        configuration.l2 = self.l2 ?? 0
        configuration.clipValue = self.clip_value ?? 0
        configuration.clipNorm = self.clip_norm ?? 0
        configuration.maxNorm = self.max_norm ?? 0
        configuration.hypergradient = self.hypergradient ?? 0
        if let decay = self.ema { configuration.average = .exponential(decay: decay) }
        return configuration
    }
}
