import Testing
import TuningModel
import WorkerCore

@Suite("A worker's checkpoints and data")
struct CheckpointTests {
    /// Trains a trial to an epoch in slot 0; the effects of its end.
    private func train(
        _ worker: inout Worker, _ trial: Int, job: UInt64, through epoch: Int, seconds: Double, byteCount: Int = 1000
    ) -> [WorkerEffect] {
        let stored = StoredCheckpoint(name: Material.name(trial, epoch), byteCount: byteCount)
        let reports = (1...epoch).map { Material.report($0, seconds: seconds / Double(epoch)) }
        let effects = worker.handle(
            all: [
                .slot(0, .reports(job: job, reports, .none)), .slot(0, .checkpointed(job: job, stored)),
                .slot(0, .ended(job: job, AttemptEnd(outcome: .finished, epoch: epoch), .none)),
            ], at: .seconds(1))
        let acknowledgement = Acknowledgement(attempt: Material.attempt(trial), epoch: epoch, isEndKnown: true)
        return effects + worker.handle(.received(.acknowledge([acknowledgement])), at: .seconds(1))
    }

    private func paused(seconds: Double = 0.01) -> (worker: Worker, effects: [WorkerEffect]) {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        let effects = self.train(&worker, 1, job: 2, through: 3, seconds: seconds)
        return (worker, effects)
    }

    private let reference = CheckpointReference(epoch: 3, digest: Material.digest(9), byteCount: 600_000)

    @Test(
        "a name survives being a file's name",
        arguments: [
            (UInt64.max, UInt64.max, 0), (0x8000_0000_0000_0000, 1, 81), (0, 0, 1_000_000_000),
        ])
    func names(high: UInt64, low: UInt64, epoch: Int) {
        let name = CheckpointName(identity: TrainingIdentity(high: high, low: low), epoch: epoch)
        #expect(CheckpointName(fileName: name.fileName) == name)
    }

    @Test(
        "what is no checkpoint's name is refused",
        arguments: ["", "-", "lock", "00-1", ".x.part", "\(String(repeating: "g", count: 32))-1"])
    func badNames(text: String) {
        #expect(CheckpointName(fileName: text) == nil)
    }

    @Test("the identity tells apart whatever decides the bits, and nothing else")
    func identity() {
        let one = TrainingIdentity(Material.assignment(1))
        #expect(TrainingIdentity(Material.assignment(1, 7, ledger: 2, target: 81)) == one)
        #expect(TrainingIdentity(Material.assignment(2)) != one)
    }

