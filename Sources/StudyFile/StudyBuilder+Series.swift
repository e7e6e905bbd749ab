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

    /// Sequences in a file with a row for each step: `series: COLUMN` says to which one it belongs, `time: COLUMN` ascends.
    mutating func sequences(_ section: Section, _ source: SequenceSource, missing: MissingCells) -> DataSource? {
        let before = self.mistakes.count
        for key in ["window", "horizon"] {
            guard let entry = section.entry(key) else { continue }
            self.report(entry.place, "\(section.path(of: key)): means something to task: forecasting alone")
        }
        if missing != .refused, let entry = section.entry("missing") {
            self.report(
                entry.place,
                "\(section.path(of: "missing")): found \(missing.policy.rawValue) for series, want refuse; fill the gaps of a "
                    + "series in its file")
        }
        let series = self.required("series", in: section).flatMap { self.text($0, path: section.path(of: "series")) }
        let time = section["time"].flatMap { self.text($0, path: section.path(of: "time")) }
        for (key, name) in [("series", series), ("time", time)] {
            guard let name, let place = section[key]?.place else { continue }
            let roles = [
                ("the target", source.targets), ("categorical", source.categorical), ("ignored", source.ignore),
                ("the series", key == "time" ? [series].compactMap { $0 } : []),
            ]
            for (role, names) in roles where names.contains(name) {
                self.report(
                    place, "\(section.path(of: key)): \(FileNode.shown(name)) is \(role) too, want it in one place")
            }
        }
        guard let series, self.mistakes.count == before else { return nil }
        return .sequences(
            SequenceSource(
                file: source.file, targets: source.targets, categorical: source.categorical, ignore: source.ignore,
                series: series, time: time))
    }

    /// `{last: 0.2}`: a series is split by time alone; or `{file: F}`: another series, with the rest as in `data.train`.
    mutating func seriesPart(_ node: FileNode, path: String, train: DataSource?) -> DataPart? {
        if let key = node.entries?.first(where: {
            ["holdout", "stratify", "group", "folds", "fold", "format"].contains($0.key)
        }) {
            self.report(
                key.place,
                "\(path).\(key.key): a series is split by time, want {last: 0.2}, or {file: F} for another one")
            return nil
        }
        if node.entries?.contains(where: { $0.key == "file" }) == true {
            guard let file = self.only("file", node, path: path), case .series(let series)? = train else { return nil }
            return .source(.series(series.of(file: file)))
        }
        guard let section = self.section(node, path: path, known: ["last"]) else { return nil }
        return self.share("last", of: "steps", in: section).map { .last(share: $0) }
    }
}
