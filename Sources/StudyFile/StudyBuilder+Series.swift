import TuningModel

extension StudyBuilder {
    /// The windows of a series: `window: 48` steps given, `horizon: 1` told.
    mutating func series(_ section: Section, _ source: SeriesSource) -> DataSource? {
        let window = self.required("window", in: section).map {
            self.int($0, path: section.path(of: "window"), in: 1...1_048_576)
        }
        let horizon = section["horizon"].map { self.int($0, path: section.path(of: "horizon"), in: 1...65_536) } ?? 1
        guard let window = window ?? nil, let horizon else { return nil }
        return .series(
            SeriesSource(
                file: source.file, targets: source.targets, categorical: source.categorical, ignore: source.ignore,
                window: window, horizon: horizon))
    }

    /// `{last: 0.2}`: a series is split by time alone.
    mutating func lastPart(_ node: FileNode, path: String) -> DataPart? {
        if let key = node.entries?.first(where: {
            ["holdout", "stratify", "group", "folds", "fold", "file", "format"].contains($0.key)
        }) {
            self.report(key.place, "\(path).\(key.key): a series is split by time, want {last: 0.2}")
            return nil
        }
        guard let section = self.section(node, path: path, known: ["last"]) else { return nil }
        return self.share("last", of: "steps", in: section).map { .last(share: $0) }
    }
}
