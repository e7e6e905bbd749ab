import TuningModel

/// One setting with its range changed.
extension StudyRewriter {
    static func changed(_ node: FileNode, _ edit: Edit) -> FileNode {
        switch edit.change {
        case .fixed(let value): return self.scalar(value, at: node.place)
        case .range(let low, let high, let keepsAlternative):
            return self.mapped(node, edit) { entry in
                switch entry.key {
                case "float", "int":
                    return FileNode(
                        place: entry.value.place,
                        content: .sequence([self.scalar(low, at: entry.place), self.scalar(high, at: entry.place)]))
                case "or": return keepsAlternative ? entry.value : nil
                default: return entry.value
                }
            }
        case .values(let values):
            return self.mapped(node, edit) { entry in
                guard entry.key == "choice" || entry.key == "ordinal" else { return entry.value }
                if let items = entry.value.items {
                    let kept = items.filter { item in item.value.map { self.contains(values, $0) } ?? true }
                    return FileNode(place: entry.value.place, content: .sequence(kept))
                }
                let kept = (entry.value.entries ?? []).filter { values.contains(.text($0.key)) }
                return FileNode(place: entry.value.place, content: .mapping(kept))
            }
        }
    }

    /// A whole number in the file stands for a float too.
    private static func contains(_ values: [ParameterValue], _ value: ParameterValue) -> Bool {
        values.contains { $0 == value || ($0.number != nil && $0.number == value.number) }
    }

    /// The entries of a range, each changed, without those that become `nil`; a default that is no value of the range any
    /// more becomes the best one.
    private static func mapped(_ node: FileNode, _ edit: Edit, _ change: (FileEntry) -> FileNode?) -> FileNode {
        let entries = (node.entries ?? []).compactMap { entry -> FileEntry? in
            if entry.key == "default" {
                guard let value = entry.value.value else { return entry }
                if self.isAllowed(value, by: edit.change, in: node) { return entry }
                guard let best = edit.best, self.isAllowed(best, by: edit.change, in: node) else { return nil }
                return FileEntry(key: entry.key, place: entry.place, value: self.scalar(best, at: entry.value.place))
            }
            return change(entry).map { FileEntry(key: entry.key, place: entry.place, value: $0) }
        }
        return FileNode(place: node.place, content: .mapping(entries))
    }

    private static func isAllowed(_ value: ParameterValue, by change: Change, in node: FileNode) -> Bool {
        switch change {
        case .fixed: return false
        case .values(let values): return self.contains(values, value)
        case .range(let low, let high, let keepsAlternative):
            guard let number = value.number, let low = low.number, let high = high.number else { return false }
            let special = node.entries?.first { $0.key == "or" }?.value.value?.number
            if keepsAlternative, special == number { return true }
            guard low <= number, number <= high else { return false }
            // A grid of steps may begin elsewhere now; only its own values may be defaults.
            return node.entries?.contains { $0.key == "step" } != true || number == low || number == high
        }
    }

    private static func scalar(_ value: ParameterValue, at place: Place) -> FileNode {
        switch value {
        case .text(let text):
            let isPlain = FileNode(place: place, content: .scalar(text, isPlain: true)).value == value
            return FileNode(place: place, content: .scalar(text, isPlain: isPlain))
        case .float(let number): return FileNode(place: place, content: .scalar(self.text(number), isPlain: true))
        case .int, .bool: return FileNode(place: place, content: .scalar(value.description, isPlain: true))
        }
    }

    /// A number as every reader of YAML takes it for a float: with a point, also before an exponent.
    private static func text(_ number: Double) -> String {
        let text = "\(number)"
        guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }
}
