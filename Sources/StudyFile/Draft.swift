import TuningModel

/// A condition as it stands in the file: other parameters by name, because they may come later.
enum DraftCondition: Hashable, Sendable {
    /// A branch of a choice.
    case isOneOf(parameter: String, values: [ParameterValue])
    /// A layer of a repetition.
    case exceeds(parameter: String, count: Int)
    /// `when:`, not looked up yet.
    case when(WhenClause)
}

/// One name of a `when:` with the values it may have.
struct WhenClause: Hashable, Sendable {
    let name: String
    let place: Place
    let values: [PlacedValue]
}

struct PlacedValue: Hashable, Sendable {
    let value: ParameterValue
    let place: Place
}

/// A searched parameter as it stands in the file.
struct DraftParameter: Hashable, Sendable {
    let name: String
    let place: Place
    let domain: ParameterDomain
    var conditions: [DraftCondition]
    let defaultValue: ParameterValue?
    let prior: PriorConfidence?

    func renamed(_ name: String, adding condition: DraftCondition?) -> DraftParameter {
        DraftParameter(
            name: name, place: self.place, domain: self.domain,
            conditions: (condition.map { [$0] } ?? []) + self.conditions, defaultValue: self.defaultValue,
            prior: self.prior)
    }
}

/// A setting as it stands in the file.
struct DraftSetting: Hashable, Sendable {
    let name: String
    let place: Place
    /// `nil` where the parameter of the same name gives it.
    let value: ParameterValue?
    var conditions: [DraftCondition]

    func renamed(_ name: String, adding condition: DraftCondition?) -> DraftSetting {
        DraftSetting(
            name: name, place: self.place, value: self.value,
            conditions: (condition.map { [$0] } ?? []) + self.conditions)
    }
}

/// The space in the order that the model asks for, parents first, with the settings that come from it.
struct FinishedSpace: Hashable, Sendable {
    let space: ParameterSpace
    let templates: [SettingTemplate]
    /// Where each parameter stands in the file.
    let places: [Place]
}

extension ParameterDomain {
    /// The value as this domain writes it, or `nil` when it is not one of the domain's.
    ///
    /// A whole number is a float where the domain has floats. Steps are met up to a billionth of a step.
    func member(_ value: ParameterValue) -> ParameterValue? {
        switch self {
        case .float(let range):
            guard let number = value.number, number.isFinite else { return nil }
            if number == range.alternative { return .float(number) }
            guard range.low <= number, number <= range.high else { return nil }
            if let step = range.step {
                let steps = (number - range.low) / step
                guard abs(steps - steps.rounded()) < 1e-9 else { return nil }
            }
            return .float(number)
        case .int(let range):
            guard case .int(let number) = value else { return nil }
            if number == range.alternative { return value }
            guard range.low <= number, number <= range.high, (number - range.low) % range.step == 0 else { return nil }
            return value
        case .ordinal(let values), .choice(let values):
            if values.contains(value) { return value }
            guard case .int(let number) = value, values.contains(.float(Double(number))) else { return nil }
            return .float(Double(number))
        }
    }

    /// The domain in words.
    var wanted: String {
        switch self {
        case .float(let range):
            let step = range.step.map { " in steps of \($0)" } ?? ""
            let alternative = range.alternative.map { " or \($0)" } ?? ""
            return "a number in [\(range.low), \(range.high)]\(step)\(alternative)"
        case .int(let range):
            let step = range.step == 1 ? "" : " in steps of \(range.step)"
            let alternative = range.alternative.map { " or \($0)" } ?? ""
            return "a whole number in [\(range.low), \(range.high)]\(step)\(alternative)"
        case .ordinal(let values), .choice(let values):
            return StudyBuilder.list(values.map(\.description))
        }
    }
}
