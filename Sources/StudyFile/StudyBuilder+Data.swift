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
        switch self.name(format, path: "\(path).format", among: Self.formats, unbuilt: unbuilt) {
        case "csv":
            return self.csv(node, path: path)
        case "npy":
            return self.pair(node, path: path, keys: ("features", "targets")).map { .npy(features: $0, targets: $1) }
        case "idx":
            return self.pair(node, path: path, keys: ("images", "labels")).map { .idx(images: $0, labels: $1) }
        case "npz":
            return self.npz(node, path: path)
        case "libsvm":
            return self.libsvm(node, path: path)
        case "images":
            return self.images(node, path: path, task: task)
        default:
            return nil
        }
    }

    private mutating func csv(_ node: FileNode, path: String) -> DataSource? {
        let known = ["format", "file", "target", "categorical", "ignore", "missing"]
        guard let section = self.section(node, path: path, known: known, unbuilt: ["window", "horizon"]) else {
            return nil
        }
        let file = self.required("file", in: section).flatMap { self.text($0, path: "\(path).file") }
        let target = self.required("target", in: section).flatMap { self.text($0, path: "\(path).target") }
        let categorical = self.texts(section["categorical"], path: "\(path).categorical")
        let ignore = self.texts(section["ignore"], path: "\(path).ignore")
        for name in ignore where name == target || categorical.contains(name) {
            let role = name == target ? "the target" : "categorical"
            self.report(
                section["ignore"]?.place ?? section.place,
                "\(path).ignore: \(FileNode.shown(name)) is \(role) too, want it in one place")
        }
        if let target, categorical.contains(target) {
            self.report(
                section["categorical"]?.place ?? section.place,
                "\(path).categorical: \(FileNode.shown(target)) is the target, whose classes need no declaration")
        }
        var missing: MissingCells? = .refused
        if let node = section["missing"] { missing = self.missingCells(node, path: "\(path).missing") }
        guard let file, let target, let missing else { return nil }
        return .csv(file: file, target: target, categorical: categorical, ignore: ignore, missing: missing)
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
        let keys = node.entries?.map(\.key) ?? []
        if keys.contains("format") {
            let source = self.source(node, path: path, task: task)
            if case .csv(_, _, _, _, let wanted)? = train, case .csv(_, _, _, _, let found)? = source, wanted != found {
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
