import Foundation
import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

/// The file `Vectors/loss-curves.json`: networks with each loss trained by JAX in float64 (see
/// `Vectors/make_loss_curves.py`).
struct LossCurveVectors: Decodable, Sendable {
    struct Case: Decodable, Sendable {
        let name: String
        let target: String
        let outputs: Int
        let hidden: [Int]
        let learning_rate: Double
        let label_smoothing: Double?
        let class_weights: [Double]?
        let loss: String?
        let huber_delta: Double?
        let layers: [CurveVectors.Layer]
        let losses: [Double]
        let final_loss: Double

        var task: LearningTask {
            switch self.target {
            case "classes": .classification(classes: 3)
            case "two": .classification(classes: 2)
            case "labels": .multiLabel(labels: 2)
            default: .regression(outputs: 2)
            }
        }

        var configuration: TrainingConfiguration {
            var configuration = TrainingConfiguration(
                layers: self.hidden.map { DenseLayerSettings(units: $0) },
                optimizer: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), learningRate: self.learning_rate,
                batchSize: 8)
            configuration.activation = .tanh
            configuration.loss.function =
                self.loss.flatMap(LossFunction.init(rawValue:))
                ?? (self.target == "two" ? .binaryCrossEntropy : .automatic)
            configuration.loss.labelSmoothing = self.label_smoothing ?? 0
            configuration.loss.classWeights = self.class_weights.map { .given($0) } ?? .none
            configuration.loss.huberDelta = self.huber_delta ?? 1
            return configuration
        }
    }

    let rows: Int
    let inputs: Int
    let batch: Int
    let features: [Float]
    let classes: [Float]
    let two: [Float]
    let values: [Float]
    let labels: [Float]
    let cases: [Case]

    static func load() throws -> LossCurveVectors {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/loss-curves.json")
        return try JSONDecoder().decode(LossCurveVectors.self, from: Data(contentsOf: file))
    }

    /// The rows as training data; they are the validation data as well.
    func data(_ kind: Case) -> TestData {
        let targets = ["classes": self.classes, "two": self.two, "labels": self.labels][kind.target] ?? self.values
        let width = targets.count / self.rows
        return TestData(
            task: kind.task, featureCount: self.inputs, rowCount: self.rows, validationRowCount: self.rows
        ) { index in
            let row = index % self.rows
            return (
                Array(self.features[row * self.inputs..<(row + 1) * self.inputs]),
                Array(targets[row * width..<(row + 1) * width])
            )
        }
    }
}

@Suite("loss curves of JAX for every loss")
struct LossCurveTests {
    @Test(
        "are followed to 1e-4 over 50 steps, and the plain loss at their end",
        arguments: availableKernels().map(\.instructionSet))
    func curves(_ set: InstructionSet) throws {
        let vectors = try LossCurveVectors.load()
        let kernels = try KernelSet.best(named: set.rawValue)
        #expect(vectors.cases.count == 9)
        for kind in vectors.cases {
            let data = vectors.data(kind)
            var run = try TrainingRun(kind.configuration, data: data.view, seed: 1, kernels: kernels)
            setTrainedTensors(&run, kind.layers.flatMap(\.tensors))
            var worst = 0.0
            for (step, wanted) in kind.losses.enumerated() {
                let rows = (0..<vectors.batch).map { (step * vectors.batch + $0) % vectors.rows }
                worst = max(worst, (trainStep(&run, rows) / wanted - 1).magnitude)
            }
            #expect(kind.losses.count == 50 && worst < 1e-4, "\(kind.name)")
            let last = run.evaluate(data.view.validation, as: .validation)[.validationLoss] ?? .nan
            #expect((last / kind.final_loss - 1).magnitude < 1e-4, "\(kind.name): \(last), \(kind.final_loss)")
        }
    }
}
