/// When a parameter exists: a statement about another parameter that stands before it in the space.
package enum Condition: Hashable, Sendable {
    /// The parameter at this index is active and has one of these values (a branch of a choice, or `when:`).
    case isOneOf(parameter: Int, values: [ParameterValue])
    /// The `int` parameter at this index is active and greater than `count` (layer `count` of a repetition exists).
    case exceeds(parameter: Int, count: Int)
    /// Never true: what belongs to a branch that a plain value rules out.
    case never
}

/// One searched hyperparameter.
package struct Parameter: Hashable, Sendable {
    /// Dotted, unique in its space: `training.learning_rate`, `model.family.mlp.layers.2.units`.
    package let name: String
    package let domain: ParameterDomain
    /// All must hold; empty for a parameter that always exists. Each names a parameter before this one.
    package let conditions: [Condition]
    package let defaultValue: ParameterValue?
    /// How sure the user is of the default; `nil` where nothing is said.
    package let prior: PriorConfidence?

    package init(
        name: String, domain: ParameterDomain, conditions: [Condition] = [], defaultValue: ParameterValue? = nil,
        prior: PriorConfidence? = nil
    ) {
        self.name = name
        self.domain = domain
        self.conditions = conditions
        self.defaultValue = defaultValue
        self.prior = prior
    }
}

/// The searched hyperparameters of a study: a tree, written down so that parents stand before their children.
package struct ParameterSpace: Hashable, Sendable {
    package let parameters: [Parameter]

    package init(_ parameters: [Parameter]) { self.parameters = parameters }

    package var count: Int { self.parameters.count }

    /// The place of a name, or `nil`.
    ///
    /// - Complexity: O(count).
    package func index(of name: String) -> Int? { self.parameters.firstIndex { $0.name == name } }

    /// Whether all conditions hold under the values drawn so far.
    ///
    /// There must be an entry for each parameter at least up to the ones that the conditions name.
    package func holds(_ conditions: [Condition], in values: [ParameterValue?]) -> Bool {
        conditions.allSatisfy { condition in
            switch condition {
            case .isOneOf(let parameter, let allowed):
                guard let value = values[parameter] else { return false }
                return allowed.contains(value)
            case .exceeds(let parameter, let count):
                guard case .int(let value)? = values[parameter] else { return false }
                return value > count
            case .never:
                return false
            }
        }
    }
}

/// A point of a parameter space: one value for each active parameter.
package struct Configuration: Hashable, Sendable {
    /// Aligned with the parameters of the space; `nil` where the parameter is inactive.
    package let values: [ParameterValue?]

    package init(_ values: [ParameterValue?]) { self.values = values }
}
