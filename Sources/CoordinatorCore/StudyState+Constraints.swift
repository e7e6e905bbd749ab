import SearchAlgorithms
import TuningModel

/// Constraints that are known before training: configurations that break one are refused before they become trials, at no
/// cost to any budget. Each trial's configuration is found in a bounded number of draws, or the study ends and says so.
extension StudyState {
    static func rule(
        _ definition: StudyDefinition, _ networks: NetworkMeasure?
    ) throws(SearchError) -> AdmissionRule? {
        guard !definition.knownConstraints.isEmpty else { return nil }
        guard let networks else {
            throw .invalidSetting(
                name: "constraints", found: Self.text(definition.knownConstraints),
                wanted: "data whose shape is known, to count a network's parameters")
        }
        return AdmissionRule(definition.knownConstraints) { configuration in
            networks.parameterCount(definition.settings(for: configuration))
        }
    }

    /// - Throws: ``SearchError`` where the study could not begin.
    mutating func checkConstraints() throws(SearchError) {
        let constraints = self.definition.knownConstraints
        guard !constraints.isEmpty else { return }
        for (number, given) in self.definition.tryFirst.enumerated() {
            let configuration = self.completed(given, for: TrialID(number))
            guard let count = self.parameterCount(of: configuration) else { continue }
            for constraint in constraints where constraint.violation(of: Double(count)) > 0 {
                throw .invalidSetting(
                    name: "try_first[\(number)]", found: "\(constraint.metric.rawValue) = \(count)",
                    wanted: "\(constraint), as constraints say")
            }
        }
        let first = TrialID(self.definition.tryFirst.count)
        guard self.searcher.canSuggest(first, target: self.levels.first ?? 1) else {
            throw .invalidSetting(
                name: "constraints", found: self.unfoundReason,
                wanted: "wider constraints, or ranges with configurations that keep them")
        }
    }

    /// Trained numbers of the network of a configuration; `nil` where that is not known.
    func parameterCount(of configuration: Configuration) -> Int? {
        self.networks?.parameterCount(self.definition.settings(for: configuration))
    }

    private var unfoundReason: String {
        "no configuration within the constraint was found in \(Searcher.mostDraws) draws: "
            + Self.text(self.definition.knownConstraints)
    }

    /// Whether the next trial's configuration is given, or one can be found that keeps the constraints.
    mutating func canStart(target: Int) -> Bool {
        let next = TrialID(self.trials.count)
        return self.definition.knownConstraints.isEmpty || self.firstTrials.indices.contains(next.rawValue)
            || self.searcher.canSuggest(next, target: target)
    }

    /// Lets no further trial begin once one should and no configuration is found for it, while nothing runs.
    mutating func closeIfNothingFits(_ decisions: inout [StudyDecision]) {
        guard !self.isClosed, !self.definition.knownConstraints.isEmpty else { return }
        guard case .start(let placement) = self.scheduler.outlook(), placement.origin == nil,
            !self.canStart(target: placement.level)
        else { return }
        self.isClosed = true
        self.closingReason = self.unfoundReason
        self.follow(self.scheduler.close(isExhausted: true), &decisions)
    }

    private static func text(_ constraints: [Constraint]) -> String {
        constraints.map(\.description).joined(separator: ", ")
    }
}
