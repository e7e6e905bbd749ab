import Randomness
import TuningModel
import WorkerCore

/// What the scenario tests are made of.
enum Material {
    static let dataset = Digest(bytes: [UInt8](repeating: 7, count: 32)) ?? Material.digest(7)
    static let settings = [Setting("training.learning_rate", .float(0.01)), Setting("training.batch_size", .int(32))]

    static func digest(_ byte: UInt8) -> Digest {
        guard let digest = Digest(bytes: [UInt8](repeating: byte, count: 32)) else { preconditionFailure("32 bytes") }
        return digest
    }

    static func profile(slots: Int = 1) -> WorkerProfile {
        WorkerProfile(worker: WorkerID("00ff"), name: "host:1", slots: slots, instructionSet: "avx2")
    }

    /// Three assignments in a slot at most, so that few are needed to fill one.
    static let shortQueues: WorkerLimits = {
        var limits = WorkerLimits()
        limits.slotQueueCount = 3
        return limits
    }()

    static func worker(slots: Int = 1, limits: WorkerLimits = Material.shortQueues) -> Worker {
        Worker(
            Self.profile(slots: slots), limits: limits, random: RandomStream(seed: 1, purpose: .trialSeed))
    }

    static func welcome(session: UInt64 = 5, fenced: [AttemptID] = []) -> CoordinatorMessage {
        .welcome(
            Welcome(
                session: session, coordinatorEpoch: 1, heartbeatMillis: 2000, silenceMillis: 10_000,
                orphanMillis: 900_000, bulkPort: 5571, fenced: fenced))
    }

    static func attempt(_ trial: Int, _ number: Int = 1) -> AttemptID {
        AttemptID(trial: TrialID(trial), number: number)
    }

    static func assignment(
        _ trial: Int, _ number: Int = 1, ledger: Int = 0, target: Int = 3, checkpoint: CheckpointReference? = nil
    ) -> Assignment {
        Assignment(
            attempt: Self.attempt(trial, number), seed: UInt64(trial) + 100, settings: Self.settings,
            dataset: Self.dataset, datasetByteCount: 1000, ledgerEpoch: ledger, targetEpoch: target,
            checkpoint: checkpoint)
    }

    static func identity(_ trial: Int) -> TrainingIdentity { TrainingIdentity(Self.assignment(trial)) }

    static func name(_ trial: Int, _ epoch: Int) -> CheckpointName {
        CheckpointName(identity: Self.identity(trial), epoch: epoch)
    }

    static func report(_ epoch: Int, seconds: Double = 0.003) -> EpochReport {
        EpochReport(epoch: epoch, metrics: [MetricValue(.validationLoss, 1 / Double(epoch))], seconds: seconds)
    }

    static func activity(_ seconds: Double) -> SlotActivity {
        SlotActivity(busySeconds: seconds, totalSeconds: seconds, counter: 1)
    }

    static func hello(slots: Int = 1, capacity: Int? = nil, held: [HeldAttempt] = []) -> WorkerEffect {
        .send(
            .hello(
                Hello(
                    worker: WorkerID("00ff"), name: "host:1", slots: slots, capacity: capacity ?? slots,
                    instructionSet: "avx2", held: held)))
    }

    static func job(_ number: UInt64, _ assignment: Assignment, resume: CheckpointName? = nil) -> SlotJob {
        SlotJob(number: number, assignment: assignment, identity: TrainingIdentity(assignment), resume: resume)
    }

    static func progress(
        _ attempts: [AttemptProgress], capacity: Int = 1, busy: Double = 0, total: Double = 0, session: UInt64 = 5
    ) -> WorkerEffect {
        .send(
            .progress(
                session: session, capacity: capacity, times: SlotTimes(busySeconds: busy, totalSeconds: total),
                attempts: attempts))
    }
}

extension Worker {
    /// A worker in session 5 with ready slots and its data set in the cache.
    static func joined(slots: Int = 1, limits: WorkerLimits = Material.shortQueues) -> Worker {
        var worker = Material.worker(slots: slots, limits: limits)
        _ = worker.handle(.started(checkpoints: []), at: .zero)
        for slot in 0..<slots { _ = worker.handle(.slot(slot, .ready), at: .zero) }
        _ = worker.handle(.received(Material.welcome()), at: .zero)
        _ = worker.handle(.received(.assign(Material.assignment(999, target: 1))), at: .zero)
        _ = worker.handle(.datasetFound(Material.dataset), at: .zero)
        _ = worker.handle(.received(.fenced(Material.attempt(999))), at: .zero)
        _ = worker.handle(
            .slot(0, .ended(job: 1, AttemptEnd(outcome: .stopped, epoch: 0), .none)), at: .zero)
        return worker
    }

    /// The capacity that the heartbeat due by then tells.
    mutating func capacityTold(at now: Duration) -> Int? {
        _ = self.handle(.received(.heartbeatAcknowledged), at: now)
        for case .send(let message) in self.handle(.tick, at: now) {
            switch message {
            case .heartbeat(_, let capacity, _, _), .progress(_, let capacity, _, _): return capacity
            case .hello, .drain, .bye: continue
            }
        }
        return nil
    }

    /// Hands over several events at one time; the effects of all of them.
    mutating func handle(all events: [WorkerEvent], at now: Duration) -> [WorkerEffect] {
        events.flatMap { self.handle($0, at: now) }
    }
}
