import Yams

extension FileNode {
    /// Limits that keep a hostile file from costing more than a good one.
    enum Limit {
        /// Bytes of a study file.
        static let byteCount = 1_048_576
        /// Lists and mappings inside each other.
        static let depth = 24
        /// Nodes that may name an alias before the file is refused unread.
        static let aliases = 8
        /// Bytes of a key or a text.
        static let textByteCount = 4096
    }

    /// Reads YAML into nodes.
    ///
    /// - Parameters:
    ///   - text: The whole file.
    ///   - mistakes: Gains what cannot be read. When the text is no YAML at all, that is the only one.
    /// - Returns: `nil` when there is no root.
    static func compose(_ text: String, mistakes: inout [Mistake]) -> FileNode? {
        guard text.utf8.count <= Limit.byteCount else {
            mistakes.append(
                Mistake(
                    Place(line: 1, column: 1), "the file has \(text.utf8.count) bytes, want at most \(Limit.byteCount)")
            )
            return nil
        }
        if let place = self.placeOfManyAliases(text) {
            mistakes.append(Mistake(place, "aliases (*name) are not supported, write the values out"))
            return nil
        }
        do {
            // The parser is kept alive while the tree is walked, because nodes refer to their anchors weakly.
            let parser = try Parser(yaml: text, encoding: .utf8)
            let root = try parser.singleRoot()
            return withExtendedLifetime(parser) {
                guard let root else {
                    mistakes.append(Mistake(Place(line: 1, column: 1), "the file is empty, want a study"))
                    return nil
                }
                return Self.convert(root, depth: 0, mistakes: &mistakes)
            }
        } catch {
            mistakes += self.duplicates(in: text, error) ?? [self.mistake(error)]
            return nil
        }
    }

    /// Where the first of too many aliases stands. What looks like an alias in a quoted text counts as one.
    ///
    /// An alias stands for a whole node, and a chain of them for exponentially many; the parser compares keys by
    /// walking all of those, so that the file must be refused before it is parsed.
    private static func placeOfManyAliases(_ text: String) -> Place? {
        var count = 0
        var line = 1
        var column = 0
        var isComment = false
        var isLineStart = true
        var mayBegin = true
        var first: Place?
        var isStar = false
        for scalar in text.unicodeScalars {
            column += 1
            if scalar == "\n" || scalar == "\r" {
                line += scalar == "\n" ? 1 : 0
                column = 0
                isComment = false
                isLineStart = true
                mayBegin = true
                isStar = false
                continue
            }
            if isComment { continue }
            if isStar, scalar != " ", scalar != "\t" {
                count += 1
                first = first ?? Place(line: line, column: column - 1)
                if count > Limit.aliases { return first }
            }
            if isLineStart, scalar == "#" { isComment = true }
            isStar = mayBegin && scalar == "*"
            let isBlank = scalar == " " || scalar == "\t"
            mayBegin = isBlank || "[{,:-?".unicodeScalars.contains(scalar)
            isLineStart = isLineStart && isBlank
        }
        return nil
    }

    private static func convert(
        _ node: Node, depth: Int, isKey: Bool = false, mistakes: inout [Mistake]
    ) -> FileNode? {
        let place = Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        guard node.anchor == nil else {
            mistakes.append(Mistake(place, "anchors and aliases are not supported, write the values out"))
            return nil
        }
        guard depth < Limit.depth else {
            mistakes.append(Mistake(place, "nested deeper than \(Limit.depth) levels"))
            return nil
        }
        guard let kind = self.kind(of: node, isKey: isKey, at: place, mistakes: &mistakes) else { return nil }
        switch node {
        case .scalar(let scalar):
            guard scalar.string.utf8.count <= Limit.textByteCount else {
                mistakes.append(
                    Mistake(place, "a text of \(scalar.string.utf8.count) bytes, want at most \(Limit.textByteCount)"))
                return nil
            }
            let isPlain = kind == .untagged ? scalar.style == .plain : kind != .text
            let result = FileNode(place: place, content: .scalar(scalar.string, isPlain: isPlain))
            return self.check(result, is: kind, mistakes: &mistakes)
        case .sequence(let sequence):
            var items: [FileNode] = []
            for item in sequence {
                guard let item = self.convert(item, depth: depth + 1, mistakes: &mistakes) else { continue }
                items.append(item)
            }
            return self.check(FileNode(place: place, content: .sequence(items)), is: kind, mistakes: &mistakes)
        case .mapping(let mapping):
            var entries: [FileEntry] = []
            for (key, value) in mapping {
                guard let key = self.convert(key, depth: depth + 1, isKey: true, mistakes: &mistakes) else { continue }
                guard case .scalar(let name, _) = key.content else {
                    mistakes.append(Mistake(key.place, "found \(key.found) as a key, want a name"))
                    continue
                }
                guard let value = self.convert(value, depth: depth + 1, mistakes: &mistakes) else { continue }
                entries.append(FileEntry(key: name, place: key.place, value: value))
            }
            return self.check(FileNode(place: place, content: .mapping(entries)), is: kind, mistakes: &mistakes)
        case .alias:
            mistakes.append(Mistake(place, "anchors and aliases are not supported, write the values out"))
            return nil
        }
    }

    /// What the parser says, in the form of our own mistakes.
    private static func mistake(_ error: any Error) -> Mistake {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let prefix = context.map { "\($0.text), " } ?? ""
            return Mistake(Place(line: mark.line, column: mark.column), "not YAML: \(prefix)\(problem)")
        case .reader(let problem, let offset, _, let yaml):
            return Mistake(self.place(ofCharacter: offset ?? 0, in: yaml), "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "\"\(self.shown($0))\"" }.joined(separator: ", ")
            return Mistake(
                Place(line: context.mark.line, column: context.mark.column),
                "\(names) stands more than once in this mapping, want each key once")
        default:
            return Mistake(Place(line: 1, column: 1), "not YAML")
        }
    }

    private static func place(ofCharacter offset: Int, in text: String) -> Place {
        var line = 1
        var column = 1
        for character in text.prefix(offset) {
            column += character.unicodeScalars.count
            if character.isNewline {
                line += 1
                column = 1
            }
        }
        return Place(line: line, column: column)
    }
}
