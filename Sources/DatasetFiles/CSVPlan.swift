import TuningModel

/// What is done with the columns of a CSV file.
struct CSVPlan {
    /// The columns as the study file declares them.
    struct Declaration {
        let targets: [String]
        let categorical: [String]
        let ignore: [String]
        /// Whether targets are features too, as in a series.
        var givesTargets = false
        var missing = MissingCells.refused
        /// The column whose cells say which rows stay together; no feature.
        var group: String?
        /// Where rows are the steps of sequences; then there is no group.
        var steps: Steps?
    }

    /// The columns that make rows the steps of sequences; no features.
    struct Steps {
        let series: String
        let time: String?
        /// The most steps of a sequence; `nil` in a training file.
        let most: Int?
    }

    enum Role: Hashable {
        case ignored
        /// This one of the targets.
        case target(Int)
        /// Which rows stay together, or are one sequence.
        case group
        /// What ascends within a sequence.
        case time
        /// A number, or a category, that becomes this one of the source features.
        case number(Int)
        case category(Int)

        var isTarget: Bool { if case .target = self { true } else { false } }
    }

    let columnNames: [String]
    /// One for each column.
    let roles: [Role]
    /// Names of the columns that are features, in the order of the features.
    let featureColumns: [String]
    /// The columns of the targets, in the order of the declaration.
    let targetColumns: [Int]
    let missing: MissingCells
    let steps: Steps?

    /// Finds the role of each column.
    ///
    /// - Parameters:
    ///   - names: The header.
    ///   - line: The line of the header.
    ///   - declaration: The columns as the study file names them.
    ///   - features: The feature columns of the training file, where this file belongs to one: the same are wanted
    ///     here, in whatever order.
    ///   - file: For messages.
    /// - Throws: ``DataFileError`` for an empty or doubled name, a declared column that is not there, or none left to
    ///   learn from.
    init(
        header names: [String], line: Int, declaration: Declaration, features: [String]?, file: String
    ) throws(DataFileError) {
        guard names.count <= 1_048_576 else {
            throw DataFileError(file: file, line: line, "\(names.count) columns, want at most 1048576")
        }
        var places: [String: Int] = [:]
        for (column, name) in names.enumerated() {
            guard !name.isEmpty else {
                throw DataFileError(
                    file: file, line: line, column: column + 1, "a column without a name, want a name in the header")
            }
            if let first = places[name] {
                throw DataFileError(
                    file: file, line: line, column: column + 1,
                    "the column name \"\(name)\" stands twice, also in column \(first + 1); want each name once")
            }
            places[name] = column
        }
        for (what, list) in [
            ("target", declaration.targets), ("categorical", declaration.categorical), ("ignore", declaration.ignore),
            ("group", features == nil ? [declaration.group].compactMap { $0 } : []),
            ("series", [declaration.steps?.series].compactMap { $0 }),
            ("time", [declaration.steps?.time].compactMap { $0 }),
        ] {
            for name in list where places[name] == nil {
                throw Self.missing(name, what: what, names: names, line: line, file: file)
            }
        }
        let hidden =
            declaration.ignore + (declaration.givesTargets ? [] : declaration.targets)
            + [declaration.group, declaration.steps?.series, declaration.steps?.time].compactMap { $0 }
        let used = names.filter { !hidden.contains($0) }
        if let features {
            for name in features where places[name] == nil {
                throw Self.missing(name, what: "feature", names: names, line: line, file: file)
            }
            for name in used where !features.contains(name) {
                throw DataFileError(
                    file: file, line: line, column: (places[name] ?? 0) + 1,
                    "the column \"\(name)\" is not in the training file, want the same columns")
            }
        }
        self.featureColumns = features ?? used
        guard !self.featureColumns.isEmpty else {
            throw DataFileError(file: file, line: line, "no column is left to learn from, want at least one feature")
        }
        var numbers: [String: Int] = [:]
        for (number, name) in self.featureColumns.enumerated() { numbers[name] = number }
        self.roles = names.map { name in
            if !declaration.givesTargets, let target = declaration.targets.firstIndex(of: name) {
                return .target(target)
            }
            if name == declaration.steps?.series { return .group }
            if name == declaration.steps?.time { return .time }
            // Other files of the study are not split: only their features count.
            if name == declaration.group { return features == nil ? .group : .ignored }
            guard let number = numbers[name] else { return .ignored }
            return declaration.categorical.contains(name) ? .category(number) : .number(number)
        }
        self.columnNames = names
        self.missing = declaration.missing
        self.steps = declaration.steps
        self.targetColumns = declaration.targets.map { places[$0] ?? 0 }
    }

    private static func missing(
        _ name: String, what: String, names: [String], line: Int, file: String
    ) -> DataFileError {
        let guess = NearestName.of(name, among: names).map { ", did you mean \"\($0)\"?" } ?? ","
        var remedy = "want one of " + names.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
        if names.count > 8 { remedy += " and \(names.count - 8) more" }
        if names.count == 1, let semicolon = names.first, semicolon.contains(";") || semicolon.contains("\t") {
            remedy = "the header is one cell; want commas between columns"
        }
        return DataFileError(file: file, line: line, "there is no \(what) column \"\(name)\"\(guess) \(remedy)")
    }
}
