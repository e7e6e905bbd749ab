extension DatasetRows {
    /// Rows that are steps, as sequences: the rows of a group become one row of the shape [steps, features], with NaN behind
    /// its last step and the targets of its first; `x` of step 0 is named `x[0]`.
    ///
    /// - Parameter steps: The steps of a row, at least as many as the longest group has; `nil` for as many.
    /// - Returns: A row for each group.
    /// - Throws: ``DatasetError`` where rows have a shape or no groups, the rows of a group do not follow each other or are
    ///   more than `steps`, and for sequences that are too large in all.
    /// - Complexity: O(sequences * steps * features).
    package func sequences(steps: Int? = nil) throws(DatasetError) -> DatasetRows {
        guard let groups = self.groups, self.featureShape.count == 1, self.fills.isEmpty, self.rowCount > 0 else {
            throw DatasetError("rows that are no steps, want lists of features in groups")
        }
        var starts: [Int] = []
        for row in groups.indices where row == 0 || groups[row] != groups[row - 1] {
            guard Int(groups[row]) == starts.count else {
                throw DatasetError(
                    "row \(row) belongs to a sequence that has ended, want the rows of one after another")
            }
            starts.append(row)
        }
        let ends = starts.dropFirst() + [self.rowCount]
        let longest = zip(starts, ends).map { $1 - $0 }.max() ?? 1
        let most = steps ?? longest
        guard longest <= most else {
            throw DatasetError("a sequence of \(longest) steps, want at most \(most) as in the training rows")
        }
        let width = self.featureNames.count
        let (size, isWide) = most.multipliedReportingOverflow(by: width)
        let (count, isLarge) = starts.count.multipliedReportingOverflow(by: size)
        guard !isWide, !isLarge, size <= PreparedDataset.Limit.features, count <= SeriesWindows.mostBytes / 4 else {
            throw DatasetError(
                "\(starts.count) sequences of up to \(most) steps of \(width) features are more than "
                    + "\(SeriesWindows.mostBytes) bytes or \(PreparedDataset.Limit.features) numbers each; cut the longest ones"
            )
        }
        var features = [Float](repeating: .nan, count: count)
        for (number, (start, end)) in zip(starts, ends).enumerated() {
            for place in 0..<(end - start) * width {
                features[number * size + place] = self.features[start * width + place]
            }
        }
        let targets: DatasetTargets
        switch self.targets {
        case .classes(let classes, let names): targets = .classes(starts.map { classes[$0] }, names: names)
        case .values(let values, let outputs):
            targets = .values(starts.flatMap { values[$0 * outputs..<($0 + 1) * outputs] }, outputs: outputs)
        case .labels(let values, let names):
            targets = .labels(starts.flatMap { values[$0 * names.count..<($0 + 1) * names.count] }, names: names)
        }
        return try DatasetRows(
            rowCount: starts.count,
            featureNames: (0..<most).flatMap { step in self.featureNames.map { "\($0)[\(step)]" } },
            featureShape: [most, width], features: features, targets: targets)
    }
}
