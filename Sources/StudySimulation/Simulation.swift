package import CoordinatorCore
package import SearchAlgorithms
package import TuningModel

/// A study on recorded learning curves in virtual time: the coordinator's own study state decides, as it does over a
/// network, and each worker trains one trial after the other by looking up what was recorded.
///
/// Workers ask in the order in which they come free, lower numbers first among equals. Pauses, promotions and messages
/// take no time. The same study, table, number of workers and seed give the same events in every process.
///
/// - Complexity: One event for each time that a trial reaches a rung or its end, of O(log workers) beside what the
///   searcher, the scheduler and the search for the nearest row take.
package struct Simulation {
    /// A trial at a worker.
    private struct Work {
        let attempt: AttemptID
        let row: Int
        /// Steps that were told.
        var step: Int
        /// The step after which the worker tells all since.
        var nextStop: Int
        /// When the steps that were told were done.
        var time: Double
    }

    package let table: RecordedTable
    package private(set) var study: StudyState
    /// All changes of the best row by both rules, in the order of time.
    package var incumbents: [SimulatedIncumbent] { self.record.sorted }
    /// The virtual time of the last event.
    package private(set) var time = 0.0
    /// Time that workers spent on steps, summed.
    package private(set) var busyTime = 0.0
    package let workerCount: Int
    /// Whether ``run(until:)`` left off before the study was over.
    package private(set) var isCut = false

    private var work: [Work?]
    private var queue = WorkQueue()
    /// Workers that were told to wait, the lower numbers first.
    private var idle: [Int] = []
    private var record = IncumbentRecord()
    private let levels: [Int]
    private let ids: [WorkerID]

    /// - Throws: ``SearchError`` where the searcher or the scheduler refuses its settings, and for a population, whose
    ///   members copy weights.
    package init(_ definition: StudyDefinition, table: RecordedTable, workers: Int) throws(SearchError) {
        guard definition.scheduler.population == nil else {
            throw .invalidSetting(
                name: "scheduler", found: "a population on recorded curves",
                wanted: "networks: a table has no weights to copy")
        }
        self.table = table
        self.study = try StudyState(
            definition,
            pool: ConfigurationPool(space: table.header.space, configurations: table.configurations))
        self.workerCount = max(1, workers)
        self.work = Array(repeating: nil, count: self.workerCount)
        self.levels = self.study.levels
        self.ids = (0..<self.workerCount).map { WorkerID("\($0)") }
    }

    /// Lets the study run to its end, or until a virtual time.
    ///
    /// Steps that are under way at that time and done are told; others are lost.
    package mutating func run(until limit: Double = .infinity) {
        let budget = self.study.definition.budget.wallTime.map { Self.seconds($0) } ?? .infinity
        for worker in 0..<self.workerCount {
            _ = self.study.apply(.workerJoined(self.ids[worker], name: "worker \(worker)", slots: 1), at: .zero)
        }
        for worker in 0..<self.workerCount where !self.assign(worker) { self.idle.append(worker) }
        while let next = self.queue.first, next.time <= min(limit, budget) {
            _ = self.queue.removeFirst()
            self.time = next.time
            self.tell(next.worker)
        }
        guard !self.study.isFinished else { return }
        self.isCut = limit < budget
        self.stop(at: min(limit, budget))
    }

    /// The share of the workers' time that was spent on steps; `nil` before any.
    package var busyFraction: Double? {
        self.time > 0 ? self.busyTime / (self.time * Double(self.workerCount)) : nil
    }

    /// A worker tells what it has done since it told last, and goes on, or takes other work.
    private mutating func tell(_ worker: Int) {
        guard let work = self.work[worker] else { return }
        self.report(worker, upTo: work.nextStop)
        guard self.work[worker] == nil else {
            self.schedule(worker)
            return
        }
        // What this report has settled may be work for those that wait, too.
        self.idle.insert(worker, at: self.idle.firstIndex { $0 > worker } ?? self.idle.count)
        while let first = self.idle.first, self.assign(first) { self.idle.removeFirst() }
    }

    /// Reports the steps of a worker's trial up to one of them.
    private mutating func report(_ worker: Int, upTo last: Int) {
        guard var work = self.work[worker] else { return }
        var reports: [EpochReport] = []
        reports.reserveCapacity(last - work.step)
        var isDiverged = false
        while work.step < last, !isDiverged {
            work.step += 1
            let loss = self.table.loss(row: work.row, step: work.step)
            let duration = self.table.duration(row: work.row, step: work.step)
            work.time += duration
            self.busyTime += duration
            isDiverged = !loss.isFinite
            reports.append(
                EpochReport(
                    epoch: work.step, status: isDiverged ? .diverged : .normal,
                    metrics: [MetricValue(self.study.definition.objective.metric, loss)], seconds: duration))
            if !isDiverged { self.record.see(work.attempt.trial.rawValue, work.row, work.step, loss, work.time) }
        }
        let time = Duration.seconds(work.time)
        let decisions = self.study.apply(.reported(work.attempt, reports), at: time)
        self.follow(decisions, at: work.time)
        let trial = work.attempt.trial.rawValue
        let isAtEnd = self.study.trials[trial].openAttempt.map { work.step >= $0.targetEpoch } ?? true
        guard self.study.trials[trial].state == .running, !isAtEnd else {
            let end = AttemptEnd(outcome: .finished, epoch: work.step)
            _ = self.study.apply(.attemptEnded(work.attempt, end), at: time)
            self.work[worker] = nil
            return
        }
        self.work[worker] = work
    }

    private mutating func follow(_ decisions: [StudyDecision], at time: Double) {
        for case .newBest(let trial, let epoch, let loss) in decisions {
            guard let row = self.study.row(of: trial) else { continue }
            self.record.lead(
                SimulatedIncumbent(
                    rule: .top, time: time, row: row, trial: trial.rawValue, epoch: epoch, value: loss))
        }
    }

    /// Gives a worker its next trial.
    ///
    /// - Returns: Whether there was one.
    private mutating func assign(_ worker: Int) -> Bool {
        let decisions = self.study.apply(.workRequested(self.ids[worker]), at: .seconds(self.time))
        self.follow(decisions, at: self.time)
        for decision in decisions {
            let attempt: AttemptID
            switch decision {
            case .started(let trial, _, _, _): attempt = AttemptID(trial: trial, number: 1)
            case .promoted(let promoted, _, _, _): attempt = promoted
            case .retried(let retried, _, _): attempt = retried
            case .paused, .stopped, .completed, .failed, .newBest, .finished: continue
            }
            guard let row = self.study.row(of: attempt.trial) else { continue }
            let epochs = self.study.trials[attempt.trial.rawValue].epochs
            self.work[worker] = Work(attempt: attempt, row: row, step: epochs, nextStop: epochs, time: self.time)
            self.schedule(worker)
        }
        return self.work[worker] != nil
    }

    /// Puts a worker's next report into the queue: at the next rung, at the end of its attempt, or where it diverges.
    private mutating func schedule(_ worker: Int) {
        guard var work = self.work[worker],
            let target = self.study.trials[work.attempt.trial.rawValue].openAttempt?.targetEpoch
        else { return }
        let end = min(target, self.table.header.stepCount)
        // Where levels are not steps, a step says itself whether it reaches one.
        let isPatient =
            !self.study.definition.scheduler.decidesAtEveryEpoch && self.study.definition.resource == .epochs
        let level = isPatient ? self.levels.first { $0 > work.step } ?? end : work.step + 1
        var time = work.time
        var step = work.step
        while step < min(level, end) {
            step += 1
            time += self.table.duration(row: work.row, step: step)
            if !self.table.loss(row: work.row, step: step).isFinite { break }
        }
        work.nextStop = step
        self.work[worker] = work
        self.queue.insert(WorkQueue.Item(time: time, worker: worker))
    }

    /// Ends a study that goes on: what is done by then is told, in the order of time.
    private mutating func stop(at limit: Double) {
        guard limit.isFinite else { return }
        while let next = self.queue.removeFirst() {
            guard let work = self.work[next.worker] else { continue }
            var step = work.step
            var time = work.time
            while step < work.nextStop {
                let duration = self.table.duration(row: work.row, step: step + 1)
                guard time + duration <= limit else { break }
                time += duration
                step += 1
            }
            if step > work.step { self.report(next.worker, upTo: step) }
        }
        self.time = limit
        _ = self.study.apply(.ended(reason: "the time of \(limit) is over"), at: .seconds(limit))
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
