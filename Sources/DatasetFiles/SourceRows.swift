import TrainingData
import TuningModel

/// The rows of one source with what other sources must fit.
struct SourceRows {
    /// What can stand beside each other: only tables of one kind have the same features.
    enum Form: String {
        case table = "a csv file"
        case arrays
        case sparse = "a libsvm file"
        case images = "image folders"
        case series = "a series"
        case sequences = "a csv file of series"
    }

    let file: String
    /// The same file, or that of the targets.
    let targetFile: String
    let form: Form
    let rows: DatasetRows
    /// For CSV files only.
    let vocabulary: CSVVocabulary?
    /// For image folders only: what each image became.
    let imageShape: ImageShape?
    /// For CSV files only: the column whose cells say which rows stay together.
    let group: String?

    private init(
        file: String, targetFile: String? = nil, form: Form, rows: DatasetRows, vocabulary: CSVVocabulary? = nil,
        imageShape: ImageShape? = nil, group: String? = nil
    ) {
        self.file = file
        self.targetFile = targetFile ?? file
        self.form = form
        self.rows = rows
        self.vocabulary = vocabulary
        self.imageShape = imageShape
        self.group = group
    }

    /// Reads one source.
    ///
    /// - Parameters:
    ///   - source: The files.
    ///   - task: What targets are.
    ///   - files: Where to find them.
    ///   - train: The training rows, when this source is to fit them.
    ///   - group: For CSV files, the column whose cells say which rows stay together.
    /// - Returns: The rows.
    /// - Throws: ``DataFileError`` where a file is refused.
    static func read(
        _ source: DataSource, task: TaskKind, files: FileFinder, like train: SourceRows?, group: String?
    ) throws(DataFileError) -> SourceRows {
        let (file, form) = self.form(of: source)
        if let train, train.form != form {
            throw DataFileError(
                file: file,
                "\(form.rawValue) beside training rows of \(train.form.rawValue), want the format of data.train")
        }
        var classNames: [String]?
        if case .classes(_, let names)? = train?.rows.targets { classNames = names }
        switch source {
        case .csv(_, let target, let categorical, let ignore, let missing):
            return try self.table(
                file,
                CSVPlan.Declaration(
                    targets: [target], categorical: categorical, ignore: ignore, missing: missing, group: group),
                task: task, files: files, vocabulary: train?.vocabulary)
        case .table(_, let targets, let categorical, let ignore, let missing):
            return try self.table(
                file,
                CSVPlan.Declaration(
                    targets: targets, categorical: categorical, ignore: ignore, missing: missing, group: group),
                task: task, files: files, vocabulary: train?.vocabulary)
        case .sequences(let source):
            return try self.sequences(source, task: task, files: files, train: train)
        case .series:
            throw DataFileError(file: file, "a series beside other rows, want the format of data.train")
        case .npy(_, let targets):
            return try unsafe self.arrays(
                file, targets, task: task, files: files, classNames: classNames, readFeatures: NPYReader.read,
                readTargets: NPYReader.read)
        case .idx(_, let labels):
            return try unsafe self.arrays(
                file, labels, task: task, files: files, classNames: classNames, readFeatures: IDXReader.readImages,
                readTargets: IDXReader.read)
        case .npz(_, let features, let targets):
            let rows = try unsafe files.open(file).withBytes { (bytes) throws(DataFileError) in
                try unsafe NPZReader.withArrays((features, targets), in: bytes, file: file) {
                    (features, targets) throws(DataFileError) in
                    try unsafe ArrayRows.rows(
                        features: features, targets: targets, task: task, classNames: classNames,
                        work: files.work)
                }
            }
            return SourceRows(file: file, form: form, rows: rows)
        case .libsvm(_, let features, let isZeroBased):
            let rows = try unsafe files.open(file).withBytes { (bytes) throws(DataFileError) in
                try unsafe LIBSVMReader.read(
                    bytes, file: file, features: train?.rows.featureNames.count ?? features, isZeroBased: isZeroBased,
                    task: task, classNames: classNames)
            }
            return SourceRows(file: file, form: form, rows: rows)
        case .images(_, let resize, let color):
            let wanted = ImageFolder.Wanted(
                size: resize.map { (height: $0[0], width: $0[1]) }, color: color, shape: train?.imageShape,
                classNames: classNames)
            let result = try ImageFolder.read(files.path(of: file), folder: file, wanted: wanted, work: files.work)
            return SourceRows(file: file, form: form, rows: result.rows, imageShape: result.shape)
        }
    }

    private static func form(of source: DataSource) -> (file: String, form: Form) {
        switch source {
        case .csv(let file, _, _, _, _), .table(let file, _, _, _, _): (file, .table)
        case .series(let source): (source.file, .series)
        case .sequences(let source): (source.file, .sequences)
        case .npy(let file, _), .idx(let file, _), .npz(let file, _, _): (file, .arrays)
        case .libsvm(let file, _, _): (file, .sparse)
        case .images(let folder, _, _): (folder, .images)
        }
    }

    private static func table(
        _ file: String, _ declaration: CSVPlan.Declaration, task: TaskKind, files: FileFinder,
        vocabulary: CSVVocabulary?
    ) throws(DataFileError) -> SourceRows {
        let opened = try files.open(file)
        let result = try unsafe opened.withBytes { (bytes) throws(DataFileError) in
            try unsafe CSVReader.read(
                bytes, file: file, declaration: declaration, task: task, vocabulary: vocabulary,
                isMapped: opened.isMapped, work: files.work)
        }
        return SourceRows(
            file: file, form: .table, rows: result.rows, vocabulary: result.vocabulary, group: declaration.group)
    }

    private static func sequences(
        _ source: SequenceSource, task: TaskKind, files: FileFinder, train: SourceRows?
    ) throws(DataFileError) -> SourceRows {
        let most = train?.rows.featureShape.first
        let steps = try self.table(
            source.file,
            CSVPlan.Declaration(
                targets: source.targets, categorical: source.categorical, ignore: source.ignore,
                steps: CSVPlan.Steps(series: source.series, time: source.time, most: most)),
            task: task, files: files, vocabulary: train?.vocabulary)
        do throws(DatasetError) {
            return SourceRows(
                file: source.file, form: .sequences, rows: try steps.rows.sequences(steps: most),
                vocabulary: steps.vocabulary)
        } catch {
            throw DataFileError(file: source.file, error.message)
        }
    }

    private static func arrays(
        _ features: String, _ targets: String, task: TaskKind, files: FileFinder, classNames: [String]?,
        readFeatures: (UnsafeRawBufferPointer, String) throws(DataFileError) -> BinaryArray,
        readTargets: (UnsafeRawBufferPointer, String) throws(DataFileError) -> BinaryArray
    ) throws(DataFileError) -> SourceRows {
        let featureBytes = try files.open(features)
        let targetBytes = try files.open(targets)
        let rows = try unsafe featureBytes.withBytes { (first) throws(DataFileError) in
            try unsafe targetBytes.withBytes { (second) throws(DataFileError) in
                var array = try unsafe readFeatures(first, features)
                unsafe array.mapped = featureBytes.mapped
                return try unsafe ArrayRows.rows(
                    features: array, targets: readTargets(second, targets), task: task, classNames: classNames,
                    work: files.work)
            }
        }
        return SourceRows(file: features, targetFile: targets, form: .arrays, rows: rows)
    }
}
