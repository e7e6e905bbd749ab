import TuningModel
import Yams

/// Tags, of which a study file needs none.
extension FileNode {
    /// What a node is by its tag: those of the core schema.
    ///
    /// Source: YAML Ain't Markup Language, version 1.2.2, section 10.3, "Core Schema".
    enum Kind: String {
        /// No tag: it is what it looks like.
        case untagged = ""
        case text = "tag:yaml.org,2002:str"
        case int = "tag:yaml.org,2002:int"
        case float = "tag:yaml.org,2002:float"
        case bool = "tag:yaml.org,2002:bool"
        case nothing = "tag:yaml.org,2002:null"
        case sequence = "tag:yaml.org,2002:seq"
        case mapping = "tag:yaml.org,2002:map"
    }

    /// What the parser takes a plain key for by its text alone, such as `<<`: no tag was written.
    private static let impliedByKeys: [Tag.Name] = [.merge, .timestamp, .value, .binary]
    private static let corePrefix = "tag:yaml.org,2002:"

    /// What a node is by its tag.
    ///
    /// - Returns: `nil` for a tag that is none of the core schema, and then there is a mistake.
    static func kind(of node: Node, isKey: Bool, at place: Place, mistakes: inout [Mistake]) -> Kind? {
        let tag: Tag
        switch node {
        case .scalar(let scalar): tag = scalar.tag
        case .sequence(let sequence): tag = sequence.tag
        case .mapping(let mapping): tag = mapping.tag
        case .alias(let alias): tag = alias.tag
        }
        let name = Tag.Name(rawValue: tag.rawValue)
        let kind = name == .nonSpecific ? .untagged : Kind(rawValue: name.rawValue)
        // Keys are names, whatever they look like: the parser tags them to compare them.
        if isKey, case .scalar = node, kind != nil || self.impliedByKeys.contains(name) { return .untagged }
        if kind == nil {
            mistakes.append(
                Mistake(place, "the tag \(self.written(name)) means nothing in a study file, want the value without it")
            )
        }
        return kind
    }

    /// Refuses a node that is not what its tag says.
    static func check(_ node: FileNode, is kind: Kind, mistakes: inout [Mistake]) -> FileNode? {
        let fits: Bool
        switch (kind, node.content, node.value) {
        case (.untagged, _, _), (.text, .scalar, _), (.sequence, .sequence, _), (.mapping, .mapping, _): fits = true
        case (.bool, .scalar, .bool?), (.int, .scalar, .int?): fits = true
        case (.float, .scalar, let value): fits = value?.number != nil
        case (.nothing, .scalar, _): fits = node.isNothing
        default: fits = false
        }
        guard !fits else { return node }
        let tag = self.written(Tag.Name(rawValue: kind.rawValue))
        mistakes.append(Mistake(node.place, "the tag \(tag) does not fit \(node.found), want the value without it"))
        return nil
    }

    /// A tag as files have it.
    private static func written(_ name: Tag.Name) -> String {
        let text = name.rawValue
        if text.hasPrefix(self.corePrefix) { return "!!" + self.shown(String(text.dropFirst(self.corePrefix.count))) }
        return text.hasPrefix("!") ? self.shown(text) : "!<\(self.shown(text))>"
    }
}
