import TrainingData
import TuningModel

/// What the training file settles for the other files of a study: its columns, categories and classes.
struct CSVVocabulary {
    let featureColumns: [String]
    /// For each feature column its categories in order; `nil` for numbers.
    let categories: [[[UInt8]]?]
    /// For each feature column whether it has a second one that tells missing cells.
    let indicators: [Bool]
    /// The classes in order; empty for regression.
    let classes: [[UInt8]]
}

/// Reads CSV files into rows.
///
/// Our own scanner because SwiftCSV 0.10 was measured at 2 MB/s on numeric files, this one at more than 1 GB/s on one
/// core, and because each refusal has to name its line and column.
struct CSVReader {
    static let mostClasses = 65_536
    static let mostCategories = 1000

    let file: String
    let plan: CSVPlan
    let task: TaskKind
    /// Numbers, and numbers of categories, shape [rows, feature columns]; NaN where a cell is missing.
    var cells: CSVRoom
    /// Shape [rows, targets] where these are no classes.
    var values: [Float] = []
    /// The columns that are targets alone, which those of a series are not.
    let targetCount: Int
    var labels: [Int32] = []
    var classes: LabelTable
    /// One for each feature column; used for categories only.
    var categories: [LabelTable?]
    /// The feature columns that have categories.
    private(set) var categoryFeatures: [Int] = []
    /// For each feature column whether it has a second one that tells missing cells; `nil` in a training file.
    let indicators: [Bool]?
    var rowCount = 0
    /// The class of the row that is being read.
    private(set) var label: Int32 = 0
    /// The group of each row, where rows of a group stay together.
    var groupTable = LabelTable(limit: Int(Int32.max))
    var groups: [Int32] = []
    private(set) var group: Int32 = 0
    private let isGrouped: Bool
    /// The row before, where rows are the steps of sequences.
    var lastStep = SequenceStep()
    /// The time of the row that is being read.
    private(set) var time: [UInt8] = []

    /// Reads a whole file.
    ///
    /// Categorical columns become one column for each category, named `column=category`, in the order of
    /// ``LabelTable/ordered()``; classes are numbered in that order too.
    ///
    /// A cell is missing where it is empty or blank, in a column of numbers also where it is NA, N/A, NaN, null, none or
    /// a question mark. What then happens is said by the declaration's ``MissingCells``.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - file: For messages.
    ///   - declaration: The columns as the study file names them.
    ///   - task: Whether the target is a class or a number.
    ///   - vocabulary: That of the training file, for validation and test files.
    ///   - isMapped: Whether the bytes are a mapped file, whose pages may come and go.
    ///   - work: How many threads read, and where large blocks lie; the rows and the mistake do not depend on it.
    /// - Returns: The rows, and what other files of the study must fit.
    /// - Throws: ``DataFileError`` with line and column of the first cell that cannot stand.
    /// - Complexity: O(bytes).
    static func read(
        _ bytes: UnsafeRawBufferPointer, file: String, declaration: CSVPlan.Declaration, task: TaskKind,
        vocabulary: CSVVocabulary?, isMapped: Bool = false, work: LoadingWork
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
        try unsafe WordScanner().withPowers { (powers) throws(DataFileError) in
            let chunks = unsafe CSVChunk.split(cursor, work: work)
            // Steps of sequences follow one another.
            if work.threads > 1, plan.steps == nil, unsafe chunks.count > 1 {
                try unsafe reader.readRowsAtOnce(&cursor, in: chunks, powers, work, isMapped: isMapped)
            } else {
                let rows = unsafe CSVChunk.rowsToExpect(cursor, columns: plan.roles.count)
                reader.cells = try CSVRoom(width: plan.featureColumns.count, rows: rows, work, file: file)
                unsafe cursor.skipEmptyLines()
                for number in unsafe chunks.indices {
                    let chunk = unsafe chunks[number]
                    if isMapped { unsafe chunk.populate() }
                    try unsafe reader.readRows(&cursor, until: chunk.end, powers)
                    if isMapped { unsafe chunk.release() }
                }
            }
        }
        guard reader.rowCount > 0 else {
            throw DataFileError(
                file: file,
                plan.missing.policy == .dropRow
                    ? "a header and no row without a missing cell, want at least one row"
                    : "a header and no rows, want at least one row")
        }
        try reader.checkTarget(isTraining: vocabulary == nil)
        return try reader.finished(work)
    }

