import TuningModel

/// A condition with its `when` clauses looked up: what remains names searched parameters only.
private enum PlainCondition: Hashable {
    case isOneOf(parameter: String, values: [ParameterValue])
    case exceeds(parameter: String, count: Int)
    case never

    var parameter: String? {
        switch self {
        case .isOneOf(let name, _), .exceeds(let name, _): name
        case .never: nil
        }
    }
}

extension StudyBuilder {
    /// Looks up every `when`, puts parents before their children and writes conditions with indices.
    ///
    /// Parameters keep the order of the file except that a parent named later moves before its first child.
    ///
    /// - Returns: `nil` where a condition names nothing, or where parameters wait for each other.
    /// - Complexity: O(n^2) in the number of parameters, which the grammar bounds to a few hundred.
    mutating func finishedSpace() -> FinishedSpace? {
        let before = self.mistakes.count
        let parameters = self.parameters
        let settings = self.settings
        let conditions = parameters.map { self.plain($0.conditions, path: [$0.name]) }
        let templates = settings.map { self.plain($0.conditions, path: [$0.name]) }
        guard self.mistakes.count == before, let order = self.order(parameters, conditions) else { return nil }
        var place = [Int](repeating: 0, count: parameters.count)
        for (position, index) in order.enumerated() { place[index] = position }
        func numbered(_ conditions: [PlainCondition]) -> [Condition] {
            var result: [Condition] = []
            for condition in conditions {
                let next: Condition
                switch condition {
                case .isOneOf(let name, let values):
                    guard let index = parameters.firstIndex(where: { $0.name == name }) else { continue }
                    next = .isOneOf(parameter: place[index], values: values)
                case .exceeds(let name, let count):
                    guard let index = parameters.firstIndex(where: { $0.name == name }) else { continue }
                    next = .exceeds(parameter: place[index], count: count)
                case .never: next = .never
                }
                if !result.contains(next) { result.append(next) }
            }
            return result
        }
        let space = ParameterSpace(
            order.map { index in
                Parameter(
                    name: parameters[index].name, domain: parameters[index].domain,
                    conditions: numbered(conditions[index]), defaultValue: parameters[index].defaultValue,
                    prior: parameters[index].prior)
            })
        return FinishedSpace(
            space: space,
            templates: settings.indices.map { index in
                let setting = settings[index]
                let source: SettingTemplate.Source =
                    if let value = setting.value { .fixed(value) } else {
                        .searched(parameter: space.index(of: setting.name) ?? 0)
                    }
                return SettingTemplate(name: setting.name, source: source, conditions: numbered(templates[index]))
            },
            places: order.map { parameters[$0].place })
    }

    /// Conditions without `when` clauses.
    ///
    /// - Parameters:
    ///   - conditions: As they stand in the file.
    ///   - path: The names on the way here; a name that comes again waits for itself.
    /// - Returns: Conditions about searched parameters only.
    private mutating func plain(_ conditions: [DraftCondition], path: [String]) -> [PlainCondition] {
        conditions.flatMap { condition -> [PlainCondition] in
            switch condition {
            case .isOneOf(let parameter, let values): return [.isOneOf(parameter: parameter, values: values)]
            case .exceeds(let parameter, let count): return [.exceeds(parameter: parameter, count: count)]
            case .when(let clause): return self.plain(clause, path: path)
            }
        }
    }

    /// A clause about a parameter stays a condition; one about a plain value is decided at once.
    private mutating func plain(_ clause: WhenClause, path: [String]) -> [PlainCondition] {
        let shown = FileNode.shown(clause.name)
        guard !path.contains(clause.name) else {
            self.report(clause.place, "when: \(shown) waits for itself, want another parameter")
            return [.never]
        }
        if let parameter = self.parameters.first(where: { $0.name == clause.name }) {
            var values: [ParameterValue] = []
            for item in clause.values {
                if let value = parameter.domain.member(item.value) {
                    values.append(value)
                } else {
                    self.reportWhenValue(item, name: shown, wanted: parameter.domain.wanted, domain: parameter.domain)
                }
            }
            return [.isOneOf(parameter: clause.name, values: values)]
        }
        guard let setting = self.settings.first(where: { $0.name == clause.name }), let fixed = setting.value,
            let rule = SettingRule.rule(for: clause.name)
        else {
            let names = self.settings.map(\.name)
            let guess = NearestName.of(clause.name, among: names).map { ", did you mean \($0)?" } ?? ","
            self.report(clause.place, "when: no setting of this file is called \(shown)\(guess) want a dotted name")
            return [.never]
        }
        var isMet = false
        for item in clause.values {
            guard let value = try? rule.accept(item.value, for: clause.name) else {
                self.reportWhenValue(item, name: shown, wanted: rule.kind.wanted, domain: nil)
                continue
            }
            isMet = isMet || value == fixed
        }
        guard isMet else { return [.never] }
        return self.plain(setting.conditions, path: path + [setting.name])
    }

    private mutating func reportWhenValue(_ item: PlacedValue, name: String, wanted: String, domain: ParameterDomain?) {
        var guess = ""
        if case .choice(let values)? = domain,
            let near = NearestName.of(item.value.description, among: values.map(\.description))
        {
            guess = " did you mean \(near)?"
        }
        self.report(
            item.place, "when: found \(FileNode.shown(item.value.description)) for \(name),\(guess) want \(wanted)")
    }

    /// The indices of the parameters, parents first; `nil` where some wait for each other.
    private mutating func order(_ parameters: [DraftParameter], _ conditions: [[PlainCondition]]) -> [Int]? {
        var order: [Int] = []
        var isPlaced = [Bool](repeating: false, count: parameters.count)
        let parents = conditions.map { list in
            list.compactMap { condition in
                condition.parameter.flatMap { name in parameters.firstIndex { $0.name == name } }
            }
        }
        // Each round places the first parameter whose parents stand, and before it nothing else: the order of the
        // file is kept wherever it can be.
        while order.count < parameters.count {
            let next = parameters.indices.first { index in
                !isPlaced[index] && parents[index].allSatisfy { isPlaced[$0] }
            }
            guard let next else {
                let waiting = parameters.indices.filter { !isPlaced[$0] }
                let names = waiting.map { parameters[$0].name }
                if let first = waiting.first {
                    self.report(
                        parameters[first].place,
                        "when: \(names.prefix(4).joined(separator: ", ")) wait for each other, want an order among them"
                    )
                }
                return nil
            }
            isPlaced[next] = true
            order.append(next)
        }
        return order
    }
}