    @Test("a trial goes on from its state in the folder, in whatever slot")
    func resume() {
        var (worker, effects) = self.paused()
        #expect(effects == [])
        let next = Material.assignment(1, 2, ledger: 3, target: 9)
        #expect(
            worker.handle(.received(.assign(next)), at: .seconds(1))
                == [.slot(0, .run(Material.job(3, next, resume: Material.name(1, 3))))])
    }

    @Test("a state beyond what the coordinator has is not used: it would leave a gap in the ledger")
    func gap() {
        var (worker, _) = self.paused()
        let next = Material.assignment(1, 2, ledger: 2, target: 9)
        #expect(
            worker.handle(.received(.assign(next)), at: .seconds(1)) == [.slot(0, .run(Material.job(3, next)))])
    }

    @Test("a state that cannot be read is removed, and the trial goes on without it")
    func damaged() {
        var (worker, _) = self.paused()
        let next = Material.assignment(1, 2, ledger: 3, target: 9)
        _ = worker.handle(.received(.assign(next)), at: .seconds(1))
        #expect(
            worker.handle(.slot(0, .resumeFailed(job: 3, reason: "cut short")), at: .seconds(1)) == [
                .log(
                    .warning, "a checkpoint is of no use; going on without it",
                    ["attempt": "1#2", "reason": "cut short"]),
                .removeCheckpoints([Material.name(1, 3)]), .slot(0, .run(Material.job(4, next))),
            ])
    }

    @Test("the coordinator's checkpoint is fetched in chunks where it is newer, and dropped where it is damaged")
    func fetch() {
        var worker = Worker.joined()
        let next = Material.assignment(1, 2, ledger: 3, target: 9, checkpoint: self.reference)
        let digest = self.reference.digest
        #expect(
            worker.handle(.received(.assign(next)), at: .seconds(1)) == [
                .openBulk(port: 5571), .beginDownload(digest, byteCount: 600_000),
                .sendBulk(.get(digest: digest, offset: 0, count: 3)),
            ])
        var effects: [WorkerEffect] = []
        for (offset, count) in [(0, 262_144), (262_144, 262_144), (524_288, 75_712)] {
            let bytes = [UInt8](repeating: 1, count: count)
            let chunk = BulkMessage.chunk(digest: digest, byteCount: 600_000, offset: offset, bytes: bytes)
            effects = worker.handle(.receivedBulk(chunk), at: .seconds(1))
            #expect(effects.first == .storeChunk(digest, offset: offset, bytes: bytes))
            #expect(worker.handle(.receivedBulk(chunk), at: .seconds(1)) == [])
        }
        #expect(effects.last == .finishDownload(digest, .checkpoint(Material.name(1, 3))))
        var other = worker
        #expect(
            worker.handle(.downloadFinished(digest), at: .seconds(1))
                == [.slot(0, .run(Material.job(2, next, resume: Material.name(1, 3))))])
        #expect(
            other.handle(.downloadFailed(digest, reason: "damaged"), at: .seconds(1)) == [
                .abandonDownload(digest),
                .log(.warning, "could not get a checkpoint", ["digest": "\(digest)", "reason": "damaged"]),
                .slot(0, .run(Material.job(2, next))),
            ])
    }

    @Test("a transfer goes on where it was after a new connection, and is given up when nothing ever comes")
    func stall() {
        var worker = Worker.joined()
        let next = Material.assignment(1, 2, ledger: 3, target: 9, checkpoint: self.reference)
        _ = worker.handle(.received(.assign(next)), at: .seconds(1))
        let digest = self.reference.digest
        let bytes = [UInt8](repeating: 1, count: 262_144)
        _ = worker.handle(
            .receivedBulk(.chunk(digest: digest, byteCount: 600_000, offset: 0, bytes: bytes)), at: .seconds(2))
        var log: [WorkerEffect] = []
        for second in 3...60 {
            _ = worker.handle(.received(.heartbeatAcknowledged), at: .seconds(second))
            log += worker.handle(.tick, at: .seconds(second)).filter {
                if case .send = $0 { false } else { true }
            }
        }
        let again: [WorkerEffect] = [
            .closeBulk, .openBulk(port: 5571), .sendBulk(.get(digest: digest, offset: 262_144, count: 2)),
        ]
        #expect(
            log == again + again + [
                .closeBulk, .abandonDownload(digest),
                .log(
                    .warning, "could not get a checkpoint",
                    ["digest": "\(digest)", "reason": "nothing came for a long time"]),
                .slot(0, .run(Material.job(2, next))),
            ])
    }

    @Test("without its data set a worker gives its attempts back and takes no work for a while")
    func dataset() {
        var worker = Material.worker()
        _ = worker.handle(all: [.started(checkpoints: []), .slot(0, .ready), .received(Material.welcome())], at: .zero)
        #expect(
            worker.handle(.received(.assign(Material.assignment(1))), at: .zero)
                == [.findDataset(Material.dataset, byteCount: 1000)])
        #expect(
            worker.handle(.datasetMissing(Material.dataset), at: .zero) == [
                .openBulk(port: 5571), .beginDownload(Material.dataset, byteCount: 1000),
                .sendBulk(.get(digest: Material.dataset, offset: 0, count: 1)),
            ])
        _ = worker.handle(
            .receivedBulk(.failed(digest: Material.dataset, reason: "not here")), at: .zero)
        let end = AttemptEnd(outcome: .preempted, epoch: 0)
        #expect(
            worker.handle(.tick, at: .zero) == [
                Material.progress([AttemptProgress(attempt: Material.attempt(1), reports: [], end: end)], capacity: 0)
            ])
        #expect(worker.handle(.received(.assign(Material.assignment(2))), at: .seconds(1)) == [])
        #expect(
            worker.handle(.tick, at: .seconds(1)) == [
                Material.progress([AttemptProgress(attempt: Material.attempt(2), reports: [], end: end)], capacity: 0)
            ])
        // After five seconds it tries again, and after the next failure waits twice as long.
        _ = worker.handle(.received(.heartbeatAcknowledged), at: .seconds(5))
        _ = worker.handle(.tick, at: .seconds(5))
        #expect(
            worker.handle(.received(.assign(Material.assignment(3))), at: .seconds(5))
                == [.findDataset(Material.dataset, byteCount: 1000)])
        _ = worker.handle(.datasetMissing(Material.dataset), at: .seconds(5))
        _ = worker.handle(.receivedBulk(.failed(digest: Material.dataset, reason: "not here")), at: .seconds(5))
        #expect(worker.capacityTold(at: .seconds(14)) == 0)
        #expect(worker.capacityTold(at: .seconds(16)) == 1)
    }

    @Test("a state that took long to train is offered, sent as it is asked for, and counted as safe once stored")
    func upload() {
        var (worker, effects) = self.paused(seconds: 0.6)
        let name = Material.name(1, 3)
        #expect(effects == [.openBulk(port: 5571), .digestCheckpoint(name)])
        #expect(
            worker.handle(.checkpointDigested(name, self.reference), at: .seconds(1))
                == [.sendBulk(.put(attempt: Material.attempt(1), checkpoint: self.reference))])
        let digest = self.reference.digest
        #expect(
            worker.handle(.receivedBulk(.credit(digest: digest, offset: 262_144, count: 8)), at: .seconds(1))
                == [.sendChunks(name, digest: digest, offset: 262_144, count: 2)])
        for (offset, count) in [(1, 1), (-262_144, 1), (786_432, 1), (0, 0), (0, -5)] {
            let credit = BulkMessage.credit(digest: digest, offset: offset, count: count)
            #expect(worker.handle(.receivedBulk(credit), at: .seconds(1)) == [])
        }
        #expect(worker.handle(.receivedBulk(.stored(digest: digest)), at: .seconds(1)) == [])
        let next = Material.assignment(1, 2, ledger: 3, target: 6)
        _ = worker.handle(.received(.assign(next)), at: .seconds(1))
        let stored = StoredCheckpoint(name: Material.name(1, 6), byteCount: 1000)
        let reports = (4...6).map { Material.report($0, seconds: 0.1) }
        #expect(
            worker.handle(
                all: [.slot(0, .reports(job: 3, reports, .none)), .slot(0, .checkpointed(job: 3, stored))],
                at: .seconds(1)) == [])
    }

    @Test("a state is offered on request, and stays until it is stored although its trial is forgotten")
    func request() {
        var (worker, _) = self.paused()
        let name = Material.name(1, 3)
        #expect(
            worker.handle(.received(.upload(Material.attempt(1), epoch: 3)), at: .seconds(1))
                == [.openBulk(port: 5571), .digestCheckpoint(name)])
        _ = worker.handle(.checkpointDigested(name, self.reference), at: .seconds(1))
        #expect(worker.handle(.received(.forget([TrialID(1)])), at: .seconds(1)) == [])
        #expect(
            worker.handle(.receivedBulk(.stored(digest: self.reference.digest)), at: .seconds(1))
                == [.removeCheckpoints([name])])
        #expect(
            worker.handle(.received(.upload(Material.attempt(1), epoch: 3)), at: .seconds(1)) == [
                .log(.debug, "a wanted checkpoint is not here", ["attempt": "1#1", "epoch": "3"])
            ])
    }

    @Test("the states of forgotten trials, and those before the newest, are removed")
    func removal() {
        var (worker, _) = self.paused()
        _ = worker.handle(.received(.assign(Material.assignment(1, 2, ledger: 3, target: 6))), at: .seconds(1))
        let stored = StoredCheckpoint(name: Material.name(1, 6), byteCount: 1000)
        let end = AttemptEnd(outcome: .finished, epoch: 6)
        _ = worker.handle(
            all: [.slot(0, .checkpointed(job: 3, stored)), .slot(0, .ended(job: 3, end, .none))], at: .seconds(1))
        let effects = worker.handle(.received(.forget([TrialID(1), TrialID(5)])), at: .seconds(1))
        #expect(effects == [.removeCheckpoints([Material.name(1, 3), Material.name(1, 6)])])
    }

    @Test("the folder's bound removes the oldest states of trials that are not held")
    func bound() {
        var limits = Material.shortQueues
        limits.checkpointBytes = 2500
        var worker = Worker.joined(limits: limits)
        var effects: [WorkerEffect] = []
        for trial in 1...3 {
            _ = worker.handle(.received(.assign(Material.assignment(trial))), at: .seconds(1))
            effects += self.train(&worker, trial, job: UInt64(trial) + 1, through: 3, seconds: 0.01)
        }
        #expect(effects == [.removeCheckpoints([Material.name(1, 3)])])
    }

    @Test("draining: the end waits for the upload of a state that is worth it, and then the worker leaves")
    func drain() {
        var worker = Worker.joined()
        _ = worker.handle(all: (1...2).map { .received(.assign(Material.assignment($0))) }, at: .seconds(1))
        #expect(
            worker.handle(.signal, at: .seconds(1)) == [
                .log(.notice, "leaving: no more work is taken", ["attempts": "2"]), .send(.drain(session: 5)),
                .slot(0, .drain),
            ])
        let name = Material.name(1, 2)
        let reports = (1...2).map { Material.report($0, seconds: 0.2) }
        let preempted = AttemptEnd(outcome: .preempted, epoch: 2)
        #expect(
            worker.handle(
                all: [
                    .slot(0, .ended(job: 3, AttemptEnd(outcome: .preempted, epoch: 0), .none)),
                    .slot(0, .reports(job: 2, reports, .none)),
                    .slot(0, .checkpointed(job: 2, StoredCheckpoint(name: name, byteCount: 1000))),
                    .slot(0, .ended(job: 2, preempted, .none)), .tick,
                ], at: .seconds(2)) == [
                    .openBulk(port: 5571), .digestCheckpoint(name),
                    Material.progress(
                        [
                            AttemptProgress(attempt: Material.attempt(1), reports: reports, end: nil),
                            AttemptProgress(
                                attempt: Material.attempt(2), reports: [],
                                end: AttemptEnd(outcome: .preempted, epoch: 0)),
                        ], capacity: 0),
                ])
        _ = worker.handle(.checkpointDigested(name, self.reference), at: .seconds(2))
        var late = worker
        _ = worker.handle(.receivedBulk(.stored(digest: self.reference.digest)), at: .seconds(3))
        let last = AttemptProgress(attempt: Material.attempt(1), reports: [], end: preempted)
        #expect(worker.handle(.tick, at: .seconds(3)) == [Material.progress([last], capacity: 0)])
        let all = (1...2).map { Acknowledgement(attempt: Material.attempt($0), epoch: 2, isEndKnown: true) }
        #expect(
            worker.handle(all: [.received(.acknowledge(all)), .tick], at: .seconds(3))
                == [.send(.bye(session: 5)), .leave(exitCode: 0, keepsCheckpoints: false)])
        // Without an answer the end goes out in time, and the worker leaves with its checkpoints kept.
        #expect(late.handle(.tick, at: .milliseconds(4200)) == [Material.progress([last], capacity: 0)])
        #expect(
            late.handle(.tick, at: .milliseconds(5200))
                == [.send(.bye(session: 5)), .leave(exitCode: 0, keepsCheckpoints: true)])
    }

    @Test("the end of the parent begins the drain, and does not hurry one that a signal began")
    func parent() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        var other = worker
        let drain = worker.handle(.signal, at: .seconds(1))
        #expect(other.handle(.parentEnded, at: .seconds(1)) == drain)
        #expect(other.handle(.tick, at: .seconds(2)) == worker.handle(.tick, at: .seconds(2)))
        #expect(worker.handle(.parentEnded, at: .seconds(2)) == [])
        #expect(!worker.hasLeft && !other.hasLeft)
    }

    @Test("after its parent nobody is waited for who is heard no more, but a slot stores what it has")
    func parentIsGone() {
        func left(_ effects: [WorkerEffect]) -> Bool? {
            for case .leave(_, let keepsCheckpoints) in effects { return keepsCheckpoints }
            return nil
        }
        // The end of an attempt was told and not acknowledged; the study may have ended with it.
        var idle = Worker.joined()
        _ = idle.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        let end = AttemptEnd(outcome: .finished, epoch: 9)
        _ = idle.handle(.slot(0, .ended(job: 2, end, .none)), at: .seconds(1))
        var busy = Worker.joined()
        _ = busy.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        var lonely = idle
        _ = idle.handle(.parentEnded, at: .seconds(1))
        #expect(!idle.hasLeft)
        #expect(left(idle.handle(.disconnected, at: .seconds(1))) == true && idle.hasLeft)
        // Whoever heard of the lost connection first.
        _ = lonely.handle(.disconnected, at: .seconds(1))
        #expect(!lonely.hasLeft)
        #expect(left(lonely.handle(.parentEnded, at: .seconds(1))) == true)
        // A slot at work has until the deadline.
        _ = busy.handle(.parentEnded, at: .seconds(1))
        #expect(left(busy.handle(.disconnected, at: .seconds(1))) == nil)
        let stored = AttemptEnd(outcome: .preempted, epoch: 4)
        #expect(left(busy.handle(.slot(0, .ended(job: 2, stored, .none)), at: .seconds(2))) == nil)
        #expect(left(busy.handle(.tick, at: .seconds(2))) == true)
    }

    @Test("a closed terminal is one signal, however often it is told")
    func hangUp() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        var other = worker
        #expect(worker.handle(.hangUp, at: .seconds(1)) == other.handle(.signal, at: .seconds(1)))
        #expect(worker.handle(.hangUp, at: .seconds(1)) == [] && other.handle(.hangUp, at: .seconds(1)) == [])
        #expect(worker == other)
        #expect(worker.handle(.signal, at: .seconds(1)).last == .leave(exitCode: 130, keepsCheckpoints: true))
    }

    @Test("a second signal ends the worker at once")
    func secondSignal() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        _ = worker.handle(.signal, at: .seconds(1))
        #expect(
            worker.handle(.signal, at: .seconds(1)) == [
                .log(.warning, "leaving at once", [:]), .send(.bye(session: 5)),
                .leave(exitCode: 130, keepsCheckpoints: true),
            ])
    }
}
