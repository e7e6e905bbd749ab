package import TuningModel

/// Trials of an earlier study as a later one keeps them: told in its own parameters and levels, so that it does not need
/// the earlier one any more.
package struct Recollection: Hashable, Sendable {
    /// The earlier study's name, for people.
    package let study: String
    /// The earlier study's place in the study file's list, from 0; several recollections may be of one study.
    package let number: Int
    /// Whether its networks were trained on the very rows that this study's are: then losses are compared as they are, else
    /// by their ranks.
    package let isSameData: Bool
    package let trials: [WarmStart.Match]

    package init(study: String, number: Int, isSameData: Bool, trials: [WarmStart.Match]) {
        self.study = study
        self.number = number
        self.isSameData = isSameData
        self.trials = trials
    }

    /// The best configurations, each once: from each study in turn its best, then its second best, and so on; a study's
    /// best is the one with the lowest loss at the highest level that any of its trials has reached.
    ///
    /// - Parameters:
    ///   - recollections: What the studies found.
    ///   - count: How many at most.
    ///   - rule: Which configurations may be tried; `nil` for all.
    /// - Returns: At most `count`; fewer where no more trials have a finite loss.
    /// - Complexity: O(n log n) for n trials.
    package static func best(
        _ recollections: [Recollection], count: Int, rule: AdmissionRule? = nil
    ) -> [Configuration] {
        let numbers = Set(recollections.map(\.number)).sorted()
        let rankings = numbers.map { number in
            recollections.filter { $0.number == number }.flatMap(\.trials).enumerated()
                .compactMap { index, trial in
                    trial.observations.filter { $0.loss < .infinity && $0.violation <= 0 }.max { $0.level < $1.level }
                        .map { (level: $0.level, loss: $0.loss, index: index, configuration: trial.configuration) }
                }
                .sorted { ($1.level, $0.loss, $0.index) < ($0.level, $1.loss, $1.index) }
        }
        var best: [Configuration] = []
        var seen: Set<Configuration> = []
        for place in 0..<(rankings.map(\.count).max() ?? 0) {
            for ranking in rankings where ranking.indices.contains(place) {
                guard best.count < count else { return best }
                let configuration = ranking[place].configuration
                guard rule?.admits(configuration) ?? true else { continue }
                if seen.insert(configuration).inserted { best.append(configuration) }
            }
        }
        return best
    }

    /// Whether a configuration is one of a space: a value for each active parameter and none for the others.
    package static func isMember(_ configuration: Configuration, of space: ParameterSpace) -> Bool {
        guard configuration.values.count == space.count else { return false }
        var values: [ParameterValue?] = []
        for (parameter, value) in zip(space.parameters, configuration.values) {
            guard space.holds(parameter.conditions, in: values) == (value != nil) else { return false }
            if let value, parameter.domain.coordinate(of: value) == nil { return false }
            values.append(value)
        }
        return true
    }
}
