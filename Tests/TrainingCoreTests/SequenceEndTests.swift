import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("Families and sequences that end early")
struct SequenceEndTests {
    /// Twelve training and six validation rows of two steps of three features, of which one ends behind the first step.
    private static func data(shorter: Int?) throws -> OwnedDataset {
        let count = 18
        var features: [Float] = []
        for row in 0..<count {
            for place in 0..<6 {
                let isBehind = row == shorter && place >= 3
                features.append(isBehind ? .nan : Float((6 * row + place) * (6 * row + place) % 13))
            }
        }
        let rows = try DatasetRows(
            rowCount: count, featureNames: (0..<6).map { "x\($0)" }, featureShape: [2, 3], features: features,
            targets: .classes((0..<count).map { Int32($0 % 2) }, names: ["a", "b"]))
        let numbers = (0..<Int32(count)).map { $0 }
        let scales = Standardization.scales(rows.features, shape: [2, 3], rows: Array(numbers[..<12]))
        return try OwnedDataset(
            try PreparedDataset.encode(
                rows, first: Array(numbers[..<12]), second: Array(numbers[12...]),
                standardization: Standardization(features: scales, targets: []), task: .classification(classes: 2),
                content: .trainingAndValidation))
    }

    private static func configuration(_ family: NetworkFamily) -> TrainingConfiguration {
        var configuration = TrainingConfiguration(
            layers: [DenseLayerSettings(units: 4)], optimizer: .sgd(momentum: 0, nesterov: false), learningRate: 0.1,
            batchSize: 4)
        configuration.family = family
        return configuration
    }

    private static let convolutions = NetworkFamily.cnn(
        ConvolutionSettings([ConvolutionBlockSettings(filters: 2, kernel: 1)], dimensions: 1))

    /// Rows of the image of test rows: as many steps in all, but for one.
    private static func test(shorter: Int?) throws -> OwnedTestRows {
        let features = (0..<24).map { place -> Float in
            let isBehind = place / 6 == shorter && place % 6 >= 3
            return isBehind ? .nan : Float(place * place % 13)
        }
        let rows = try DatasetRows(
            rowCount: 4, featureNames: (0..<6).map { "x\($0)" }, featureShape: [2, 3], features: features,
            targets: .classes([0, 1, 0, 1], names: ["a", "b"]))
        let scales = Standardization.scales(rows.features, shape: [2, 3], rows: [0, 1, 2, 3])
        return try OwnedTestRows(
            try PreparedDataset.encode(
                rows, first: [], second: [0, 1, 2, 3],
                standardization: Standardization(features: scales, targets: []), task: .classification(classes: 2),
                content: .test))
    }

    @Test("a family that could train is refused for test rows that end early, and no other")
    func testRows() throws {
        func message(_ families: [String], test: Int?, rows: Int? = nil) throws -> String? {
            let data = try Self.data(shorter: rows)
            do {
                try TrainingRun.checkTestEnds(families, try Self.test(shorter: test)) { data.view }
                withExtendedLifetime(data) {}
                return nil
            } catch let error as TrainingError { return error.description }
        }
        #expect(
            try message(["lstm", "cnn"], test: 2)
                == "data set: test row 2 for cnn = a sequence that ends before step 2, want as many steps in all rows; lstm "
                + "and gru take sequences that end early")
        #expect(try message(["mlp"], test: 0)?.hasPrefix("data set: test row 0 for mlp") == true)
        #expect(try message(["lstm", "gru"], test: 2) == nil)
        #expect(try message(["mlp"], test: nil) == nil)
        // No mlp trains, so none is tested.
        #expect(try message(["mlp", "gru"], test: 2, rows: 5) == nil)
    }

    @Test("mlp and cnn refuse them, in training and in validation rows, and say which families take them")
    func refusal() throws {
        for (family, name) in [(NetworkFamily.mlp, "mlp"), (Self.convolutions, "cnn")] {
            for (shorter, row) in [(5, "training row 5"), (13, "validation row 1")] {
                let data = try Self.data(shorter: shorter)
                let error = #expect(throws: TrainingError.self) {
                    _ = try TrainingRun(
                        Self.configuration(family), data: data.view, seed: 1, kernels: try KernelSet.best(named: nil))
                }
                #expect(
                    error
                        == .data(
                            what: "\(row) for \(name)", found: "a sequence that ends before step 2",
                            wanted: "as many steps in all rows; lstm and gru take sequences that end early"))
                withExtendedLifetime(data) {}
            }
        }
    }

    @Test("lstm and gru train on them, and every family on whole ones")
    func training() throws {
        let cells = RecurrentCell.allCases.map { cell in
            NetworkFamily.recurrent(RecurrentSettings([RecurrentLayerSettings(units: 4)], cell: cell))
        }
        for (families, shorter) in [(cells, 5), (cells, 13), (cells + [.mlp, Self.convolutions], nil)] {
            let data = try Self.data(shorter: shorter)
            for family in families {
                var run = try TrainingRun(
                    Self.configuration(family), data: data.view, seed: 1, kernels: try KernelSet.best(named: nil))
                _ = run.trainEpoch { false }
                let metrics = run.finishEpoch().metrics
                #expect(metrics[.trainLoss]?.isFinite == true && metrics[.validationLoss]?.isFinite == true)
            }
            withExtendedLifetime(data) {}
        }
    }
}
