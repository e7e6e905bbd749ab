import TuningModel

extension StudyBuilder {
    /// The section `data`.
    mutating func data(_ node: FileNode, task: TaskKind?) -> DataSettings? {
        guard
            let section = self.section(
                node, path: "data", known: ["train", "validation", "test"], unbuilt: ["table", "arrays", "series"])
        else { return nil }
        let train = self.required("train", in: section).flatMap { self.source($0, path: "data.train") }
        let validation = self.required("validation", in: section).flatMap {
            self.part($0, path: "data.validation", train: train, task: task)
        }
        let test = section["test"].flatMap { self.part($0, path: "data.test", train: train, task: task) }
        if case .holdout(let first, _)? = validation, case .holdout(let second, _)? = test, first + second >= 1,
            let place = section["test"]?.place
        {
            self.report(
                place, "data.test: the shares of validation and test sum to \(first + second), want less than 1")
        }
        guard let train, let validation, section["test"] == nil || test != nil else { return nil }
        return DataSettings(train: train, validation: validation, test: test)
    }

    /// `{format: csv, ...}` and its like.
    private mutating func source(_ node: FileNode, path: String) -> DataSource? {
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
        switch self.name(format, path: "\(path).format", among: ["csv", "npy", "idx"], unbuilt: unbuilt) {
        case "csv":
            return self.csv(node, path: path)
        case "npy":
            return self.pair(node, path: path, keys: ("features", "targets")).map { .npy(features: $0, targets: $1) }
        case "idx":
            return self.pair(node, path: path, keys: ("images", "labels")).map { .idx(images: $0, labels: $1) }
        default:
            return nil
        }
    }

    private mutating func csv(_ node: FileNode, path: String) -> DataSource? {
        let known = ["format", "file", "target", "categorical", "ignore"]
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
        guard let file, let target else { return nil }
        return .csv(file: file, target: target, categorical: categorical, ignore: ignore)
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
        if keys.contains("format") { return self.source(node, path: path).map { .source($0) } }
        if keys.contains("file") || keys.contains("features") || keys.contains("images") {
            return self.sameForm(node, path: path, train: train)
        }
        let known = ["holdout", "stratify", "file", "format"]
        guard let section = self.section(node, path: path, known: known, unbuilt: ["folds", "last"]) else { return nil }
        // What is not built has been reported; then the missing share needs no second mistake.
        if keys.contains("folds") || keys.contains("last") { return nil }
        guard let holdout = self.required("holdout", in: section) else { return nil }
        var isStratified = false
        if let stratify = section["stratify"], let value = self.bool(stratify, path: "\(path).stratify") {
            isStratified = value
            if value, task == .regression {
                self.report(stratify.place, "\(path).stratify: regression has no classes, want false")
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
        case .npy?, .idx?:
            let isArray = if case .npy? = train { true } else { false }
            let keys = isArray ? ("features", "targets") : ("images", "labels")
            guard let section = self.section(node, path: path, known: [keys.0, keys.1]) else { return nil }
            let first = self.required(keys.0, in: section).flatMap { self.text($0, path: "\(path).\(keys.0)") }
            let second = self.required(keys.1, in: section).flatMap { self.text($0, path: "\(path).\(keys.1)") }
            guard let first, let second else { return nil }
            return .source(isArray ? .npy(features: first, targets: second) : .idx(images: first, labels: second))
        case nil:
            return nil
        }
    }
}
