package import TuningModel

/// What an earlier study found, told in the parameters of a later one.
///
/// An earlier trial is of use where the later study could have started it: each parameter that is active here takes the
/// value that the trial had under the same name, searched or fixed, and it must be one of its values here; each plain setting
/// must be the same, unless the study file says that it matters little; and nothing may be left that the later study does not
/// know. All other trials are dropped, each with its reason. Ranges may so be wider or narrower, parameters may become plain or
/// searched, and branches may come and go.
package struct WarmStart: Hashable, Sendable {
    /// A trial that can be used.
    package struct Match: Hashable, Sendable {
        package let configuration: Configuration
        package let observations: [SearchHistory.Observation]

        package init(configuration: Configuration, observations: [SearchHistory.Observation]) {
            self.configuration = configuration
            self.observations = observations
        }
    }

    /// A trial that cannot.
    package struct Drop: Hashable, Sendable {
        /// Its place in the list of trials that was given.
        package let trial: Int
        /// The setting that is in the way; `nil` where it is the whole study or trial.
        package let setting: String?
        package let reason: String

        package init(trial: Int, setting: String? = nil, reason: String) {
            self.trial = trial
            self.setting = setting
            self.reason = reason
        }
    }

    package let matches: [Match]
    package let drops: [Drop]

    /// - Parameters:
    ///   - trials: Configurations of the earlier study with what was observed of each.
    ///   - earlier: The study they come from.
    ///   - later: The study that begins.
    /// - Complexity: O(trials · settings) for a space without repeated layers.
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
                drops.append(Drop(trial: index, reason: "nothing was observed of it at the rungs here"))
            } else {
                switch Self.translated(earlier.settings(for: trial.configuration), to: later) {
                case .success(let configuration):
                    matches.append(Match(configuration: configuration, observations: trial.observations))
                case .failure(let obstacle):
                    drops.append(Drop(trial: index, setting: obstacle.setting, reason: obstacle.reason))
                }
            }
        }
        self.matches = matches
        self.drops = drops
    }

    private struct Obstacle: Error {
        let setting: String
        let reason: String

        init(_ setting: String, _ reason: String) {
            self.setting = setting
            self.reason = "\(setting) \(reason)"
        }
    }

    /// Why no trial of a study can be used.
    private static func mistake(_ earlier: StudyDefinition, _ later: StudyDefinition) -> String? {
        guard earlier.task == later.task else { return "its study has another task" }
        guard earlier.resource.countsNetworks == later.resource.countsNetworks else {
            return "its study's rungs count \(earlier.resource), here they count \(later.resource)"
        }
        return later.objectives.allSatisfy(earlier.objectives.contains) ? nil : "its study has another objective"
    }

    /// What the trial only measured has no part in what it learnt.
    private static func isMeasured(_ setting: Setting) -> Bool { setting.name.hasPrefix("training.metrics.") }

    private static func translated(
        _ settings: [Setting], to later: StudyDefinition
    ) -> Result<Configuration, Obstacle> {
        let space = later.space
        let given = Dictionary(settings.map { ($0.name, $0.value) }) { first, _ in first }
        var values: [ParameterValue?] = []
        for parameter in space.parameters {
            guard space.holds(parameter.conditions, in: values) else {
                values.append(nil)
                continue
            }
            guard let value = given[parameter.name] else { return .failure(Obstacle(parameter.name, "is missing")) }
            guard let member = parameter.domain.nearest(value) else {
                return .failure(Obstacle(parameter.name, "= \(value) is not a value of its range or list here"))
            }
            values.append(member)
        }
        let configuration = Configuration(values)
        let own = later.settings(for: configuration)
        let names = Set(own.map(\.name))
        var ignored = Set(later.warmStart?.ignored ?? [])
        // How many repeats there may be is no matter where a rung says how many there are.
        if later.resource == .repeats { ignored.insert("training.repeats") }
        for setting in own where !Self.isMeasured(setting) && !ignored.contains(setting.name) {
            guard let found = given[setting.name] else {
                return .failure(Obstacle(setting.name, "is missing, here it is \(setting.value)"))
            }
            if found != setting.value, space.index(of: setting.name) == nil {
                return .failure(Obstacle(setting.name, "= \(found), here it is \(setting.value)"))
            }
        }
        for setting in settings where !Self.isMeasured(setting) && !names.contains(setting.name) {
            return .failure(Obstacle(setting.name, "= \(setting.value) does not exist here"))
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
