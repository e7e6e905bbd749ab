import TrainingData
import TuningModel

/// What the training file settles for the other files of a study: its columns, categories and classes.
struct CSVVocabulary {
    let featureColumns: [String]
    /// For each feature column its categories in order; `nil` for numbers.
    let categories: [[[UInt8]]?]
    /// The classes in order; empty for regression.
    let classes: [[UInt8]]
}

/// Reads CSV files into rows.
///
/// Our own scanner because SwiftCSV 0.10 was measured at 2 MB/s on numeric files, this one at 260 MB/s (90 MB, 31
/// columns, one core), and because each refusal has to name its line and column.
struct CSVReader {
    private static let mostClasses = 65_536
    private static let mostCategories = 1000

    private let file: String
    private let plan: CSVPlan
    private let task: TaskKind
    /// Numbers, and numbers of categories, shape [rows, feature columns].
    private var cells: [Float] = []
    /// Shape [rows, targets] where these are no classes.
    private var values: [Float] = []
    /// Those of the row at hand.
    private var rowValues: [Float]
    private var labels: [Int32] = []
    private var classes: LabelTable
    /// One for each feature column; used for categories only.
    private var categories: [LabelTable?]
    private var rowCount = 0

    /// Reads a whole file.
    ///
    /// Categorical columns become one column for each category, named `column=category`, in the order of
    /// ``LabelTable/ordered()``; classes are numbered in that order too.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - file: For messages.
    ///   - declaration: The columns as the study file names them.
    ///   - task: Whether the target is a class or a number.
    ///   - vocabulary: That of the training file, for validation and test files.
    /// - Returns: The rows, and what other files of the study must fit.
    /// - Throws: ``DataFileError`` with line and column of the first cell that cannot stand.
    /// - Complexity: O(bytes).
    static func read(
        _ bytes: UnsafeRawBufferPointer, file: String, declaration: CSVPlan.Declaration, task: TaskKind,
        vocabulary: CSVVocabulary?
    ) throws(DataFileError) -> (rows: DatasetRows, vocabulary: CSVVocabulary) {
        let bytes = unsafe bytes.bindMemory(to: UInt8.self)
        guard let start = bytes.baseAddress else { throw DataFileError(file: file, "the file is empty") }
        var cursor = unsafe CSVCursor(bytes, start: start, file: file)
        unsafe cursor.skipEmptyLines()
        guard unsafe !cursor.isAtEnd else { throw DataFileError(file: file, "the file is empty") }
        let line = unsafe cursor.line
        var names: [String] = []
        var isHeader = true
        while isHeader {
            names.append(try Self.text(try unsafe cursor.cell(), file: file))
            isHeader = unsafe cursor.delimiter() == .comma
        }
        let plan = try CSVPlan(
            header: names, line: line, declaration: declaration, features: vocabulary?.featureColumns, file: file)
        var reader = CSVReader(file: file, plan: plan, task: task, vocabulary: vocabulary)
        try unsafe reader.readRows(&cursor)
        try reader.checkTarget(isTraining: vocabulary == nil)
        return try reader.finished()
    }

    private init(file: String, plan: CSVPlan, task: TaskKind, vocabulary: CSVVocabulary?) {
        self.file = file
        self.plan = plan
        self.task = task
        self.classes = vocabulary.map { LabelTable(closed: $0.classes) } ?? LabelTable(limit: Self.mostClasses)
        self.rowValues = [Float](repeating: 0, count: plan.roles.count { $0.isTarget })
        self.categories = [LabelTable?](repeating: nil, count: plan.featureColumns.count)
        for role in plan.roles {
            guard case .category(let feature) = role else { continue }
            self.categories[feature] =
                vocabulary.flatMap { $0.categories[feature] }.map { LabelTable(closed: $0) }
                ?? LabelTable(limit: Self.mostCategories)
        }
    }

