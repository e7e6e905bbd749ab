package import SearchAlgorithms
package import TuningModel

/// Gathers what a later study may learn from an earlier one, while the journal of the earlier one is read.
///
/// Every epoch was reported, so that losses are known at the levels of the later study, whatever rungs the earlier one had,
/// and for the objectives of the later one. An epoch that is reported twice has the same bits both times; the first report is
/// taken.
///
/// - Complexity: O(levels) for each report.
package struct EarlierTrials: Sendable {
    private struct Level: Sendable {
        let metrics: [MetricValue]
        let seconds: Double
    }

    private let objectives: [Objective]
    private let constraints: [Constraint]
    private let levels: [Int]
    private let scale: ResourceScale
    /// For each trial what was reported at each level.
    private var reports: [[Level?]] = []
    /// For each trial how many epochs were reported, and the seconds they took.
    private var epochs: [Int] = []
    private var seconds: [Double] = []
    /// For each trial how much of the later study's resource they used.
    private var uses: [ResourceUse] = []

    /// - Parameter later: The study that begins.
    package init(for later: StudyState) {
        self.objectives = later.definition.objectives
        self.constraints = later.definition.outcomeConstraints
        self.levels = later.levels
        self.scale = later.definition.resourceScale
    }

    /// Takes in a row of the journal.
    package mutating func take(_ record: JournalRecord) {
        guard let (id, reports) = record.acceptedReports, self.make(id) else { return }
        let trial = id.rawValue
        for report in reports where report.epoch == self.epochs[trial] + 1 {
            self.epochs[trial] = report.epoch
            self.seconds[trial] += report.seconds
            let before = self.uses[trial].level
            self.uses[trial].take(report, on: self.scale)
            let after = self.uses[trial].level
            for level in self.levels.indices where self.levels[level] > before && self.levels[level] <= after {
                self.reports[trial][level] = Level(metrics: report.metrics, seconds: self.seconds[trial])
            }
        }
    }

    /// Makes room for a trial; false for a number that none can have.
    private mutating func make(_ trial: TrialID) -> Bool {
        guard (0..<100_000_000).contains(trial.rawValue) else { return false }
        while self.reports.count <= trial.rawValue {
            self.reports.append(Array(repeating: nil, count: self.levels.count))
            self.epochs.append(0)
            self.seconds.append(0)
            self.uses.append(ResourceUse())
        }
        return true
    }

    /// The trials of the earlier study with what was observed of each at the levels of the later one.
    ///
    /// A trial that diverged or failed has an infinite loss at the first level that it did not reach; one that ran out of
    /// patience has its last loss at the highest level on its way. Epochs beyond those in the ledger do not count. Of a trial
    /// that began with another one's networks nothing is observed: its losses are not those of its configuration alone.
    ///
    /// - Parameter earlier: The earlier study after the last row that was taken in.
    /// - Returns: All trials in their order, those without an observation too.
    package func trials(
        of earlier: StudyState
    ) -> [(configuration: Configuration, observations: [SearchHistory.Observation])] {
        // Where nobody counted what the later study hands out, failures alone would be known.
        let isCounted = self.scale.resource == .epochs || self.uses.contains { $0.amount > 0 }
        let isAlike = earlier.definition.resource.countsNetworks == self.scale.resource.countsNetworks
        return earlier.trials.map { trial in
            let number = trial.id.rawValue
            let known = self.reports.indices.contains(number) ? self.reports[number] : []
            var observations: [SearchHistory.Observation] = []
            guard trial.origin == nil, isAlike, isCounted else { return (trial.configuration, observations) }
            let reached = self.level(reachedBy: trial)
            for (level, report) in zip(self.levels, known) where level <= reached {
                guard let report else { continue }
                observations.append(
                    self.observation(report.metrics, of: trial, at: level, seconds: report.seconds))
            }
            let next = self.levels.filter { $0 > reached }
            if trial.status == .diverged || trial.state == .failed {
                if let level = next.first {
                    let further = self.objectives.dropFirst().map { _ in Double.infinity }
                    observations.append(
                        .init(level: level, loss: .infinity, furtherLosses: further, seconds: trial.seconds))
                }
            } else if trial.status == .finishedEarly, earlier.definition.resource == self.scale.resource,
                let level = next.last(where: { $0 <= trial.placement.level })
            {
                observations.append(
                    self.observation(trial.metrics, of: trial, at: level, seconds: trial.seconds))
            }
            return (trial.configuration, observations)
        }
    }

    /// How far a trial came, in units of the later study's resource.
    private func level(reachedBy trial: TrialRecord) -> Int {
        guard self.scale.resource != .epochs else { return trial.epochs }
        return self.uses.indices.contains(trial.id.rawValue) ? self.uses[trial.id.rawValue].level : 0
    }

    /// What was measured of a trial as the later study sees it: its losses, and by how much it breaks its constraints.
    private func observation(
        _ metrics: [MetricValue], of trial: TrialRecord, at level: Int, seconds: Double
    ) -> SearchHistory.Observation {
        var known = metrics
        if let count = trial.parameterCount, known[.modelParameters] == nil {
            known.append(MetricValue(.modelParameters, Double(count)))
        }
        let losses = self.objectives.map { $0.loss(of: known) }
        return .init(
            level: level, loss: losses[0], furtherLosses: Array(losses.dropFirst()),
            violation: self.constraints.violation(of: known), seconds: seconds)
    }
}
