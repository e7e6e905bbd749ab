import Testing
import TuningModel
import WorkerCore

@Suite("A worker's trials that begin with another one's networks")
struct AdoptionTests {
    private let reference = CheckpointReference(epoch: 3, digest: Material.digest(9), byteCount: 1000)

    /// Trial 2 takes over what trial 1 had after epoch 3.
    private func copy(checkpoint: CheckpointReference? = nil) -> Assignment {
        Assignment(
            attempt: Material.attempt(2), seed: 102, settings: Material.settings, dataset: Material.dataset,
            datasetByteCount: 1000, ledgerEpoch: 3, targetEpoch: 6, checkpoint: checkpoint,
            ancestors: [Ancestor(seed: 101, settings: Material.settings, epoch: 3)])
    }

    /// A worker that has trained trial 1 to epoch 3.
    private func trained() -> Worker {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        let stored = StoredCheckpoint(name: Material.name(1, 3), byteCount: 1000)
        _ = worker.handle(
            all: [
                .slot(0, .reports(job: 2, (1...3).map { Material.report($0) }, .none)),
                .slot(0, .checkpointed(job: 2, stored)),
                .slot(0, .ended(job: 2, AttemptEnd(outcome: .finished, epoch: 3), .none)),
                .received(
                    .acknowledge([Acknowledgement(attempt: Material.attempt(1), epoch: 3, isEndKnown: true)])),
            ], at: .seconds(1))
        return worker
    }

    @Test("go on from the parent's state in the folder")
    func local() {
        var worker = self.trained()
        let copy = self.copy()
        #expect(
            worker.handle(.received(.assign(copy)), at: .seconds(1))
                == [.slot(0, .run(Material.job(3, copy, resume: Material.name(1, 3))))])
    }

    @Test("fetch the parent's state from the coordinator, under the parent's name")
    func fetched() {
        var worker = Worker.joined()
        let copy = self.copy(checkpoint: self.reference)
        let digest = self.reference.digest
        _ = worker.handle(.received(.assign(copy)), at: .seconds(1))
        let bytes = [UInt8](repeating: 1, count: 1000)
        let effects = worker.handle(
            .receivedBulk(.chunk(digest: digest, byteCount: 1000, offset: 0, bytes: bytes)), at: .seconds(1))
        #expect(effects.last == .finishDownload(digest, .checkpoint(Material.name(1, 3))))
        #expect(
            worker.handle(.downloadFinished(digest), at: .seconds(1))
                == [.slot(0, .run(Material.job(2, copy, resume: Material.name(1, 3))))])
    }

    @Test("begin where all began when no state is left anywhere")
    func nothingLeft() {
        var worker = Worker.joined()
        let copy = self.copy()
        #expect(worker.handle(.received(.assign(copy)), at: .seconds(1)) == [.slot(0, .run(Material.job(2, copy)))])
    }

    @Test("keep the parent's state while they are held, and prefer their own")
    func kept() {
        var worker = self.trained()
        _ = worker.handle(.received(.assign(Material.assignment(5))), at: .seconds(1))
        let copy = self.copy()
        _ = worker.handle(.received(.assign(copy)), at: .seconds(1))
        #expect(worker.handle(.received(.forget([TrialID(1)])), at: .seconds(1)) == [])
        let own = StoredCheckpoint(
            name: CheckpointName(identity: TrainingIdentity(copy), epoch: 6), byteCount: 1000)
        let effects = worker.handle(
            all: [
                .slot(0, .ended(job: 3, AttemptEnd(outcome: .finished, epoch: 0), .none)),
                .slot(0, .reports(job: 4, (4...6).map { Material.report($0) }, .none)),
                .slot(0, .checkpointed(job: 4, own)),
                .slot(0, .ended(job: 4, AttemptEnd(outcome: .finished, epoch: 6), .none)),
                .received(
                    .acknowledge([Acknowledgement(attempt: Material.attempt(2), epoch: 6, isEndKnown: true)])),
            ], at: .seconds(1))
        #expect(effects.allSatisfy { if case .removeCheckpoints = $0 { false } else { true } })
        let next = Assignment(
            attempt: Material.attempt(2, 2), seed: 102, settings: Material.settings, dataset: Material.dataset,
            datasetByteCount: 1000, ledgerEpoch: 6, targetEpoch: 9, checkpoint: nil, ancestors: copy.ancestors)
        let resumed = worker.handle(.received(.assign(next)), at: .seconds(1))
        #expect(resumed == [.slot(0, .run(Material.job(5, next, resume: own.name)))])
    }

    @Test("have identities that tell whose networks they took over, and when")
    func identities() {
        let copy = self.copy()
        let stages = copy.stages
        #expect(stages.map(\.identity) == [Material.identity(1), TrainingIdentity(copy)])
        #expect(stages.map(\.start) == [0, 3] && stages.map(\.end) == [3, .max])
        #expect(TrainingIdentity(copy) != Material.identity(2))
        let other = Assignment(
            attempt: Material.attempt(2), seed: 102, settings: Material.settings, dataset: Material.dataset,
            datasetByteCount: 1000, ledgerEpoch: 3, targetEpoch: 6, checkpoint: nil,
            ancestors: [Ancestor(seed: 101, settings: Material.settings, epoch: 2)])
        #expect(TrainingIdentity(other) != TrainingIdentity(copy))
    }
}
