import FileStore
import Foundation
import TrainingData
import TuningModel

/// A data set and a configuration small enough to train in milliseconds in a debug build.
enum TestStudy {
    /// Two interleaved classes of points in the plane; 96 training and 32 validation rows.
    static func image(rows: Int = 128) throws -> [UInt8] {
        var features: [Float] = []
        var classes: [Int32] = []
        for row in 0..<rows {
            let angle = Float(row) * 0.1
            let radius: Float = row % 2 == 0 ? 1 : 2
            features += [radius * cos(angle), radius * sin(angle)]
            classes.append(Int32(row % 2))
        }
        let table = try DatasetRows(
            rowCount: rows, featureNames: ["x", "y"], features: features,
            targets: .classes(classes, names: ["inner", "outer"]))
        let train = (0..<Int32(rows * 3 / 4)).map { $0 }
        let scales = Standardization.scales(features, shape: [2], rows: train)
        let image = try PreparedDataset.encode(
            table, first: train, second: (Int32(rows * 3 / 4)..<Int32(rows)).map { $0 },
            standardization: Standardization(features: scales, targets: []), task: .classification(classes: 2),
            content: .trainingAndValidation)
        return unsafe image.withBytes { unsafe Array($0) }
    }

    static let settings = [
        Setting("model.family", .text("mlp")), Setting("model.family.mlp.layers", .int(1)),
        Setting("model.family.mlp.layers.0.units", .int(8)), Setting("training.batch_size", .int(16)),
        Setting("training.learning_rate", .float(0.01)),
    ]

    static func assignment(
        _ trial: Int, _ number: Int = 1, image: [UInt8], ledger: Int = 0, target: Int,
        checkpoint: CheckpointReference? = nil, settings: [Setting] = TestStudy.settings, timeLimit: Double? = nil
    ) -> Assignment {
        Assignment(
            attempt: AttemptID(trial: TrialID(trial), number: number), seed: UInt64(trial) &* 977 &+ 5,
            settings: settings, dataset: Digest(of: image), datasetByteCount: image.count, ledgerEpoch: ledger,
            targetEpoch: target, checkpoint: checkpoint, timeLimit: timeLimit)
    }

    /// A new folder of its own for one test.
    static func temporaryFolder() -> String {
        let name = "winnow-worker-\(UInt64.random(in: 0 ... .max))"
        return FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    }

    /// The program with the hidden subcommand `slot`, which lies beside the test bundle.
    static var executable: String {
        let arguments = CommandLine.arguments
        let bundle = arguments.firstIndex(of: "--test-bundle-path").map { arguments[$0 + 1] } ?? arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("winnow").path
    }
}
