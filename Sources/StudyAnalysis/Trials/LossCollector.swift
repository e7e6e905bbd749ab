package import CoordinatorCore
import TuningModel

/// Gathers the losses of all trials at all rungs while a journal is read.
///
/// An epoch that is reported twice, because a worker was lost with it, has the same bits both times; the first report is
/// taken. A trial that breaks an outcome constraint at a rung counts there as one that failed.
///
/// - Complexity: O(levels) for each report of an epoch at which there is a rung; O(1) for all others.
package struct LossCollector: Sendable {
    private let objective: Objective
    private let constraints: [Constraint]
    private let levels: [Int]
    private let scale: ResourceScale
    /// For each trial the loss at each level.
    private var losses: [[Double?]] = []
    /// For each trial what it has used, where levels are not epochs.
    private var uses: [ResourceUse] = []

    /// - Parameter study: The study before its first event.
    package init(_ study: StudyState) {
        self.objective = study.definition.objective
        self.constraints = study.definition.outcomeConstraints
        self.levels = study.levels
        self.scale = study.definition.resourceScale
    }

    /// Takes in a row of the journal.
    package mutating func take(_ record: JournalRecord) {
        guard let (trial, reports) = record.acceptedReports else { return }
        for report in reports {
            for level in self.levelsReached(by: report, of: trial) where self.make(trial) {
                guard self.losses[trial.rawValue][level] == nil else { continue }
                self.losses[trial.rawValue][level] = self.loss(of: report.metrics)
            }
        }
    }

    /// The places of the levels that a trial reaches with an epoch.
    private mutating func levelsReached(by report: EpochReport, of trial: TrialID) -> [Int] {
        guard self.scale.resource != .epochs else {
            return self.levels.firstIndex(of: report.epoch).map { [$0] } ?? []
        }
        guard self.make(trial), report.epoch == self.uses[trial.rawValue].epoch + 1 else { return [] }
        let before = self.uses[trial.rawValue].level
        self.uses[trial.rawValue].take(report, on: self.scale)
        let after = self.uses[trial.rawValue].level
        return self.levels.indices.filter { self.levels[$0] > before && self.levels[$0] <= after }
    }

    /// The first objective as a loss; infinite where outcome constraints are broken.
    private func loss(of metrics: [MetricValue]) -> Double {
        self.constraints.violation(of: metrics) > 0 ? .infinity : self.objective.loss(of: metrics)
    }

    /// Makes room for a trial; false for a number that none can have.
    private mutating func make(_ trial: TrialID) -> Bool {
        guard (0..<100_000_000).contains(trial.rawValue) else { return false }
        while self.losses.count <= trial.rawValue {
            self.losses.append(Array(repeating: nil, count: self.levels.count))
            self.uses.append(ResourceUse())
        }
        return true
    }

    /// The losses of all trials of a study.
    ///
    /// A trial that ran out of patience stands at the level it was heading for with its last loss, one that diverged or
    /// failed with an infinite one; epochs beyond those in the ledger do not count.
    ///
    /// - Parameter study: The study after the last event that was taken in.
    /// - Returns: A row for each trial.
    package func table(of study: StudyState) -> RungTable {
        let space = study.definition.space
        let trials = study.trials.map { trial in
            let number = trial.id.rawValue
            var losses = self.losses.indices.contains(number) ? self.losses[number] : []
            while losses.count < self.levels.count { losses.append(nil) }
            for (level, units) in self.levels.enumerated()
            where units > min(trial.level, trial.placement.level) {
                // One long epoch may pass rungs that the trial was never compared at.
                losses[level] = nil
            }
            if let count = trial.parameterCount, self.objective.metric == .modelParameters {
                // No worker measures it.
                let loss = self.objective.loss(of: [MetricValue(.modelParameters, Double(count))])
                losses = losses.map { $0.map { $0 == .infinity ? .infinity : loss } }
            }
            if let level = self.levels.firstIndex(of: trial.placement.level) {
                let isBroken = trial.status == .diverged || trial.state == .failed
                if isBroken { losses[level] = .infinity }
                if trial.status == .finishedEarly { losses[level] = self.loss(of: trial.metrics) }
            }
            return RungTable.Trial(
                id: trial.id, configuration: trial.configuration,
                coordinates: space.coordinates(of: trial.configuration), losses: losses,
                auditedAt: trial.auditedFrom)
        }
        return RungTable(space: space, levels: self.levels, resource: self.scale.resource, trials: trials)
    }
}
