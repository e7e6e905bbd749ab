package import TrainingData
package import TuningModel

/// A file that lies in memory, such as one inside the program.
@safe
package struct EmbeddedFile: @unchecked Sendable {
    // Sendable because the bytes are constant for the life of the program.
    package let name: String
    package let bytes: UnsafeRawBufferPointer

    /// A file that is part of the program.
    ///
    /// - Parameters:
    ///   - name: The path that stands for it in a study file.
    ///   - bytes: Constant for the life of the program.
    package init(name: String, bytes: UnsafeRawBufferPointer) {
        self.name = name
        unsafe self.bytes = bytes
    }
}

/// Reads the data of a study.
package enum DatasetLoader {
    /// Reads, splits, standardises and encodes the data of a study.
    ///
    /// The same files, settings and seed give the same bytes. Classes, categories and the order of features come from
    /// the training file; validation and test files must fit them.
    ///
    /// - Parameters:
    ///   - settings: The section `data` of the study file.
    ///   - task: Whether targets are classes or numbers.
    ///   - seed: The study's data seed; it decides the split.
    ///   - directory: What relative paths are relative to: the study file's folder.
    ///   - embedded: Files that are in memory; a path equal to such a name is not looked for on disk.
    /// - Returns: The prepared data set.
    /// - Throws: ``DataFileError`` naming the file, its line and column where there is one, and the remedy.
    /// - Complexity: O(bytes of the files + rows * features).
    package static func load(
        _ settings: DataSettings, task: TaskKind, seed: UInt64, relativeTo directory: String,
        embedded: [EmbeddedFile] = []
    ) throws(DataFileError) -> LoadedDataset {
        let files = FileFinder(directory: directory, embedded: embedded)
        if case .series(let source) = settings.train {
            return try SeriesReader.load(
                source, validation: settings.validation, test: settings.test, files: files)
        }
        let train = try SourceRows.read(settings.train, task: task, files: files, like: nil)
        let validation = try self.part(settings.validation, task: task, files: files, train: train)
        var test: LoadedDataset.Part?
        if let part = settings.test { test = try self.part(part, task: task, files: files, train: train) }
        do throws(DatasetError) {
            return try LoadedDataset(train.rows, validation: validation, test: test, seed: seed)
        } catch {
            throw DataFileError(file: error.concernsTargets ? train.targetFile : train.file, error.message)
        }
    }

    private static func part(
        _ part: DataPart, task: TaskKind, files: FileFinder, train: SourceRows
    ) throws(DataFileError) -> LoadedDataset.Part {
        switch part {
        case .holdout(let share, let isStratified):
            return .holdout(Holdout(share: share, isStratified: isStratified && task == .classification))
        case .last:
            throw DataFileError(file: train.file, "the last rows of what is no series, want a holdout")
        case .source(let source):
            return .rows(try SourceRows.read(source, task: task, files: files, like: train).rows)
        }
    }
}

/// Finds files on disk and in memory.
struct FileFinder {
    let directory: String
    let embedded: [EmbeddedFile]

    func open(_ name: String) throws(DataFileError) -> FileBytes {
        if let file = self.embedded.first(where: { $0.name == name }) {
            return try unsafe FileBytes(constant: file.bytes, name: name)
        }
        guard !name.hasPrefix("/"), !self.directory.isEmpty else { return try FileBytes(path: name) }
        return try FileBytes(path: self.directory.hasSuffix("/") ? self.directory + name : "\(self.directory)/\(name)")
    }
}

/// The rows of one source with what other sources must fit.
struct SourceRows {
    let file: String
    /// The same file, or that of the targets.
    let targetFile: String
    let rows: DatasetRows
    /// For CSV files only.
    let vocabulary: CSVVocabulary?

    /// Reads one source.
    ///
    /// - Parameters:
    ///   - source: The files.
    ///   - task: Whether targets are classes or numbers.
    ///   - files: Where to find them.
    ///   - train: The training rows, when this source is to fit them.
    /// - Returns: The rows.
    /// - Throws: ``DataFileError`` where a file is refused.
    static func read(
        _ source: DataSource, task: TaskKind, files: FileFinder, like train: SourceRows?
    ) throws(DataFileError) -> SourceRows {
        switch source {
        case .csv(let file, let target, let categorical, let ignore):
            return try self.csv(
                file, CSVPlan.Declaration(targets: [target], categorical: categorical, ignore: ignore), task: task,
                files: files, train: train)
        case .table(let file, let targets, let categorical, let ignore):
            return try self.csv(
                file, CSVPlan.Declaration(targets: targets, categorical: categorical, ignore: ignore), task: task,
                files: files, train: train)
        case .series(let series):
            throw DataFileError(file: series.file, "a series beside other rows, want the format of data.train")
        case .npy(let features, let targets):
            return try unsafe self.arrays(features, targets, task: task, files: files, train: train) {
                (bytes, file) throws(DataFileError) in
                try unsafe NPYReader.read(bytes, file: file)
            }
        case .idx(let images, let labels):
            return try unsafe self.arrays(images, labels, task: task, files: files, train: train) {
                (bytes, file) throws(DataFileError) in
                try unsafe IDXReader.read(bytes, file: file)
            }
        }
    }

    private static func csv(
        _ file: String, _ declaration: CSVPlan.Declaration, task: TaskKind, files: FileFinder, train: SourceRows?
    ) throws(DataFileError) -> SourceRows {
        if let train, train.vocabulary == nil {
            throw DataFileError(file: file, "a csv file beside training arrays, want the format of data.train")
        }
        let bytes = try files.open(file)
        let result = try unsafe bytes.withBytes { (bytes) throws(DataFileError) in
            try unsafe CSVReader.read(
                bytes, file: file, declaration: declaration, task: task, vocabulary: train?.vocabulary)
        }
        return SourceRows(file: file, targetFile: file, rows: result.rows, vocabulary: result.vocabulary)
    }

    private static func arrays(
        _ features: String, _ targets: String, task: TaskKind, files: FileFinder, train: SourceRows?,
        read: (UnsafeRawBufferPointer, String) throws(DataFileError) -> BinaryArray
    ) throws(DataFileError) -> SourceRows {
        if let train, train.vocabulary != nil {
            throw DataFileError(file: features, "arrays beside a training csv, want the format of data.train")
        }
        var classNames: [String]?
        if case .classes(_, let names)? = train?.rows.targets { classNames = names }
        let featureBytes = try files.open(features)
        let targetBytes = try files.open(targets)
        let rows = try unsafe featureBytes.withBytes { (first) throws(DataFileError) in
            try unsafe targetBytes.withBytes { (second) throws(DataFileError) in
                try unsafe ArrayRows.rows(
                    features: read(first, features), targets: read(second, targets), task: task,
                    classNames: classNames)
            }
        }
        return SourceRows(file: features, targetFile: targets, rows: rows, vocabulary: nil)
    }
}
