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
    ///   - source: Where the images lie.
    /// - Throws: ``DatasetError`` for windows that are too large, and a target that does not vary in training.
    /// - Complexity: O(windows * window * columns).
    package init(
        series: DatasetRows, windows: SeriesWindows, source: DataBlockSource = .memory
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
        let rows = try windows.rows(series, [windows.train, windows.validation], source: source)
        let trainCount = Int32(windows.train.count)
        let image = try PreparedDataset.encode(
            rows, first: (0..<trainCount).map { $0 }, second: (trainCount..<Int32(rows.rowCount)).map { $0 },
            standardization: standardization, task: task, content: .trainingAndValidation, source: source)
        var testImage: DataBlock?
        if !windows.test.isEmpty {
            let test = try windows.rows(series, [windows.test], source: source)
            testImage = try PreparedDataset.encode(
                test, first: [], second: (0..<Int32(test.rowCount)).map { $0 }, standardization: standardization,
                task: task, content: .test, source: source)
        }
        self.init(
            image: image, testImage: testImage, task: task, featureNames: rows.featureNames, classNames: [],
            standardization: standardization, trainRows: windows.train.count,
            validationRows: windows.validation.count, testRows: windows.test.count)
    }
}
