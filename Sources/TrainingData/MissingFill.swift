package import TuningModel

/// How a missing number of one feature is filled.
package enum MissingFill: Hashable, Sendable {
    case mean, median, mostFrequent
    /// The feature is one of these, which stand for the categories of one column and are missing together: the most
    /// frequent category becomes 1, the others 0.
    case category(Range<Int>)

    /// The way of a policy for a column of numbers; `nil` where the policy fills nothing.
    package init?(_ policy: MissingCells.Policy) {
        switch policy {
        case .refuse, .dropRow: return nil
        case .mean: self = .mean
        case .median: self = .median
        case .mostFrequent: self = .mostFrequent
        }
    }
}

extension DatasetRows {
    /// What stands in for a missing number of each feature, fitted on some rows alone.
    ///
    /// The mean is summed in double precision, rows in order; the median of an even number of values is the mean of the
    /// middle two; of values that are equally frequent the lowest is taken. A feature that cannot be missing has 0.
    ///
    /// - Parameter train: The rows to look at.
    /// - Returns: One number for each feature, or none where no feature can be missing.
    /// - Throws: ``DatasetError`` naming a feature that has no value in any of these rows.
    /// - Complexity: O(rows * features), times log(rows) for medians and most frequent values.
    package func fittedFills(_ train: [Int32]) throws(DatasetError) -> [Float] {
        guard !self.fills.isEmpty else { return [] }
        var result = [Float](repeating: 0, count: self.featureNames.count)
        for (feature, fill) in self.fills.enumerated() {
            switch fill {
            case nil: continue
            case .category(let columns)?:
                // The first column of a category speaks for all of them.
                if feature == columns.lowerBound { result[try self.mostFrequent(of: columns, train)] = 1 }
            case .mean?, .median?, .mostFrequent?:
                let values = self.presentValues(of: feature, train)
                guard !values.isEmpty else { throw self.nothingPresent(self.featureNames[feature]) }
                switch fill {
                case .mean?: result[feature] = Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count))
                case .median?: result[feature] = Self.median(values.sorted())
                default: result[feature] = Self.mostFrequent(values.sorted())
                }
            }
        }
        return result
    }

    private func presentValues(of feature: Int, _ rows: [Int32]) -> [Float] {
        let width = self.featureNames.count
        var values: [Float] = []
        values.reserveCapacity(rows.count)
        for row in rows {
            let value = self.features[Int(row) * width + feature]
            if !value.isNaN { values.append(value) }
        }
        return values
    }

    private func mostFrequent(of columns: Range<Int>, _ rows: [Int32]) throws(DatasetError) -> Int {
        let width = self.featureNames.count
        var counts = [Int](repeating: 0, count: columns.count)
        for row in rows {
            let start = Int(row) * width + columns.lowerBound
            for place in 0..<columns.count where self.features[start + place] == 1 { counts[place] += 1 }
        }
        guard let most = counts.max(), most > 0, let place = counts.firstIndex(of: most) else {
            throw self.nothingPresent(self.featureNames[columns.lowerBound])
        }
        return columns.lowerBound + place
    }

    private func nothingPresent(_ name: String) -> DatasetError {
        DatasetError("the feature \"\(name)\" is missing in every training row; list its column under ignore")
    }

    private static func median(_ sorted: [Float]) -> Float {
        let upper = sorted[sorted.count / 2]
        if sorted.count % 2 == 1 { return upper }
        return Float((Double(sorted[sorted.count / 2 - 1]) + Double(upper)) / 2)
    }

    private static func mostFrequent(_ sorted: [Float]) -> Float {
        var best = sorted[0]
        var bestCount = 0
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            if end - start > bestCount {
                bestCount = end - start
                best = sorted[start]
            }
            start = end
        }
        return best
    }
}
