import TuningModel

/// The unit cube of a parameter space, prepared for looking at thousands of its points.
///
/// A point has a coordinate for each parameter, also for inactive ones: they wait for a parent to change. Values of discrete
/// parameters stand for their middle coordinates.
struct CandidateSpace: Hashable, Sendable {
    enum Axis: Hashable, Sendable {
        /// Any number; a whole number of a range too long for a list counts as one.
        case continuous
        /// The middles of the values' coordinates, ascending.
        case list([Double], isOrdered: Bool)
    }

    private struct Rule: Hashable, Sendable {
        let condition: Condition
        let parent: Int?
        /// For each value of the parent's list whether the condition holds; `nil` for a parent without a list.
        let allowed: [Bool]?
    }

    /// The longest range of whole numbers or steps that is held as a list.
    private static let listLimit: UInt64 = 1024

    let space: ParameterSpace
    let axes: [Axis]
    /// For each parameter.
    private let rules: [[Rule]]

    init(_ space: ParameterSpace) {
        self.space = space
        let axes = space.parameters.map { Self.axis($0.domain) }
        self.axes = axes
        self.rules = space.parameters.map { parameter in
            parameter.conditions.map { condition in
                guard let parent = condition.parameter, case .list(let middles, _) = axes[parent] else {
                    return Rule(condition: condition, parent: condition.parameter, allowed: nil)
                }
                let domain = space.parameters[parent].domain
                return Rule(
                    condition: condition, parent: parent,
                    allowed: middles.map { condition.holds(for: domain.value(at: $0)) })
            }
        }
    }

    private static func axis(_ domain: ParameterDomain) -> Axis {
        var middles: [Double] = []
        switch domain {
        case .choice(let values), .ordinal(let values):
            middles = values.indices.map { (Double($0) + 0.5) / Double(values.count) }
        case .int(let range):
            guard range.stepCount < Self.listLimit else { return .continuous }
            middles = (0...range.stepCount).compactMap { domain.coordinate(of: .int(range.value(afterSteps: $0))) }
            if range.alternative != nil { middles.append(ParameterDomain.alternativeShare / 2) }
        case .float(let range):
            if range.low == range.high, range.alternative == nil { return .list([0.5], isOrdered: true) }
            guard let steps = range.stepCount, steps < Self.listLimit else { return .continuous }
            middles = (0...steps).compactMap { domain.coordinate(of: .float(range.value(afterSteps: $0))) }
            if range.alternative != nil { middles.append(ParameterDomain.alternativeShare / 2) }
        }
        if case .choice = domain { return .list(middles, isOrdered: false) }
        return .list(middles.sorted(), isOrdered: true)
    }

    /// The number of the nearest middle.
    ///
    /// - Complexity: O(log values).
    static func index(_ coordinate: Double, in middles: [Double]) -> Int {
        var low = 0
        var high = middles.count - 1
        while low < high {
            let middle = (low + high) / 2
            if coordinate < (middles[middle] + middles[middle + 1]) / 2 { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The coordinates of the configuration that a point stands for, NaN for inactive parameters.
    ///
    /// - Complexity: O(parameters · log values + conditions).
    func coordinates(_ point: [Double]) -> [Double] {
        var coordinates = point
        for (i, rules) in self.rules.enumerated() {
            let holds = rules.allSatisfy { rule in
                guard let parent = rule.parent, !coordinates[parent].isNaN else { return false }
                if let allowed = rule.allowed, case .list(let middles, _) = self.axes[parent] {
                    return allowed[Self.index(coordinates[parent], in: middles)]
                }
                return rule.condition.holds(for: self.space.parameters[parent].domain.value(at: coordinates[parent]))
            }
            if !holds {
                coordinates[i] = .nan
            } else if case .list(let middles, _) = self.axes[i] {
                coordinates[i] = middles[Self.index(point[i], in: middles)]
            }
        }
        return coordinates
    }

    /// The configuration that a point stands for.
    func configuration(_ point: [Double]) -> Configuration { self.space.configuration { point[$0] } }

    /// The points that differ from one in a single active parameter that is not continuous: by another choice, by some
    /// steps, or by taking the alternative or not.
    func neighbours(_ point: [Double]) -> [[Double]] {
        let coordinates = self.coordinates(point)
        var neighbours: [[Double]] = []
        func move(_ parameter: Int, to coordinate: Double) {
            var neighbour = point
            neighbour[parameter] = coordinate
            neighbours.append(neighbour)
        }
        for (i, axis) in self.axes.enumerated() where !coordinates[i].isNaN {
            let hasAlternative = self.space.parameters[i].domain.hasAlternative
            switch axis {
            case .continuous:
                guard hasAlternative else { continue }
                let share = ParameterDomain.alternativeShare
                if coordinates[i] >= share {
                    move(i, to: share / 2)
                } else {
                    for part in [0.1, 0.3, 0.5, 0.7, 0.9] { move(i, to: share + part * (1 - share)) }
                }
            case .list(let middles, let isOrdered):
                let own = Self.index(coordinates[i], in: middles)
                guard isOrdered else {
                    let stride = (middles.count + 31) / 32
                    for other in middles.indices where other != own && (other + own) % stride == 0 {
                        move(i, to: middles[other])
                    }
                    continue
                }
                var distance = 1
                while distance < middles.count {
                    if own - distance >= 0 { move(i, to: middles[own - distance]) }
                    if own + distance < middles.count { move(i, to: middles[own + distance]) }
                    distance *= 2
                }
                if hasAlternative, own > 1 { move(i, to: middles[0]) }
            }
        }
        return neighbours
    }
}
