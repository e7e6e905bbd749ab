import TrainingData
import TuningModel

/// Reads a series in time order: a CSV file with a row for each step.
enum SeriesReader {
    /// Reads, cuts, splits by time, standardises and encodes a series.
    ///
    /// Each column that is not ignored is given, the targets among them; a column that names the time is to be ignored or
    /// made numbers. Validation and test rows are the last steps of the series, or all windows of a file of their own with the
    /// same columns: then no step of the training file is given to them.
    ///
    /// - Throws: ``DataFileError`` where a file is refused, or a part of it has no window.
    static func load(
        _ source: SeriesSource, validation: DataPart, test: DataPart?, files: FileFinder
    ) throws(DataFileError) -> LoadedDataset {
        var (shares, others): ([Double?], [SeriesSource?]) = ([], [])
        for (name, part) in [("validation", validation), ("test", test)] {
            switch part {
            case .last(let share)?:
                shares.append(share)
                others.append(nil)
            case .source(.series(let other))?:
                shares.append(nil)
                others.append(other)
            case nil:
                shares.append(nil)
                others.append(nil)
            case .holdout?, .fold?, .source?:
                throw DataFileError(
                    file: source.file,
                    "\(name) rows of a series, want its last ones: {last: 0.2}, or a file of their own: {file: F}")
            }
        }
        let train = try self.steps(source, vocabulary: nil, files: files)
        let windows = try self.naming(source.file) { () throws(DatasetError) in
            try SeriesWindows(
                stepCount: train.rows.rowCount, window: source.window, horizon: source.horizon, validation: shares[0],
                test: shares[1])
        }
        var parts: [DatasetRows?] = []
        for other in others {
            guard let other else {
                parts.append(nil)
                continue
            }
            let steps = try self.steps(other, vocabulary: train.vocabulary, files: files).rows
            parts.append(
                try self.naming(other.file) { () throws(DatasetError) in
                    try windows.allRows(steps, source: files.work.source)
                })
        }
        return try self.naming(source.file) { () throws(DatasetError) in
            try LoadedDataset(
                series: train.rows, windows: windows, validation: parts[0], test: parts[1], source: files.work.source)
        }
    }

    /// The steps of one file; those of other files than the training file have its columns and categories.
    private static func steps(
        _ source: SeriesSource, vocabulary: CSVVocabulary?, files: FileFinder
    ) throws(DataFileError) -> (rows: DatasetRows, vocabulary: CSVVocabulary) {
        let declaration = CSVPlan.Declaration(
            targets: source.targets, categorical: source.categorical, ignore: source.ignore,
            givesTargets: true)
        let opened = try files.open(source.file)
        return try unsafe opened.withBytes { (bytes) throws(DataFileError) in
            try unsafe CSVReader.read(
                bytes, file: source.file, declaration: declaration, task: .forecasting, vocabulary: vocabulary,
                isMapped: opened.isMapped, work: files.work)
        }
    }

    /// Says which file a mistake is in.
    private static func naming<Answer>(
        _ file: String, _ body: () throws(DatasetError) -> Answer
    ) throws(DataFileError) -> Answer {
        do throws(DatasetError) {
            return try body()
        } catch {
            throw DataFileError(file: file, error.message)
        }
    }
}
