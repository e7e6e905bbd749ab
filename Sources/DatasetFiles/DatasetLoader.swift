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
    ///   - work: How many threads read, and where large blocks lie; neither changes a byte of what is returned.
    /// - Returns: The prepared data set.
    /// - Throws: ``DataFileError`` naming the file, its line and column where there is one, and the remedy.
    /// - Complexity: O(bytes of the files + rows * features).
    package static func load(
        _ settings: DataSettings, task: TaskKind, seed: UInt64, relativeTo directory: String,
        embedded: [EmbeddedFile] = [], work: LoadingWork = LoadingWork()
    ) throws(DataFileError) -> LoadedDataset {
        let files = FileFinder(directory: directory, embedded: embedded, work: work)
        if case .series(let source) = settings.train {
            return try SeriesReader.load(
                source, validation: settings.validation, test: settings.test, files: files)
        }
        let group = settings.validation.group ?? settings.test?.group
        let train = try SourceRows.read(settings.train, task: task, files: files, like: nil, group: group)
        let validation = try self.part(settings.validation, "validation", task: task, files: files, train: train)
        var test: LoadedDataset.Part?
        if let part = settings.test { test = try self.part(part, "test", task: task, files: files, train: train) }
        do throws(DatasetError) {
            return try LoadedDataset(train.rows, validation: validation, test: test, seed: seed, source: work.source)
        } catch {
            throw DataFileError(file: error.concernsTargets ? train.targetFile : train.file, error.message)
        }
    }

    /// Reads one source and nothing else.
    ///
    /// - Returns: How many rows and features it has.
    /// - Throws: ``DataFileError`` as ``load(_:task:seed:relativeTo:embedded:)`` does.
    package static func shape(
        of source: DataSource, task: TaskKind, relativeTo directory: String, work: LoadingWork = LoadingWork()
    ) throws(DataFileError) -> (rows: Int, features: Int) {
        let source = try SourceRows.read(
            source, task: task, files: FileFinder(directory: directory, embedded: [], work: work), like: nil, group: nil
        )
        return (source.rows.rowCount, source.rows.featureNames.count)
    }

    private static func part(
        _ part: DataPart, _ name: String, task: TaskKind, files: FileFinder, train: SourceRows
    ) throws(DataFileError) -> LoadedDataset.Part {
        switch part {
        case .holdout(let share, let isStratified, let group):
            return .holdout(
                group == nil
                    ? Holdout(share: share, isStratified: isStratified && task == .classification)
                    : .groups(share: share))
        case .last(let share):
            return .holdout(.last(share: share))
        case .fold(let index, let count, let isStratified, let group):
            let isStratified = isStratified && task == .classification && group == nil
            guard let index else {
                return .folds(count, isStratified: isStratified, isGrouped: group != nil)
            }
            return .holdout(.fold(index, of: count, isStratified: isStratified, isGrouped: group != nil))
        case .source(let source):
            let other = try SourceRows.read(source, task: task, files: files, like: train, group: train.group)
            // Whoever makes a data set is told of this too, but not in which file.
            do throws(DatasetError) {
                try LoadedDataset.checkFit(train.rows, other.rows, name: name)
            } catch {
                throw DataFileError(file: error.concernsTargets ? other.targetFile : other.file, error.message)
            }
            return .rows(other.rows)
        }
    }
}

/// Finds files on disk and in memory.
struct FileFinder {
    let directory: String
    let embedded: [EmbeddedFile]
    var work = LoadingWork()

    func open(_ name: String) throws(DataFileError) -> FileBytes {
        if let file = self.embedded.first(where: { $0.name == name }) {
            return try unsafe FileBytes(constant: file.bytes, name: name)
        }
        return try FileBytes(path: self.path(of: name))
    }

    /// The path on disk of a name in the study file.
    func path(of name: String) -> String {
        guard !name.hasPrefix("/"), !self.directory.isEmpty else { return name }
        return self.directory.hasSuffix("/") ? self.directory + name : "\(self.directory)/\(name)"
    }
}
