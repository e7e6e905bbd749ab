import TuningModel

extension ParameterSpace {
    /// Refuses a space that cannot be searched, so that no suggestion has to look again.
    ///
    /// - Throws: ``SearchError/invalidParameter(name:found:wanted:)`` for the first parameter whose range is empty or
    ///   not finite, whose list is empty, or whose condition does not name a parameter before it.
    /// - Complexity: O(parameters + conditions).
    func check() throws(SearchError) {
        for (i, parameter) in self.parameters.enumerated() {
            if let mistake = parameter.domain.mistake {
                throw .invalidParameter(name: parameter.name, found: mistake.found, wanted: mistake.wanted)
            }
            for condition in parameter.conditions {
                guard let parent = condition.parameter else { continue }
                guard (0..<i).contains(parent) else {
                    throw .invalidParameter(
                        name: parameter.name, found: "a condition on parameter number \(parent)",
                        wanted: "one that stands before it, number 0 to \(i - 1)")
                }
            }
        }
    }
}

extension Condition {
    /// The parameter that the condition is about; `nil` for one about none.
    var parameter: Int? {
        switch self {
        case .isOneOf(let parameter, _), .exceeds(let parameter, _): parameter
        case .never: nil
        }
    }

    /// Whether it holds when that parameter has this value, `nil` for an inactive one.
    func holds(for value: ParameterValue?) -> Bool {
        switch (self, value) {
        case (.isOneOf(_, let values), .some(let value)): values.contains(value)
        case (.exceeds(_, let count), .int(let value)?): value > count
        case (.isOneOf, _), (.exceeds, _), (.never, _): false
        }
    }
}

extension ParameterDomain {
    /// What is wrong with a domain, or `nil`.
    fileprivate var mistake: (found: String, wanted: String)? {
        switch self {
        case .float(let range):
            let found = "float [\(range.low), \(range.high)]"
            guard range.low.isFinite, range.high.isFinite, range.low <= range.high else {
                return (found, "finite bounds, the lower one first")
            }
            guard !range.isLogarithmic || range.low > 0 else { return ("\(found), log", "a lower bound above 0") }
            if let step = range.step, !(step > 0 && step.isFinite) {
                return ("\(found), step \(step)", "a step above 0")
            }
            if range.isLogarithmic, range.step != nil { return ("\(found), log and step", "only one of log and step") }
            if let alternative = range.alternative, !alternative.isFinite {
                return ("\(found) or \(alternative)", "a finite alternative")
            }
            return nil
        case .int(let range):
            let found = "int [\(range.low), \(range.high)]"
            guard range.low <= range.high else { return (found, "the lower bound first") }
            guard range.step >= 1 else { return ("\(found), step \(range.step)", "a step of at least 1") }
            guard range.isLogarithmic else { return nil }
            guard range.low >= 1 else { return ("\(found), log", "a lower bound of at least 1") }
            return range.step == 1 ? nil : ("\(found), log and step \(range.step)", "only one of log and step")
        case .ordinal(let values), .choice(let values):
            return values.isEmpty ? ("no values", "at least one") : nil
        }
    }
}
