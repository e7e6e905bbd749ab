package import TuningModel

/// Reads `NAME=VALUE` texts as `winnow train --set` takes them.
package enum SettingsParser {
    /// The settings of one configuration of a study.
    ///
    /// Plain settings stand as in the file unless one of the texts replaces them; a searched parameter takes its text,
    /// else its default. A value has to obey ``SettingRule`` but may lie outside the range that the study searches.
    ///
    /// - Parameters:
    ///   - assignments: Such as `training.learning_rate=0.01`; each name at most once.
    ///   - study: The study whose settings they are.
    /// - Returns: Settings that ``TrainingConfiguration`` accepts.
    /// - Throws: ``SettingError`` for an unknown name (with the nearest known one), a value out of range, a setting
    ///   that the others rule out, or a searched parameter without a text and a default.
    package static func apply(
        _ assignments: [String], to study: StudyDefinition
    ) throws(SettingError) -> [Setting] {
        let given = try self.parse(assignments, study: study)
        var values: [ParameterValue?] = []
        var missing: [Parameter] = []
        for parameter in study.space.parameters {
            guard study.space.holds(parameter.conditions, in: values) else {
                // Where values are missing it may yet exist.
                if missing.isEmpty, let value = given[parameter.name] {
                    throw SettingError(
                        setting: parameter.name, found: "\(value)",
                        wanted: "nothing, it does not exist: it needs "
                            + self.conditions(parameter.conditions, in: study.space))
                }
                values.append(nil)
                continue
            }
            let value = given[parameter.name] ?? parameter.defaultValue
            if value == nil { missing.append(parameter) }
            values.append(value)
        }
        try self.refuse(missing)
        var settings = study.settings(for: Configuration(values)).map { setting in
            given[setting.name].map { Setting(setting.name, $0) } ?? setting
        }
        for setting in given where !settings.contains(where: { $0.name == setting.name }) {
            try self.checkUsed(setting, beside: settings)
            settings.append(setting)
        }
        try self.checkGroups(given, in: settings)
        _ = try TrainingConfiguration(settings)
        return settings
    }

    /// Refuses searched parameters without a value, all at once; does nothing where there are none.
    private static func refuse(_ missing: [Parameter]) throws(SettingError) {
        guard let first = missing.first else { return }
        let others = missing.dropFirst().map { "\($0.name) (\($0.domain.wanted))" }
        throw SettingError(
            setting: first.name, found: "nothing",
            wanted: "--set \(first.name)=VALUE, it is searched and has no default (\(first.domain.wanted))"
                + (others.isEmpty ? "" : "; so are " + others.joined(separator: ", ") + ": give each with --set"))
    }

    /// What is given of a group of settings asks for what the group cannot do without; it would else change nothing.
    private static func checkGroups(_ given: [Setting], in settings: [Setting]) throws(SettingError) {
        for group in ["training.early_stopping.", "training.batch_growth."]
        where given.contains(where: { $0.name.hasPrefix(group) }) {
            for rule in SettingRule.all where rule.pattern.hasPrefix(group) && rule.defaultValue == nil {
                guard settings[rule.pattern] == nil else { continue }
                throw SettingError(setting: rule.pattern, found: "nothing", wanted: rule.kind.wanted)
            }
        }
    }

    /// Which settings have values that the study does not search, each with what it searches: nothing is wrong with them,
    /// but no trial would have them.
    package static func unsearched(_ settings: [Setting], in study: StudyDefinition) -> [SettingError] {
        study.space.parameters.compactMap { parameter in
            guard let value = settings[parameter.name], parameter.domain.member(value) == nil else { return nil }
            return SettingError(setting: parameter.name, found: "\(value)", wanted: parameter.domain.wanted)
        }
    }

    /// A setting that the file leaves out must belong to the optimizer and to a layer that are there.
    ///
    /// Others would be taken and change nothing.
    private static func checkUsed(_ setting: Setting, beside settings: [Setting]) throws(SettingError) {
        let families = "model.family."
        for (owner, noun) in [
            ("training.optimizer", "optimizer"), ("training.schedule", "schedule"), ("training.average", "average"),
        ]
        where setting.name.hasPrefix("\(owner).") {
            let chosen = settings[owner] ?? SettingRule.rule(for: owner)?.defaultValue ?? .text("")
            guard !setting.name.hasPrefix("\(owner).\(chosen).") else { return }
            throw SettingError(
                setting: setting.name, found: "\(setting.value)", wanted: "a setting of the \(noun) \(chosen)")
        }
        if setting.name.hasPrefix(families) {
            // A setting of the whole family: its last part is no number's.
            if let family = settings["model.family"], setting.name.hasPrefix("\(families)\(family)."),
                !setting.name.split(separator: ".").contains(where: { $0.allSatisfy(\.isNumber) }),
                SettingRule.rule(for: setting.name)?.defaultValue != nil
            {
                return
            }
            // A list's own name, the number of a layer in it, and what is said of the layer.
            let parts = setting.name.split(separator: ".")
            if let place = parts.firstIndex(where: { $0.allSatisfy(\.isNumber) }), let layer = Int(parts[place]),
                "\(layer)" == parts[place],
                case .int(let count)? = settings[parts[..<place].joined(separator: ".")], layer < count
            {
                return
            }
            throw SettingError(
                setting: setting.name, found: "\(setting.value)",
                wanted: "a setting of one of the layers that are there, numbered from 0")
        }
    }

    private static func parse(_ assignments: [String], study: StudyDefinition) throws(SettingError) -> [Setting] {
        var given: [Setting] = []
        for assignment in assignments {
            guard let sign = assignment.firstIndex(of: "=") else {
                throw SettingError(
                    setting: FileNode.shown(assignment), found: "no value", wanted: "NAME=VALUE")
            }
            let name = String(assignment[..<sign])
            let text = String(assignment[assignment.index(after: sign)...])
            guard let rule = SettingRule.rule(for: name) else {
                throw SettingError(
                    setting: FileNode.shown(name), found: FileNode.shown(text), wanted: self.nearest(name, study: study)
                )
            }
            guard given[name] == nil else {
                throw SettingError(setting: name, found: FileNode.shown(text), wanted: "one value, it was given twice")
            }
            let node = FileNode(place: Place(line: 1, column: 1), content: .scalar(text, isPlain: true))
            guard let value = node.value else {
                throw SettingError(setting: name, found: "nothing", wanted: rule.kind.wanted)
            }
            given.append(Setting(name, try rule.accept(value, for: name)))
        }
        return given
    }

    private static func nearest(_ name: String, study: StudyDefinition) -> String {
        let inFile = study.settings.map(\.name)
        let known = inFile + SettingRule.all.map(\.pattern).filter { !$0.contains("*") && !inFile.contains($0) }
        guard let guess = NearestName.of(name, among: known) else {
            return "the name of a setting; there is no such one"
        }
        return "the name of a setting, did you mean \(guess)?"
    }

    private static func conditions(_ conditions: [Condition], in space: ParameterSpace) -> String {
        conditions.map { condition in
            switch condition {
            case .isOneOf(let parameter, let values):
                "\(space.parameters[parameter].name) = \(StudyBuilder.list(values.map(\.description)))"
            case .exceeds(let parameter, let count): "\(space.parameters[parameter].name) > \(count)"
            case .never: "a condition that is never true"
            }
        }
        .joined(separator: " and ")
    }
}