    private init(file: String, plan: CSVPlan, task: TaskKind, vocabulary: CSVVocabulary?) {
        self.file = file
        self.plan = plan
        self.task = task
        self.cells = CSVRoom(width: plan.featureColumns.count)
        self.indicators = vocabulary?.indicators
        self.isGrouped = plan.roles.contains(.group)
        self.classes = vocabulary.map { LabelTable(closed: $0.classes) } ?? LabelTable(limit: Self.mostClasses)
        self.targetCount = plan.roles.count { $0.isTarget }
        self.categories = [LabelTable?](repeating: nil, count: plan.featureColumns.count)
        for role in plan.roles {
            guard case .category(let feature) = role else { continue }
            self.categoryFeatures.append(feature)
            self.categories[feature] =
                vocabulary.flatMap { $0.categories[feature] }.map { LabelTable(closed: $0) }
                ?? LabelTable(limit: Self.mostCategories)
        }
    }

    /// The places of the plain numbers in a row: the features, then the targets that are no classes.
    private var places: [Int32] {
        self.plan.roles.map { role in
            switch role {
            case .number(let feature): Int32(feature)
            case .target(let target) where self.task != .classification:
                Int32(self.plan.featureColumns.count + target)
            case .target, .category, .group, .time, .ignored: -1
            }
        }
    }

    /// For each column how many columns from it on have places that follow one another.
    private static func runs(of places: [Int32]) -> [Int32] {
        var runs = places.map { Int32($0 >= 0 ? 1 : 0) }
        for column in runs.indices.dropLast().reversed()
        where places[column] >= 0 && places[column + 1] == places[column] + 1 {
            runs[column] = runs[column + 1] + 1
        }
        return runs
    }

    /// Reads the rows that begin before a place, and the empty lines behind them.
    mutating func readRows(
        _ cursor: inout CSVCursor, until stop: UnsafePointer<UInt8>, _ powers: UnsafePointer<Double>
    ) throws(DataFileError) {
        let width = self.plan.featureColumns.count
        let places = self.places
        let runs = Self.runs(of: places)
        var row = [Float](repeating: 0, count: width + self.targetCount)
        while unsafe cursor.next < stop {
            let line = unsafe cursor.line
            let isKept = try unsafe self.readRow(&cursor, &row, places, runs, powers)
            if self.task == .multiLabel { try self.checkLabels(row[width...], line: line) }
            if let steps = self.plan.steps { try self.follow(row[width...], steps, line: line) }
            guard self.rowCount < PreparedDataset.Limit.rows else {
                throw DataFileError(file: self.file, line: line, "more than \(PreparedDataset.Limit.rows) rows")
            }
            if isKept { try self.keep(row) }
            unsafe cursor.skipEmptyLines()
        }
    }

    /// Reads one row.
    ///
    /// - Returns: Whether it is kept; not where a cell is missing and such rows are left out.
    private mutating func readRow(
        _ cursor: inout CSVCursor, _ row: inout [Float], _ places: [Int32], _ runs: [Int32],
        _ powers: UnsafePointer<Double>
    ) throws(DataFileError) -> Bool {
        let line = unsafe cursor.line
        let columns = places.count
        var isKept = true
        var column = 0
        while column < columns {
            column = unsafe row.withUnsafeMutableBufferPointer { row in
                unsafe places.withUnsafeBufferPointer { places in
                    unsafe runs.withUnsafeBufferPointer { runs in
                        guard let row = row.baseAddress, let places = places.baseAddress, let runs = runs.baseAddress
                        else { return column }
                        return unsafe cursor.numbers(
                            into: row, places: places, runs: runs, from: column, of: columns, powers: powers)
                    }
                }
            }
            guard column < columns else { break }
            if places[column] >= 0 {
                let value = try unsafe self.number(&cursor, column: column)
                row[Int(places[column])] = value
                if value.isNaN, self.plan.missing.policy == .dropRow { isKept = false }
            } else if try unsafe !self.readCell(&cursor, column: column, into: &row) {
                isKept = false
            }
            let delimiter = unsafe cursor.delimiter()
            guard (delimiter == .comma) == (column + 1 < columns) else {
                throw try unsafe self.ragged(&cursor, line: line, cells: column + 1, after: delimiter)
            }
            column += 1
        }
        return isKept
    }

