import CLinux
import FileStore
internal import Glibc
import NumericKernels
import TrainingCore
import TrainingData
import TuningModel
import WorkerCore

/// The training thread of a slot: takes jobs from the mailbox and trains them, one after the other. It touches no
/// socket.
///
/// A job ends at its target. Where a trial's networks are trained in turn it ends at the end of a network too, unless the
/// coordinator has that epoch already and wants what comes behind it.
struct SlotTrainer: ~Copyable {
    /// Seconds of training after which the state is stored in the middle of a job, so that a host that dies costs no
    /// more.
    private static let checkpointSeconds = 30.0
    /// From this duration of an epoch on, in seconds, the state after each is kept in memory: a drain cannot wait for
    /// the
    /// next one to end.
    private static let longEpochSeconds = 0.25

    private let mailbox: SlotMailbox
    private let kernels: KernelSet
    private let setup: SlotSetup
    /// The data set of the last job, mapped; jobs of one study share it.
    private var dataset: (digest: Digest, file: MappedFile, views: [DatasetView])?

    init(mailbox: SlotMailbox, kernels: KernelSet, setup: SlotSetup) {
        self.mailbox = mailbox
        self.kernels = kernels
        self.setup = setup
    }

    /// Trains all jobs that wait.
    mutating func work() {
        while let job = self.mailbox.begin() {
            let end: JobEnd
            do {
                end = try self.train(job)
            } catch {
                end = error
            }
            self.mailbox.finish { activity in
                switch end {
                case .ended(let outcome, let epoch):
                    .ended(job: job.number, AttemptEnd(outcome: outcome, epoch: epoch), activity)
                case .unusable(let reason): .resumeFailed(job: job.number, reason: reason)
                }
            }
        }
    }

    /// How a job is over.
    private enum JobEnd: Error {
        case ended(AttemptOutcome, epoch: Int)
        /// Its checkpoint is of no use.
        case unusable(String)
    }

    private mutating func train(_ job: SlotJob) throws(JobEnd) -> JobEnd {
        let assignment = job.assignment
        var run = try self.begin(job)
        var secondsSinceStored = 0.0
        /// Spent on epochs that the coordinator does not have.
        var newSeconds = 0.0
        /// The newest state that is kept in memory.
        var kept: (epoch: Int, bytes: [UInt8])?
        var isDone = run.isOver || run.epoch >= assignment.targetEpoch
        while !isDone {
            if self.mailbox.isDraining { break }
            let start = MonotonicClock.nanoseconds()
            guard run.trainEpoch(isCancelled: { self.mailbox.isCancelled(job.number) }) else {
                let epoch = run.epoch
                if self.mailbox.isStopped(job.number) { return .ended(.stopped, epoch: epoch) }
                if let kept { self.store(kept.bytes, epoch: kept.epoch, of: job) }
                return .ended(.preempted, epoch: epoch)
            }
            let outcome = run.finishEpoch()
            let seconds = Double(MonotonicClock.nanoseconds() - start) * 1e-9
            if run.epoch > assignment.ledgerEpoch { newSeconds += seconds }
            // Whether another of networks in turn is wanted is decided by who has heard of the end of this one; up to the
            // ledger's epoch it has been.
            isDone =
                run.isOver || run.epoch == assignment.targetEpoch
                || (run.isBetweenNetworks && run.epoch > assignment.ledgerEpoch)
                || (assignment.timeLimit.map { newSeconds >= $0 && run.epoch > assignment.ledgerEpoch } ?? false)
            // Before the report: it may bring the trial's promotion back at once, which wants this state. A diverged
            // network is of no use; one that ran out of patience may be the winner.
            if isDone, outcome.status != .diverged { self.store(run.checkpoint(), epoch: run.epoch, of: job) }
            self.mailbox.post(
                EpochReport(epoch: run.epoch, status: outcome.status, metrics: outcome.metrics, seconds: seconds),
                of: job.number)
            secondsSinceStored += seconds
            if isDone { break }
            if self.mailbox.isStopped(job.number) { return .ended(.stopped, epoch: run.epoch) }
            if secondsSinceStored >= Self.checkpointSeconds {
                self.store(run.checkpoint(), epoch: run.epoch, of: job)
                secondsSinceStored = 0
                kept = nil
            } else if seconds >= Self.longEpochSeconds {
                kept = (run.epoch, run.checkpoint())
            }
        }
        if !isDone, run.epoch > job.resume?.epoch ?? 0 { self.store(run.checkpoint(), epoch: run.epoch, of: job) }
        return .ended(isDone ? .finished : .preempted, epoch: run.epoch)
    }

