package import TuningModel

/// Writes a study file again with some settings changed.
///
/// Sections of the file that do not change stay to the letter, comments included; `model`, `training` and `search` are
/// written anew where something in them changes, without the comments they had.
package struct StudyRewriter {
    /// What becomes of a setting.
    package enum Change: Hashable, Sendable {
        case range(low: ParameterValue, high: ParameterValue, keepsAlternative: Bool)
        case values([ParameterValue])
        case fixed(ParameterValue)
    }

    /// A change of the setting that a parameter comes from.
    package struct Edit: Hashable, Sendable {
        package let parameter: String
        /// All parameters that come from the setting: one for each layer that it describes.
        package let parameters: [String]
        package let change: Change
        /// Takes the place of a default that is no value any more.
        package let best: ParameterValue?
        /// Stands as a comment above the setting; one line.
        package let reason: String

        package init(
            parameter: String, parameters: [String]? = nil, change: Change, best: ParameterValue?, reason: String
        ) {
            self.parameter = parameter
            self.parameters = parameters ?? [parameter]
            self.change = change
            self.best = best
            self.reason = reason
        }
    }

    private let text: String
    private let root: FileNode

    /// - Returns: `nil` for what is no YAML mapping.
    package init?(text: String) {
        var mistakes: [Mistake] = []
        guard let root = FileNode.compose(text, mistakes: &mistakes), root.entries != nil else { return nil }
        self.text = text
        self.root = root
    }

    /// Where the setting of a parameter stands, the same for all layers that one text describes.
    package func place(of parameter: String) -> Place? { self.node(of: parameter)?.place }

    /// Whether some `when` of the file names a value of a parameter.
    package func isNamed(_ parameter: String, _ value: ParameterValue) -> Bool {
        Self.names(self.root, parameter, value)
    }

    private static func names(_ node: FileNode, _ parameter: String, _ value: ParameterValue) -> Bool {
        let entries = node.entries ?? []
        for entry in entries where entry.key == "when" {
            for clause in entry.value.entries ?? [] where clause.key == parameter {
                let values = (clause.value.items ?? [clause.value]).compactMap(\.value)
                if values.contains(where: { $0 == value || $0.number.map { $0 == value.number } == true }) {
                    return true
                }
            }
        }
        return (entries.map(\.value) + (node.items ?? [])).contains { self.names($0, parameter, value) }
    }

    /// The setting of a parameter: its dotted name leads through branches of choices and through `each`.
    private func node(of parameter: String) -> FileNode? {
        var node = self.root
        for part in parameter.split(separator: ".").map(String.init) {
            if let next = node.entries?.first(where: { $0.key == part })?.value {
                node = next
            } else if let branches = node.entries?.first(where: { $0.key == "choice" })?.value,
                let next = branches.entries?.first(where: { $0.key == part })?.value
            {
                node = next
            } else if let each = node.entries?.first(where: { $0.key == "each" })?.value, Int(part) != nil {
                node = each
            } else if let items = node.items, let index = Int(part), items.indices.contains(index) {
                node = items[index]
            } else {
                return nil
            }
        }
        return node.entries?.first { $0.key == "repeat" }?.value ?? node
    }

    /// The file with these settings changed.
    ///
    /// - Parameters:
    ///   - edits: At most one for each setting; those of parameters that are not in the file are left out.
    ///   - name: The study's new name.
    ///   - warmStart: The folder of the earlier study, from which the new one learns.
    ///   - heading: Lines of comment above all.
    /// - Returns: The whole text.
    package func rewritten(_ edits: [Edit], name: String, warmStart: String, heading: [String]) -> String {
        var replaced: [Place: FileNode] = [:]
        var comments: [Place: String] = [:]
        for edit in edits {
            guard let node = self.node(of: edit.parameter) else { continue }
            replaced[node.place] = Self.changed(node, edit)
            comments[node.place] = Self.comment(edit.reason)
        }
        let entries = self.root.entries ?? []
        // The earlier study's trials still count where their value of what is fixed now was another one.
        let fixed = edits.filter { if case .fixed = $0.change { true } else { false } }.flatMap(\.parameters)
        let earlier = Self.warmStart(
            entries.first { $0.key == "search" }?.value, study: warmStart, ignoring: fixed)
        var lines = heading.map { "# " + Self.comment($0) }
        let texts = self.sections(entries)
        for (index, entry) in entries.enumerated() {
            let after = texts.map { Self.trailing($0[index + 1]) } ?? []
            if entry.key == "name" {
                lines.append("name: \(name)")
                lines += after
            } else if entry.key == "search" {
                lines += Self.search(entry.value) + earlier
                lines += after
            } else if Self.holds(entry.value, replaced) || texts == nil {
                let node = FileNode(
                    place: self.root.place,
                    content: .mapping([
                        FileEntry(key: entry.key, place: entry.place, value: Self.replace(entry.value, replaced))
                    ]))
                lines += node.lines(indent: 0, comments: comments)
                lines += after
            } else {
                lines += texts?[index + 1] ?? []
            }
            if index == 0, let head = texts?[0] { lines.insert(contentsOf: head, at: heading.count) }
        }
        if !entries.contains(where: { $0.key == "search" }) { lines += ["search:"] + earlier }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The lines before the first key, then those from each key on; `nil` where keys do not begin lines.
    private func sections(_ entries: [FileEntry]) -> [[String]]? {
        let lines = self.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let starts = entries.map(\.place.line)
        guard entries.allSatisfy({ $0.place.column == 1 }), starts == starts.sorted(),
            Set(starts).count == starts.count,
            let first = starts.first, first >= 1, (starts.last ?? 0) <= lines.count
        else { return nil }
        let ends = starts.dropFirst().map { $0 - 1 } + [lines.count]
        return [Array(lines[..<(first - 1)])] + zip(starts, ends).map { Array(lines[($0 - 1)..<$1]) }
    }

    /// Comments and empty lines at the end of a section, which belong to the next one.
    private static func trailing(_ lines: [String]) -> [String] {
        let kept = lines.dropFirst().reversed().prefix { line in
            line.isEmpty || line.hasPrefix("#")
        }
        return Array(kept.reversed())
    }

    private static func search(_ node: FileNode) -> [String] {
        var lines = ["search:"]
        for entry in node.entries ?? [] where entry.key != "try_first" && entry.key != "warm_start" {
            lines += FileNode(place: node.place, content: .mapping([entry])).lines(indent: 2, comments: [:])
        }
        return lines
    }

    /// `warm_start` with one more study; what else the file says of it stays.
    private static func warmStart(_ search: FileNode?, study: String, ignoring names: [String]) -> [String] {
        let known = search?.entries?.first { $0.key == "warm_start" }?.value
        func list(_ key: String, adding texts: [String]) -> String {
            let items = known?.entries?.first { $0.key == key }?.value.items?.map(\.flow) ?? []
            let added = texts.map(self.quoted).filter { !items.contains($0) }
            return "\(key): [" + (items + added).joined(separator: ", ") + "]"
        }
        var parts = [list("studies", adding: [study])]
        for entry in known?.entries ?? [] where entry.key != "studies" && entry.key != "ignore" {
            parts.append("\(entry.key): \(entry.value.flow)")
        }
        let ignored = list("ignore", adding: names)
        if ignored != "ignore: []" { parts.append(ignored) }
        return [
            "  # what the earlier study has learnt goes on from here",
            "  warm_start: {" + parts.joined(separator: ", ") + "}",
        ]
    }

    private static func quoted(_ text: String) -> String {
        FileNode(place: Place(line: 1, column: 1), content: .scalar(text, isPlain: false)).flow
    }

    private static func comment(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func holds(_ node: FileNode, _ replaced: [Place: FileNode]) -> Bool {
        if replaced[node.place] != nil { return true }
        return ((node.entries ?? []).map(\.value) + (node.items ?? [])).contains { self.holds($0, replaced) }
    }

    private static func replace(_ node: FileNode, _ replaced: [Place: FileNode]) -> FileNode {
        let node = replaced[node.place] ?? node
        switch node.content {
        case .scalar: return node
        case .sequence(let items):
            return FileNode(place: node.place, content: .sequence(items.map { self.replace($0, replaced) }))
        case .mapping(let entries):
            return FileNode(
                place: node.place,
                content: .mapping(
                    entries.map {
                        FileEntry(key: $0.key, place: $0.place, value: self.replace($0.value, replaced))
                    }))
        }
    }
}
