import TuningModel

extension StudyBuilder {
    /// The section `data`.
    mutating func data(_ node: FileNode, task: TaskKind?) -> DataSettings? {
        guard
            let section = self.section(
                node, path: "data", known: ["train", "validation", "test"], unbuilt: ["table", "arrays", "series"])
        else { return nil }
        let train = self.required("train", in: section).flatMap { self.source($0, path: "data.train", task: task) }
        let validation = self.required("validation", in: section).flatMap {
            self.part($0, path: "data.validation", train: train, task: task)
        }
        let test = section["test"].flatMap { self.part($0, path: "data.test", train: train, task: task) }
        if let first = validation?.share, let second = test?.share, first + second >= 1,
            let place = section["test"]?.place
        {
            self.report(
                place, "data.test: the shares of validation and test sum to \(first + second), want less than 1")
        }
        if let first = validation?.group, let second = test?.group, first != second, let place = section["test"]?.place
        {
            self.report(
                place,
                "data.test.group: found \(FileNode.shown(second)), want \(FileNode.shown(first)) as in validation")
        }
        if case .fold? = test, let place = section["test"]?.place {
            self.report(place, "data.test: folds are for validation, want holdout or last here")
        }
        guard let train, let validation, section["test"] == nil || test != nil else { return nil }
        return DataSettings(train: train, validation: validation, test: test)
    }

    private static let formats = ["csv", "npy", "npz", "idx", "libsvm", "images"]

    /// `{format: csv, ...}` and its like.
    private mutating func source(_ node: FileNode, path: String, task: TaskKind?) -> DataSource? {
        guard node.entries != nil else {
            self.report(
                node.place, "\(path): found \(node.found), want a mapping such as {format: csv, file: x.csv, target: y}"
            )
            return nil
        }
        guard let format = node.entries?.first(where: { $0.key == "format" })?.value else {
            self.report(node.place, "\(path).format is missing, want \(Self.list(Self.formats))")
            return nil
        }
        let unbuilt = ["parquet", "hdf5", "arrow"]
        if task == .forecasting, let text = format.text, text != "csv", Self.formats.contains(text) {
            self.report(format.place, "\(path).format: found \(text) for forecasting, want csv, a row for each step")
            return nil
        }
        switch self.name(format, path: "\(path).format", among: Self.formats, unbuilt: unbuilt) {
        case "csv":
            return self.csv(node, path: path, task: task)
        case "npy":
            return self.pair(node, path: path, keys: ("features", "targets")).map { .npy(features: $0, targets: $1) }
        case "idx":
            return self.pair(node, path: path, keys: ("images", "labels")).map { .idx(images: $0, labels: $1) }
        case "npz":
            return self.npz(node, path: path)
        case "libsvm":
            return self.libsvm(node, path: path, task: task)
        case "images":
            return self.images(node, path: path, task: task)
        default:
            return nil
        }
    }

    private mutating func csv(_ node: FileNode, path: String, task: TaskKind?) -> DataSource? {
        let ofSeries = ["window", "horizon"]
        let isSeries = task == .forecasting || node.entries?.contains { ofSeries.contains($0.key) } == true
        let ofSteps = ["series", "time"]
        let hasSteps = node.entries?.contains { ofSteps.contains($0.key) } == true
        let known =
            ["format", "file", "target", "categorical", "ignore", "missing"] + (isSeries ? ofSeries : [])
            + (hasSteps ? ofSteps : [])
        guard let section = self.section(node, path: path, known: known) else { return nil }
        let file = self.required("file", in: section).flatMap { self.text($0, path: "\(path).file") }
        let targets = self.required("target", in: section).map { self.targets($0, path: "\(path).target", task: task) }
        let categorical = self.texts(section["categorical"], path: "\(path).categorical")
        let ignore = self.texts(section["ignore"], path: "\(path).ignore")
        for name in ignore where targets?.contains(name) == true || categorical.contains(name) {
            let role = targets?.contains(name) == true ? "the target" : "categorical"
            self.report(
                section["ignore"]?.place ?? section.place,
                "\(path).ignore: \(FileNode.shown(name)) is \(role) too, want it in one place")
        }
        for target in targets ?? [] where categorical.contains(target) {
            self.report(
                section["categorical"]?.place ?? section.place,
                "\(path).categorical: \(FileNode.shown(target)) is the target, whose classes need no declaration")
        }
        var missing: MissingCells? = .refused
        if let node = section["missing"] { missing = self.missingCells(node, path: "\(path).missing") }
        guard let file, let targets, let target = targets.first, let missing else { return nil }
        if hasSteps, task != .forecasting {
            return self.sequences(
                section,
                SequenceSource(file: file, targets: targets, categorical: categorical, ignore: ignore, series: ""),
                missing: missing)
        }
        for key in ofSteps {
            guard let entry = section.entry(key) else { continue }
            self.report(entry.place, "\(path).\(key): means nothing to task: forecasting, whose file is one series")
        }
        if task == .forecasting {
            if missing != .refused, let entry = section.entry("missing") {
                self.report(
                    entry.place,
                    "\(path).missing: found \(missing.policy.rawValue) for forecasting, want refuse; fill the gaps of a "
                        + "series in its file")
                return nil
            }
            return self.series(
                section,
                SeriesSource(
                    file: file, targets: targets, categorical: categorical, ignore: ignore, window: 1, horizon: 1))
        }
        for key in ofSeries {
            guard let entry = section.entry(key) else { continue }
            self.report(entry.place, "\(path).\(key): means something to task: forecasting alone")
        }
        guard section["target"]?.items != nil || task == .multiLabel else {
            return .csv(file: file, target: target, categorical: categorical, ignore: ignore, missing: missing)
        }
        return .table(file: file, targets: targets, categorical: categorical, ignore: ignore, missing: missing)
    }

