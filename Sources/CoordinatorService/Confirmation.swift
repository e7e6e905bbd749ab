import CoordinatorCore
import FileStore
import Foundation
import Logging
import ModelFiles
import NumericKernels
import TrainingCore
import TrainingData
import TuningModel

/// The last step of a study: the best network, tested once on rows that nothing has seen. Of a trial of several networks it is
/// the first.
///
/// The network comes from its checkpoint. Where that was lost with its worker, it is trained again here from the last
/// checkpoint that is left: the bits are the same.
final class Confirmation {
    // A class: it owns a network while it is trained again, an epoch at a time.
    let trial: TrialID
    /// How long an upload that is on its way is waited for.
    let deadline: Duration
    /// The memory that the views of the data point into.
    var data: OwnedDataset?
    var run: TrainingGroup?

    /// Whether the network is there, so that there is something to do in every round.
    var isAtWork: Bool { self.run != nil }

    init(of trial: TrialID, deadline: Duration) {
        self.trial = trial
        self.deadline = deadline
    }
}

extension CoordinatorService {
    /// Goes one step on: waits for the checkpoint, trains one missing epoch, or tests.
    func advance(_ confirmation: Confirmation) throws -> [CoordinatorEffect] {
        let study = self.coordinator.study
        guard let best = study.incumbent, let record = study.record(of: confirmation.trial) else { return [] }
        if confirmation.run == nil {
            let isStored = record.checkpoint.map { $0.epoch == best.epoch && self.blobs.contains($0.digest) } ?? false
            guard isStored || self.now >= confirmation.deadline || !self.coordinator.isConnected(record.lastWorker)
            else {
                return []
            }
            let data = try OwnedDataset(self.dataset.image)
            confirmation.data = data
            confirmation.run = try self.network(of: record, data.views)
        }
        if let epoch = confirmation.run?.epoch, epoch < best.epoch, confirmation.run?.isOver == false {
            _ = confirmation.run?.trainEpoch(isCancelled: { false })
            _ = confirmation.run?.finishEpoch()
            return []
        }
        let metrics = try self.test(confirmation, record, best)
        self.confirmation = nil
        return self.coordinator.handle(.confirmed(confirmation.trial, metrics), at: self.now)
    }

    /// The trial's network at its newest usable checkpoint, else at its beginning.
    private func network(of record: TrialRecord, _ data: [DatasetView]) throws -> TrainingGroup {
        let kernels = try KernelSet.best(named: ProcessInfo.processInfo.environment["WINNOW_ISA"])
        let configuration = try TrainingConfiguration(
            self.coordinator.study.definition.settings(for: record.configuration))
        let seed = self.coordinator.study.seed(of: record.id)
        let best = self.coordinator.study.incumbent?.epoch ?? 0
        if let checkpoint = record.checkpoint, checkpoint.epoch <= best,
            let bytes = try? self.blobs.get(checkpoint.digest)
        {
            do {
                return try TrainingGroup(
                    checkpoint: bytes, configuration: configuration, data: data, seed: seed, kernels: kernels,
                    isFirstOnly: true)
            } catch {
                self.logger.warning(
                    "a checkpoint can't be used", metadata: ["trial": "\(record.id)", "error": "\(error)"])
            }
        }
        // The first network alone: the others would tell nothing about it.
        var alone = configuration
        alone.repeats = 1
        return try TrainingGroup(alone, data: Array(data.prefix(1)), seed: seed, kernels: kernels)
    }

    private func test(_ confirmation: Confirmation, _ record: TrialRecord, _ best: Incumbent) throws -> [MetricValue] {
        let rows = try self.dataset.testImage.map { try OwnedTestRows($0) }
        let metrics = rows.flatMap { confirmation.run?.evaluate($0.part, as: .test) } ?? []
        let settings = self.coordinator.study.definition.settings(for: record.configuration)
        var texts = settings.map { StoredText($0.name, "\($0.value)") }
        let classes = rows.flatMap { confirmation.run?.evaluateByClass($0.part) } ?? []
        texts += self.dataset.texts(of: classes)
        texts += (best.metrics + metrics).map { StoredText($0.metric.rawValue, "\($0.value)") }
        let tensors = (confirmation.run?.tensors() ?? []).map {
            StoredTensor(name: $0.name, shape: $0.shape, values: $0.values)
        }
        let file = SafetensorsFile(tensors: tensors, texts: texts + self.dataset.texts)
        try AtomicFile.write(try file.encoded(), to: self.folder.model)
        return metrics
    }
}
