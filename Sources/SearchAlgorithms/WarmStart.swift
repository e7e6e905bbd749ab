package import TuningModel

/// What an earlier study found, told in the parameters of a later one.
///
/// An earlier trial is of use where the later study could have started it: each parameter that is active here takes the
/// value that the trial had under the same name, searched or fixed, and it must be one of its values here; each plain setting
/// must be the same; and nothing may be left that the later study does not know. All other trials are dropped, each with its
/// reason. Ranges may so be wider or narrower, parameters may become plain or searched, and branches may come and go.
///
/// Losses are taken as they are: data, split and objective must be the same, which the caller knows.
package struct WarmStart: Hashable, Sendable {
    /// A trial that can be used.
    package struct Match: Hashable, Sendable {
        package let configuration: Configuration
        package let observations: [SearchHistory.Observation]
    }

    /// A trial that cannot.
    package struct Drop: Hashable, Sendable {
        /// Its place in the list of trials that was given.
        package let trial: Int
        package let reason: String

        package init(trial: Int, reason: String) {
            self.trial = trial
            self.reason = reason
        }
    }

    package let matches: [Match]
    package let drops: [Drop]

    /// - Parameters:
    ///   - trials: Configurations of the earlier study with what was observed of each.
    ///   - earlier: The study they come from.
    ///   - later: The study that begins.
    /// - Complexity: O(trials · settings²).
    package init(
        _ trials: [(configuration: Configuration, observations: [SearchHistory.Observation])],
        from earlier: StudyDefinition, to later: StudyDefinition
    ) {
        var matches: [Match] = []
        var drops: [Drop] = []
        for (index, trial) in trials.enumerated() {
            if let mistake = Self.mistake(earlier, later) {
                drops.append(Drop(trial: index, reason: mistake))
            } else if trial.configuration.values.count != earlier.space.count {
                let (found, wanted) = (trial.configuration.values.count, earlier.space.count)
                drops.append(Drop(trial: index, reason: "it has \(found) values, its study has \(wanted) parameters"))
            } else if trial.observations.isEmpty {
                drops.append(Drop(trial: index, reason: "nothing was observed of it"))
            } else {
                switch Self.translated(earlier.settings(for: trial.configuration), to: later) {
                case .success(let configuration):
                    matches.append(Match(configuration: configuration, observations: trial.observations))
                case .failure(let obstacle): drops.append(Drop(trial: index, reason: obstacle.reason))
                }
            }
        }
        self.matches = matches
        self.drops = drops
    }

    private struct Obstacle: Error {
        let reason: String
    }

    /// Why no trial of a study can be used.
    private static func mistake(_ earlier: StudyDefinition, _ later: StudyDefinition) -> String? {
        guard earlier.task == later.task else { return "its study has another task" }
        return earlier.objective == later.objective ? nil : "its study has another objective"
    }

    /// What the trial only measured has no part in what it learnt.
    private static func isMeasured(_ setting: Setting) -> Bool { setting.name.hasPrefix("training.metrics.") }

    private static func translated(
        _ settings: [Setting], to later: StudyDefinition
    ) -> Result<Configuration, Obstacle> {
        let space = later.space
        var values: [ParameterValue?] = []
        for parameter in space.parameters {
            guard space.holds(parameter.conditions, in: values) else {
                values.append(nil)
                continue
            }
            guard let value = settings.first(where: { $0.name == parameter.name })?.value else {
                return .failure(Obstacle(reason: "\(parameter.name) is missing"))
            }
            guard let member = parameter.domain.nearest(value) else {
                return .failure(
                    Obstacle(reason: "\(parameter.name) = \(value) is not a value of its range or list here"))
            }
            values.append(member)
        }
        let configuration = Configuration(values)
        let own = later.settings(for: configuration)
        for setting in own where !Self.isMeasured(setting) {
            guard let found = settings.first(where: { $0.name == setting.name })?.value else {
                return .failure(Obstacle(reason: "\(setting.name) is missing, here it is \(setting.value)"))
            }
            if space.index(of: setting.name) == nil, found != setting.value {
                return .failure(Obstacle(reason: "\(setting.name) = \(found), here it is \(setting.value)"))
            }
        }
        for setting in settings where !Self.isMeasured(setting) && !own.contains(where: { $0.name == setting.name }) {
            return .failure(Obstacle(reason: "\(setting.name) = \(setting.value) does not exist here"))
        }
        return .success(configuration)
    }
}

extension ParameterDomain {
    /// The value of the domain that a value stands for; `nil` for one that is not among them but for rounding.
    fileprivate func nearest(_ value: ParameterValue) -> ParameterValue? {
        guard let coordinate = self.coordinate(of: value) else { return nil }
        switch self {
        case .float(let range):
            guard let number = value.number else { return nil }
            guard range.step != nil, number != range.alternative else { return .float(number) }
            guard let step = self.value(at: coordinate), let near = step.number else { return nil }
            return abs(near - number) <= 1e-9 * max(abs(range.low), abs(range.high)) ? step : nil
        case .int, .ordinal, .choice:
            return self.value(at: coordinate) == value ? value : nil
        }
    }
}