    /// The networks of a job at the epoch from which they go on.
    ///
    /// Where they come from another trial and no newer state is here, what came before is trained again: the bits are the
    /// same.
    private mutating func begin(_ job: SlotJob) throws(JobEnd) -> TrainingGroup {
        let assignment = job.assignment
        let start = min(assignment.ledgerEpoch, job.resume?.epoch ?? 0)
        let stages = assignment.stages
        var configurations: [TrainingConfiguration] = []
        do {
            for stage in stages { configurations.append(try TrainingConfiguration(stage.settings)) }
        } catch {
            throw .ended(.refused(reason: "\(error)"), epoch: start)
        }
        let data = try self.open(assignment.dataset, epoch: start)
        var stage = 0
        var run: TrainingGroup
        if let resume = job.resume {
            guard let place = stages.firstIndex(where: { $0.identity == resume.identity }) else {
                throw .unusable("it is of another trial")
            }
            stage = place
            run = try self.read(resume, configurations[stage], data, seed: stages[stage].seed)
        } else {
            do {
                run = try TrainingGroup(configurations[0], data: data, seed: stages[0].seed, kernels: self.kernels)
            } catch {
                throw .ended(.refused(reason: "\(error)"), epoch: start)
            }
        }
        while stage < stages.count - 1 {
            try self.train(&run, to: stages[stage].end, job, start: start)
            stage += 1
            do {
                run = try TrainingGroup(
                    adopting: run, configuration: configurations[stage], seed: stages[stage].seed,
                    kernels: self.kernels)
            } catch {
                throw .ended(.refused(reason: "\(error)"), epoch: start)
            }
        }
        return run
    }

    private func read(
        _ name: CheckpointName, _ configuration: TrainingConfiguration, _ data: [DatasetView], seed: UInt64
    ) throws(JobEnd) -> TrainingGroup {
        let run: TrainingGroup
        do {
            let bytes = try AtomicFile.read(self.path(name))
            run = try TrainingGroup(
                checkpoint: bytes, configuration: configuration, data: data, seed: seed, kernels: self.kernels)
        } catch {
            throw .unusable("\(error)")
        }
        guard run.epoch == name.epoch else {
            throw .unusable("it holds the state after epoch \(run.epoch), want \(name.epoch)")
        }
        return run
    }

    /// Trains what another trial has trained already and has reported.
    private func train(
        _ run: inout TrainingGroup, to epoch: Int, _ job: SlotJob, start: Int
    ) throws(JobEnd) {
        while run.epoch < epoch, !run.isOver {
            guard !self.mailbox.isDraining, run.trainEpoch(isCancelled: { self.mailbox.isCancelled(job.number) })
            else { throw .ended(self.mailbox.isStopped(job.number) ? .stopped : .preempted, epoch: start) }
            _ = run.finishEpoch()
        }
    }

    private mutating func open(_ digest: Digest, epoch: Int) throws(JobEnd) -> [DatasetView] {
        if let dataset = self.dataset, dataset.digest == digest { return dataset.views }
        self.dataset = nil
        do {
            let file = try MappedFile("\(self.setup.datasetFolder)/\(digest.hexadecimal)")
            let views = try unsafe PreparedDataset.views(file.bytes)
            self.dataset = (digest, file, views)
            // What started the process is not needed any more.
            linux_trim_memory()
            return views
        } catch {
            throw .ended(.crashed(reason: "cannot open the data set: \(error)"), epoch: epoch)
        }
    }

    /// Writes a state aside and renames it. Not synchronised: after a power cut its checksum tells.
    private func store(_ bytes: [UInt8], epoch: Int, of job: SlotJob) {
        let name = CheckpointName(identity: job.identity, epoch: epoch)
        do {
            try AtomicFile.write(bytes, to: self.path(name), isDurable: false)
            self.mailbox.post(
                .checkpointed(job: job.number, StoredCheckpoint(name: name, byteCount: bytes.count)))
        } catch {
            self.mailbox.post(.complained("\(error)"))
        }
    }

    private func path(_ name: CheckpointName) -> String { "\(self.setup.checkpointFolder)/\(name.fileName)" }
}
