import TuningModel

extension CSVReader {
    /// What stands for a missing number, in small letters.
    private static let missingWords = ["nan", "-nan", "na", "n/a", "null", "none", "?"]
    private static let infiniteWords = ["inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"]

    /// The number of the next cell, which the fast way could not tell; NaN for a missing one that may be.
    ///
    /// - Throws: ``DataFileError`` where the cell is no number, is missing and may not be, or is beyond float32.
    func number(_ cursor: inout CSVCursor, column: Int) throws(DataFileError) -> Float {
        if let value = unsafe cursor.fastFloat() { return value }
        let line = unsafe cursor.line
        let cell = try unsafe cursor.cell()
        let number = unsafe cell.withUnsafeBufferPointer { bytes -> Float? in
            guard let start = bytes.baseAddress else { return nil }
            return unsafe NumberScanner.float(start, start + bytes.count)
        }
        guard let number else { return try self.noNumber(cell, line: line, column: column) }
        guard number.isFinite else {
            throw DataFileError(
                file: self.file, line: line, column: column + 1,
                "\(self.name(column)): found \(shown(cell)), want a number that float32 can hold")
        }
        return number
    }

    /// NaN where the cell is missing and may be.
    private func noNumber(_ cell: [UInt8], line: Int, column: Int) throws(DataFileError) -> Float {
        let isTarget = self.plan.roles[column].isTarget
        let text = String(decoding: cell.prefix(16), as: UTF8.self).lowercased()
        if Self.isBlank(cell) || Self.missingWords.contains(text) {
            let policy = self.plan.missing.policy
            if policy == .dropRow || policy.fills && !isTarget { return .nan }
            throw isTarget
                ? self.missingTarget(cell, line: line, column: column)
                : self.missing(
                    cell, want: Self.isBlank(cell) ? "a number" : "a finite number", line: line, column: column)
        }
        let remedy: String
        if Self.infiniteWords.contains(text) {
            remedy = "found \(shown(cell)), want a finite number; drop the row or fill the cell"
        } else if isTarget {
            remedy = "found \"\(shown(cell))\", want a number; for classes set task: classification"
        } else {
            remedy = "found \"\(shown(cell))\", want a number; list the column under categorical or under ignore"
        }
        throw DataFileError(file: self.file, line: line, column: column + 1, "\(self.name(column)): \(remedy)")
    }

    /// A missing cell under the policy that refuses it, the only one for a series.
    func missing(_ cell: some Collection<UInt8>, want wanted: String, line: Int, column: Int) -> DataFileError {
        let remedy =
            self.task == .forecasting || self.plan.steps != nil
            ? "; drop the row or fill the cell"
            : ", because missing is refuse; set missing to drop_row, mean, median or most_frequent"
        return DataFileError(
            file: self.file, line: line, column: column + 1,
            "\(self.name(column)): found \(Self.isBlank(cell) ? "an empty cell" : shown(cell)), want \(wanted)\(remedy)"
        )
    }

    func missingTarget(_ cell: some Collection<UInt8>, line: Int, column: Int) -> DataFileError {
        // A series without one of its steps would be another one.
        if self.plan.steps != nil {
            return self.missing(
                cell, want: self.task == .classification ? "a class" : "a number", line: line, column: column)
        }
        return DataFileError(
            file: self.file, line: line, column: column + 1,
            "\(self.name(column)): found \(Self.isBlank(cell) ? "an empty cell" : shown(cell)), want "
                + "\(self.task == .classification ? "a class" : Self.isBlank(cell) ? "a number" : "a finite number"), as a target is never filled; drop the row, "
                + "or set missing: drop_row")
    }

    func missingGroup(line: Int, column: Int) -> DataFileError {
        DataFileError(
            file: self.file, line: line, column: column + 1,
            "\(self.name(column)): found an empty cell, want the name of a "
                + (self.plan.steps == nil ? "group; drop the row, or set missing: drop_row" : "series; drop the row"))
    }

    func newClass(_ cell: some Collection<UInt8>, line: Int, column: Int) -> DataFileError {
        let wanted =
            self.classes.isClosed
            ? "want one of the training file's \(self.classes.labels.count) classes"
            : "want at most \(Self.mostClasses) classes; for numbers set task: regression"
        return DataFileError(
            file: self.file, line: line, column: column + 1,
            "\(self.name(column)): found the new class \"\(shown(cell))\", \(wanted)")
    }

    func newCategory(
        _ cell: some Collection<UInt8>, feature: Int, line: Int, column: Int
    ) -> DataFileError {
        let wanted =
            self.categories[feature]?.isClosed == true
            ? "want one that the training file has"
            : "want at most \(Self.mostCategories) categories; list the column under ignore"
        return DataFileError(
            file: self.file, line: line, column: column + 1,
            "\(self.name(column)): found the new category \"\(shown(cell))\", \(wanted)")
    }

    func name(_ column: Int) -> String {
        "column \"\(shown(self.plan.columnNames[column].utf8))\""
    }

    /// A row with too few or too many cells.
    func ragged(
        _ cursor: inout CSVCursor, line: Int, cells: Int, after delimiter: CSVCursor.Delimiter
    ) throws(DataFileError) -> DataFileError {
        var cells = cells
        var isMore = delimiter == .comma
        while isMore {
            _ = try unsafe cursor.cell()
            cells += 1
            isMore = unsafe cursor.delimiter() == .comma
        }
        return DataFileError(
            file: self.file, line: line,
            "a ragged row: found \(cells) cells, want \(self.plan.roles.count) as in the header")
    }

    func checkTarget(isTraining: Bool) throws(DataFileError) {
        guard isTraining else { return }
        for (target, column) in self.plan.targetColumns.enumerated() {
            let isConstant: Bool
            let value: String
            switch self.task {
            case .classification:
                let labels = self.classes.ordered().labels
                isConstant = labels.count == 1
                value = labels.first.map { shown($0) } ?? ""
            case .regression:
                let width = self.plan.targetColumns.count
                let first = self.values[target]
                isConstant = stride(from: target, to: self.values.count, by: width).allSatisfy {
                    self.values[$0] == first
                }
                value = "\(first)"
            // Whether a series varies is asked of its training part.
            case .multiLabel, .forecasting: return
            }
            guard !isConstant else {
                throw DataFileError(
                    file: self.file, column: column + 1,
                    "\(self.name(column)): a constant target, every row has \(value); want one that varies")
            }
        }
    }

    /// - Throws: ``DataFileError`` for a label of the row that begins on this line and is neither 0 nor 1; one that is
    ///   missing is asked for elsewhere.
    func checkLabels(_ labels: ArraySlice<Float>, line: Int) throws(DataFileError) {
        for (column, value) in zip(self.plan.targetColumns, labels) where value != 0 && value != 1 && !value.isNaN {
            throw DataFileError(
                file: self.file, line: line, column: column + 1,
                "\(self.name(column)): found \(value), want 0 or 1; for numbers set task: regression")
        }
    }

    /// The text of a cell that names something.
    ///
    /// - Throws: ``DataFileError`` where it is not UTF-8: texts that differ could else become one.
    static func text(_ cell: some Collection<UInt8>, file: String) throws(DataFileError) -> String {
        guard let text = String(validating: cell, as: UTF8.self) else {
            throw DataFileError(file: file, "the text \"\(shown(cell))\" is not UTF-8; save the file as UTF-8")
        }
        return text
    }
}
