import CEmbeddedFiles
import DatasetFiles
import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

/// The bar of a learned learning rate, on the handwritten digits of the demo.
@Suite("a learned learning rate on digits")
struct DigitsRateTests {
    struct Kind: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let optimizer: OptimizerSettings
        /// Whether it is known to end more than 1 % above the best fixed rate's loss: Adam does, by up to 2.9 %.
        var missesBar = false
    }

    private static let kinds = [
        Kind(testDescription: "sgd", optimizer: .sgd(momentum: 0, nesterov: false)),
        Kind(testDescription: "momentum", optimizer: .sgd(momentum: 0.9, nesterov: false)),
        Kind(testDescription: "nesterov", optimizer: .sgd(momentum: 0.9, nesterov: true)),
        Kind(testDescription: "adam", optimizer: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), missesBar: true),
    ]

    /// Each seed also draws its own split. One seed's loss deviates by two fifths of the mean: five of them, as few as would tell accuracies
    /// apart, say nothing about hundredths of a loss.
    private static let seeds: ClosedRange<UInt64> = 1...30
    private static let epochs = 30

    private static func digits() throws -> [OwnedDataset] {
        let bytes = unsafe UnsafeRawBufferPointer(
            start: winnow_embedded_digits_csv_gz(), count: winnow_embedded_digits_csv_gz_length())
        let file = unsafe EmbeddedFile(name: "digits.csv.gz", bytes: bytes)
        let settings = DataSettings(
            train: .csv(file: "digits.csv.gz", target: "digit", categorical: [], ignore: []),
            validation: .holdout(share: 0.2, stratify: true), test: .holdout(share: 0.2, stratify: true))
        return try Self.seeds.map { seed in
            try OwnedDataset(
                DatasetLoader.load(settings, task: .classification, seed: seed, relativeTo: "", embedded: [file]).image)
        }
    }

    /// The means over the seeds of accuracy and loss in the end, and the rates there.
    private static func end(
        _ kind: Kind, rate: Double, step: Double, on splits: [OwnedDataset], kernels: KernelSet
    ) throws -> (accuracy: Double, loss: Double, rates: [Double]) {
        var configuration = TrainingConfiguration(
            layers: [DenseLayerSettings(units: 64)], optimizer: kind.optimizer, learningRate: rate, batchSize: 32)
        (configuration.hypergradient, configuration.hypergradientRule) = (step, .multiplicative)
        var (accuracy, loss) = (0.0, 0.0)
        var rates: [Double] = []
        for (seed, data) in zip(Self.seeds, splits) {
            var run = try TrainingRun(configuration, data: data.view, seed: seed, kernels: kernels)
            var metrics: [MetricValue] = []
            for _ in 0..<Self.epochs where !run.isOver {
                _ = run.trainEpoch { false }
                metrics = run.finishEpoch().metrics
            }
            accuracy += (metrics[.validationAccuracy] ?? 0) / Double(Self.seeds.count)
            loss += (metrics[.validationLoss] ?? .infinity) / Double(Self.seeds.count)
            rates.append(metrics[.learnedRate] ?? rate)
        }
        return (accuracy, loss, rates)
    }

    @Test(
        "ends within 1 % of the best of seven fixed rates, Adam within 3 % by loss, from starts a hundred times too low or too high and between",
        arguments: Self.kinds)
    func farStarts(_ kind: Kind) throws {
        let splits = try Self.digits()
        let kernels = try KernelSet.best(named: nil)
        var best = (rate: 0.0, accuracy: 0.0, loss: Double.infinity)
        for rate in [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1] {
            let found = try Self.end(kind, rate: rate, step: 0, on: splits, kernels: kernels)
            if found.loss < best.loss { (best.rate, best.loss) = (rate, found.loss) }
            best.accuracy = max(best.accuracy, found.accuracy)
        }
        for factor in [0.01, 1, 10, 100] {
            let found = try Self.end(kind, rate: factor * best.rate, step: 0.2, on: splits, kernels: kernels)
            #expect(found.accuracy >= 0.99 * best.accuracy, "from \(factor) times \(best.rate)")
            let share = found.loss / best.loss
            let start: Comment = "from \(factor) times \(best.rate): \(share) of the loss"
            if kind.missesBar {
                #expect(share <= 1.03, start)
                withKnownIssue("the bar is 1 %: TD-0008 says why it is missed", isIntermittent: true) {
                    #expect(share <= 1.01, start)
                }
            } else {
                #expect(share <= 1.01, start)
            }
            #expect(found.rates.allSatisfy { (best.rate / 10...best.rate * 10).contains($0) }, "\(found.rates)")
        }
    }
}
