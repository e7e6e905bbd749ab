import TuningModel

/// A node of a study file: a text, a list or a mapping, with the place where it begins.
struct FileNode: Hashable, Sendable {
    indirect enum Content: Hashable, Sendable {
        /// `isPlain` is false for quoted text, which is never a number, a truth value or nothing.
        case scalar(String, isPlain: Bool)
        case sequence([FileNode])
        /// In the order of the file; keys are unique.
        case mapping([FileEntry])
    }

    let place: Place
    let content: Content
}

/// A key of a mapping with its value.
struct FileEntry: Hashable, Sendable {
    let key: String
    let place: Place
    let value: FileNode
}

extension FileNode {
    /// The node in a few words, for messages.
    var found: String {
        switch self.content {
        case .scalar(let text, let isPlain):
            if isPlain, text.isEmpty { return "nothing" }
            return isPlain ? Self.shown(text) : "\"\(Self.shown(text))\""
        case .sequence(let items): return items.isEmpty ? "an empty list" : "a list"
        case .mapping(let entries): return entries.isEmpty ? "an empty mapping" : "a mapping"
        }
    }

    /// At most 40 characters of a text, control characters replaced, so that a message stays one short line.
    static func shown(_ text: String) -> String {
        let visible = text.unicodeScalars.prefix(41).map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0x2028 || scalar.value == 0x2029
                ? "\u{FFFD}" : Character(scalar)
        }
        return visible.count > 40 ? String(visible.prefix(40)) + "..." : String(visible)
    }

    /// Whether nothing stands here: an empty plain text, `~` or `null`.
    var isNothing: Bool {
        guard case .scalar(let text, isPlain: true) = self.content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    var entries: [FileEntry]? {
        guard case .mapping(let entries) = self.content else { return nil }
        return entries
    }

    var items: [FileNode]? {
        guard case .sequence(let items) = self.content else { return nil }
        return items
    }

    /// The scalar's text, plain or quoted.
    var text: String? {
        guard case .scalar(let text, _) = self.content, !self.isNothing else { return nil }
        return text
    }

    /// The scalar as a value: truth values, whole numbers and decimal numbers where they are plain, else text.
    ///
    /// Numbers are decimal only, and `true` and `false` the only truth values, so that a column may be called `y` or
    /// `no`, which YAML 1.1 takes for truth values.
    ///
    /// - Returns: `nil` for lists, mappings and nothing.
    var value: ParameterValue? {
        guard case .scalar(let text, let isPlain) = self.content, !self.isNothing else { return nil }
        guard isPlain else { return .text(text) }
        switch text {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        default: return Self.number(text) ?? .text(text)
        }
    }

    /// A decimal number, or `nil`: an optional sign, digits with at most one point, an optional exponent.
    static func number(_ text: String) -> ParameterValue? {
        var digits = 0
        var isWhole = true
        var hasPoint = false
        var isExponent = false
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "+"), UInt8(ascii: "-"):
                guard previous == 0 || (isExponent && previous | 0x20 == UInt8(ascii: "e")) else { return nil }
            case UInt8(ascii: "."):
                guard !hasPoint, !isExponent else { return nil }
                hasPoint = true
                isWhole = false
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard !isExponent, digits > 0 else { return nil }
                isExponent = true
                isWhole = false
                digits = 0
            default: return nil
            }
            previous = byte
        }
        guard digits > 0 else { return nil }
        let magnitude =
            text.utf8.first.map { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") } == true
            ? text.dropFirst() : text[...]
        if isWhole {
            guard magnitude.utf8.count == 1 || magnitude.utf8.first != UInt8(ascii: "0") else { return nil }
            if let number = Int(text) { return .int(number) }
        }
        let padded = magnitude.hasPrefix(".") ? "0" + magnitude : String(magnitude)
        guard let number = Double(padded.replacingPointBeforeExponent()) else { return nil }
        return .float(text.utf8.first == UInt8(ascii: "-") ? -number : number)
    }
}

extension String {
    /// `1.e5` and `1.` as `1.0e5` and `1.0`, which the standard library reads.
    fileprivate func replacingPointBeforeExponent() -> String {
        guard let point = self.firstIndex(of: ".") else { return self }
        let next = self.index(after: point)
        guard next == self.endIndex || self[next] == "e" || self[next] == "E" else { return self }
        return self[..<next] + "0" + self[next...]
    }
}
