import TuningModel

extension StudyBuilder {
    private static let plainSettings = [
        "loss", "learning_rate", "warmup_epochs", "schedule_epochs", "batch_size", "l1", "l2", "weight_decay",
    ]

    /// The section `training`.
    mutating func readTraining(_ node: FileNode, task: TaskKind?) {
        let known = Self.plainSettings + ["optimizer", "schedule", "early_stopping", "augmentation"]
        let unbuilt = ["gradient_clip", "label_smoothing"]
        guard let section = self.section(node, path: "training", known: known, unbuilt: unbuilt, isOptional: true)
        else {
            return
        }
        for entry in section.entries {
            switch entry.key {
            case "optimizer":
                self.readBranches(
                    entry.value, name: "training.optimizer", unbuilt: ["lamb", "lion", "adagrad", "muon", "nadam"])
            case "schedule": self.readBranches(entry.value, name: "training.schedule", unbuilt: ["plateau"])
            case "early_stopping": self.readEarlyStopping(entry.value)
            case "augmentation": self.readAugmentation(entry.value)
            case "loss": self.readLoss(entry.value, task: task)
            case let key where Self.plainSettings.contains(key):
                self.readSetting(entry.value, name: "training.\(key)", conditions: [])
            default: continue
            }
        }
        self.tieWeightDecay(section)
    }

    private mutating func readLoss(_ node: FileNode, task: TaskKind?) {
        let before = self.mistakes.count
        guard let loss = self.name(node, path: "training.loss", among: ["auto", "cross_entropy", "squared_error"]),
            self.mistakes.count == before
        else { return }
        let fitting = task == .classification ? "cross_entropy" : "squared_error"
        if let task, loss != "auto", loss != fitting {
            self.report(node.place, "training.loss: found \(loss) for \(task.rawValue), want \(fitting) or auto")
            return
        }
        self.settings.append(
            DraftSetting(name: "training.loss", place: node.place, value: .text(loss), conditions: []))
    }

    private mutating func readEarlyStopping(_ node: FileNode) {
        let known = ["patience", "min_change"]
        guard let section = self.section(node, path: "training.early_stopping", known: known) else { return }
        if section["patience"] == nil { self.reportMissing("patience", in: section) }
        for entry in section.entries where known.contains(entry.key) {
            self.readSetting(entry.value, name: "training.early_stopping.\(entry.key)", conditions: [])
        }
    }

    private mutating func readAugmentation(_ node: FileNode) {
        let known = ["flip", "crop", "shift", "cutout"]
        guard let section = self.section(node, path: "training.augmentation", known: known) else { return }
        for entry in section.entries where known.contains(entry.key) {
            self.readSetting(entry.value, name: "training.augmentation.\(entry.key)", conditions: [])
        }
    }

    /// A name, a choice of names, or a choice of branches with settings of their own.
    private mutating func readBranches(_ node: FileNode, name: String, unbuilt: [String]) {
        let options = Self.options(of: name)
        guard let choice = node.entries?.first(where: { $0.key == "choice" }), choice.value.entries != nil else {
            self.readSetting(node, name: name, conditions: [])
            return
        }
        let names = options.map(\.name)
        guard let section = self.section(node, path: name, known: ["choice", "default", "when"]),
            let branches = self.section(
                choice.value, path: "\(name).choice", known: names, unbuilt: unbuilt)
        else { return }
        guard !branches.entries.isEmpty else {
            self.report(choice.value.place, "\(name).choice: found no branch, want \(Self.list(names))")
            return
        }
        let chosen = branches.entries.filter { names.contains($0.key) }
        guard !chosen.isEmpty else { return }
        let outer = self.whenConditions(section["when"], name: name)
        self.add(
            .choice(chosen.map { .text($0.key) }), section: section, name: name, place: choice.place, conditions: outer)
        for branch in chosen {
            let known = options.first { $0.name == branch.key }?.settings ?? []
            guard
                let body = self.section(
                    branch.value, path: "\(name).\(branch.key)", known: known, isOptional: true)
            else { continue }
            let conditions: [DraftCondition] =
                chosen.count == 1 ? outer : [.isOneOf(parameter: name, values: [.text(branch.key)])]
            for entry in body.entries where known.contains(entry.key) {
                self.readSetting(entry.value, name: "\(name).\(branch.key).\(entry.key)", conditions: conditions)
            }
        }
    }

    /// The values of a setting and what each has for settings of its own, from ``SettingRule``.
    private static func options(of setting: String) -> [(name: String, settings: [String])] {
        guard case .name(let names)? = SettingRule.rule(for: setting)?.kind else { return [] }
        return names.map { name in
            let prefix = "\(setting).\(name)."
            return (
                name,
                SettingRule.all.filter { $0.pattern.hasPrefix(prefix) }.map {
                    String($0.pattern.dropFirst(prefix.count))
                }
            )
        }
    }

    /// Weight decay exists only under AdamW: with a searched optimizer it becomes active with that branch, and where
    /// AdamW is no branch it is a mistake.
    private mutating func tieWeightDecay(_ section: Section) {
        let name = "training.weight_decay"
        guard let decay = section.entry("weight_decay"),
            let setting = self.settings.lastIndex(where: { $0.name == name }),
            self.settings[setting].value != .float(0)
        else { return }
        let adamw = ParameterValue.text("adamw")
        if let parameter = self.parameters.last(where: { $0.name == "training.optimizer" }) {
            if parameter.domain.member(adamw) != nil {
                let condition = DraftCondition.isOneOf(parameter: parameter.name, values: [adamw])
                self.settings[setting].conditions.append(condition)
                if let own = self.parameters.lastIndex(where: { $0.name == name }) {
                    self.parameters[own].conditions.append(condition)
                }
                return
            }
        } else if let fixed = self.settings.last(where: { $0.name == "training.optimizer" }) {
            if fixed.value == adamw { return }
        } else if section["optimizer"] != nil {
            // The optimizer could not be read, which has been reported.
            return
        }
        self.report(decay.place, "\(name): only the optimizer adamw has it, want l2 here or adamw as the optimizer")
    }
}
