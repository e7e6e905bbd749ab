import TuningModel

extension LoadedDataset {
    /// Cuts a series into windows, standardises and encodes them.
    ///
    /// Features and targets are standardised column by column, with the figures of the steps before the validation part
    /// alone; all steps of a window, and of the horizon, share their column's. The task is a regression of horizon times
    /// targets outputs, step by step.
    ///
    /// - Parameters:
    ///   - series: A row for each step, in time order, whose targets are numbers.
    ///   - windows: How it is cut and split.
    ///   - validation: The windows of another series with the same columns, in place of a part of this one.
    ///   - test: The same.
    ///   - source: Where the images lie.
    /// - Throws: ``DatasetError`` for windows that are too large, and a target that does not vary in training.
    /// - Complexity: O(windows * window * columns).
    package init(
        series: DatasetRows, windows: SeriesWindows, validation: DatasetRows? = nil, test: DatasetRows? = nil,
        source: DataBlockSource = .memory
    ) throws(DatasetError) {
        guard case .values(let values, let targets) = series.targets else {
            throw DatasetError("a series whose targets are no numbers", concernsTargets: true)
        }
        let steps = (0..<Int32(windows.validationStart)).map { $0 }
        for target in 0..<targets {
            let first = values[target]
            guard steps.contains(where: { values[Int($0) * targets + target] != first }) else {
                throw DatasetError(
                    "a constant target: every training step has \(first), want a column that varies",
                    concernsTargets: true)
            }
        }
        let columns = Standardization.scales(
            series.features, shape: [series.featureNames.count], rows: steps)
        let outputs = Standardization.scales(values, shape: [targets], rows: steps)
        let standardization = Standardization(
            features: (0..<windows.window).flatMap { _ in columns },
            targets: (0..<windows.horizon).flatMap { _ in outputs })
        let task = LearningTask.regression(outputs: windows.horizon * targets)
        let rows = try windows.rows(
            series, validation == nil ? [windows.train, windows.validation] : [windows.train], source: source)
        let trainCount = Int32(windows.train.count)
        var second = (trainCount..<Int32(rows.rowCount)).map { $0 }
        if let validation {
            try Self.checkFit(rows, validation, name: "validation")
            second = (0..<Int32(validation.rowCount)).map { $0 }
        }
        let image = try PreparedDataset.encode(
            rows, first: (0..<trainCount).map { $0 }, second: second, from: validation,
            standardization: standardization,
            task: task, content: .trainingAndValidation, source: source)
        var testImage: DataBlock?
        var testRows = test
        if let test {
            try Self.checkFit(rows, test, name: "test")
        } else if !windows.test.isEmpty {
            testRows = try windows.rows(series, [windows.test], source: source)
        }
        if let testRows {
            testImage = try PreparedDataset.encode(
                testRows, first: [], second: (0..<Int32(testRows.rowCount)).map { $0 },
                standardization: standardization, task: task, content: .test, source: source)
        }
        self.init(
            image: image, testImage: testImage, task: task, featureNames: rows.featureNames, classNames: [],
            standardization: standardization, trainRows: windows.train.count,
            validationRows: second.count, testRows: testRows?.rowCount ?? 0)
    }
}
