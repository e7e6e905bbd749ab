import TuningModel
import WorkerCore

/// A slot process in virtual time: works through its jobs, and dies when it is told to.
struct SimulatedSlot {
    var generation = 0
    var isAlive = false
    var jobs: [SlotJob] = []
    /// The next epoch of the first job, once that has begun.
    var epoch: Int?
    var stops: [UInt64] = []
    var isDraining = false
    var busySeconds = 0.0

    var activity: SlotActivity {
        SlotActivity(busySeconds: self.busySeconds, totalSeconds: self.busySeconds, counter: 0)
    }

    mutating func start() {
        self.generation += 1
        self.isAlive = true
        self.jobs = []
        self.epoch = nil
        self.isDraining = false
    }

    /// - Returns: What the slot says at once.
    mutating func obey(_ command: SlotCommand) -> [SlotEvent] {
        switch command {
        case .run(let job):
            self.jobs.append(job)
            return []
        case .stop(let number):
            guard let i = self.jobs.firstIndex(where: { $0.number == number }) else { return [] }
            let job = self.jobs.remove(at: i)
            let epoch = i == 0 ? max((self.epoch ?? 1) - 1, 0) : job.assignment.ledgerEpoch
            if i == 0 { self.epoch = nil }
            return [.ended(job: number, AttemptEnd(outcome: .stopped, epoch: epoch), self.activity)]
        case .withdraw(let number):
            guard let i = self.jobs.firstIndex(where: { $0.number == number }), i > 0 || self.epoch == nil else {
                return []
            }
            self.jobs.remove(at: i)
            return [.withdrawn(job: number)]
        case .drain:
            self.isDraining = true
            defer {
                self.jobs = []
                self.epoch = nil
            }
            return self.jobs.map {
                .ended(job: $0.number, AttemptEnd(outcome: .preempted, epoch: $0.assignment.ledgerEpoch), self.activity)
            }
        }
    }

    /// One step of work: the beginning of a job, or an epoch of it.
    ///
    /// - Parameters:
    ///   - disk: The checkpoint folder; states are written to it.
    ///   - seconds: How long an epoch takes.
    /// - Returns: What the slot says.
    mutating func step(disk: inout [CheckpointName], seconds: Double) -> [SlotEvent] {
        guard self.isAlive, let job = self.jobs.first else { return [] }
        guard let epoch = self.epoch else {
            if let resume = job.resume {
                guard disk.contains(resume) else {
                    self.jobs.removeFirst()
                    return [.resumeFailed(job: job.number, reason: "the file is gone")]
                }
                precondition(resume.epoch <= job.assignment.ledgerEpoch, "a gap: \(job)")
                precondition(resume.identity == TrainingIdentity(job.assignment), "the state of another trial: \(job)")
            }
            self.epoch = (job.resume?.epoch ?? 0) + 1
            return []
        }
        self.busySeconds += seconds
        var events: [SlotEvent] = []
        if epoch <= job.assignment.targetEpoch {
            let report = SimulatedCoordinator.report(of: job.assignment, epoch: epoch, seconds: seconds)
            events.append(.reports(job: job.number, [report], self.activity))
            self.epoch = epoch + 1
        }
        if epoch >= job.assignment.targetEpoch {
            let name = CheckpointName(identity: job.identity, epoch: job.assignment.targetEpoch)
            if !disk.contains(name) { disk.append(name) }
            events.append(.checkpointed(job: job.number, StoredCheckpoint(name: name, byteCount: 300_000)))
            events.append(
                .ended(
                    job: job.number, AttemptEnd(outcome: .finished, epoch: job.assignment.targetEpoch), self.activity))
            self.jobs.removeFirst()
            self.epoch = nil
        }
        return events
    }
}
