import TuningModel
import WorkerCore

/// A coordinator with one worker: every trial climbs the same rungs; reports are journaled before they are
/// acknowledged.
struct SimulatedCoordinator {
    struct Trial {
        var ledger: [EpochReport] = []
        var attempt = 0
        var rung = 0
        var isRunning = false
        var checkpoint: CheckpointReference?
    }

    let rungs: [Int]
    var trials: [Trial]
    var session: UInt64 = 0
    var isKnown = false
    var capacity = 0
    /// Epochs that the worker has been told are durable; reports of them must not come again.
    var told: [AttemptID: Int] = [:]
    var stored: [Digest: Int] = [:]
    var isDraining = false
    var hasGone = false
    var crashedEnds = 0

    init(trials: Int, rungs: [Int]) {
        self.trials = Array(repeating: Trial(), count: trials)
        self.rungs = rungs
    }

    var isDone: Bool { self.trials.allSatisfy { $0.rung == self.rungs.count } }

    static func report(of assignment: Assignment, epoch: Int, seconds: Double) -> EpochReport {
        EpochReport(
            epoch: epoch, metrics: [MetricValue(.validationLoss, Double(assignment.seed) / Double(epoch))],
            seconds: seconds)
    }

    func assignment(_ trial: Int) -> Assignment {
        let state = self.trials[trial]
        return Assignment(
            attempt: AttemptID(trial: TrialID(trial), number: state.attempt), seed: UInt64(trial) + 100,
            settings: Material.settings, dataset: Material.dataset, datasetByteCount: 3_000_000,
            ledgerEpoch: state.ledger.count, targetEpoch: self.rungs[state.rung], checkpoint: state.checkpoint)
    }

    /// New work as far as the worker has room.
    mutating func assign() -> [CoordinatorMessage] {
        guard self.isKnown, !self.isDraining else { return [] }
        var messages: [CoordinatorMessage] = []
        for i in self.trials.indices where !self.trials[i].isRunning && self.trials[i].rung < self.rungs.count {
            guard self.trials.count(where: \.isRunning) < self.capacity else { break }
            self.trials[i].isRunning = true
            self.trials[i].attempt += 1
            messages.append(.assign(self.assignment(i)))
        }
        return messages
    }

    mutating func hear(_ message: WorkerMessage) -> [CoordinatorMessage] {
        switch message {
        case .hello(let hello):
            self.session += 1
            self.isKnown = true
            self.capacity = hello.capacity
            let fenced = hello.held.map(\.attempt).filter { !self.isCurrent($0) }
            var messages: [CoordinatorMessage] = [
                .welcome(
                    Welcome(
                        session: self.session, coordinatorEpoch: 1, heartbeatMillis: 200, silenceMillis: 1000,
                        orphanMillis: 100_000, bulkPort: 5571, fenced: fenced))
            ]
            for i in self.trials.indices where self.trials[i].isRunning {
                let attempt = AttemptID(trial: TrialID(i), number: self.trials[i].attempt)
                if !hello.held.contains(where: { $0.attempt == attempt }) {
                    messages.append(.assign(self.assignment(i)))
                }
            }
            return messages + self.assign()
        case .heartbeat(let session, let capacity, _, _):
            guard self.isKnown, session == self.session else { return [.resync] }
            self.capacity = capacity
            return [.heartbeatAcknowledged] + self.assign()
        case .progress(let session, let capacity, _, let attempts):
            guard self.isKnown, session == self.session else { return [.resync] }
            self.capacity = capacity
            precondition(attempts.reduce(0) { $0 + $1.reports.count } <= 256 && attempts.count <= 64)
            return attempts.map { self.record($0) } + self.assign()
        case .drain:
            self.isDraining = true
            return []
        case .bye:
            self.hasGone = true
            return []
        }
    }

    private func isCurrent(_ attempt: AttemptID) -> Bool {
        self.trials[attempt.trial.rawValue].isRunning && self.trials[attempt.trial.rawValue].attempt == attempt.number
    }

    private mutating func record(_ progress: AttemptProgress) -> CoordinatorMessage {
        let trial = progress.attempt.trial.rawValue
        for report in progress.reports {
            precondition(
                report.epoch > self.told[progress.attempt] ?? 0, "sent again: \(progress.attempt) \(report.epoch)")
        }
        guard self.isCurrent(progress.attempt) else {
            // The end of an attempt that is over is known; an older attempt belongs to somebody else.
            return progress.attempt.number == self.trials[trial].attempt
                ? .acknowledge([
                    Acknowledgement(attempt: progress.attempt, epoch: progress.end?.epoch ?? 0, isEndKnown: true)
                ])
                : .fenced(progress.attempt)
        }
        for report in progress.reports where report.epoch == self.trials[trial].ledger.count + 1 {
            self.trials[trial].ledger.append(report)
        }
        let expected = progress.reports.allSatisfy { report in
            self.trials[trial].ledger.count >= report.epoch
                && self.trials[trial].ledger[report.epoch - 1].agrees(with: report)
        }
        precondition(expected, "a gap or other bits: \(progress)")
        if let end = progress.end {
            self.trials[trial].isRunning = false
            if case .crashed = end.outcome { self.crashedEnds += 1 }
            if self.trials[trial].ledger.count >= self.rungs[self.trials[trial].rung] { self.trials[trial].rung += 1 }
        }
        return .acknowledge([
            Acknowledgement(
                attempt: progress.attempt, epoch: self.trials[trial].ledger.count, isEndKnown: progress.end != nil)
        ])
    }

    /// Ends an attempt from this side, as when its lease has expired.
    mutating func revoke(_ trial: Int) -> [CoordinatorMessage] {
        guard self.trials[trial].isRunning else { return [] }
        self.trials[trial].isRunning = false
        return [.fenced(AttemptID(trial: TrialID(trial), number: self.trials[trial].attempt))]
    }

    mutating func hearBulk(_ message: BulkMessage) -> [BulkMessage] {
        switch message {
        case .get(let digest, let offset, let count):
            let byteCount = digest == Material.dataset ? 3_000_000 : self.stored[digest] ?? 0
            guard byteCount > 0 else { return [.failed(digest: digest, reason: "unknown")] }
            return (0..<count).compactMap { i in
                let start = offset + i * BulkMessage.chunkByteCount
                guard start < byteCount else { return nil }
                let bytes = [UInt8](repeating: 0, count: min(BulkMessage.chunkByteCount, byteCount - start))
                return .chunk(digest: digest, byteCount: byteCount, offset: start, bytes: bytes)
            }
        case .put(let attempt, let checkpoint):
            let trial = attempt.trial.rawValue
            if self.trials[trial].checkpoint?.epoch ?? 0 < checkpoint.epoch {
                self.trials[trial].checkpoint = checkpoint
            }
            self.stored[checkpoint.digest] = checkpoint.byteCount
            return [.credit(digest: checkpoint.digest, offset: 0, count: 2)]
        case .chunk(let digest, let byteCount, let offset, let bytes):
            return offset + bytes.count == byteCount ? [.stored(digest: digest)] : []
        case .credit, .stored, .failed: return []
        }
    }
}
