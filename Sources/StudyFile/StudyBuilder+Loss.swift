import TuningModel

extension StudyBuilder {
    /// What `training` says of the loss: its name, and numbers that go with it.
    mutating func readLossSetting(_ entry: FileEntry, task: TaskKind?) {
        let name = "training.\(entry.key)"
        switch entry.key {
        case "loss":
            self.readSetting(entry.value, name: name, conditions: [])
            self.checkLosses(entry.value, task: task)
        case "class_weights", "positive_weights":
            let hasClasses = entry.key == "class_weights"
            guard
                self.fits(
                    entry, task: task, among: [hasClasses ? .classification : .multiLabel],
                    noun: hasClasses ? "classes" : "labels")
            else { return }
            if entry.value.items == nil {
                self.readSetting(entry.value, name: name, conditions: [])
            } else {
                self.readNumbers(entry.value, name: name)
            }
        case "label_smoothing":
            guard self.fits(entry, task: task, among: [.classification, .multiLabel]) else { return }
            self.readSetting(entry.value, name: name, conditions: [])
        default:
            self.readSetting(entry.value, name: name, conditions: [])
        }
    }

    /// A list of settings `NAME.0`, `NAME.1` and so on, each plain or searched.
    mutating func readNumbers(_ node: FileNode, name: String) {
        guard let items = node.items, !items.isEmpty, items.count <= 1024 else {
            self.report(node.place, "\(name): found \(node.found), want a list of 1 to 1024 values")
            return
        }
        for (index, item) in items.enumerated() {
            self.readSetting(item, name: "\(name).\(index)", conditions: [])
        }
    }

    /// Reports losses that do not fit the task, wherever their names stand.
    private mutating func checkLosses(_ node: FileNode, task: TaskKind?) {
        guard let task else { return }
        let fitting = LossFunction.fitting(task).map(\.rawValue) + ["auto"]
        let values = node.entries?.flatMap { $0.value.items ?? [] } ?? [node]
        for value in values {
            guard let loss = value.text.flatMap(LossFunction.init(rawValue:)), !fitting.contains(loss.rawValue) else {
                continue
            }
            self.report(
                value.place, "training.loss: found \(loss.rawValue) for \(task.rawValue), want \(Self.list(fitting))")
        }
    }

    /// Reports a setting that only some tasks have.
    private mutating func fits(_ entry: FileEntry, task: TaskKind?, among tasks: [TaskKind], noun: String = "classes")
        -> Bool
    {
        guard let task, !tasks.contains(task) else { return true }
        let fitting = Self.list(tasks.map(\.rawValue))
        self.report(entry.place, "training.\(entry.key): \(task.rawValue) has no \(noun), want it for \(fitting)")
        return false
    }

    /// The Huber loss alone has a delta: where the loss is searched it becomes active with huber, and where huber is not
    /// among the losses it is a mistake.
    mutating func tieHuberDelta(_ section: Section) {
        let name = "training.huber_delta"
        guard let delta = section.entry("huber_delta"),
            let setting = self.settings.lastIndex(where: { $0.name == name })
        else { return }
        let huber = ParameterValue.text("huber")
        if let parameter = self.parameters.last(where: { $0.name == "training.loss" }) {
            if parameter.domain.member(huber) != nil {
                let condition = DraftCondition.isOneOf(parameter: parameter.name, values: [huber])
                self.settings[setting].conditions.append(condition)
                if let own = self.parameters.lastIndex(where: { $0.name == name }) {
                    self.parameters[own].conditions.append(condition)
                }
                return
            }
        } else if let fixed = self.settings.last(where: { $0.name == "training.loss" }) {
            if fixed.value == huber { return }
        } else if section["loss"] != nil {
            // The loss could not be read, which has been reported.
            return
        }
        self.report(delta.place, "\(name): only the loss huber has it, want loss: huber beside it")
    }
}
