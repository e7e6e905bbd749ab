extension SettingRule {
    /// Settings, and behind them the defaults of what they leave out of their network: with these, whoever builds the
    /// network elsewhere has no need to know the defaults here.
    ///
    /// What belongs to another family is not there, and of initialisers only what the chosen ones have; settings of
    /// training are as they were given. A layer in a list has all that its kind has.
    ///
    /// - Complexity: O(rules * layers * settings).
    package static func completed(_ settings: [Setting]) -> [Setting] {
        var result = settings
        for rule in self.all where rule.pattern.hasPrefix("model.") {
            guard let value = rule.defaultValue, self.isChosen(rule.pattern, result) else { continue }
            for name in self.names(of: rule.pattern, result) where result[name] == nil {
                result.append(Setting(name, value))
            }
        }
        return result
    }

    /// Whether the branch that a setting belongs to is the one that was chosen.
    private static func isChosen(_ pattern: String, _ settings: [Setting]) -> Bool {
        let parts = pattern.split(separator: ".")
        guard parts.count > 2 else { return true }
        return settings["model.\(parts[1])"] == .text(String(parts[2]))
    }

    /// The names that a pattern stands for: one for each layer of its list.
    private static func names(of pattern: String, _ settings: [Setting]) -> [String] {
        guard let star = pattern.firstRange(of: ".*.") else { return [pattern] }
        let list = String(pattern[..<star.lowerBound])
        guard case .int(let count)? = settings[list] else { return [] }
        return (0..<count).map { "\(list).\($0).\(pattern[star.upperBound...])" }
    }
}
