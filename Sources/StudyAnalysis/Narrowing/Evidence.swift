import TuningModel

/// What the best trials of a study have, against what all have.
struct Evidence {
    let space: ParameterSpace
    /// Best first.
    let best: [RungTable.Trial]
    let all: [RungTable.Trial]
    let isNamed: (Int, ParameterValue) -> Bool

    /// Fewer values say nothing of a range.
    private static let leastValues = 3
    /// An accident that comes no more often than this is none.
    private static let accident = 0.05

    /// What becomes of one setting; `nil` where it stays as it is.
    func step(_ group: [Int]) -> Narrowing.Step? {
        guard let first = group.first else { return nil }
        switch self.space.parameters[first].domain {
        case .float(let range): return self.range(group, NumberRange(range, name: self.space.parameters[first].name))
        case .int(let range): return self.range(group, NumberRange(range, name: self.space.parameters[first].name))
        case .choice(let values): return self.choice(group, values)
        case .ordinal(let values): return self.ordinal(group, values)
        }
    }

    /// A parameter's domain as a reason tells it.
    func text(_ parameter: Int) -> String {
        switch self.space.parameters[parameter].domain {
        case .float(let range): "[\(range.low), \(range.high)]"
        case .int(let range): "[\(range.low), \(range.high)]"
        case .choice(let values), .ordinal(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        }
    }

    private func values(_ group: [Int], _ trials: [RungTable.Trial]) -> [ParameterValue] {
        trials.flatMap { trial in
            group.compactMap { trial.configuration.values.indices.contains($0) ? trial.configuration.values[$0] : nil }
        }
    }

    /// Whether it is no accident that none of the best has a value.
    private func isDropped(_ value: ParameterValue, best: [ParameterValue], all: [ParameterValue]) -> Bool {
        guard !best.contains(value), !all.isEmpty else { return false }
        let share = Double(all.count { $0 == value }) / Double(all.count)
        var chance = 1.0
        for _ in 0..<min(best.count, 10_000) { chance *= 1 - share }
        return share > 0 && chance <= Self.accident
    }

    private func choice(_ group: [Int], _ values: [ParameterValue]) -> Narrowing.Step? {
        let (best, all) = (self.values(group, self.best), self.values(group, self.all))
        let dropped = values.filter { value in
            self.isDropped(value, best: best, all: all) && !group.contains { self.isNamed($0, value) }
        }
        guard !dropped.isEmpty, dropped.count < values.count else { return nil }
        return Narrowing.Step(
            parameters: group, change: .values(values.filter { !dropped.contains($0) }),
            reason: self.reason(group, dropped, best, all))
    }

    private func reason(
        _ group: [Int], _ dropped: [ParameterValue], _ best: [ParameterValue], _ all: [ParameterValue]
    ) -> String {
        let counts = dropped.map { value in "\(value) (\(all.count { $0 == value }) of all \(all.count))" }
        return "was \(self.text(group[0])): none of the best \(best.count) has " + counts.joined(separator: " or ")
    }

    /// The span of the best values and a neighbour at either side stay.
    private func ordinal(_ group: [Int], _ values: [ParameterValue]) -> Narrowing.Step? {
        let (best, all) = (self.values(group, self.best), self.values(group, self.all))
        let places = best.compactMap { values.firstIndex(of: $0) }
        guard let first = places.min(), let last = places.max(), places.count >= Self.leastValues else { return nil }
        let dropped = values.enumerated().filter { place, value in
            (place < first - 1 || place > last + 1) && self.isDropped(value, best: best, all: all)
                && !group.contains { self.isNamed($0, value) }
        }.map { $0.element }
        guard !dropped.isEmpty else { return nil }
        return Narrowing.Step(
            parameters: group, change: .values(values.filter { !dropped.contains($0) }),
            reason: self.reason(group, dropped, best, all))
    }

    /// Whether the best stand at an edge: a third of them, and twice as many as even draws would.
    private static func isEdge(_ count: Int, of total: Int, evenShare: Double) -> Bool {
        count >= self.leastValues && 3 * count >= total && Double(count) >= 2 * evenShare * Double(total)
    }

    private func range(_ group: [Int], _ range: NumberRange) -> Narrowing.Step? {
        let (best, all) = (self.values(group, self.best), self.values(group, self.all))
        var keepsAlternative = range.alternative != nil
        if let alternative = range.alternative {
            if best.count >= Self.leastValues, best.allSatisfy({ $0 == alternative }) {
                return Narrowing.Step(
                    parameters: group, change: .fixed(alternative),
                    reason:
                        "was \(self.text(group[0])) or \(alternative): each of the best \(best.count) has \(alternative)"
                )
            }
            keepsAlternative = !self.isDropped(alternative, best: best, all: all)
        }
        let shares = best.filter { $0 != range.alternative }.compactMap { $0.number }.map { range.share(of: $0) }
            .sorted()
        let leader = self.best.first.flatMap { self.values(group, [$0]).filter { $0 != range.alternative } } ?? []
        guard shares.count >= Self.leastValues, range.low < range.high else { return nil }
        let trimmed = shares.count / 20
        let leaders = leader.compactMap(\.number).map { range.share(of: $0) }
        let inner = (
            low: min(shares[trimmed], leaders.min() ?? 1),
            high: max(shares[shares.count - 1 - trimmed], leaders.max() ?? 0)
        )
        let margin = 0.1 * (inner.high - inner.low) + 0.02
        let edges = (low: shares.count { $0 <= 0.1 }, high: shares.count { $0 >= 0.9 })
        let isLowEdge = Self.isEdge(edges.low, of: shares.count, evenShare: range.evenShare(isLow: true))
        let isHighEdge = Self.isEdge(edges.high, of: shares.count, evenShare: range.evenShare(isLow: false))
        let low = range.bound(isLowEdge ? -0.25 : max(0, inner.low - margin), isLow: true, keepsAlternative)
        let high = range.bound(isHighEdge ? 1.25 : min(1, inner.high + margin), isLow: false, keepsAlternative)
        // With a step a range of one value and a special one beside it cannot be written.
        guard let low, let high, low < high || low == high && (range.step == nil || !keepsAlternative) else {
            return nil
        }
        let isMoved = low < range.low || high > range.high
        let isSmaller = range.share(of: high) - range.share(of: low) < 0.9
        guard isMoved || isSmaller || keepsAlternative != (range.alternative != nil) else { return nil }
        var reason = "was \(self.text(group[0])): the best \(shares.count)"
        reason += " lie in [\(range.shown(shares[0])), \(range.shown(shares[shares.count - 1]))]"
        if low < range.low { reason += ", \(edges.low) of them at the lower end, so it goes on below" }
        if high > range.high { reason += ", \(edges.high) of them at the upper end, so it goes on above" }
        if range.alternative != nil, !keepsAlternative {
            reason += ", none has \(range.alternative?.description ?? "")"
        }
        if low == high, !keepsAlternative {
            return Narrowing.Step(parameters: group, change: .fixed(range.value(low)), reason: reason)
        }
        return Narrowing.Step(
            parameters: group,
            change: .range(low: range.value(low), high: range.value(high), keepsAlternative: keepsAlternative),
            reason: reason)
    }
}
