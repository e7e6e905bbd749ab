import TuningModel

extension DataPart {
    /// The share of all rows that is split off; `nil` where no share is given.
    var share: Double? {
        switch self {
        case .holdout(let share, _, _), .last(let share): share
        case .fold, .source: nil
        }
    }
}

extension StudyBuilder {
    /// Rows split off from the training file: `{holdout: 0.2, ...}`, `{last: 0.2}` or `{folds: 5, ...}`, with `fold: 0` one of them.
    mutating func split(
        _ node: FileNode, path: String, keys: [String], train: DataSource?, task: TaskKind?
    ) -> DataPart? {
        let ways = ["holdout", "last", "folds"].filter(keys.contains)
        if ways.count > 1 {
            self.report(
                node.place, "\(path): found \(Self.list(ways).replacing(" or ", with: " and ")), want one of them")
            return nil
        }
        switch ways.first {
        case "last":
            guard let section = self.section(node, path: path, known: ["last"]) else { return nil }
            return self.share("last", of: "rows", in: section).map { .last(share: $0) }
        case "folds":
            guard let section = self.section(node, path: path, known: ["folds", "fold", "stratify", "group"]) else {
                return nil
            }
            let folds = self.required("folds", in: section).flatMap {
                self.int($0, path: "\(path).folds", in: 2...1000)
            }
            let fold = section["fold"].map { self.int($0, path: "\(path).fold", in: 0...(max(2, folds ?? 1000) - 1)) }
            let isStratified = self.stratify(section, task: task)
            let group = self.group(section, train: train)
            guard let folds, fold != .some(nil) else { return nil }
            return .fold(fold ?? nil, of: folds, stratify: isStratified, group: group)
        default:
            let known = ["holdout", "stratify", "group", "last", "folds", "file", "format"]
            guard let section = self.section(node, path: path, known: known),
                let share = self.share("holdout", of: "rows", in: section)
            else { return nil }
            return .holdout(
                share: share, stratify: self.stratify(section, task: task), group: self.group(section, train: train))
        }
    }

    /// A share of the rows or of the steps.
    mutating func share(_ key: String, of what: String, in section: Section) -> Double? {
        guard let node = self.required(key, in: section) else { return nil }
        guard let share = node.value?.number, share > 0, share < 1 else {
            self.report(
                node.place, "\(section.path(of: key)): found \(node.found), want a share of the \(what) in (0, 1)")
            return nil
        }
        return share
    }

    private mutating func stratify(_ section: Section, task: TaskKind?) -> Bool {
        guard let node = section["stratify"], let value = self.bool(node, path: section.path(of: "stratify")) else {
            return false
        }
        if value, let task, task != .classification {
            self.report(node.place, "\(section.path(of: "stratify")): \(task.rawValue) has no classes, want false")
        }
        if value, section["group"] != nil {
            self.report(node.place, "\(section.path(of: "stratify")): whole groups cannot be stratified, want false")
        }
        return value
    }

    private mutating func group(_ section: Section, train: DataSource?) -> String? {
        let path = section.path(of: "group")
        guard let node = section["group"], let name = self.text(node, path: path), let train else { return nil }
        let columns: (targets: [String], categorical: [String], ignore: [String])
        switch train {
        case .csv(_, let target, let categorical, let ignore, _): columns = ([target], categorical, ignore)
        case .table(_, let targets, let categorical, let ignore, _): columns = (targets, categorical, ignore)
        case .sequences:
            self.report(node.place, "\(path): a series is one row and stays whole, want no group")
            return nil
        default:
            self.report(node.place, "\(path): only csv files have columns, want a csv file as data.train")
            return nil
        }
        let isTarget = columns.targets.contains(name)
        if isTarget || columns.categorical.contains(name) || columns.ignore.contains(name) {
            let role = isTarget ? "the target" : columns.ignore.contains(name) ? "ignored" : "categorical"
            self.report(node.place, "\(path): \(FileNode.shown(name)) is \(role) too, want it in one place")
        }
        return name
    }
}