    /// Takes a row over.
    private mutating func keep(_ row: [Float]) throws(DataFileError) {
        let width = self.plan.featureColumns.count
        if self.rowCount == self.cells.rows { try self.cells.grow(used: self.rowCount) }
        unsafe row.withUnsafeBufferPointer { row in
            guard let start = row.baseAddress else { return }
            unsafe self.cells.put(start, at: self.rowCount)
        }
        self.rowCount += 1
        if self.task != .classification {
            unsafe row.withUnsafeBufferPointer { row in
                unsafe self.values.append(contentsOf: UnsafeBufferPointer(rebasing: row[width...]))
            }
        } else {
            self.labels.append(self.label)
            self.classes.use(Int(self.label))
        }
        if self.isGrouped { self.groups.append(self.group) }
        for feature in self.categoryFeatures where !row[feature].isNaN {
            self.categories[feature]?.use(Int(row[feature]))
        }
    }

    /// Reads a cell that is no plain number.
    ///
    /// - Returns: Whether its row may be kept.
    private mutating func readCell(
        _ cursor: inout CSVCursor, column: Int, into row: inout [Float]
    ) throws(DataFileError) -> Bool {
        let line = unsafe cursor.line
        let number: Int?
        if let cell = unsafe cursor.plainCell() {
            if case .ignored = self.plan.roles[column] { return true }
            number = try unsafe self.label(cell, line: line, column: column)
        } else {
            let cell = try unsafe cursor.cell()
            number = try unsafe cell.withUnsafeBufferPointer { (cell) throws(DataFileError) in
                try unsafe self.label(UnsafeRawBufferPointer(cell), line: line, column: column)
            }
        }
        if case .category(let feature) = self.plan.roles[column] { row[feature] = number.map { Float($0) } ?? .nan }
        if case .target = self.plan.roles[column], let number { self.label = Int32(number) }
        if case .group = self.plan.roles[column], let number { self.group = Int32(number) }
        return number != nil || self.plan.missing.policy.fills
    }

    /// The number of a class or a category; `nil` for a missing one.
    private mutating func label(
        _ cell: UnsafeRawBufferPointer, line: Int, column: Int
    ) throws(DataFileError) -> Int? {
        switch self.plan.roles[column] {
        case .ignored, .number: return 0
        case .time:
            self.time = unsafe Array(cell)
            return 0
        case .group:
            if unsafe Self.isBlank(cell) {
                if self.plan.missing.policy == .dropRow { return nil }
                throw self.missingGroup(line: line, column: column)
            }
            return unsafe self.groupTable.number(cell)
        case .target:
            if unsafe Self.isBlank(cell) || Self.isNaN(cell) {
                if self.plan.missing.policy == .dropRow { return nil }
                throw unsafe self.missingTarget(cell, line: line, column: column)
            }
            guard let number = unsafe self.classes.number(cell) else {
                throw unsafe self.newClass(cell, line: line, column: column)
            }
            return number
        case .category(let feature):
            if unsafe Self.isBlank(cell) {
                guard self.plan.missing.policy == .refuse else { return nil }
                throw unsafe self.missing(cell, want: "a category", line: line, column: column)
            }
            guard let number = unsafe self.categories[feature]?.number(cell) else {
                throw unsafe self.newCategory(cell, feature: feature, line: line, column: column)
            }
            return number
        }
    }

    static func isBlank(_ cell: some Collection<UInt8>) -> Bool { cell.allSatisfy { $0 == 0x20 || $0 == 0x09 } }

    private static func isNaN(_ cell: UnsafeRawBufferPointer) -> Bool {
        unsafe cell.count >= 3 && cell[0] | 0x20 == 0x6E && cell[1] | 0x20 == 0x61 && cell[2] | 0x20 == 0x6E
            && (cell.count == 3 || cell.count == 4)
    }
}
