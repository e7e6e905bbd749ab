/// Study files written out again.
extension FileNode {
    private static let lineWidth = 100

    /// The node in one line.
    var flow: String {
        switch self.content {
        case .scalar(let text, let isPlain): return Self.scalar(text, isPlain: isPlain)
        case .sequence(let items): return "[" + items.map(\.flow).joined(separator: ", ") + "]"
        case .mapping(let entries):
            return "{" + entries.map { "\(Self.key($0.key)): \($0.value.flow)" }.joined(separator: ", ") + "}"
        }
    }

    /// The lines of a mapping's entries, or of a list's items, each mapping that has a comment somewhere in it spread
    /// over lines.
    ///
    /// - Parameters:
    ///   - indent: Spaces before each line.
    ///   - comments: What stands in a line of its own above the value at a place.
    /// - Returns: Lines without their ends.
    func lines(indent: Int, comments: [Place: String]) -> [String] {
        let margin = String(repeating: " ", count: indent)
        switch self.content {
        case .scalar: return [margin + self.flow]
        case .sequence(let items):
            return items.flatMap { item -> [String] in
                guard item.isSpread(comments), item.entries?.isEmpty == false || item.items?.isEmpty == false else {
                    return [margin + "- " + item.flow]
                }
                return [margin + "-"] + item.lines(indent: indent + 2, comments: comments)
            }
        case .mapping(let entries):
            return entries.flatMap { entry -> [String] in
                let comment = comments[entry.value.place].map { [margin + "# " + $0] } ?? []
                let key = margin + Self.key(entry.key) + ":"
                guard entry.value.isSpread(comments) else { return comment + [key + " " + entry.value.flow] }
                return comment + [key] + entry.value.lines(indent: indent + 2, comments: comments)
            }
        }
    }

    /// Whether the node needs lines of its own: for a comment in it, or because it is deep or long.
    private func isSpread(_ comments: [Place: String]) -> Bool {
        let children: [FileNode]
        switch self.content {
        case .scalar: return false
        case .sequence(let items): children = items
        case .mapping(let entries): children = entries.map(\.value)
        }
        guard !children.isEmpty else { return false }
        if children.contains(where: { comments[$0.place] != nil || $0.isSpread(comments) }) { return true }
        let isDeep = children.contains { child in
            (child.entries?.map(\.value) ?? child.items ?? []).contains { $0.entries != nil || $0.items != nil }
        }
        return isDeep || self.flow.count > Self.lineWidth
    }

    private static func key(_ text: String) -> String { self.scalar(text, isPlain: self.isSafe(text)) }

    /// Letters, digits and what never means anything to YAML.
    private static func isSafe(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }

    private static func scalar(_ text: String, isPlain: Bool) -> String {
        if isPlain, text.isEmpty { return "null" }
        let isFlowSafe = !text.unicodeScalars.contains {
            ",[]{}\"'#&*!|>%@`".unicodeScalars.contains($0) || $0.value < 0x20
        }
        if isPlain, isFlowSafe { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
