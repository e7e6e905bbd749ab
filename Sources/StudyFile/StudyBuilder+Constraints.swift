import TuningModel

/// The section `constraints`.
extension StudyBuilder {
    private static let mostConstraints = 8

    /// `constraints: [{metric: model.parameters, at_most: 50000}]`; none where nothing is given.
    mutating func constraints(_ node: FileNode?, task: TaskKind?) -> [Constraint]? {
        guard let node else { return [] }
        guard let items = node.items else {
            self.report(
                node.place, "constraints: found \(node.found), want [{metric: model.parameters, at_most: 50000}]")
            return nil
        }
        guard items.count <= Self.mostConstraints else {
            self.report(
                items[Self.mostConstraints].place,
                "constraints: found \(items.count), want at most \(Self.mostConstraints)")
            return nil
        }
        var constraints: [Constraint] = []
        for item in items {
            guard let constraint = self.constraint(item, task: task) else { continue }
            if constraints.contains(where: { $0.metric == constraint.metric }) {
                self.report(
                    item.place,
                    "constraints: \(constraint.metric.rawValue) stands twice, want at_least and at_most in one place")
            }
            constraints.append(constraint)
        }
        return constraints.count == items.count ? constraints : nil
    }

    private mutating func constraint(_ item: FileNode, task: TaskKind?) -> Constraint? {
        let path = "constraints"
        guard let entries = item.entries else {
            self.report(item.place, "\(path): found \(item.found), want {metric: model.parameters, at_most: 50000}")
            return nil
        }
        let words = ["max": "at_most", "maximum": "at_most", "min": "at_least", "minimum": "at_least"]
        for entry in entries {
            guard let word = words[entry.key] else { continue }
            self.report(entry.place, "\(path): unknown key \"\(entry.key)\", did you mean \(word)?")
            return nil
        }
        let before = self.mistakes.count
        guard let section = self.section(item, path: path, known: ["metric", "at_least", "at_most"]) else { return nil }
        let metric = self.required("metric", in: section).flatMap {
            self.metric($0, task: task, path: "\(path).metric", takesParameters: true)
        }
        let low = section["at_least"].flatMap { self.bound($0, path: "\(path).at_least", metric) }
        let high = section["at_most"].flatMap { self.bound($0, path: "\(path).at_most", metric) }
        guard self.mistakes.count == before, let metric else { return nil }
        guard low != nil || high != nil else {
            self.report(section.place, "\(path): \(metric.rawValue) has no bound, want at_least or at_most")
            return nil
        }
        if let low, let high, low > high, let place = section["at_least"]?.place {
            self.report(place, "\(path): at_least \(low) is above at_most \(high), want at_least <= at_most")
            return nil
        }
        return Constraint(metric: metric, atLeast: low, atMost: high)
    }

    private mutating func bound(_ node: FileNode, path: String, _ metric: Metric?) -> Double? {
        if metric == .modelParameters {
            return self.int(node, path: path, in: 1...1_000_000_000_000).map { Double($0) }
        }
        let values = metric?.figure?.values ?? (-.infinity)...(.infinity)
        if let number = node.value?.number, number.isFinite, values.contains(number) { return number }
        let wanted =
            switch (values.lowerBound.isFinite, values.upperBound.isFinite) {
            case (true, true): "a number in [\(Int(values.lowerBound)), \(Int(values.upperBound))]"
            case (true, false): "a number of at least \(Int(values.lowerBound))"
            case (false, true): "a number of at most \(Int(values.upperBound))"
            case (false, false): "a number"
            }
        self.report(node.place, "\(path): found \(node.found), want \(wanted)")
        return nil
    }

    /// Outcome constraints need a scheduler that ranks by order alone.
    mutating func checkConstraints(_ constraints: [Constraint], _ search: SearchSettings, _ node: FileNode?) {
        guard !search.scheduler.ranksByOrder,
            let index = constraints.firstIndex(where: { !$0.isKnownBefore }), let items = node?.items,
            items.indices.contains(index)
        else { return }
        self.report(
            items[index].place,
            "constraints: found \(constraints[index].metric.rawValue) for a scheduler that compares losses of all epochs, "
                + "want the scheduler auto, asha, hyperband, successive_halving, pasha or none")
    }
}
