import TuningModel

/// Turns configurations into points on which a stationary kernel makes sense.
///
/// Each parameter has a column: its place in its range in [0, 1], or for a choice the number of its value, where only being
/// equal counts (Hamming). A parameter with an alternative (`or:`) has a column more, 1 where the alternative is taken. An
/// inactive parameter stands in the middle of its column, where it is nearest to all active values, and with it two
/// configurations without the parameter differ in nothing. What tells presence from absence is the column of the choice
/// that decides it, or, where no choice does (a number of layers, `when:` on an ordinal), one column for all parameters
/// with the same conditions. Each column has a length scale of its own.
///
/// Source: D. Horn et al., "Surrogates for Hierarchical Search Spaces: The Wedge-Kernel and an Automated Analysis", GECCO
/// 2019, section 3: inactivity is the tip of a triangle whose far side is the parameter's range.
/// Deviations, on purpose: the triangle has two equal legs, so that no end of a range is nearer to inactivity than the other
/// one; the legs of all parameters that come and go together share their length.
struct KernelFeatures: Hashable, Sendable {
    /// What a column says.
    enum Column: Hashable, Sendable {
        /// The place of a parameter's value.
        case value(parameter: Int)
        /// Which value of a choice.
        case category(parameter: Int, count: Int)
        /// Whether the alternative of a parameter is taken.
        case alternative(parameter: Int)
        /// Whether the parameters with the same conditions as this one are active.
        case activity(parameter: Int)
    }

    let columns: [Column]
    /// For each column whether it counts only if two entries are equal.
    let isCategorical: [Bool]
    /// For each parameter the column of its value.
    let valueColumns: [Int]

    /// For each parameter whether it has an alternative.
    let hasAlternative: [Bool]

    /// - Complexity: O(parameters²).
    init(_ space: ParameterSpace) {
        var columns: [Column] = []
        var valueColumns: [Int] = []
        var seen: [[Condition]] = []
        for (i, parameter) in space.parameters.enumerated() {
            valueColumns.append(columns.count)
            switch parameter.domain {
            case .choice(let values): columns.append(.category(parameter: i, count: values.count))
            case .float, .int, .ordinal: columns.append(.value(parameter: i))
            }
            if parameter.domain.hasAlternative { columns.append(.alternative(parameter: i)) }
            guard !seen.contains(parameter.conditions) else { continue }
            seen.append(parameter.conditions)
            let isToldElsewhere = parameter.conditions.allSatisfy { condition in
                guard let parent = condition.parameter, case .choice = space.parameters[parent].domain else {
                    return false
                }
                return true
            }
            if !isToldElsewhere { columns.append(.activity(parameter: i)) }
        }
        self.columns = columns
        self.valueColumns = valueColumns
        self.hasAlternative = space.parameters.map(\.domain.hasAlternative)
        self.isCategorical = columns.map { if case .category = $0 { true } else { false } }
    }

    var count: Int { self.columns.count }

    /// The point for coordinates in the unit cube, NaN where a parameter is inactive.
    ///
    /// - Complexity: O(columns).
    func point(_ coordinates: [Double]) -> [Double] {
        return self.columns.map { column in
            switch column {
            case .value(let parameter):
                let u = coordinates[parameter]
                if u.isNaN { return 0.5 }
                guard self.hasAlternative[parameter] else { return u }
                guard u >= ParameterDomain.alternativeShare else { return 0.5 }
                return (u - ParameterDomain.alternativeShare) / (1 - ParameterDomain.alternativeShare)
            case .category(let parameter, let count):
                let u = coordinates[parameter]
                return u.isNaN ? -1 : (u * Double(count)).rounded(.down)
            case .alternative(let parameter): return coordinates[parameter] < ParameterDomain.alternativeShare ? 1 : 0
            case .activity(let parameter): return coordinates[parameter].isNaN ? 0 : 1
            }
        }
    }
}

extension ParameterDomain {
    /// Whether there is a special value beside the range.
    var hasAlternative: Bool {
        switch self {
        case .float(let range): range.alternative != nil
        case .int(let range): range.alternative != nil
        case .ordinal, .choice: false
        }
    }
}
