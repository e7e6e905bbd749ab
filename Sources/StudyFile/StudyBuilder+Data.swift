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
        guard let train, let validation, section["test"] == nil || test != nil else { return nil }
        return DataSettings(train: train, validation: validation, test: test)
    }

    /// `{format: csv, ...}` and its like.
    private mutating func source(_ node: FileNode, path: String, task: TaskKind?) -> DataSource? {
        guard node.entries != nil else {
            self.report(
                node.place, "\(path): found \(node.found), want a mapping such as {format: csv, file: x.csv, target: y}"
            )
            return nil
        }
        guard let format = node.entries?.first(where: { $0.key == "format" })?.value else {
            self.report(node.place, "\(path).format is missing, want csv, npy or idx")
            return nil
        }
        let unbuilt = ["npz", "parquet", "hdf5", "libsvm", "arrow"]
        if task == .forecasting, let text = format.text, ["npy", "idx"].contains(text) {
            self.report(format.place, "\(path).format: found \(text) for forecasting, want csv, a row for each step")
            return nil
        }
        switch self.name(format, path: "\(path).format", among: ["csv", "npy", "idx"], unbuilt: unbuilt) {
        case "csv":
            return self.csv(node, path: path, task: task)
        case "npy":
            return self.pair(node, path: path, keys: ("features", "targets")).map { .npy(features: $0, targets: $1) }
        case "idx":
            return self.pair(node, path: path, keys: ("images", "labels")).map { .idx(images: $0, labels: $1) }
        default:
            return nil
        }
    }

    private mutating func csv(_ node: FileNode, path: String, task: TaskKind?) -> DataSource? {
        let ofSeries = ["window", "horizon"]
        let isSeries = task == .forecasting || node.entries?.contains { ofSeries.contains($0.key) } == true
        let known = ["format", "file", "target", "categorical", "ignore"] + (isSeries ? ofSeries : [])
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
        guard let file, let targets, let target = targets.first else { return nil }
        if task == .forecasting {
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
            return .csv(file: file, target: target, categorical: categorical, ignore: ignore)
        }
        return .table(file: file, targets: targets, categorical: categorical, ignore: ignore)
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

    private mutating func pair(_ node: FileNode, path: String, keys: (String, String)) -> (String, String)? {
        guard let section = self.section(node, path: path, known: ["format", keys.0, keys.1]) else { return nil }
        let first = self.required(keys.0, in: section).flatMap { self.text($0, path: "\(path).\(keys.0)") }
        let second = self.required(keys.1, in: section).flatMap { self.text($0, path: "\(path).\(keys.1)") }
        guard let first, let second else { return nil }
        return (first, second)
    }

    /// Validation or test rows: a share of the rows, a file of the same form as the training file, or a whole source.
    private mutating func part(_ node: FileNode, path: String, train: DataSource?, task: TaskKind?) -> DataPart? {
        if task == .forecasting { return self.lastPart(node, path: path) }
        let keys = node.entries?.map(\.key) ?? []
        if keys.contains("format") { return self.source(node, path: path, task: task).map { .source($0) } }
        if keys.contains("file") || keys.contains("features") || keys.contains("images") {
            return self.sameForm(node, path: path, train: train)
        }
        let known = ["holdout", "stratify", "file", "format"]
        if let last = node.entries?.first(where: { $0.key == "last" }) {
            self.report(last.place, "\(path).last: only a series has last steps (task: forecasting), want holdout")
            return nil
        }
        guard let section = self.section(node, path: path, known: known, unbuilt: ["folds"]) else { return nil }
        // What is not built has been reported; then the missing share needs no second mistake.
        if keys.contains("folds") { return nil }
        guard let holdout = self.required("holdout", in: section) else { return nil }
        var isStratified = false
        if let stratify = section["stratify"], let value = self.bool(stratify, path: "\(path).stratify") {
            isStratified = value
            if value, let task, task != .classification {
                self.report(stratify.place, "\(path).stratify: \(task.rawValue) has no classes, want false")
            }
        }
        guard let share = holdout.value?.number, share > 0, share < 1 else {
            self.report(holdout.place, "\(path).holdout: found \(holdout.found), want a share of the rows in (0, 1)")
            return nil
        }
        return .holdout(share: share, stratify: isStratified)
    }

    /// `{file: x.csv}`: everything else as in `data.train`.
    private mutating func sameForm(_ node: FileNode, path: String, train: DataSource?) -> DataPart? {
        switch train {
        case .csv(_, let target, let categorical, let ignore)?:
            guard let section = self.section(node, path: path, known: ["file"]),
                let file = self.required("file", in: section).flatMap({ self.text($0, path: "\(path).file") })
            else { return nil }
            return .source(.csv(file: file, target: target, categorical: categorical, ignore: ignore))
        case .table(_, let targets, let categorical, let ignore)?:
            guard let section = self.section(node, path: path, known: ["file"]),
                let file = self.required("file", in: section).flatMap({ self.text($0, path: "\(path).file") })
            else { return nil }
            return .source(.table(file: file, targets: targets, categorical: categorical, ignore: ignore))
        case .npy?, .idx?:
            let isArray = if case .npy? = train { true } else { false }
            let keys = isArray ? ("features", "targets") : ("images", "labels")
            guard let section = self.section(node, path: path, known: [keys.0, keys.1]) else { return nil }
            let first = self.required(keys.0, in: section).flatMap { self.text($0, path: "\(path).\(keys.0)") }
            let second = self.required(keys.1, in: section).flatMap { self.text($0, path: "\(path).\(keys.1)") }
            guard let first, let second else { return nil }
            return .source(isArray ? .npy(features: first, targets: second) : .idx(images: first, labels: second))
        case .series?, nil:
            return nil
        }
    }
}
