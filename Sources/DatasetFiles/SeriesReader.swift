import TrainingData
import TuningModel

/// Reads a series in time order: a CSV file with a row for each step.
enum SeriesReader {
    /// Reads, cuts, splits by time, standardises and encodes a series.
    ///
    /// Each column that is not ignored is given, the targets among them; a column that names the time is to be ignored or
    /// made numbers.
    ///
    /// - Throws: ``DataFileError`` where the file is refused, or a part of it has no window.
    static func load(
        _ source: SeriesSource, validation: DataPart, test: DataPart?, files: FileFinder
    ) throws(DataFileError) -> LoadedDataset {
        guard case .last(let validationShare) = validation else { throw self.wrongPart("validation", source) }
        var testShare: Double?
        if let test {
            guard case .last(let share) = test else { throw self.wrongPart("test", source) }
            testShare = share
        }
        let declaration = CSVPlan.Declaration(
            targets: source.targets, categorical: source.categorical, ignore: source.ignore,
            givesTargets: true)
        let opened = try files.open(source.file)
        let rows = try unsafe opened.withBytes { (bytes) throws(DataFileError) in
            try unsafe CSVReader.read(
                bytes, file: source.file, declaration: declaration, task: .forecasting, vocabulary: nil,
                isMapped: opened.isMapped, work: files.work
            ).rows
        }
        do throws(DatasetError) {
            let windows = try SeriesWindows(
                stepCount: rows.rowCount, window: source.window, horizon: source.horizon, validation: validationShare,
                test: testShare)
            return try LoadedDataset(series: rows, windows: windows, source: files.work.source)
        } catch {
            throw DataFileError(file: source.file, error.message)
        }
    }

    private static func wrongPart(_ name: String, _ source: SeriesSource) -> DataFileError {
        DataFileError(file: source.file, "\(name) rows of a series, want its last ones: {last: 0.2}")
    }
}
