package import TuningModel

/// What a searcher knows: every trial's configuration and what became of it.
///
/// It is a function of what was told alone, so that a searcher's next suggestion can be derived again from a journal.
package struct SearchHistory: Hashable, Sendable {
    /// What a trial had reached at a rung.
    package struct Observation: Hashable, Sendable {
        /// The rung's level: a number of epochs, or of other units of the resource.
        package private(set) var level: Int
        /// The lower the better; infinity for a trial that diverged or failed on its way there. Never NaN.
        package let loss: Double
        /// The losses of further objectives, in the study file's order; empty in a study with one.
        package let furtherLosses: [Double]
        /// By how much outcome constraints are broken, summed; 0 for a feasible trial.
        package let violation: Double
        /// The time that workers spent on the trial until then, in seconds.
        package let seconds: Double

        package init(
            level: Int, loss: Double, furtherLosses: [Double] = [], violation: Double = 0, seconds: Double = 0
        ) {
            self.level = level
            self.loss = loss.isFinite ? loss : .infinity
            self.furtherLosses = furtherLosses.map { $0.isFinite ? $0 : .infinity }
            self.violation = violation
            self.seconds = seconds
        }

        /// The same at another level.
        package func at(_ level: Int) -> Self {
            var other = self
            other.level = level
            return other
        }
    }

    package struct Entry: Hashable, Sendable {
        package let configuration: Configuration
        /// Its point in the unit cube, NaN for inactive parameters.
        package let coordinates: [Double]
        package let bracket: Int
        /// Trials of the same group were trained on the same data: 0 for those of this study.
        package var group = 0
        /// The level at which the trial was to be judged first.
        package let firstTarget: Int
        /// How many trials were settled when it began.
        package let settledBefore: Int
        /// Whether it has reached its first target, or ended before it.
        package internal(set) var isSettled = false
        /// In ascending order of levels.
        package internal(set) var observations: [Observation] = []
        /// The level that the trial is heading for; `nil` while it rests and when it is over.
        package internal(set) var target: Int?

        /// The first observation at the first target or beyond it, which comes at the same place in a study with any number
        /// of workers; `nil` where the trial has not got there.
        var firstObservation: Observation? { self.observations.first { $0.level >= self.firstTarget } }

        /// The observation at a level.
        package func observation(at level: Int) -> Observation? { self.observations.last { $0.level == level } }
    }

    package let space: ParameterSpace
    /// Levels at which some bracket has a rung, ascending.
    package let levels: [Int]
    /// Trials of earlier studies, none of which has a number here.
    package private(set) var earlier: [Entry] = []
    /// For each level the rows of earlier trials that were observed there.
    private(set) var earlierArrivals: [[Int]]
    /// Whether some of them were trained on other data.
    private(set) var hasOtherData = false
    /// By trial number.
    package private(set) var trials: [Entry] = []
    /// For each level the trials that were observed there, in the order in which they were told.
    package private(set) var arrivals: [[Int]]
    /// Trials in the order in which they reached their first target, or ended before it.
    package private(set) var settled: [Int] = []
    /// Trials that are heading for a level, ascending.
    package private(set) var running: [Int] = []
    /// Every configuration that was started.
    package private(set) var configurations: Set<Configuration> = []
    /// Which configurations may become trials; `nil` for all.
    package let rule: AdmissionRule?

    package init(space: ParameterSpace, levels: [Int], rule: AdmissionRule? = nil) {
        self.space = space
        self.levels = levels
        self.rule = rule
        self.arrivals = Array(repeating: [], count: levels.count)
        self.earlierArrivals = self.arrivals
    }

    /// Whether a configuration is not to be suggested: a trial has it, or it breaks a constraint that is known before.
    func excludes(_ configuration: Configuration) -> Bool {
        self.configurations.contains(configuration) || !self.admits(configuration)
    }

    /// Whether a configuration keeps the constraints that are known before training.
    func admits(_ configuration: Configuration) -> Bool { self.rule?.admits(configuration) ?? true }

    /// A trial begins: the one after the last that began.
    package mutating func start(_ configuration: Configuration, bracket: Int, target: Int) {
        let trial = self.trials.count
        self.trials.append(
            Entry(
                configuration: configuration, coordinates: self.space.coordinates(of: configuration), bracket: bracket,
                firstTarget: target, settledBefore: self.settled.count, target: target))
        self.configurations.insert(configuration)
        self.running.append(trial)
    }

    /// What an earlier study found; levels that this one does not have are left out.
    ///
    /// - Parameters:
    ///   - configuration: One of this space.
    ///   - observations: At most one at a level.
    ///   - group: The number of its data; 0 for the data of this study.
    package mutating func recall(_ configuration: Configuration, _ observations: [Observation], group: Int) {
        let known = observations.filter { self.levels.contains($0.level) }.sorted { $0.level < $1.level }
        guard let first = known.first else { return }
        for (place, level) in self.levels.enumerated() where known.contains(where: { $0.level == level }) {
            self.earlierArrivals[place].append(~self.earlier.count)
        }
        self.hasOtherData = self.hasOtherData || group != 0
        self.earlier.append(
            Entry(
                configuration: configuration, coordinates: self.space.coordinates(of: configuration), bracket: 0,
                group: group, firstTarget: first.level, settledBefore: 0, isSettled: true, observations: known,
                target: nil))
    }

    /// A trial that rested goes on to a level.
    package mutating func resume(_ trial: TrialID, target: Int) {
        guard self.trials.indices.contains(trial.rawValue) else { return }
        self.trials[trial.rawValue].target = target
        self.insertRunning(trial.rawValue)
    }

    /// A trial has reached a level; it goes on to the next one where it is not told to rest.
    package mutating func observe(_ trial: TrialID, _ observation: Observation) {
        guard self.trials.indices.contains(trial.rawValue), let index = self.levels.firstIndex(of: observation.level)
        else { return }
        self.trials[trial.rawValue].observations.append(observation)
        self.arrivals[index].append(trial.rawValue)
        if observation.level >= self.trials[trial.rawValue].firstTarget { self.settle(trial.rawValue) }
    }

    /// A trial rests or is over.
    package mutating func rest(_ trial: TrialID) {
        guard self.trials.indices.contains(trial.rawValue) else { return }
        self.trials[trial.rawValue].target = nil
        self.running.removeAll { $0 == trial.rawValue }
        self.settle(trial.rawValue)
    }

    private mutating func settle(_ trial: Int) {
        guard !self.trials[trial].isSettled else { return }
        self.trials[trial].isSettled = true
        self.settled.append(trial)
    }

    private mutating func insertRunning(_ trial: Int) {
        guard !self.running.contains(trial) else { return }
        let place = self.running.firstIndex { $0 > trial } ?? self.running.count
        self.running.insert(trial, at: place)
    }
}

extension SearchHistory.Entry {
    /// Coordinates follow from the configuration, and those of inactive parameters, NaN, equal nothing.
    package static func == (left: Self, right: Self) -> Bool {
        left.configuration == right.configuration && left.bracket == right.bracket
            && left.group == right.group && left.firstTarget == right.firstTarget
            && left.settledBefore == right.settledBefore
            && left.isSettled == right.isSettled && left.observations == right.observations
            && left.target == right.target
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.configuration)
        hasher.combine(self.observations)
    }
}
