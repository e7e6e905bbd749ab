import TuningModel

/// A mapping of the file whose keys are known.
struct Section {
    /// Dotted; empty for the whole file.
    let path: String
    let place: Place
    let entries: [FileEntry]

    subscript(key: String) -> FileNode? { self.entries.first { $0.key == key }?.value }

    func entry(_ key: String) -> FileEntry? { self.entries.first { $0.key == key } }

    /// The dotted path of a key.
    func path(of key: String) -> String { self.path.isEmpty ? key : "\(self.path).\(key)" }
}

extension StudyBuilder {
    /// Takes a node for a mapping with these keys and reports every other one.
    ///
    /// - Parameters:
    ///   - node: What stands in the file.
    ///   - path: Its dotted path, for messages.
    ///   - known: The keys that may stand here.
    ///   - unbuilt: Keys of the grammar that this version does not know yet.
    ///   - refused: Keys for which the caller has words of its own.
    ///   - isOptional: Whether nothing may stand here instead of a mapping.
    /// - Returns: `nil` when the node is no mapping.
    mutating func section(
        _ node: FileNode, path: String, known: [String], unbuilt: [String] = [], refused: [String] = [],
        isOptional: Bool = false
    ) -> Section? {
        if isOptional, node.isNothing { return Section(path: path, place: node.place, entries: []) }
        let subject = path.isEmpty ? "" : "\(path): "
        guard let entries = node.entries else {
            self.report(node.place, "\(subject)found \(node.found), want a mapping with \(Self.list(known))")
            return nil
        }
        for entry in entries where !known.contains(entry.key) && !refused.contains(entry.key) {
            let key = FileNode.shown(entry.key)
            if unbuilt.contains(entry.key) {
                self.report(entry.place, "\(subject)\(key) is not built yet, want \(Self.list(known))")
            } else {
                let guess = Self.guess(entry.key, among: known, path: path)
                self.report(entry.place, "\(subject)unknown key \"\(key)\"\(guess) want \(Self.list(known))")
            }
        }
        return Section(path: path, place: node.place, entries: entries)
    }

    /// What somebody may have meant who wrote a key where it is not known: a key beside it, or where the same one stands.
    private static func guess(_ key: String, among known: [String], path: String) -> String {
        if let name = NearestName.of(key, among: known) { return ", did you mean \(name)?" }
        guard !path.isEmpty else { return "," }
        let owners = SettingRule.all.map(\.pattern).filter { $0.hasPrefix("\(path).") && $0.hasSuffix(".\(key)") }
            .map { String($0.dropLast(key.count + 1)) }
        // Of layers there are many, which a number stands for.
        guard (1...Self.mostOwners).contains(owners.count), !owners.contains(where: { $0.contains("*") }) else {
            return ","
        }
        return ", it stands below \(Self.list(owners));"
    }

    /// A key with more places than these says nothing of where it was meant to stand.
    private static let mostOwners = 3

    /// The value of a key that must be there.
    mutating func required(_ key: String, in section: Section) -> FileNode? {
        if let node = section[key] { return node }
        self.reportMissing(key, in: section)
        return nil
    }

    mutating func reportMissing(_ key: String, in section: Section) {
        self.report(section.place, "\(section.path(of: key)) is missing")
    }

    /// One of some names.
    mutating func name(
        _ node: FileNode, path: String, among known: [String], unbuilt: [String] = []
    ) -> String? {
        if let text = node.text, known.contains(text) { return text }
        if let text = node.text, unbuilt.contains(text) {
            self.report(node.place, "\(path): \(text) is not built yet, want \(Self.list(known))")
            return nil
        }
        let guess = node.text.flatMap { NearestName.of($0, among: known) }.map { ", did you mean \($0)?" } ?? ","
        self.report(node.place, "\(path): found \(node.found)\(guess) want \(Self.list(known))")
        return nil
    }

    mutating func bool(_ node: FileNode, path: String) -> Bool? {
        if case .bool(let value)? = node.value { return value }
        self.report(node.place, "\(path): found \(node.found), want true or false")
        return nil
    }

    mutating func int(_ node: FileNode, path: String, in range: ClosedRange<Int>) -> Int? {
        if case .int(let value)? = node.value, range.contains(value) { return value }
        self.report(
            node.place,
            "\(path): found \(node.found), want a whole number in [\(range.lowerBound), \(range.upperBound)]")
        return nil
    }

    /// A name of a file, a column or the like: any text that is not empty.
    mutating func text(_ node: FileNode, path: String) -> String? {
        if let text = node.text, !text.isEmpty, !text.utf8.contains(0) { return text }
        self.report(node.place, "\(path): found \(node.found), want a text")
        return nil
    }

    /// A list of texts, each once.
    mutating func texts(_ node: FileNode?, path: String) -> [String] {
        guard let node else { return [] }
        guard let items = node.items else {
            self.report(node.place, "\(path): found \(node.found), want a list")
            return []
        }
        var result: [String] = []
        for item in items {
            guard let text = self.text(item, path: path) else { continue }
            if result.contains(text) {
                self.report(item.place, "\(path): \(FileNode.shown(text)) stands twice")
            } else {
                result.append(text)
            }
        }
        return result
    }

    /// `a`, `a or b`, `a, b or c`.
    static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}
