/// What of the data decides a network's size: what a row is, and what is told of it.
package struct DataShape: Hashable, Sendable {
    package let task: LearningTask
    /// What a row is: [features], a sequence [steps, features] or an image [height, width, channels].
    package let features: [Int]
    /// For each column of categories its features.
    package let categories: [Range<Int>]

    package init(task: LearningTask, features: [Int], categories: [Range<Int>] = []) {
        self.task = task
        self.features = features
        self.categories = categories
    }

    /// As it stands in a study's folder: `classification 10; 28 28 1; 0-3 3-7`.
    package var text: String {
        let task =
            switch self.task {
            case .classification(let classes): "classification \(classes)"
            case .regression(let outputs): "regression \(outputs)"
            case .multiLabel(let labels): "multi_label \(labels)"
            }
        let features = self.features.map { "\($0)" }.joined(separator: " ")
        let categories = self.categories.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: " ")
        return "\(task); \(features); \(categories)"
    }

    /// Reads a text of ``text``.
    ///
    /// - Returns: `nil` for any other text.
    package init?(text: String) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { $0.split(separator: " ") }
        guard parts.count == 3, parts[0].count == 2, let count = Self.count(parts[0][1]), count > 0 else { return nil }
        switch parts[0][0] {
        case "classification": self.task = .classification(classes: count)
        case "regression": self.task = .regression(outputs: count)
        case "multi_label": self.task = .multiLabel(labels: count)
        default: return nil
        }
        let features = parts[1].compactMap { Self.count($0) }
        guard (1...3).contains(features.count), features.count == parts[1].count, !features.contains(0) else {
            return nil
        }
        self.features = features
        var categories: [Range<Int>] = []
        for part in parts[2] {
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false).compactMap { Self.count($0) }
            guard bounds.count == 2, bounds[0] <= bounds[1] else { return nil }
            categories.append(bounds[0]..<bounds[1])
        }
        self.categories = categories
    }

    private static func count(_ text: Substring) -> Int? {
        Int(text).flatMap { (0...Int(Int32.max)).contains($0) ? $0 : nil }
    }
}
