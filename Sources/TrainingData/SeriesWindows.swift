/// How a series in time order becomes rows: `window` steps of all its columns are given, the next `horizon` steps of its
/// targets are to be told.
///
/// The window that ends at step s - 1 has the targets of the steps s ... s + horizon - 1, and belongs to the part of the
/// series in which all of these lie; one whose targets cross a border is left out. What a window is given may lie in the
/// part before: by then it is known. So no part has a target of another.
package struct SeriesWindows: Hashable, Sendable {
    /// Steps of the whole series.
    package let stepCount: Int
    /// Steps given, at least 1.
    package let window: Int
    /// Steps told, at least 1.
    package let horizon: Int
    /// The first steps of the parts; the last part ends with the series. Without test steps its border is the end.
    package let validationStart: Int
    package let testStart: Int
    /// For each part the first target steps of its windows, ascending.
    package let train: Range<Int>
    package let validation: Range<Int>
    package let test: Range<Int>

    /// Splits a series by time: the last steps are for the test, those before them for validation.
    ///
    /// - Parameters:
    ///   - stepCount: Steps of the series.
    ///   - window: Steps given.
    ///   - horizon: Steps told.
    ///   - validation: The share of all steps, in (0, 1), rounded to the nearest step, or `nil` for none of this series.
    ///   - test: The same.
    /// - Throws: ``DatasetError`` where a part has no window.
    /// - Complexity: O(1).
    package init(
        stepCount: Int, window: Int, horizon: Int, validation: Double?, test: Double?
    ) throws(DatasetError) {
        guard stepCount <= PreparedDataset.Limit.rows, window >= 1, window <= PreparedDataset.Limit.features,
            horizon >= 1, horizon <= PreparedDataset.Limit.outputs, validation ?? 1 > 0, test ?? 0 >= 0,
            (validation ?? 0) + (test ?? 0) < 1
        else {
            throw DatasetError(
                "a window of \(window) and a horizon of \(horizon) steps with shares of \(validation ?? 0) and "
                    + "\(test ?? 0) of \(stepCount) steps, want at least one step each and shares that leave some")
        }
        let testStart = stepCount - Int(((test ?? 0) * Double(stepCount)).rounded())
        let validationStart = testStart - Int(((validation ?? 0) * Double(stepCount)).rounded())
        let parts = [
            ("training", 0, validationStart, true), ("validation", validationStart, testStart, validation != nil),
            ("test", testStart, stepCount, test != nil),
        ]
        var ranges: [Range<Int>] = []
        for (name, start, end, isThere) in parts {
            let first = max(start, window)
            let last = end - horizon
            guard first <= last || !isThere else {
                throw DatasetError(
                    "the \(name) part of the series, \(max(0, end - start)) of \(stepCount) steps, has no window of "
                        + "\(window) steps with the \(horizon) after them; want a longer series, a shorter window or "
                        + "horizon, or other shares")
            }
            ranges.append(first <= last ? first..<last + 1 : 0..<0)
        }
        self.stepCount = stepCount
        self.window = window
        self.horizon = horizon
        self.validationStart = validationStart
        self.testStart = testStart
        self.train = ranges[0]
        self.validation = ranges[1]
        self.test = ranges[2]
    }

    /// The rows of all windows of another series, which is cut as this one is.
    ///
    /// - Throws: ``DatasetError`` where it has no window, and as ``rows(_:_:)`` does.
    package func allRows(
        _ series: DatasetRows, source: DataBlockSource = .memory
    ) throws(DatasetError) -> DatasetRows {
        let (whole, isBeyond) = self.window.addingReportingOverflow(self.horizon)
        guard !isBeyond, whole <= series.rowCount else {
            throw DatasetError(
                "a series of \(series.rowCount) steps has no window of \(self.window) steps with the \(self.horizon) "
                    + "after them; want a longer series, or a shorter window or horizon")
        }
        return try self.rows(series, [self.window..<series.rowCount - self.horizon + 1], source: source)
    }

    /// The rows of some windows: features of shape [window, columns], the oldest step first, named `column[t-lag]`; targets
    /// of shape [horizon, targets].
    ///
    /// - Parameters:
    ///   - series: A row for each step.
    ///   - starts: First target steps.
    ///   - source: Where the numbers lie.
    /// - Returns: A row for each window.
    /// - Throws: ``DatasetError`` where the rows need more than ``mostBytes``.
    /// - Complexity: O(windows * window * columns).
    package func rows(
        _ series: DatasetRows, _ starts: [Range<Int>], source: DataBlockSource = .memory
    ) throws(DatasetError) -> DatasetRows {
        guard case .values(let values, let targets) = series.targets else {
            throw DatasetError("a series whose targets are no numbers", concernsTargets: true)
        }
        let columns = series.featureNames.count
        let count = starts.reduce(0) { $0 + $1.count }
        let (width, isWide) = self.window.multipliedReportingOverflow(by: columns)
        let (floats, isLarge) = count.multipliedReportingOverflow(by: width)
        guard !isWide, !isLarge, floats <= Self.mostBytes / 4, width <= PreparedDataset.Limit.features,
            self.horizon * targets <= PreparedDataset.Limit.outputs
        else {
            throw DatasetError(
                "\(count) windows of \(self.window) steps of \(columns) columns are more than \(Self.mostBytes) bytes or "
                    + "\(PreparedDataset.Limit.features) numbers each; want a shorter window, fewer columns or a "
                    + "coarser series")
        }
        let block = try source.block(floats * 4)
        let features = unsafe block.bytes.bindMemory(to: Float.self)
        var wanted: [Float] = []
        var filled = 0
        wanted.reserveCapacity(count * self.horizon * targets)
        for start in starts.joined() {
            for place in (start - self.window) * columns..<start * columns {
                unsafe features[filled] = series.features[place]
                filled += 1
            }
            wanted += values[start * targets..<(start + self.horizon) * targets]
        }
        let names = (0..<self.window).flatMap { step in
            series.featureNames.map { "\($0)[t-\(self.window - step)]" }
        }
        return try DatasetRows(
            rowCount: count, featureNames: names, featureShape: [self.window, columns],
            features: NumberBlock(block, count: floats),
            targets: .values(wanted, outputs: self.horizon * targets))
    }

    /// 8 GiB: windows are stored one by one, so that a series becomes `window` times as large.
    package static let mostBytes = 1 << 33
}
