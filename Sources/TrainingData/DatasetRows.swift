/// What is to be learnt from each row.
package enum DatasetTargets: Hashable, Sendable {
    /// One class for each row, in `0 ..< names.count`.
    case classes([Int32], names: [String])
    /// Shape [rows, outputs], row-major.
    case values([Float], outputs: Int)
    /// Shape [rows, names.count], row-major, each 0 or 1.
    case labels([Float], names: [String])
}

/// Rows as a file has them: features not standardised yet, with their targets.
package struct DatasetRows: Hashable, Sendable {
    package let rowCount: Int
    package let featureNames: [String]
    /// What a row is: [features], a sequence [steps, features] or an image [height, width, channels].
    package let featureShape: [Int]
    /// Shape [rowCount, featureNames.count], row-major, all finite.
    package let features: [Float]
    package let targets: DatasetTargets

    /// Without a shape a row is a list of features.
    ///
    /// - Throws: ``DatasetError`` when sizes disagree, a number is not finite or a class is out of range.
    /// - Complexity: O(rowCount * features).
    package init(
        rowCount: Int, featureNames: [String], featureShape: [Int]? = nil, features: [Float], targets: DatasetTargets
    ) throws(DatasetError) {
        let shape = featureShape ?? [featureNames.count]
        guard PreparedDataset.isShape(shape, of: featureNames.count) else {
            throw DatasetError(
                "rows of the shape \(shape) with \(featureNames.count) features, want one to three sizes whose product "
                    + "is the number of features")
        }
        let (count, isOverflow) = rowCount.multipliedReportingOverflow(by: featureNames.count)
        guard rowCount >= 0, rowCount <= PreparedDataset.Limit.rows, !featureNames.isEmpty,
            featureNames.count <= PreparedDataset.Limit.features, !isOverflow, count == features.count
        else {
            throw DatasetError(
                "\(rowCount) rows of \(featureNames.count) features with \(features.count) numbers, want as "
                    + "many numbers "
                    + "as rows times features, at most \(PreparedDataset.Limit.rows) rows and "
                    + "\(PreparedDataset.Limit.features) features")
        }
        switch targets {
        case .classes(let classes, let names):
            guard classes.count == rowCount, classes.allSatisfy({ $0 >= 0 && Int($0) < names.count }),
                names.count <= PreparedDataset.Limit.outputs
            else {
                throw DatasetError(
                    "\(classes.count) classes for \(rowCount) rows, want one for each row, below \(names.count)")
            }
        case .values(let values, let outputs):
            let (count, isOverflow) = rowCount.multipliedReportingOverflow(by: outputs)
            guard outputs > 0, outputs <= PreparedDataset.Limit.outputs, !isOverflow, count == values.count else {
                throw DatasetError("\(values.count) targets for \(rowCount) rows of \(outputs) outputs")
            }
            guard Self.areFinite(values) else { throw DatasetError("a target is not finite") }
        case .labels(let values, let names):
            let (count, isOverflow) = rowCount.multipliedReportingOverflow(by: names.count)
            guard !names.isEmpty, names.count <= PreparedDataset.Limit.outputs, !isOverflow, count == values.count
            else {
                throw DatasetError("\(values.count) targets for \(rowCount) rows of \(names.count) labels")
            }
            guard values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
                throw DatasetError("a target that is neither 0 nor 1", concernsTargets: true)
            }
        }
        guard Self.areFinite(features) else { throw DatasetError("a feature is not finite") }
        self.rowCount = rowCount
        self.featureNames = featureNames
        self.featureShape = shape
        self.features = features
        self.targets = targets
    }

    /// Whether no number is an infinity or NaN: their bits are above those of every finite magnitude.
    private static func areFinite(_ values: [Float]) -> Bool {
        var largest: UInt32 = 0
        for value in values { largest = max(largest, value.bitPattern & 0x7FFF_FFFF) }
        return largest < 0x7F80_0000
    }
}
