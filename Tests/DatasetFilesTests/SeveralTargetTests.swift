import DatasetFiles
import Foundation
import Testing
import TrainingData
import TuningModel

@Suite("Several target columns")
struct SeveralTargetTests {
    private static func load(
        _ text: String, _ targets: [String], task: TaskKind, missing: MissingCells = .refused, group: String? = nil
    ) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "t.csv")
        return try DatasetLoader.load(
            DataSettings(
                train: .table(file: "t.csv", targets: targets, categorical: ["k"], ignore: [], missing: missing),
                validation: .holdout(share: 0.25, stratify: false, group: group),
                test: .holdout(share: 0.25, stratify: false, group: group)),
            task: task, seed: 1, relativeTo: folder.path)
    }

    private static func message(_ text: String, _ targets: [String], task: TaskKind) throws -> String {
        do {
            _ = try Self.load(text, targets, task: task)
            return "loaded"
        } catch let error as DataFileError { return error.description }
    }

    private static let text =
        "b,k,x,a\n" + (0..<8).map { "\($0 % 2),\($0 % 3),\($0),\($0 / 4)\n" }.joined()

    @Test("labels keep the order of their declaration and are not standardised; the other columns are features")
    func labels() throws {
        let data = try Self.load(Self.text, ["a", "b"], task: .multiLabel)
        #expect(data.task == .multiLabel(labels: 2))
        #expect(data.classNames == ["a", "b"])
        #expect(data.featureNames == ["k=0", "k=1", "k=2", "x"])
        #expect(data.standardization.targets.isEmpty)
        let owner = try OwnedDataset(data.image)
        #expect(owner.view.targetStride == 16 && owner.view.train.rowCount == 4)
        // The feature x tells which row it was.
        let scale = data.standardization.features[3]
        for row in 0..<4 {
            let standardised = unsafe Double(owner.view.train.features[row * 16 + 3])
            let number = Int((standardised * scale.deviation + scale.mean).rounded())
            #expect(unsafe owner.view.train.values?[row * 16] == Float(number / 4))
            #expect(unsafe owner.view.train.values?[row * 16 + 1] == Float(number % 2))
        }
        let test = try OwnedTestRows(try #require(data.testImage))
        #expect(test.task == .multiLabel(labels: 2) && test.part.rowCount == 2)
    }

    @Test("several numbers are several outputs")
    func numbers() throws {
        let data = try Self.load(Self.text, ["x", "a"], task: .regression)
        #expect(data.task == .regression(outputs: 2))
        #expect(data.featureNames == ["b", "k=0", "k=1", "k=2"])
        #expect(data.standardization.targets.count == 2)
    }

    @Test("rows without a label can be left out, cells without a number filled, and groups kept whole")
    func missingCells() throws {
        let text =
            "b,k,x,a,who\n"
            + (0..<12).map { "\($0 % 2),\($0 % 3),\($0 == 4 ? "" : "\($0)"),\($0 / 6),\($0 % 4)\n" }.joined()
        let filled = try Self.load(
            text, ["a", "b"], task: .multiLabel, missing: MissingCells(.median, hasIndicators: true), group: "who")
        #expect(filled.task == .multiLabel(labels: 2))
        #expect(filled.featureNames == ["k=0", "k=1", "k=2", "x", "x is missing"])
        #expect(filled.trainRows == 6 && filled.validationRows == 3 && filled.testRows == 3)
        for lost in ["1,0,3,,0\n", ",0,3,1,0\n"] {
            let kept = try Self.load(text + lost, ["a", "b"], task: .multiLabel, missing: MissingCells(.dropRow))
            let same = try Self.load(text, ["a", "b"], task: .multiLabel, missing: MissingCells(.dropRow))
            #expect(kept == same && kept.trainRows + kept.validationRows + kept.testRows == 11)
        }
        #expect(
            throws: DataFileError(
                file: "t.csv", line: 14, column: 4,
                "column \"a\": found an empty cell, want a number, as a target is never filled; drop the row, or set "
                    + "missing: drop_row")
        ) {
            try Self.load(text + "1,0,3,,0\n", ["a", "b"], task: .multiLabel, missing: MissingCells(.mean))
        }
    }

    @Test(
        "mistakes name the cell",
        arguments: [
            (
                "b,k,x,a\n1,0,0,0\n0,1,1,2\n", ["a", "b"], TaskKind.multiLabel,
                "t.csv:3, column 4: column \"a\": found 2.0, want 0 or 1; for numbers set task: regression"
            ),
            (
                "b,k,x,a\n1,0,0,yes\n", ["a", "b"], .multiLabel,
                "t.csv:2, column 4: column \"a\": found \"yes\", want a number; for classes set task: classification"
            ),
            (
                "b,k,x,a\n1,0,0,3\n2,0,0,3\n", ["b", "a"], .regression,
                "t.csv, column 4: column \"a\": a constant target, every row has 3.0; want one that varies"
            ),
            (
                "b,k,x,a\n1,0,0,3\n", ["b", "c"], .regression,
                """
                t.csv:1: there is no target column "c", want one of "b", "k", "x", "a"
                """
            ),
            (
                "b,k,x,a\n" + String(repeating: "1,0,2,0\n1,1,3,0\n", count: 4), ["b", "a"], .multiLabel,
                "t.csv: constant targets: every training row has the same labels, want one that varies"
            ),
        ])
    func mistakes(text: String, targets: [String], task: TaskKind, message: String) throws {
        #expect(try Self.message(text, targets, task: task) == message)
    }

    @Test("a matrix of labels from npy files")
    func arrays() throws {
        let folder = try TemporaryFolder()
        let features = (0..<24).map { Float($0 * 7 % 11) }
        let labels = (0..<16).map { Float($0 * 5 % 3 == 0 ? 1 : 0) }
        try folder.write(ArrayBytes.npy("<f4", shape: "(8, 3)", ArrayBytes.floats(features)), to: "x.npy")
        try folder.write(ArrayBytes.npy("<f4", shape: "(8, 2)", ArrayBytes.floats(labels)), to: "y.npy")
        let settings = DataSettings(
            train: .npy(features: "x.npy", targets: "y.npy"), validation: .holdout(share: 0.25, stratify: false),
            test: nil)
        let data = try DatasetLoader.load(settings, task: .multiLabel, seed: 1, relativeTo: folder.path)
        #expect(data.task == .multiLabel(labels: 2) && data.classNames == ["y0", "y1"])
        try folder.write(
            ArrayBytes.npy("<f4", shape: "(8, 2)", ArrayBytes.floats(labels.map { $0 * 0.5 })), to: "y.npy")
        let error = #expect(throws: DataFileError.self) {
            try DatasetLoader.load(settings, task: .multiLabel, seed: 1, relativeTo: folder.path)
        }
        #expect(
            error?.description
                == "y.npy: found 0.5 in row 0, column 0, want 0 or 1; for numbers set task: regression")
    }
}
