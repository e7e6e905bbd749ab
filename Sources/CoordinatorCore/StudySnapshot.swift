import SearchAlgorithms
package import TuningModel

/// A study at one moment, for a screen.
package struct StudySnapshot: Hashable, Sendable {
    /// Trials by their state.
    package struct TrialCounts: Hashable, Sendable {
        package var waiting = 0
        package var running = 0
        package var paused = 0
        package var complete = 0
        package var stopped = 0
        package var failed = 0
    }

    /// How many trials have come as far as a rung.
    package struct RungCount: Hashable, Sendable {
        /// Of the resource.
        package let level: Int
        /// Trials that have used at least so much.
        package let trials: Int
    }

    package let name: String
    /// Since the study's first assignment.
    package let seconds: Double
    package let trialCount: Int
    package let trialCounts: TrialCounts
    package let epochCount: Int
    package let rungs: [RungCount]
    /// What rungs are counted in.
    package let resource: Resource
    package let best: Incumbent?
    package let bestConfiguration: [Setting]
    package let metric: Metric
    /// The largest used share of the budgets of trials, epochs and time.
    package let budgetShare: Double?
    package let workerCount: Int
    package let slotCount: Int
    package let busyFraction: Double?

    /// Trials that can be at work now: workers hold more where trials take milliseconds, and those wait in a queue.
    package var trainingCount: Int { min(self.trialCounts.running, self.slotCount) }
}

extension Coordinator {
    /// The study as it stands.
    ///
    /// - Complexity: O(trials * rungs).
    package func snapshot(at now: Duration) -> StudySnapshot {
        var counts = StudySnapshot.TrialCounts()
        var rungs = self.study.levels.map { (level: $0, trials: 0) }
        for trial in self.study.trials {
            switch trial.state {
            case .waiting: counts.waiting += 1
            case .running: counts.running += 1
            case .paused: counts.paused += 1
            case .complete: counts.complete += 1
            case .stopped: counts.stopped += 1
            case .failed: counts.failed += 1
            }
            let start = trial.origin?.epoch ?? 0
            for rung in rungs.indices where trial.level >= rungs[rung].level && rungs[rung].level > start {
                rungs[rung].trials += 1
            }
        }
        let start = self.study.firstAssignment ?? now
        let seconds = (now - start).seconds
        let budget = self.study.definition.budget
        var shares: [Double] = []
        if let trials = budget.trials, trials > 0 { shares.append(Double(self.study.trials.count) / Double(trials)) }
        if let epochs = budget.epochs, epochs > 0 { shares.append(Double(self.study.epochCount) / Double(epochs)) }
        if let time = budget.wallTime, time > .zero { shares.append(min(1, seconds / time.seconds)) }
        let best = self.study.incumbent
        let configuration = best.flatMap { self.study.record(of: $0.trial)?.configuration }
        return StudySnapshot(
            name: self.study.definition.name, seconds: seconds, trialCount: self.study.trials.count,
            trialCounts: counts,
            epochCount: self.study.epochCount,
            rungs: rungs.map { StudySnapshot.RungCount(level: $0.level, trials: $0.trials) },
            resource: self.study.definition.resource, best: best,
            bestConfiguration: configuration.map { self.study.searched($0) } ?? [],
            metric: self.study.definition.objective.metric, budgetShare: shares.max(),
            workerCount: self.connectedWorkerCount, slotCount: self.connectedSlotCount, busyFraction: self.busyFraction)
    }
}

extension StudyState {
    /// The searched parameters that are active in a configuration.
    package func searched(_ configuration: Configuration) -> [Setting] {
        zip(self.definition.space.parameters, configuration.values).compactMap { parameter, value in
            value.map { Setting(parameter.name, $0) }
        }
    }
}

extension Duration {
    /// The duration in seconds.
    package var seconds: Double {
        Double(self.components.seconds) + Double(self.components.attoseconds) * 1e-18
    }
}

extension StudyState {
    /// The level of the rung below a placement's; 0 below the first one.
    package func level(below placement: TrialPlacement) -> Int {
        let bracket = self.scheduler.plan.first { $0.bracket == placement.bracket }
        return bracket?.rungs.last { $0.level < placement.level }?.level ?? 0
    }

    /// The highest rung that a trial has reached, counted from 0 at the bottom of its bracket; 0 below the first one.
    package func rung(of trial: TrialRecord) -> Int {
        let bracket = self.scheduler.plan.first { $0.bracket == trial.placement.bracket }
        let reached = bracket?.rungs.lastIndex { $0.level <= trial.level } ?? 0
        return trial.state == .complete ? max(reached, trial.placement.rung) : reached
    }
}
