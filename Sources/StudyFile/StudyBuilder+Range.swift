import TuningModel

extension StudyBuilder {
    /// Whole numbers up to here are exact as floats, and the width of a range cannot overflow.
    private static let largestWhole = 9_007_199_254_740_992
    /// More steps than this would not be a grid but a plain range.
    private static let mostSteps = 1e9

    /// `float: [LOW, HIGH]` with `log`, `step` and `or`.
    mutating func floatRange(
        _ node: FileNode, in section: Section, name: String, rule: SettingRule
    ) -> ParameterDomain? {
        guard case .float = rule.kind else {
            let remedy = if case .int = rule.kind { "int" } else { "choice" }
            self.report(node.place, "\(name): found float, want \(remedy), it is \(rule.kind.wanted)")
            return nil
        }
        let isLogarithmic = self.isLogarithmic(section, name: name)
        let alternative = section["or"].map { self.bound($0, path: "\(name).or", rule: rule, name: name)?.number }
        let step = section["step"].map { self.floatStep($0, name: name) }
        guard let bounds = self.bounds(node, kind: "float", name: name, rule: rule) else { return nil }
        guard let low = bounds.low.value.number, let high = bounds.high.value.number else { return nil }
        guard low <= high else { return self.reportUpsideDown(node, kind: "float", name: name, bounds: bounds) }
        if isLogarithmic, low <= 0 {
            self.report(
                bounds.low.place,
                "\(name).float: a log range from \(low), want a low bound above 0; for \(low) itself add or: \(low)")
            return nil
        }
        if let place = section["or"]?.place, let value = alternative ?? nil, low <= value, value <= high {
            self.report(place, "\(name).or: \(value) lies inside [\(low), \(high)], want a value beside the range")
            return nil
        }
        if let place = section["step"]?.place, let value = step ?? nil {
            guard !isLogarithmic else { return self.reportLogStep(place, name: name) }
            guard value <= high - low, (high - low) / value <= Self.mostSteps else {
                self.report(
                    place, "\(name).step: found \(value), want at least a billionth of the range and at most its width")
                return nil
            }
        }
        // A given option that could not be read has been reported.
        if let alternative, alternative == nil { return nil }
        if let step, step == nil { return nil }
        return .float(
            FloatRange(
                low: low, high: high, isLogarithmic: isLogarithmic, step: step ?? nil, alternative: alternative ?? nil))
    }

    /// `int: [LOW, HIGH]` with `log`, `step` and `or`.
    mutating func intRange(
        _ node: FileNode, in section: Section, name: String, rule: SettingRule
    ) -> ParameterDomain? {
        switch rule.kind {
        case .float, .int: break
        case .bool, .name:
            self.report(node.place, "\(name): found int, want choice, it is \(rule.kind.wanted)")
            return nil
        }
        let isLogarithmic = self.isLogarithmic(section, name: name)
        let alternative = section["or"].map { self.wholeBound($0, path: "\(name).or", rule: rule, name: name) }
        let step = section["step"].map { self.int($0, path: "\(name).step", in: 1...Self.largestWhole) }
        guard let bounds = self.bounds(node, kind: "int", name: name, rule: rule),
            case .int(let low) = bounds.low.value, case .int(let high) = bounds.high.value
        else { return nil }
        guard low <= high else { return self.reportUpsideDown(node, kind: "int", name: name, bounds: bounds) }
        if isLogarithmic, low < 1 {
            self.report(
                bounds.low.place,
                "\(name).int: a log range from \(low), want a low bound of at least 1; for \(low) itself add or: \(low)"
            )
            return nil
        }
        if let place = section["or"]?.place, let value = alternative ?? nil, low <= value, value <= high {
            self.report(place, "\(name).or: \(value) lies inside [\(low), \(high)], want a value beside the range")
            return nil
        }
        if let place = section["step"]?.place, let value = step ?? nil {
            guard !isLogarithmic || value == 1 else { return self.reportLogStep(place, name: name) }
            guard value <= max(1, high - low) else {
                self.report(place, "\(name).step: found \(value), want at most the width of the range, \(high - low)")
                return nil
            }
        }
        if let alternative, alternative == nil { return nil }
        if let step, step == nil { return nil }
        return .int(
            IntRange(
                low: low, high: high, isLogarithmic: isLogarithmic, step: (step ?? nil) ?? 1,
                alternative: alternative ?? nil))
    }

    private mutating func isLogarithmic(_ section: Section, name: String) -> Bool {
        section["log"].flatMap { self.bool($0, path: "\(name).log") } ?? false
    }

    private mutating func reportUpsideDown(
        _ node: FileNode, kind: String, name: String, bounds: (low: PlacedValue, high: PlacedValue)
    ) -> ParameterDomain? {
        let (low, high) = (bounds.low.value, bounds.high.value)
        self.report(node.place, "\(name).\(kind): the range [\(low), \(high)] is upside down, want [\(high), \(low)]")
        return nil
    }

    private mutating func reportLogStep(_ place: Place, name: String) -> ParameterDomain? {
        self.report(place, "\(name).step: a log range has no step, want log or step")
        return nil
    }

    private mutating func floatStep(_ node: FileNode, name: String) -> Double? {
        if let step = node.value?.number, step.isFinite, step > 0 { return step }
        self.report(node.place, "\(name).step: found \(node.found), want a number > 0")
        return nil
    }

    /// Both bounds of a range, each allowed by the rule; for `int`, both whole.
    private mutating func bounds(
        _ node: FileNode, kind: String, name: String, rule: SettingRule
    ) -> (low: PlacedValue, high: PlacedValue)? {
        guard let items = node.items, items.count == 2 else {
            let found = node.items.map { "a list of \($0.count)" } ?? node.found
            self.report(node.place, "\(name).\(kind): found \(found), want [LOW, HIGH]")
            return nil
        }
        let values = items.map { item in
            kind == "int"
                ? self.wholeBound(item, path: "\(name).int", rule: rule, name: name).map(ParameterValue.int)
                : self.bound(item, path: "\(name).float", rule: rule, name: name)
        }
        guard let low = values[0], let high = values[1] else { return nil }
        return (PlacedValue(value: low, place: items[0].place), PlacedValue(value: high, place: items[1].place))
    }

    private mutating func bound(_ node: FileNode, path: String, rule: SettingRule, name: String) -> ParameterValue? {
        if let value = node.value, let accepted = try? rule.accept(value, for: name) { return accepted }
        self.report(node.place, "\(path): found \(node.found), want \(rule.kind.wanted)")
        return nil
    }

    private mutating func wholeBound(_ node: FileNode, path: String, rule: SettingRule, name: String) -> Int? {
        if case .int(let number)? = node.value, abs(number.clamped) <= Self.largestWhole,
            (try? rule.accept(.int(number), for: name)) != nil
        {
            return number
        }
        let wanted = if case .int = rule.kind { rule.kind.wanted } else { "a whole number, \(rule.kind.wanted)" }
        self.report(node.place, "\(path): found \(node.found), want \(wanted)")
        return nil
    }
}

extension Int {
    /// The number itself, but one more than the smallest, which has no magnitude.
    fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
