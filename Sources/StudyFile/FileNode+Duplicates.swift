import Yams

/// Keys that stand more than once in a mapping.
extension FileNode {
    /// Keys that are looked for, one parse of the file for each.
    private static let mostRenamed = 16
    /// Of private use: the n-th key that is renamed gets the n-th scalar from here on.
    private static let firstMark: UInt32 = 0xE000

    /// What is wrong where the parser says that a key stands twice.
    ///
    /// The parser tells the first place alone, and gives up. The key there is renamed in its first letter, which moves
    /// nothing else, and the file parsed again until no key stands twice: then each renamed key tells what it was, and the
    /// others of its name lie beside it.
    ///
    /// - Parameters:
    ///   - text: The whole file.
    ///   - error: What the parser says.
    /// - Returns: A mistake for each key that stands in its mapping already; `nil` for another error, where the keys are too many
    ///   or not of a kind that can be renamed, and where the file uses the marks itself.
    /// - Complexity: O(bytes) for each such key.
    static func duplicates(in text: String, _ error: any Error) -> [Mistake]? {
        var scalars = Array(text.unicodeScalars)
        let marks = self.firstMark..<(self.firstMark + UInt32(self.mostRenamed))
        guard !scalars.contains(where: { marks.contains($0.value) }) else { return nil }
        var names: [String] = []
        var error = error
        while names.count < self.mostRenamed {
            guard case .duplicatedKeysInMapping(let duplicates, let context)? = error as? YamlError,
                let name = duplicates.first,
                let index = self.index(ofLine: context.mark.line, column: context.mark.column, in: scalars),
                let mark = Unicode.Scalar(self.firstMark + UInt32(names.count))
            else { return nil }
            let isQuoted = scalars[index] == "\"" || scalars[index] == "'"
            guard !isQuoted || index + 1 < scalars.count else { return nil }
            scalars[isQuoted ? index + 1 : index] = mark
            names.append(name)
            var renamed = String.UnicodeScalarView()
            renamed.append(contentsOf: scalars)
            do {
                let parser = try Parser(yaml: String(renamed), encoding: .utf8)
                let root = try parser.singleRoot()
                return withExtendedLifetime(parser) {
                    var mistakes: [Mistake] = []
                    if let root { self.findRepeated(in: root, names: names, mistakes: &mistakes) }
                    return mistakes.isEmpty ? nil : mistakes
                }
            } catch let next {
                error = next
            }
        }
        return nil
    }

    /// Keys that have been in their mapping before, by the names that renamed ones had.
    private static func findRepeated(in node: Node, names: [String], mistakes: inout [Mistake]) {
        guard node.anchor == nil else { return }
        switch node {
        case .scalar, .alias: return
        case .sequence(let items): for item in items { self.findRepeated(in: item, names: names, mistakes: &mistakes) }
        case .mapping(let pairs):
            let keys = pairs.map { (name: self.name(of: $0.key, names: names), mark: $0.key.mark) }
            var firstRenamed: [String: Int] = [:]
            for (place, pair) in pairs.enumerated() {
                let name = keys[place].name
                if let name, firstRenamed[name] == nil, self.number(of: pair.key, names: names) != nil {
                    firstRenamed[name] = place
                }
                if let name, let mark = keys[place].mark, let first = firstRenamed[name], first < place {
                    mistakes.append(
                        Mistake(
                            Place(line: mark.line, column: mark.column),
                            "\"\(self.shown(name))\" stands in this mapping already, in line "
                                + "\(keys[first].mark?.line ?? mark.line), want each key once"))
                }
                self.findRepeated(in: pair.value, names: names, mistakes: &mistakes)
            }
        }
    }

    /// Which of the renamed keys this is.
    private static func number(of key: Node, names: [String]) -> Int? {
        guard case .scalar(let scalar) = key, let first = scalar.string.unicodeScalars.first,
            first.value >= self.firstMark, Int(first.value - self.firstMark) < names.count
        else { return nil }
        return Int(first.value - self.firstMark)
    }

    private static func name(of key: Node, names: [String]) -> String? {
        guard case .scalar(let scalar) = key else { return nil }
        return self.number(of: key, names: names).map { names[$0] } ?? scalar.string
    }

    /// Where a line and a column are, as the parser counts them: CR LF is one line break, and so are CR, LF, and the three
    /// of Unicode.
    private static func index(ofLine line: Int, column: Int, in scalars: [Unicode.Scalar]) -> Int? {
        var index = 0
        for _ in 1..<max(1, line) {
            guard let lineBreak = scalars[index...].firstIndex(where: { self.lineBreaks.contains($0) }) else {
                return nil
            }
            let isPair = scalars[lineBreak] == "\r" && lineBreak + 1 < scalars.count && scalars[lineBreak + 1] == "\n"
            index = lineBreak + (isPair ? 2 : 1)
        }
        index += column - 1
        return column >= 1 && index < scalars.count ? index : nil
    }

    private static let lineBreaks: [Unicode.Scalar] = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
}
