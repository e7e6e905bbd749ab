import TuningModel

extension StudyBuilder {
    /// `{format: npz, file: F, features: NAME, targets: NAME}`.
    mutating func npz(_ node: FileNode, path: String) -> DataSource? {
        guard let section = self.section(node, path: path, known: ["format", "file", "features", "targets"]) else {
            return nil
        }
        let file = self.required("file", in: section).flatMap { self.text($0, path: "\(path).file") }
        let features = self.required("features", in: section).flatMap { self.text($0, path: "\(path).features") }
        let targets = self.required("targets", in: section).flatMap { self.text($0, path: "\(path).targets") }
        guard let file, let features, let targets else { return nil }
        return .npz(file: file, features: features, targets: targets)
    }

    /// `{format: libsvm, file: F, features: N, zero_based: true}`.
    mutating func libsvm(_ node: FileNode, path: String, task: TaskKind?) -> DataSource? {
        guard let section = self.section(node, path: path, known: ["format", "file", "features", "zero_based"]) else {
            return nil
        }
        let before = self.mistakes.count
        if task == .multiLabel {
            self.report(
                section["format"]?.place ?? section.place,
                "\(path).format: a libsvm file is read with one label a row, want task: classification, or csv or npy for "
                    + "several labels")
        }
        let file = self.required("file", in: section).flatMap { self.text($0, path: "\(path).file") }
        let features = section["features"].flatMap { self.int($0, path: "\(path).features", in: 1...1_048_576) }
        let isZeroBased = section["zero_based"].flatMap { self.bool($0, path: "\(path).zero_based") }
        guard let file, self.mistakes.count == before else { return nil }
        return .libsvm(file: file, features: features, isZeroBased: isZeroBased ?? false)
    }

    /// `{format: images, folder: F, resize: [H, W], color: grey}`.
    mutating func images(_ node: FileNode, path: String, task: TaskKind?) -> DataSource? {
        guard let section = self.section(node, path: path, known: ["format", "folder", "resize", "color"]) else {
            return nil
        }
        let before = self.mistakes.count
        if let task, task != .classification {
            self.report(
                section["format"]?.place ?? section.place,
                "\(path).format: a folder of images has classes, want task: classification, or npy for images with numbers"
            )
        }
        let folder = self.required("folder", in: section).flatMap { self.text($0, path: "\(path).folder") }
        let resize = section["resize"].flatMap { self.size($0, path: "\(path).resize") }
        let color = section["color"].flatMap {
            self.name($0, path: "\(path).color", among: ImageColor.allCases.map(\.rawValue))
        }
        guard let folder, self.mistakes.count == before else { return nil }
        return .images(folder: folder, resize: resize, color: color.flatMap { ImageColor(rawValue: $0) })
    }

    /// `[height, width]`.
    private mutating func size(_ node: FileNode, path: String) -> [Int]? {
        guard let items = node.items, items.count == 2 else {
            self.report(node.place, "\(path): found \(node.found), want [HEIGHT, WIDTH]")
            return nil
        }
        let sizes = items.compactMap { self.int($0, path: path, in: 1...4096) }
        return sizes.count == 2 ? sizes : nil
    }

    /// `{file: x.csv}`: everything else as in `data.train`.
    mutating func sameForm(_ node: FileNode, path: String, train: DataSource?) -> DataPart? {
        switch train {
        case .csv(_, let target, let categorical, let ignore, let missing)?:
            return self.only("file", node, path: path).map { file in
                .source(.csv(file: file, target: target, categorical: categorical, ignore: ignore, missing: missing))
            }
        case .table(_, let targets, let categorical, let ignore, let missing)?:
            return self.only("file", node, path: path).map { file in
                .source(
                    .table(file: file, targets: targets, categorical: categorical, ignore: ignore, missing: missing))
            }
        case .sequences(let sequences)?:
            return self.only("file", node, path: path).map { .source(.sequences(sequences.of(file: $0))) }
        case .npz(_, let features, let targets)?:
            return self.only("file", node, path: path).map { file in
                .source(.npz(file: file, features: features, targets: targets))
            }
        case .libsvm(_, let features, let isZeroBased)?:
            return self.only("file", node, path: path).map { file in
                .source(.libsvm(file: file, features: features, isZeroBased: isZeroBased))
            }
        case .images(_, let resize, let color)?:
            return self.only("folder", node, path: path).map { folder in
                .source(.images(folder: folder, resize: resize, color: color))
            }
        case .npy?, .idx?:
            let isArray = if case .npy? = train { true } else { false }
            let keys = isArray ? ("features", "targets") : ("images", "labels")
            guard let section = self.section(node, path: path, known: [keys.0, keys.1]) else { return nil }
            let first = self.required(keys.0, in: section).flatMap { self.text($0, path: "\(path).\(keys.0)") }
            let second = self.required(keys.1, in: section).flatMap { self.text($0, path: "\(path).\(keys.1)") }
            guard let first, let second else { return nil }
            return .source(isArray ? .npy(features: first, targets: second) : .idx(images: first, labels: second))
        // The parts of a series are read elsewhere.
        case .series?, nil:
            return nil
        }
    }

    /// The text of a mapping's only key.
    mutating func only(_ key: String, _ node: FileNode, path: String) -> String? {
        guard let section = self.section(node, path: path, known: [key]) else { return nil }
        return self.required(key, in: section).flatMap { self.text($0, path: "\(path).\(key)") }
    }
}
