import TuningModel

extension StudyBuilder {
    /// The section `model`.
    mutating func readModel(_ node: FileNode) {
        let known = ["family", "activation", "initializer"]
        guard let section = self.section(node, path: "model", known: known, unbuilt: ["table"]) else { return }
        if section["family"] == nil { self.reportMissing("family", in: section) }
        for entry in section.entries {
            switch entry.key {
            case "family": self.readFamily(entry.value)
            case "activation", "initializer":
                self.readSetting(entry.value, name: "model.\(entry.key)", conditions: [])
            default: continue
            }
        }
    }

    /// `family: {choice: {mlp: {layers: ...}}}`.
    private mutating func readFamily(_ node: FileNode) {
        guard node.entries != nil else {
            self.report(
                node.place,
                "model.family: found \(node.found), want a choice such as {choice: {mlp: {layers: [{units: 64}]}}}")
            return
        }
        guard let section = self.section(node, path: "model.family", known: ["choice", "default"]),
            let choice = self.required("choice", in: section)
        else { return }
        guard choice.entries?.isEmpty == false,
            let branches = self.section(
                choice, path: "model.family.choice", known: ["mlp"], unbuilt: ["cnn", "lstm", "gru", "transformer"])
        else {
            if choice.entries != nil {
                self.report(choice.place, "model.family.choice: found no branch, want mlp")
            }
            return
        }
        if let node = section["default"], node.text != "mlp" {
            self.report(node.place, "model.family.default: found \(node.found), want mlp")
        }
        guard let mlp = branches.entry("mlp") else { return }
        self.settings.append(
            DraftSetting(name: "model.family", place: mlp.place, value: .text("mlp"), conditions: []))
        guard let body = self.section(mlp.value, path: "model.family.mlp", known: ["layers"]),
            let layers = self.required("layers", in: body)
        else { return }
        self.readLayers(layers, name: "model.family.mlp.layers")
    }

    /// A list of layers, or `{repeat: ..., each: {...}}`.
    private mutating func readLayers(_ node: FileNode, name: String) {
        if let items = node.items {
            guard items.count <= 64 else {
                self.report(node.place, "\(name): found \(items.count) layers, want at most 64")
                return
            }
            self.settings.append(
                DraftSetting(name: name, place: node.place, value: .int(items.count), conditions: []))
            for (index, item) in items.enumerated() { self.readLayer(item, name: "\(name).\(index)") }
            return
        }
        guard node.entries != nil else {
            self.report(
                node.place,
                "\(name): found \(node.found), want a list of layers, or {repeat: {int: [1, 3]}, each: {...}}")
            return
        }
        guard let section = self.section(node, path: name, known: ["repeat", "each"]) else { return }
        let mostLayers = self.required("repeat", in: section).map { self.repeatCount($0, name: name) }
        guard let each = self.required("each", in: section) else { return }

        // One layer is read, with its mistakes, and stands for all.
        var layer = StudyBuilder()
        layer.readLayer(each, name: "\(name).0")
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
    private mutating func repeatCount(_ node: FileNode, name: String) -> Int {
        let before = self.settings.count
        self.readSetting(node, name: name, conditions: [])
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

    private mutating func readLayer(_ node: FileNode, name: String) {
        let known = ["units", "dropout", "batch_norm"]
        guard let section = self.section(node, path: name, known: known, unbuilt: ["activation"]) else { return }
        if section["units"] == nil { self.reportMissing("units", in: section) }
        for entry in section.entries where known.contains(entry.key) {
            self.readSetting(entry.value, name: "\(name).\(entry.key)", conditions: [])
        }
    }
}