    private mutating func readRows(_ cursor: inout CSVCursor) throws(DataFileError) {
        let width = self.plan.featureColumns.count
        let lastColumn = self.plan.roles.count - 1
        let roles = self.plan.roles
        var row = [Float](repeating: 0, count: width)
        unsafe cursor.skipEmptyLines()
        while unsafe !cursor.isAtEnd {
            let line = unsafe cursor.line
            for column in 0...lastColumn {
                if case .number(let feature) = roles[column] {
                    if let value = unsafe cursor.fastFloat() {
                        row[feature] = value
                    } else {
                        row[feature] = try unsafe self.number(&cursor, column: column)
                    }
                } else {
                    try unsafe self.readCell(&cursor, column: column, into: &row)
                }
                let delimiter = unsafe cursor.delimiter()
                guard (delimiter == .comma) == (column < lastColumn) else {
                    throw try unsafe self.ragged(&cursor, line: line, cells: column + 1, after: delimiter)
                }
            }
            guard self.rowCount < PreparedDataset.Limit.rows else {
                throw DataFileError(file: self.file, line: line, "more than \(PreparedDataset.Limit.rows) rows")
            }
            self.rowCount += 1
            self.values.append(contentsOf: self.rowValues)
            self.cells.append(contentsOf: row)
            unsafe cursor.skipEmptyLines()
        }
        guard self.rowCount > 0 else {
            throw DataFileError(file: self.file, "a header and no rows, want at least one row")
        }
    }

    /// A row with too few or too many cells.
    private func ragged(
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

    private func number(_ cursor: inout CSVCursor, column: Int) throws(DataFileError) -> Float {
        let line = unsafe cursor.line
        let cell = try unsafe cursor.cell()
        let number = unsafe cell.withUnsafeBufferPointer { bytes -> Float? in
            guard let start = bytes.baseAddress else { return nil }
            return unsafe NumberScanner.float(start, start + bytes.count)
        }
        guard let number else { throw self.noNumber(cell, line: line, column: column) }
        guard number.isFinite else {
            throw DataFileError(
                file: self.file, line: line, column: column + 1,
                "\(self.name(column)): found \(shown(cell)), want a number that float32 can hold")
        }
        return number
    }

    private func noNumber(_ cell: [UInt8], line: Int, column: Int) -> DataFileError {
        let isTarget = self.plan.targetColumns.contains(column)
        let text = String(decoding: cell.prefix(16), as: UTF8.self).lowercased()
        let missing = ["nan", "na", "n/a", "null", "none", "?", "inf", "-inf", "+inf", "infinity", "-infinity", "-nan"]
        let remedy: String
        if cell.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
            remedy = "found an empty cell, want a number; drop the row or fill the cell"
        } else if missing.contains(text) {
            remedy = "found \(shown(cell)), want a finite number; drop the row or fill the cell"
        } else if isTarget {
            remedy = "found \"\(shown(cell))\", want a number; for classes set task: classification"
        } else {
            remedy = "found \"\(shown(cell))\", want a number; list the column under categorical or under ignore"
        }
        return DataFileError(file: self.file, line: line, column: column + 1, "\(self.name(column)): \(remedy)")
    }

    private func name(_ column: Int) -> String {
        "column \"\(shown(self.plan.columnNames[column].utf8))\""
    }

    private mutating func readCell(
        _ cursor: inout CSVCursor, column: Int, into row: inout [Float]
    ) throws(DataFileError) {
        let line = unsafe cursor.line
        switch self.plan.roles[column] {
        case .ignored, .number: _ = try unsafe cursor.cell()
        case .target(let target) where self.task != .classification:
            if let value = unsafe cursor.fastFloat() {
                self.rowValues[target] = value
            } else {
                self.rowValues[target] = try unsafe self.number(&cursor, column: column)
            }
            let value = self.rowValues[target]
            guard self.task != .multiLabel || value == 0 || value == 1 else {
                throw DataFileError(
                    file: self.file, line: line, column: column + 1,
                    "\(self.name(column)): found \(value), want 0 or 1; for numbers set task: regression")
            }
        case .target:
            let cell = try unsafe cursor.cell()
            guard !cell.isEmpty, String(decoding: cell.prefix(4), as: UTF8.self).lowercased() != "nan" else {
                throw DataFileError(
                    file: self.file, line: line, column: column + 1,
                    "\(self.name(column)): found \(cell.isEmpty ? "an empty cell" : shown(cell)), want a class; "
                        + "drop the row"
                )
            }
            guard let number = self.classes.number(cell) else {
                let wanted =
                    self.classes.isClosed
                    ? "want one of the training file's \(self.classes.labels.count) classes"
                    : "want at most \(Self.mostClasses) classes; for numbers set task: regression"
                throw DataFileError(
                    file: self.file, line: line, column: column + 1,
                    "\(self.name(column)): found the new class \"\(shown(cell))\", \(wanted)")
            }
            self.labels.append(Int32(number))
        case .category(let feature):
            let cell = try unsafe cursor.cell()
            guard !cell.isEmpty, let number = self.categories[feature]?.number(cell) else {
                let isClosed = self.categories[feature]?.isClosed == true
                let wanted =
                    isClosed
                    ? "want one that the training file has"
                    : "want at most \(Self.mostCategories) categories; list the column under ignore"
                let found =
                    cell.isEmpty
                    ? "an empty cell, want a category; drop the row or fill the cell"
                    : "the new category \"\(shown(cell))\", \(wanted)"
                throw DataFileError(
                    file: self.file, line: line, column: column + 1, "\(self.name(column)): found \(found)")
            }
            row[feature] = Float(number)
        }
    }

