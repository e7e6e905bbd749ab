import TuningModel

extension StudyBuilder {
    /// The kinds of search range, and what may stand beside one.
    private static let kinds = ["float", "int", "ordinal", "choice"]
    private static let options = ["log", "step", "default", "or", "when", "prior"]

    /// Reads one setting: a plain value is fixed, a range is searched.
    ///
    /// - Parameters:
    ///   - node: What stands in the file.
    ///   - name: The dotted name, which has a ``SettingRule``.
    ///   - conditions: What must hold for the setting to exist.
    mutating func readSetting(_ node: FileNode, name: String, conditions: [DraftCondition]) {
        guard let rule = SettingRule.rule(for: name) else { return }
        switch node.content {
        case .scalar:
            guard let value = node.value, let accepted = try? rule.accept(value, for: name) else {
                self.report(
                    node.place, "\(name): found \(node.found),\(Self.guess(node, rule)) want \(rule.kind.wanted)")
                return
            }
            self.settings.append(DraftSetting(name: name, place: node.place, value: accepted, conditions: conditions))
        case .sequence:
            self.report(
                node.place, "\(name): found a list, want \(rule.kind.wanted), or a range such as \(Self.example(rule))")
        case .mapping:
            self.readRange(node, name: name, rule: rule, conditions: conditions)
        }
    }

    private mutating func readRange(_ node: FileNode, name: String, rule: SettingRule, conditions: [DraftCondition]) {
        guard
            let section = self.section(
                node, path: name, known: Self.kinds + Self.options, unbuilt: ["normal", "log_normal"])
        else { return }
        let found = section.entries.filter { Self.kinds.contains($0.key) }
        guard let kind = found.first else {
            self.report(section.place, "\(name): a range without its kind, want \(Self.list(Self.kinds))")
            return
        }
        for extra in found.dropFirst() {
            self.report(extra.place, "\(name): \(extra.key) beside \(kind.key), want one of them")
        }
        if kind.key == "ordinal" || kind.key == "choice" {
            for entry in section.entries where ["log", "step", "or"].contains(entry.key) {
                self.report(entry.place, "\(name): \(entry.key) means nothing to \(kind.key), only to float and int")
            }
        }
        let conditions = conditions + self.whenConditions(section["when"], name: name)
        let domain: ParameterDomain? =
            switch kind.key {
            case "float": self.floatRange(kind.value, in: section, name: name, rule: rule)
            case "int": self.intRange(kind.value, in: section, name: name, rule: rule)
            default: self.values(kind.value, kind: kind.key, name: name, rule: rule)
            }
        guard let domain else { return }
        self.add(domain, section: section, name: name, place: kind.place, conditions: conditions)
    }

    /// Enters a parameter, or a fixed setting where only one value is possible.
    mutating func add(
        _ domain: ParameterDomain, section: Section, name: String, place: Place, conditions: [DraftCondition]
    ) {
        var defaultValue: ParameterValue?
        if let node = section["default"] {
            defaultValue = node.value.flatMap(domain.member)
            if defaultValue == nil {
                self.report(node.place, "\(name).default: found \(node.found), want \(domain.wanted)")
            }
        }
        let prior = self.prior(section, name: name)
        switch domain {
        case .choice(let values) where values.count == 1, .ordinal(let values) where values.count == 1:
            self.settings.append(
                DraftSetting(name: name, place: place, value: values.first, conditions: conditions))
        default:
            self.parameters.append(
                DraftParameter(
                    name: name, place: place, domain: domain, conditions: conditions, defaultValue: defaultValue,
                    prior: prior))
            self.settings.append(DraftSetting(name: name, place: place, value: nil, conditions: conditions))
        }
    }

    /// `prior: low`, `medium` or `high`: how sure the user is of the `default` beside it.
    private mutating func prior(_ section: Section, name: String) -> PriorConfidence? {
        guard let node = section["prior"] else { return nil }
        let names = PriorConfidence.allCases.map(\.rawValue)
        guard let text = self.name(node, path: "\(name).prior", among: names) else { return nil }
        guard section["default"] != nil else {
            self.report(node.place, "\(name).prior: says how sure the default is, want default: VALUE beside it")
            return nil
        }
        return PriorConfidence(rawValue: text)
    }

    /// `ordinal: [...]` and `choice: [...]`.
    private mutating func values(
        _ node: FileNode, kind: String, name: String, rule: SettingRule
    ) -> ParameterDomain? {
        guard let items = node.items, !items.isEmpty, items.count <= 4096 else {
            self.report(
                node.place,
                "\(name).\(kind): found \(node.found), want a list of 1 to 4096 values, each \(rule.kind.wanted)")
            return nil
        }
        var values: [ParameterValue] = []
        for item in items {
            guard let value = item.value, let accepted = try? rule.accept(value, for: name) else {
                self.report(
                    item.place,
                    "\(name).\(kind): found \(item.found),\(Self.guess(item, rule)) want \(rule.kind.wanted)")
                continue
            }
            if values.contains(accepted) {
                self.report(item.place, "\(name).\(kind): \(item.found) stands twice")
                continue
            }
            values.append(accepted)
        }
        guard values.count == items.count else { return nil }
        return kind == "choice" ? .choice(values) : .ordinal(values)
    }

    /// The clauses of `when: {NAME: VALUE, NAME: [VALUE, VALUE]}`.
    mutating func whenConditions(_ node: FileNode?, name: String) -> [DraftCondition] {
        guard let node else { return [] }
        guard let entries = node.entries, !entries.isEmpty else {
            self.report(
                node.place, "\(name).when: found \(node.found), want a mapping such as {training.optimizer: adam}")
            return []
        }
        return entries.compactMap { entry in
            let items = entry.value.items ?? [entry.value]
            var values: [PlacedValue] = []
            for item in items {
                guard let value = item.value else {
                    self.report(item.place, "\(name).when: found \(item.found), want a value or a list of values")
                    continue
                }
                values.append(PlacedValue(value: value, place: item.place))
            }
            if items.isEmpty {
                self.report(entry.value.place, "\(name).when: found an empty list, want at least one value")
            }
            return values.isEmpty
                ? nil : .when(WhenClause(name: entry.key, place: entry.place, values: values))
        }
    }

    /// " did you mean X?" where the rule has names and one is near.
    static func guess(_ node: FileNode, _ rule: SettingRule) -> String {
        guard case .name(let names) = rule.kind, let text = node.text, let near = NearestName.of(text, among: names)
        else { return "" }
        return " did you mean \(near)?"
    }

    private static func example(_ rule: SettingRule) -> String {
        switch rule.kind {
        case .float: "{float: [LOW, HIGH]}"
        case .int: "{int: [LOW, HIGH]}"
        case .bool: "{choice: [true, false]}"
        case .name(let names): "{choice: [\(names.prefix(2).joined(separator: ", "))]}"
        }
    }
}
