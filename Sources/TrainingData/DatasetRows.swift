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
    /// Shape [rowCount, featureNames.count], row-major; finite, or NaN where a value is missing that has a fill, and in
    /// all numbers of the steps behind a sequence's end.
    package let features: NumberBlock
    /// For each feature how a missing value is filled, `nil` where none may be missing; empty where none may at all.
    package let fills: [MissingFill?]
    package let targets: DatasetTargets
    /// The group of each row, numbered from 0 on, where rows of a group are to stay together.
    package let groups: [Int32]?
    /// For each column of categories its features, of which a row has one that is 1, the others 0; see ``CategoryColumns``.
    package let categories: [Range<Int>]

    /// Without a shape a row is a list of features. A sequence, of the shape [steps, features], may end before its last
    /// step.
    ///
    /// - Throws: ``DatasetError`` when sizes disagree, a number is not finite and cannot be filled, or a class is out of
    ///   range; for sequences naming row and step, counted from 0.
    /// - Complexity: O(rowCount * features).
    package init(
        rowCount: Int, featureNames: [String], featureShape: [Int]? = nil, features: [Float],
        fills: [MissingFill?] = [], targets: DatasetTargets, groups: [Int32]? = nil, categories: [Range<Int>] = []
    ) throws(DatasetError) {
        try self.init(
            rowCount: rowCount, featureNames: featureNames, featureShape: featureShape, features: NumberBlock(features),
            fills: fills, targets: targets, groups: groups, categories: categories)
    }

    /// The same with numbers that are where they stay.
    package init(
        rowCount: Int, featureNames: [String], featureShape: [Int]? = nil, features: NumberBlock,
        fills: [MissingFill?] = [], targets: DatasetTargets, groups: [Int32]? = nil, categories: [Range<Int>] = []
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
        guard groups == nil || groups?.count == rowCount, groups?.allSatisfy({ $0 >= 0 && Int($0) < rowCount }) != false
        else {
            throw DatasetError(
                "\(groups?.count ?? 0) groups for \(rowCount) rows, want one for each, below \(rowCount)")
        }
        guard fills.isEmpty || fills.count == featureNames.count else {
            throw DatasetError("\(fills.count) fills for \(featureNames.count) features, want one for each or none")
        }
        try CategoryColumns.check(categories, shape: shape)
        if !Self.areFinite(features) {
            if fills.isEmpty {
                guard shape.count == 2 else { throw DatasetError("a feature is not finite") }
                try Self.checkEnds(features, steps: shape[0], width: shape[1])
            } else if !Self.areFinite(features, but: fills) {
                throw DatasetError("a feature is not finite")
            }
        }
        self.rowCount = rowCount
        self.featureNames = featureNames
        self.featureShape = shape
        self.features = features
        self.fills = fills
        self.groups = groups
        self.targets = targets
        self.categories = categories
    }

    /// - Throws: ``DatasetError`` for the first row that is not finite up to a sequence's end.
    private static func checkEnds(_ values: NumberBlock, steps: Int, width: Int) throws(DatasetError) {
        let mistake = unsafe values.withNumbers { values -> (row: Int, mistake: SequenceEnd.Mistake)? in
            guard let base = values.baseAddress else { return nil }
            for row in 0..<values.count / (steps * width) {
                let start = unsafe base + row * steps * width
                if let mistake = unsafe SequenceEnd.mistake(in: start, steps: steps, features: width) {
                    return (row, mistake)
                }
            }
            return nil
        }
        if let (row, mistake) = mistake {
            throw DatasetError("row \(row), step \(mistake.step): \(mistake.message)")
        }
    }

    /// Numbers that are looked at in one go, and then need not stay in memory: 1 MiB.
    private static let piece = 1 << 18

    private static func areFinite(_ values: NumberBlock) -> Bool {
        for start in stride(from: 0, to: values.count, by: self.piece) {
            let range = start..<min(values.count, start + self.piece)
            let areFinite = unsafe values.withNumbers { values in
                unsafe self.areFinite(UnsafeBufferPointer(rebasing: values[range]))
            }
            guard areFinite else { return false }
            values.forget(range)
        }
        return true
    }

    private static func areFinite(_ values: [Float]) -> Bool {
        unsafe values.withUnsafeBufferPointer { unsafe self.areFinite($0) }
    }

    /// Whether no number is an infinity or NaN: their bits are above those of every finite magnitude.
    private static func areFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
        var largest: UInt32 = 0
        for place in values.indices { largest = unsafe max(largest, values[place].bitPattern & 0x7FFF_FFFF) }
        return largest < 0x7F80_0000
    }

    /// Whether no number is an infinity, and NaN only where it can be filled.
    private static func areFinite(_ values: NumberBlock, but fills: [MissingFill?]) -> Bool {
        for start in stride(from: 0, to: values.count, by: fills.count) {
            for (feature, fill) in fills.enumerated() {
                let value = values[start + feature]
                guard value.isFinite || value.isNaN && fill != nil else { return false }
            }
        }
        return true
    }
}