    private func checkTarget(isTraining: Bool) throws(DataFileError) {
        guard isTraining else { return }
        for (target, column) in self.plan.targetColumns.enumerated() {
            let isConstant: Bool
            let value: String
            switch self.task {
            case .classification:
                isConstant = self.classes.labels.count == 1
                value = self.classes.labels.first.map { shown($0) } ?? ""
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

    /// The text of a cell that names something.
    ///
    /// - Throws: ``DataFileError`` where it is not UTF-8: texts that differ could else become one.
    private static func text(_ cell: some Collection<UInt8>, file: String) throws(DataFileError) -> String {
        guard let text = String(validating: cell, as: UTF8.self) else {
            throw DataFileError(file: file, "the text \"\(shown(cell))\" is not UTF-8; save the file as UTF-8")
        }
        return text
    }

    private func finished() throws(DataFileError) -> (rows: DatasetRows, vocabulary: CSVVocabulary) {
        let classes = self.classes.ordered()
        let categories = self.categories.map { $0?.ordered() }
        let (names, features) = try self.expanded(categories)
        let targets: DatasetTargets
        switch self.task {
        case .classification:
            var classNames: [String] = []
            for label in classes.labels { classNames.append(try Self.text(label, file: self.file)) }
            targets = .classes(self.labels.map { Int32(classes.places[Int($0)]) }, names: classNames)
        case .regression: targets = .values(self.values, outputs: self.plan.targetColumns.count)
        case .forecasting:
            let places = self.plan.targetColumns.map { names.firstIndex(of: self.plan.columnNames[$0]) ?? 0 }
            let values = (0..<self.rowCount).flatMap { row in places.map { features[row * names.count + $0] } }
            targets = .values(values, outputs: places.count)
        case .multiLabel:
            targets = .labels(self.values, names: self.plan.targetColumns.map { self.plan.columnNames[$0] })
        }
        do throws(DatasetError) {
            let rows = try DatasetRows(
                rowCount: self.rowCount, featureNames: names, features: features, targets: targets)
            return (
                rows,
                CSVVocabulary(
                    featureColumns: self.plan.featureColumns, categories: categories.map { $0?.labels },
                    classes: self.task == .classification ? classes.labels : [])
            )
        } catch {
            throw DataFileError(file: self.file, error.message)
        }
    }

    /// The feature matrix with a column for each category.
    private func expanded(
        _ categories: [(labels: [[UInt8]], places: [Int])?]
    ) throws(DataFileError) -> (names: [String], features: [Float]) {
        guard categories.contains(where: { $0 != nil }) else { return (self.plan.featureColumns, self.cells) }
        var names: [String] = []
        var starts: [Int] = []
        for (column, ordered) in zip(self.plan.featureColumns, categories) {
            starts.append(names.count)
            if let ordered {
                for label in ordered.labels { names.append("\(column)=\(try Self.text(label, file: self.file))") }
            } else {
                names.append(column)
            }
        }
        let (count, isOverflow) = names.count.multipliedReportingOverflow(by: self.rowCount)
        guard names.count <= PreparedDataset.Limit.features, !isOverflow, count <= PreparedDataset.Limit.bytes / 4
        else {
            throw DataFileError(
                file: self.file,
                "\(names.count) features after the categories have columns of their own, times \(self.rowCount) "
                    + "rows, is "
                    + "too much; list columns with many categories under ignore")
        }
        var features = [Float](repeating: 0, count: count)
        let width = starts.count
        for row in 0..<self.rowCount {
            for column in 0..<width {
                let value = self.cells[row * width + column]
                let start = row * names.count + starts[column]
                if let ordered = categories[column] {
                    features[start + ordered.places[Int(value)]] = 1
                } else {
                    features[start] = value
                }
            }
        }
        return (names, features)
    }
}
