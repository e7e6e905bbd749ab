package import TuningModel

/// A data set as a study uses it, with what is needed to use its networks later.
package struct LoadedDataset: Hashable, Sendable {
    /// Training and validation rows; see ``PreparedDataset``.
    package private(set) var image: DataBlock
    /// Test rows in an image of their own, or `nil`; never sent to a worker.
    package let testImage: DataBlock?
    package let task: LearningTask
    /// One for each feature of the network's input, in order.
    package let featureNames: [String]
    /// For each column of categories its features.
    package let categories: [Range<Int>]
    /// By class number, or by the number of the label; empty for regression.
    package let classNames: [String]
    /// With several folds that of the first one, as are the numbers of rows.
    package let standardization: Standardization
    package let trainRows: Int
    package let validationRows: Int
    package let testRows: Int

    /// Where the rows of a part come from.
    package enum Part: Hashable, Sendable {
        case holdout(Holdout)
        /// Each of so many folds once, beside the others as training rows: a view for each in the image.
        case folds(Int, isStratified: Bool, isGrouped: Bool)
        /// Rows with the features and classes of the training rows.
        case rows(DatasetRows)
    }

    init(
        image: DataBlock, testImage: DataBlock?, task: LearningTask, featureNames: [String], classNames: [String],
        standardization: Standardization, trainRows: Int, validationRows: Int, testRows: Int
    ) {
        self.image = image
        self.testImage = testImage
        self.task = task
        self.featureNames = featureNames
        self.categories = []
        self.classNames = classNames
        self.standardization = standardization
        self.trainRows = trainRows
        self.validationRows = validationRows
        self.testRows = testRows
    }

    /// Splits, standardises and encodes.
    ///
    /// Features are standardised with the figures of the training rows alone, regression targets too: a list column by
    /// column, a sequence feature by feature over all steps, an image channel by channel over all pixels. What stands in
    /// for missing numbers comes from the training rows alone too.
    ///
    /// - Parameters:
    ///   - rows: The rows that training takes, and those that shares are split off from.
    ///   - validation: A share of them, all folds of them, or other rows.
    ///   - test: A share of them, other rows, or none.
    ///   - seed: The study's data seed.
    ///   - source: Where the images lie.
    /// - Throws: ``DatasetError`` for shares that give no rows, a class that cannot be stratified, a target with one
    ///   value, or parts that do not fit each other.
    /// - Complexity: O(rows * features).
    package init(
        _ rows: DatasetRows, validation: Part, test: Part?, seed: UInt64, source: DataBlockSource = .memory
    ) throws(DatasetError) {
        if case .folds(let count, let isStratified, let isGrouped) = validation {
            self = try Self.folded(
                rows,
                (0..<count).map { .fold($0, of: count, isStratified: isStratified, isGrouped: isGrouped) },
                test: test, seed: seed, source: source)
            return
        }
        var holdouts: (validation: Holdout?, test: Holdout?)
        if case .holdout(let holdout) = validation { holdouts.validation = holdout }
        if case .holdout(let holdout)? = test { holdouts.test = holdout }
        let split: DatasetSplit
        switch rows.targets {
        case .classes(let classes, let names):
            split = try DatasetSplit(
                rowCount: rows.rowCount, classes: classes, classNames: names, groups: rows.groups, test: holdouts.test,
                validation: holdouts.validation, seed: seed)
        case .values, .labels:
            split = try DatasetSplit(
                rowCount: rows.rowCount, classes: nil, classNames: [], groups: rows.groups, test: holdouts.test,
                validation: holdouts.validation, seed: seed)
        }
        let task = try Self.task(rows, train: split.train)
        let standardization = try Self.standardization(rows, train: split.train)

        var validationTable = rows
        var validationRows = split.validation
        if case .rows(let other) = validation {
            try Self.checkFit(rows, other, name: "validation")
            validationTable = other
            validationRows = (0..<Int32(other.rowCount)).map { $0 }
        }
        let image = try PreparedDataset.encode(
            rows, first: split.train, second: validationRows, from: validationTable, standardization: standardization,
            task: task, content: .trainingAndValidation, source: source)

        var testImage: DataBlock?
        var testCount = 0
        switch test {
        case .holdout:
            testImage = try PreparedDataset.encode(
                rows, first: [], second: split.test, standardization: standardization, task: task, content: .test,
                source: source)
            testCount = split.test.count
        case .rows(let other):
            try Self.checkFit(rows, other, name: "test")
            testImage = try PreparedDataset.encode(
                other, first: [], second: (0..<Int32(other.rowCount)).map { $0 }, standardization: standardization,
                task: task, content: .test, source: source)
            testCount = other.rowCount
        case .folds: throw DatasetError("folds of test rows, want a share of the rows or other rows")
        case nil: break
        }
        self.image = image
        self.testImage = testImage
        self.task = task
        self.featureNames = rows.featureNames
        self.categories = rows.categories
        switch rows.targets {
        case .classes(_, let names), .labels(_, let names): self.classNames = names
        case .values: self.classNames = []
        }
        self.standardization = standardization
        self.trainRows = split.train.count
        self.validationRows = validationRows.count
        self.testRows = testCount
    }

    /// The first fold's data set with the images of all.
    ///
    /// Test rows are drawn before the folds, the same for each; they are standardised as the first fold is, whose network is
    /// the one that is tested.
    private static func folded(
        _ rows: DatasetRows, _ folds: [Holdout], test: Part?, seed: UInt64, source: DataBlockSource
    ) throws(DatasetError) -> LoadedDataset {
        guard folds.count > 1, let first = folds.first else {
            throw DatasetError("\(folds.count) folds, want at least 2")
        }
        var data = try LoadedDataset(rows, validation: .holdout(first), test: test, seed: seed, source: source)
        guard data.image.byteCount <= PreparedDataset.Limit.bytes / folds.count else {
            throw DatasetError(
                "\(folds.count) folds of about \(data.image.byteCount) bytes each, want at most "
                    + "\(PreparedDataset.Limit.bytes) bytes together; use fewer folds")
        }
        var images = [data.image]
        // Where test rows are rows of their own, no fold leaves room for them.
        let held: Part? = if case .holdout? = test { test } else { nil }
        for fold in folds.dropFirst() {
            images.append(
                try LoadedDataset(rows, validation: .holdout(fold), test: held, seed: seed, source: source).image)
        }
        data.image = try PreparedDataset.joined(images, source: source)
        return data
    }

    private static func task(_ rows: DatasetRows, train: [Int32]) throws(DatasetError) -> LearningTask {
        switch rows.targets {
        case .classes(let classes, let names):
            guard let first = train.first, train.contains(where: { classes[Int($0)] != classes[Int(first)] }) else {
                throw DatasetError(
                    "a constant target: every training row has class \"\(names.first ?? "")\", want at least "
                        + "two classes", concernsTargets: true)
            }
            return .classification(classes: names.count)
        case .values(let values, let outputs):
            for output in 0..<outputs {
                let first = train.first.map { values[Int($0) * outputs + output] } ?? 0
                guard train.contains(where: { values[Int($0) * outputs + output] != first }) else {
                    throw DatasetError(
                        "a constant target: every training row has \(first), want a column that varies",
                        concernsTargets: true)
                }
            }
            return .regression(outputs: outputs)
        case .labels(let values, let names):
            let count = names.count
            let isVaried = (0..<count).contains { label in
                let first = train.first.map { values[Int($0) * count + label] } ?? 0
                return train.contains { values[Int($0) * count + label] != first }
            }
            guard isVaried else {
                throw DatasetError(
                    "constant targets: every training row has the same labels, want one that varies",
                    concernsTargets: true)
            }
            return .multiLabel(labels: count)
        }
    }

    private static func standardization(
        _ rows: DatasetRows, train: [Int32]
    ) throws(DatasetError) -> Standardization {
        let fills = try rows.fittedFills(train)
        let features = Standardization.scales(rows.features, shape: rows.featureShape, rows: train, fills: fills)
        guard case .values(let values, let outputs) = rows.targets else {
            return Standardization(features: features, targets: [], fills: fills)
        }
        return Standardization(
            features: features, targets: Standardization.scales(values, shape: [outputs], rows: train), fills: fills)
    }

    /// Checks that rows can be validated or tested with beside those that are trained on.
    ///
    /// - Parameters:
    ///   - rows: The training file's.
    ///   - other: Those of another file.
    ///   - name: What they are for: `validation` or `test`.
    /// - Throws: ``DatasetError`` where there are none, or their features or targets are others.
    package static func checkFit(
        _ rows: DatasetRows, _ other: DatasetRows, name: String
    ) throws(DatasetError) {
        guard other.rowCount > 0 else { throw DatasetError("no \(name) rows, want at least one") }
        guard other.featureShape.count < 2 || other.featureShape == rows.featureShape else {
            throw DatasetError(
                "the \(name) rows have the shape \(other.featureShape), want \(rows.featureShape) as the training rows")
        }
        guard other.featureNames == rows.featureNames, other.featureShape == rows.featureShape,
            other.fills == rows.fills
        else {
            throw DatasetError(
                "\(other.featureNames.count) features in the \(name) rows, want the \(rows.featureNames.count) of the "
                    + "training rows, with the same names in the same order")
        }
        switch (rows.targets, other.targets) {
        case (.classes(_, let left), .classes(_, let right)) where left == right: return
        case (.values(_, let left), .values(_, let right)) where left == right: return
        case (.labels(_, let left), .labels(_, let right)) where left == right: return
        default:
            throw DatasetError(
                "the targets of the \(name) rows differ in kind from those of the training rows", concernsTargets: true)
        }
    }
}
