import Randomness
package import TuningModel

/// Population based training, the part that changes the configuration of a copy.
///
/// `pbt`: each explorable value is drawn anew with the probability `resample`; else a number is multiplied by 1.2 or 0.8, and a
/// value in steps or in an ordered list moves to the one before or after it. `pb2`: ``PopulationBandit`` chooses all
/// explorable values at once.
///
/// Values that are not explorable, all that shape the network among them, are the parent's.
///
/// Source: M. Jaderberg et al., "Population based training of neural networks", arXiv 1711.09846, 2017, section 4.1.1
/// (perturb by 1.2 or 0.8, resample).
///
/// Deviations, on purpose:
/// - The paper perturbs all values or resamples all of them; here each value is drawn by itself, as is usual since.
/// - A whole number moves by 1 at least. A number stays in its range. Values without an order, a special value beside a range
///   (`or:`), and 0 change only when they are drawn anew: no product leads away from them.
package struct PopulationExplorer: Hashable, Sendable {
    private let settings: PopulationSettings
    private let space: ParameterSpace
    private let explorable: [Int]
    private let seed: UInt64
    private let bandit: PopulationBandit

    /// - Parameters:
    ///   - settings: How.
    ///   - space: What is searched.
    ///   - explorable: The parameters that may change, ascending.
    ///   - seed: The study's seed of the search.
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` where nothing may change, and where a copy's history
    ///   would be too long to be told.
    package init(
        _ settings: PopulationSettings, space: ParameterSpace, explorable: [Int], seed: UInt64
    ) throws(SearchError) {
        try settings.check()
        guard !explorable.isEmpty else {
            throw .invalidSetting(
                name: "scheduler", found: "no parameter that may change while a network is trained",
                wanted: "one at least, such as training.learning_rate")
        }
        let (count, isOverflow) = explorable.count.multipliedReportingOverflow(by: settings.levels.count)
        guard !isOverflow, count <= PopulationSettings.mostChanges else {
            throw .invalidSetting(
                name: "interval",
                found: "\(settings.levels.count) intervals of \(explorable.count) explored parameters",
                wanted: "a product of at most \(PopulationSettings.mostChanges)")
        }
        self.settings = settings
        self.space = space
        self.explorable = explorable.filter { space.parameters.indices.contains($0) }
        self.seed = seed
        self.bandit = PopulationBandit(space: space, explorable: self.explorable, maximum: settings.maximum)
    }

    /// The configuration of a copy.
    ///
    /// - Parameters:
    ///   - trial: The number of the trial that is to begin.
    ///   - origin: Whose networks it begins with.
    ///   - history: What was told so far.
    ///   - origins: Where the trials so far began, by number.
    /// - Returns: `nil` where there is no such parent.
    func configuration(
        _ trial: Int, origin: TrialOrigin, history: SearchHistory, origins: [TrialOrigin?]
    ) -> Configuration? {
        guard history.trials.indices.contains(origin.parent.rawValue) else { return nil }
        let parent = history.trials[origin.parent.rawValue].configuration
        var random = RandomSequence(
            RandomStream(seed: self.seed, purpose: .populationTraining, stream: UInt32(truncatingIfNeeded: trial)))
        switch self.settings.exploration {
        case .perturbation: return self.perturbed(parent, &random)
        case .bandit:
            return self.bandit.configuration(
                parent, epoch: origin.epoch, history: history, origins: Array(origins.prefix(trial)), &random)
        }
    }

    /// - Complexity: O(parameters).
    func perturbed(_ parent: Configuration, _ random: inout RandomSequence) -> Configuration {
        var values = parent.values
        for index in self.explorable where values.indices.contains(index) {
            guard let value = values[index] else { continue }
            let isDrawn = random.uniform() < self.settings.resample
            let isLarger = random.uniform() < 0.5
            let coordinate = random.uniform()
            let domain = self.space.parameters[index].domain
            values[index] =
                isDrawn ? domain.value(at: coordinate) ?? value : domain.perturbed(value, isLarger: isLarger)
        }
        return Configuration(values)
    }
}

extension ParameterDomain {
    /// A value near another one: a number times 1.2 or 0.8, the next one of a list or a grid; the value itself where nothing
    /// of that has a meaning.
    func perturbed(_ value: ParameterValue, isLarger: Bool) -> ParameterValue {
        switch (self, value) {
        case (.float(let range), .float(let number)):
            guard number != range.alternative else { return value }
            if range.stepCount != nil { return self.neighbour(of: value, isLarger: isLarger) }
            return .float(min(max(number * (isLarger ? 1.2 : 0.8), range.low), range.high))
        case (.int(let range), .int(let number)):
            guard number != range.alternative else { return value }
            guard range.step == 1 else { return self.neighbour(of: value, isLarger: isLarger) }
            let product = (Double(number) * (isLarger ? 1.2 : 0.8)).rounded()
            // Doubles beyond 2^53 are no whole numbers any more, and nobody tunes such.
            guard number != 0, abs(product) < 0x1p53 else { return value }
            let moved = Int(product)
            let step = isLarger == (number > 0) ? max(moved, number + 1) : min(moved, number - 1)
            return .int(min(max(step, range.low), range.high))
        case (.ordinal, _): return self.neighbour(of: value, isLarger: isLarger)
        case (.float, _), (.int, _), (.choice, _): return value
        }
    }

    /// The next value upwards or downwards; the value itself at the end.
    private func neighbour(of value: ParameterValue, isLarger: Bool) -> ParameterValue {
        guard let coordinate = self.coordinate(of: value) else { return value }
        return self.value(at: Gene(self).neighbour(of: coordinate, upwards: isLarger)) ?? value
    }
}