    /// The columns to learn: one, or a list of them where the task can have several.
    private mutating func targets(_ node: FileNode, path: String, task: TaskKind?) -> [String] {
        guard node.items != nil else { return self.text(node, path: path).map { [$0] } ?? [] }
        if task == .classification {
            self.report(
                node.place,
                "\(path): found a list, want one column; several targets of 0 or 1 are task: multi_label")
            return []
        }
        let targets = self.texts(node, path: path)
        if node.items?.isEmpty == true {
            self.report(node.place, "\(path): found an empty list, want at least one column")
        }
        return targets
    }

    /// A policy, or `{fill: POLICY, indicator: true}`.
    private mutating func missingCells(_ node: FileNode, path: String) -> MissingCells? {
        let names = MissingCells.Policy.allCases.map(\.rawValue)
        guard node.entries != nil else {
            return self.name(node, path: path, among: names).flatMap { MissingCells.Policy(rawValue: $0) }
                .map { MissingCells($0) }
        }
        guard let section = self.section(node, path: path, known: ["fill", "indicator"]),
            let fill = self.required("fill", in: section)
        else { return nil }
        let fills = MissingCells.Policy.allCases.filter(\.fills).map(\.rawValue)
        let policy = self.name(fill, path: "\(path).fill", among: fills).flatMap { MissingCells.Policy(rawValue: $0) }
        let indicator = section["indicator"].map { self.bool($0, path: "\(path).indicator") }
        guard let policy, indicator != .some(nil) else { return nil }
        return MissingCells(policy, hasIndicators: (indicator ?? false) ?? false)
    }

    private mutating func pair(_ node: FileNode, path: String, keys: (String, String)) -> (String, String)? {
        guard let section = self.section(node, path: path, known: ["format", keys.0, keys.1]) else { return nil }
        let first = self.required(keys.0, in: section).flatMap { self.text($0, path: "\(path).\(keys.0)") }
        let second = self.required(keys.1, in: section).flatMap { self.text($0, path: "\(path).\(keys.1)") }
        guard let first, let second else { return nil }
        return (first, second)
    }

    /// Validation or test rows: a share of the rows, a file of the same form as the training file, or a whole source.
    private mutating func part(_ node: FileNode, path: String, train: DataSource?, task: TaskKind?) -> DataPart? {
        if task == .forecasting { return self.seriesPart(node, path: path, train: train) }
        let keys = node.entries?.map(\.key) ?? []
        if keys.contains("format") {
            let source = self.source(node, path: path, task: task)
            if let wanted = train?.missing, let found = source?.missing, wanted != found {
                self.report(
                    node.place,
                    "\(path).missing: differs from data.train, want the same there and here: what stands in for a missing "
                        + "value is learnt from the training rows")
                return nil
            }
            return source.map { .source($0) }
        }
        if ["file", "features", "images", "folder"].contains(where: keys.contains) {
            return self.sameForm(node, path: path, train: train)
        }
        return self.split(node, path: path, keys: keys, train: train, task: task)
    }
}
