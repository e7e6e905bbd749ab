import TuningModel

extension StudyBuilder {
    /// The section `model`.
    mutating func readModel(_ node: FileNode) {
        let known = ["family", "activation", "initializer", "bias_initializer"]
        guard let section = self.section(node, path: "model", known: known, unbuilt: ["table"]) else { return }
        if section["family"] == nil { self.reportMissing("family", in: section) }
        for entry in section.entries {
            switch entry.key {
            case "family": self.readFamily(entry.value)
            case "activation": self.readSetting(entry.value, name: "model.activation", conditions: [])
            case "initializer", "bias_initializer":
                self.readBranches(entry.value, name: "model.\(entry.key)", unbuilt: [])
            default: continue
            }
        }
    }

    /// `family: {choice: {mlp: {layers: ...}, cnn: {blocks: ..., layers: ...}, lstm: {layers: ...}}}`.
    private mutating func readFamily(_ node: FileNode) {
        let name = "model.family"
        guard node.entries != nil else {
            self.report(
                node.place,
                "\(name): found \(node.found), want a choice such as {choice: {mlp: {layers: [{units: 64}]}}}")
            return
        }
        guard let section = self.section(node, path: name, known: ["choice", "default", "prior"]),
            let choice = self.required("choice", in: section)
        else { return }
        guard choice.entries?.isEmpty == false,
            let branches = self.section(
                choice, path: "\(name).choice", known: NetworkFamily.names, unbuilt: ["transformer"])
        else {
            if choice.entries != nil {
                self.report(
                    choice.place, "\(name).choice: found no branch, want \(Self.list(NetworkFamily.names))")
            }
            return
        }
        let chosen = branches.entries.filter { NetworkFamily.names.contains($0.key) }
        guard !chosen.isEmpty else { return }
        self.add(
            .choice(chosen.map { .text($0.key) }), section: section, name: name, place: choice.place, conditions: [])
        for branch in chosen {
            let conditions: [DraftCondition] =
                chosen.count == 1 ? [] : [.isOneOf(parameter: name, values: [.text(branch.key)])]
            self.readBranch(branch, conditions: conditions)
        }
    }

    /// What one family is made of: lists of layers or blocks, and settings of its own.
    private mutating func readBranch(_ branch: FileEntry, conditions: [DraftCondition]) {
        let name = "model.family.\(branch.key)"
        let grammar = FamilyGrammar(branch.key)
        let known = grammar.lists.map(\.key) + grammar.settings
        guard let body = self.section(branch.value, path: name, known: known) else { return }
        for list in grammar.lists {
            let node = list.isRequired ? self.required(list.key, in: body) : body[list.key]
            guard let node else { continue }
            self.readLayers(node, name: "\(name).\(list.key)", settings: list.settings, conditions: conditions)
        }
        for entry in body.entries where grammar.settings.contains(entry.key) {
            self.readSetting(entry.value, name: "\(name).\(entry.key)", conditions: conditions)
        }
    }

    /// A list of layers, or `{repeat: ..., each: {...}}`.
    ///
    /// Each layer has some of the settings, of which the first one must be given.
    private mutating func readLayers(
        _ node: FileNode, name: String, settings: [String], conditions: [DraftCondition]
    ) {
        if let items = node.items {
            guard let rule = SettingRule.rule(for: name), let count = try? rule.accept(.int(items.count), for: name)
            else {
                let wanted = SettingRule.rule(for: name)?.kind.wanted ?? "a list"
                self.report(node.place, "\(name): found \(items.count) items, want \(wanted)")
                return
            }
            self.settings.append(DraftSetting(name: name, place: node.place, value: count, conditions: conditions))
            for (index, item) in items.enumerated() {
                self.readLayer(item, name: "\(name).\(index)", settings: settings, conditions: conditions)
            }
            return
        }
        guard node.entries != nil else {
            self.report(
                node.place,
                "\(name): found \(node.found), want a list of layers, or {repeat: {int: [1, 3]}, each: {...}}")
            return
        }
        guard let section = self.section(node, path: name, known: ["repeat", "each"]) else { return }
        let mostLayers = self.required("repeat", in: section).map {
            self.repeatCount($0, name: name, conditions: conditions)
        }
        guard let each = self.required("each", in: section) else { return }

        // One layer is read, with its mistakes, and stands for all.
        var layer = StudyBuilder()
        layer.readLayer(each, name: "\(name).0", settings: settings, conditions: conditions)
        self.mistakes += layer.mistakes
        let isSearched = self.parameters.last?.name == name
        for index in 0..<(mostLayers ?? 0) {
            let condition: DraftCondition? = isSearched ? .exceeds(parameter: name, count: index) : nil
            let rename = { (old: String) in "\(name).\(index)" + old.dropFirst("\(name).0".count) }
            self.settings += layer.settings.map { $0.renamed(rename($0.name), adding: condition) }
            self.parameters += layer.parameters.map { $0.renamed(rename($0.name), adding: condition) }
        }
    }

    /// Reads the number of layers and answers how many there are at most; 0 where it could not be read.
    private mutating func repeatCount(_ node: FileNode, name: String, conditions: [DraftCondition]) -> Int {
        let before = self.settings.count
        self.readSetting(node, name: name, conditions: conditions)
        guard self.settings.count > before, let setting = self.settings.last else { return 0 }
        if case .int(let count)? = setting.value { return count }
        guard let parameter = self.parameters.last, parameter.name == name else { return 0 }
        if parameter.conditions.contains(where: { if case .when = $0 { true } else { false } }) {
            self.report(node.place, "\(name).repeat: when means nothing here, a network always has its layers")
        }
        switch parameter.domain {
        case .int(let range): return max(range.high, range.alternative ?? 0)
        case .ordinal(let values), .choice(let values):
            return values.map { if case .int(let count) = $0 { count } else { 0 } }.max() ?? 0
        case .float: return 0
        }
    }

    private mutating func readLayer(
        _ node: FileNode, name: String, settings: [String], conditions: [DraftCondition]
    ) {
        guard let section = self.section(node, path: name, known: settings, unbuilt: ["activation"]) else { return }
        if let first = settings.first, section[first] == nil { self.reportMissing(first, in: section) }
        for entry in section.entries where settings.contains(entry.key) {
            self.readSetting(entry.value, name: "\(name).\(entry.key)", conditions: conditions)
        }
    }
}

/// What may stand below a family.
private struct FamilyGrammar {
    /// The first of a list's settings must be given.
    let lists: [(key: String, settings: [String], isRequired: Bool)]
    let settings: [String]

    init(_ family: String) {
        let dense = ["units", "dropout", "batch_norm", "layer_norm"]
        let block = [
            "filters", "kernel", "stride", "dilation", "padding", "convolutions", "residual", "separable", "pool",
            "pool_size", "batch_norm", "dropout",
        ]
        switch family {
        case "cnn":
            self.lists = [("blocks", block, true), ("layers", dense, false)]
            self.settings = ["dimensions", "global_pool"]
        case "mlp":
            self.lists = [("layers", dense, true)]
            self.settings = ["embedding", "embedding_rule"]
        default:
            self.lists = [("layers", ["units", "dropout"], true), ("layers_after", dense, false)]
            self.settings = ["bidirectional", "output"] + (family == "lstm" ? ["forget_bias"] : [])
        }
    }
}
