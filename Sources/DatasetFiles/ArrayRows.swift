import TrainingData
import TuningModel

/// Turns two arrays, features and targets, into rows.
enum ArrayRows {
    private static let mostClasses = 65_536

    /// The rows of a pair of files.
    ///
    /// Features of three or four dimensions make rows with a shape: sequences [steps, features], images [height, width,
    /// channels]. More dimensions are flattened. A sequence may end early, with NaN in all steps behind its end. Features are named by their place. Classes are
    /// whole numbers of any size, numbered ascending.
    ///
    /// - Parameters:
    ///   - features: Shape [rows, ...].
    ///   - targets: Shape [rows] or [rows, outputs].
    ///   - task: Whether targets are classes or numbers.
    ///   - classNames: The classes of the training file, for validation and test files; another one is refused.
    ///   - work: Where large blocks lie.
    /// - Returns: The rows.
    /// - Throws: ``DataFileError`` for shapes that do not fit, classes that are not whole, a constant target.
    static func rows(
        features: BinaryArray, targets: BinaryArray, task: TaskKind, classNames: [String]?, work: LoadingWork
    ) throws(DataFileError) -> DatasetRows {
        let shape = unsafe features.shape
        let file = unsafe features.file
        guard shape.count >= 2 else {
            throw DataFileError(
                file: file,
                "features of the shape \(shape), want [rows, features]; for one feature save x.reshape(-1, 1)")
        }
        let width = shape[1...].reduce(1, *)
        guard width >= 1, width <= PreparedDataset.Limit.features else {
            throw DataFileError(
                file: file, "\(width) features in the shape \(shape), want 1 to \(PreparedDataset.Limit.features)")
        }
        let rowCount = shape[0]
        guard rowCount >= 1, rowCount <= PreparedDataset.Limit.rows else {
            throw DataFileError(file: file, "\(rowCount) rows, want 1 to \(PreparedDataset.Limit.rows)")
        }
        let targetShape = unsafe targets.shape
        let targetFile = unsafe targets.file
        guard let targetRows = targetShape.first, targetShape.count <= 2 else {
            throw DataFileError(file: targetFile, "targets of the shape \(targetShape), want [rows] or [rows, outputs]")
        }
        guard targetRows == rowCount else {
            throw DataFileError(
                file: targetFile, "\(targetRows) targets, want \(rowCount), one for each row of \(file)")
        }
        let outputs = targetShape.count == 2 ? targetShape[1] : 1
        let rowTargets: DatasetTargets
        switch task {
        case .classification:
            guard outputs == 1 else {
                throw DataFileError(
                    file: targetFile,
                    "classes of the shape \(targetShape), want [rows]; for one-hot targets save y.argmax(1)")
            }
            rowTargets = try self.classes(unsafe targets.doubles(), file: targetFile, names: classNames)
        case .regression, .forecasting:
            guard (1...PreparedDataset.Limit.outputs).contains(outputs) else {
                throw DataFileError(file: targetFile, "\(outputs) outputs, want 1 to \(PreparedDataset.Limit.outputs)")
            }
            rowTargets = .values(try unsafe targets.floats(), outputs: outputs)
        case .multiLabel:
            guard (1...PreparedDataset.Limit.outputs).contains(outputs) else {
                throw DataFileError(file: targetFile, "\(outputs) labels, want 1 to \(PreparedDataset.Limit.outputs)")
            }
            let values = try unsafe targets.floats()
            if let place = values.firstIndex(where: { $0 != 0 && $0 != 1 }) {
                throw DataFileError(
                    file: targetFile,
                    "found \(values[place]) in row \(place / outputs), column \(place % outputs), want 0 or 1; for "
                        + "numbers set task: regression")
            }
            rowTargets = .labels(values, names: (0..<outputs).map { "y\($0)" })
        }
        let values = try unsafe features.numbers(mayEnd: shape.count == 3, work)
        do throws(DatasetError) {
            return try DatasetRows(
                rowCount: rowCount, featureNames: (0..<width).map { "x\($0)" },
                featureShape: (3...4).contains(shape.count) ? Array(shape[1...]) : nil, features: values,
                targets: rowTargets)
        } catch {
            throw DataFileError(file: file, error.message)
        }
    }

    private static func classes(
        _ values: [Double], file: String, names: [String]?
    ) throws(DataFileError) -> DatasetTargets {
        // 2^53: whole numbers up to here have names that tell them apart.
        if let row = values.firstIndex(where: { $0 != $0.rounded() || abs($0) > 0x1p53 || !$0.isFinite }) {
            throw DataFileError(
                file: file,
                "found \(values[row]) in row \(row), want whole numbers from -2^53 to 2^53; for others set task: "
                    + "regression")
        }
        let numbers = values.map { Int($0) }
        let known = names.map { $0.compactMap { Int($0) } } ?? self.distinct(numbers)
        guard known.count <= self.mostClasses else {
            throw DataFileError(
                file: file, "\(known.count) classes, want at most \(self.mostClasses); for numbers set task: regression"
            )
        }
        guard names != nil || known.count > 1 else {
            throw DataFileError(
                file: file, "a constant target, every row has \(known.first ?? 0); want at least two classes")
        }
        var classes: [Int32] = []
        classes.reserveCapacity(numbers.count)
        for (row, number) in numbers.enumerated() {
            let place = self.place(of: number, in: known)
            guard let place else {
                throw DataFileError(
                    file: file,
                    "found the new class \(number) in row \(row), want one of the training file's \(known.count)")
            }
            classes.append(Int32(place))
        }
        return .classes(classes, names: names ?? known.map { "\($0)" })
    }

    /// Each number once, ascending.
    private static func distinct(_ numbers: [Int]) -> [Int] {
        var result: [Int] = []
        for number in numbers.sorted() where number != result.last { result.append(number) }
        return result
    }

    /// By halving, in an ascending list.
    private static func place(of number: Int, in numbers: [Int]) -> Int? {
        var low = 0
        var high = numbers.count
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number ? low : nil
    }
}
