import TrainingData

/// Small tables for tests.
enum Samples {
    /// 20 rows of 3 features and 2 classes.
    static func classification() throws -> DatasetRows {
        try DatasetRows(
            rowCount: 20, featureNames: ["a", "b", "c"],
            features: (0..<60).map { Float(($0 * 7) % 11) },
            targets: .classes((0..<20).map { Int32($0 % 2) }, names: ["n", "y"]))
    }

    /// 10 rows of 17 features and 2 outputs.
    static func regression() throws -> DatasetRows {
        try DatasetRows(
            rowCount: 10, featureNames: (0..<17).map { "x\($0)" },
            features: (0..<170).map { Float(($0 * 5) % 13) - 3 },
            targets: .values((0..<20).map { Float($0 * $0) }, outputs: 2))
    }

    /// 12 rows of 2 features and 2 labels.
    static func labels() throws -> DatasetRows {
        try DatasetRows(
            rowCount: 12, featureNames: ["a", "b"], features: (0..<24).map { Float(($0 * 7) % 11) },
            targets: .labels((0..<24).map { $0 % 3 == 0 || $0 % 4 == 1 ? 1 : 0 }, names: ["p", "q"]))
    }

    static let quarter = LoadedDataset.Part.holdout(Holdout(share: 0.25, isStratified: false))
}
