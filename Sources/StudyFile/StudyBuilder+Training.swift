import TuningModel

extension StudyBuilder {
    private static let plainSettings = [
        "loss", "learning_rate", "warmup_epochs", "schedule_epochs", "batch_size", "repeats", "l1", "l2",
        "weight_decay",
        "clip_value", "clip_norm", "max_norm", "hypergradient", "hypergradient_rule",
    ]

    /// The section `training`.
    mutating func readTraining(_ node: FileNode, task: TaskKind?) {
        let known =
            Self.plainSettings + ["optimizer", "schedule", "batch_growth", "average", "early_stopping", "t1_t2"]
            + ["label_smoothing", "class_weights", "positive_weights", "huber_delta", "metrics", "augmentation"]
        let unbuilt = ["gradient_clip"]
        guard let section = self.section(node, path: "training", known: known, unbuilt: unbuilt, isOptional: true)
        else {
            return
        }
        for entry in section.entries {
            switch entry.key {
            case "optimizer":
                self.readBranches(entry.value, name: "training.optimizer", unbuilt: ["lion", "muon"])
            case "schedule": self.readBranches(entry.value, name: "training.schedule", unbuilt: [])
            case "batch_growth": self.readGroup(entry.value, name: "training.batch_growth")
            case "average": self.readBranches(entry.value, name: "training.average", unbuilt: [])
            case "early_stopping": self.readEarlyStopping(entry.value, task: task)
            case "t1_t2": self.readGroup(entry.value, name: "training.t1_t2")
            case "augmentation": self.readAugmentation(entry.value)
            case "loss", "label_smoothing", "class_weights", "positive_weights", "huber_delta":
                self.readLossSetting(entry, task: task)
            case "metrics": self.readMetrics(entry.value, task: task)
            case let key where Self.plainSettings.contains(key):
                self.readSetting(entry.value, name: "training.\(key)", conditions: [])
            default: continue
            }
        }
        self.tieWeightDecay(section)
        self.tieHuberDelta(section)
        self.checkLearned(section)
    }

    /// What is measured after each epoch besides the figures that always are, or counted: a list of names.
    private mutating func readMetrics(_ node: FileNode, task: TaskKind?) {
        let path = "training.metrics"
        let known = task.map { Metric.validation(Figure.optional($0)) } ?? []
        let counted = Metric.trainSamples.rawValue
        let items = node.items ?? [node]
        guard let task, !known.isEmpty || items.contains(where: { $0.text == counted }) else {
            self.report(
                node.place,
                "\(path): \(task?.rawValue ?? "this task") measures all it has, want [\(counted)] or no such list")
            return
        }
        let measured = Metric.validation(Figure.always(task)).map(\.rawValue)
        for item in items {
            guard let name = self.name(item, path: path, among: known.map(\.rawValue) + measured + [counted]),
                !measured.contains(name)
            else { continue }
            let asked = self.settings.filter { $0.name.hasPrefix("\(path).") }
            guard !asked.contains(where: { $0.value == .text(name) }) else {
                self.report(item.place, "\(path): \(name) stands twice")
                continue
            }
            self.settings.append(
                DraftSetting(name: "\(path).\(asked.count)", place: item.place, value: .text(name), conditions: []))
        }
    }

    private mutating func readEarlyStopping(_ node: FileNode, task: TaskKind?) {
        let name = "training.early_stopping"
        let before = self.mistakes.count
        self.readGroup(node, name: name)
        // A metric that is none is told already; one that the task does not measure is not.
        guard self.mistakes.count == before,
            let metric = node.entries?.first(where: { $0.key == "metric" })?.value, metric.text != nil
        else { return }
        _ = self.metric(metric, task: task, path: "\(name).metric")
    }

    /// A mapping of settings that come together: those without a default must be there.
    private mutating func readGroup(_ node: FileNode, name: String) {
        let rules = SettingRule.all.filter { $0.pattern.hasPrefix("\(name).") }
        let known = rules.map { String($0.pattern.dropFirst(name.count + 1)) }
        guard let section = self.section(node, path: name, known: known) else { return }
        for (rule, key) in zip(rules, known) where rule.defaultValue == nil && section[key] == nil {
            self.reportMissing(key, in: section)
        }
        for entry in section.entries where known.contains(entry.key) {
            self.readSetting(entry.value, name: "\(name).\(entry.key)", conditions: [])
        }
    }

    private mutating func readAugmentation(_ node: FileNode) {
        let known = ["flip", "crop", "shift", "cutout", "mixup"]
        guard let section = self.section(node, path: "training.augmentation", known: known) else { return }
        for entry in section.entries where known.contains(entry.key) {
            self.readSetting(entry.value, name: "training.augmentation.\(entry.key)", conditions: [])
        }
    }

    /// A name, a choice of names, or a choice of branches with settings of their own.
    mutating func readBranches(_ node: FileNode, name: String, unbuilt: [String]) {
        let options = Self.options(of: name)
        guard let choice = node.entries?.first(where: { $0.key == "choice" }), choice.value.entries != nil else {
            self.readSetting(node, name: name, conditions: [])
            return
        }
        let names = options.map(\.name)
        guard let section = self.section(node, path: name, known: ["choice", "default", "when", "prior"]),
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

    /// Weight decay exists only under AdamW and LAMB: with a searched optimizer it becomes active with their branches, and
    /// where they are no branches it is a mistake.
    private mutating func tieWeightDecay(_ section: Section) {
        let name = "training.weight_decay"
        guard let decay = section.entry("weight_decay"),
            let setting = self.settings.lastIndex(where: { $0.name == name }),
            self.settings[setting].value != .float(0)
        else { return }
        let decaying = OptimizerSettings.decayingNames.map(ParameterValue.text)
        if let parameter = self.parameters.last(where: { $0.name == "training.optimizer" }) {
            let branches = decaying.filter { parameter.domain.member($0) != nil }
            if !branches.isEmpty {
                let condition = DraftCondition.isOneOf(parameter: parameter.name, values: branches)
                self.settings[setting].conditions.append(condition)
                if let own = self.parameters.lastIndex(where: { $0.name == name }) {
                    self.parameters[own].conditions.append(condition)
                }
                return
            }
        } else if let fixed = self.settings.last(where: { $0.name == "training.optimizer" }) {
            if let value = fixed.value, decaying.contains(value) { return }
        } else if section["optimizer"] != nil {
            // The optimizer could not be read, which has been reported.
            return
        }
        let names = Self.list(OptimizerSettings.decayingNames)
        self.report(
            decay.place, "\(name): only the optimizer \(names) has it, want l2 here or \(names) as the optimizer")
    }
}
