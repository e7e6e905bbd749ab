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
/// checkpoint that is left: the bits are the same. Of networks that are trained in turn the first one is trained to its own end at
/// most, however many epochs the trial has come to.
final class Confirmation {
    // A class: it owns a network while it is trained again, an epoch at a time.
    let trial: TrialID
    /// How long an upload that is on its way is waited for.
    let deadline: Duration
    /// The memory that the views of the data point into.
    var data: OwnedDataset?
    var run: TrainingGroup?
    /// What the networks go through from here on: those of other trials, until the epochs at which the next one takes them
    /// over, and at last the trial itself.
    var stages: [Ancestor] = []

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
            try self.begin(confirmation, record, data.views)
        }
        if let epoch = confirmation.run?.epoch, confirmation.stages.count > 1, epoch >= confirmation.stages[0].epoch {
            confirmation.stages.removeFirst()
            let next = confirmation.stages[0]
            if let parent = confirmation.run.take() {
                confirmation.run = try TrainingGroup(
                    adopting: parent, configuration: try Self.alone(next.settings), seed: next.seed,
                    kernels: try Self.kernels())
            }
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

    /// The trial's network at its newest usable checkpoint, or one of those that it comes from, else at the beginning.
    private func begin(_ confirmation: Confirmation, _ record: TrialRecord, _ data: [DatasetView]) throws {
        let study = self.coordinator.study
        let best = study.incumbent?.epoch ?? 0
        let own = Ancestor(
            seed: study.seed(of: record.id), settings: study.definition.settings(for: record.configuration),
            epoch: .max)
        confirmation.stages = study.ancestors(of: record.id) + [own]
        if let checkpoint = record.checkpoint ?? record.originCheckpoint, checkpoint.epoch <= best,
            let bytes = try? self.blobs.get(checkpoint.digest),
            let place = confirmation.stages.firstIndex(where: {
                record.checkpoint == nil ? checkpoint.epoch <= $0.epoch : $0 == own
            })
        {
            let stage = confirmation.stages[place]
            do {
                confirmation.run = try TrainingGroup(
                    checkpoint: bytes, configuration: try TrainingConfiguration(stage.settings), data: data,
                    seed: stage.seed, kernels: try Self.kernels(), isFirstOnly: true)
                confirmation.stages.removeFirst(place)
                return
            } catch {
                self.logger.warning(
                    "a checkpoint can't be used", metadata: ["trial": "\(record.id)", "error": "\(error)"])
            }
        }
        confirmation.run = try TrainingGroup(
            try Self.alone(confirmation.stages[0].settings), data: Array(data.prefix(1)),
            seed: confirmation.stages[0].seed, kernels: try Self.kernels())
    }

    /// A configuration of the first network alone: the others would tell nothing about it.
    private static func alone(_ settings: [Setting]) throws -> TrainingConfiguration {
        var configuration = try TrainingConfiguration(settings)
        configuration.repeats = 1
        return configuration
    }

    private static func kernels() throws -> KernelSet {
        try KernelSet.best(named: ProcessInfo.processInfo.environment["WINNOW_ISA"])
    }

    private func test(_ confirmation: Confirmation, _ record: TrialRecord, _ best: Incumbent) throws -> [MetricValue] {
        let rows = try self.dataset.testImage.map { try OwnedTestRows($0) }
        let metrics = rows.flatMap { confirmation.run?.evaluate($0.part, as: .test) } ?? []
        let settings = SettingRule.completed(
            self.coordinator.study.definition.settings(for: record.configuration))
        var texts = settings.map { StoredText($0.name, "\($0.value)") }
        let classes = rows.flatMap { confirmation.run?.evaluateByClass($0.part) } ?? []
        texts += self.dataset.texts(of: classes)
        // What is learned in training has the name of the setting that it began with.
        texts += (best.metrics + metrics).map { metric in
            let name = metric.metric.rawValue
            return StoredText(settings.contains { $0.name == name } ? "\(name).learned" : name, "\(metric.value)")
        }
        let tensors = (confirmation.run?.tensors() ?? []).map {
            StoredTensor(name: $0.name, shape: $0.shape, values: $0.values)
        }
        let file = SafetensorsFile(tensors: tensors, texts: texts + self.dataset.texts)
        try AtomicFile.write(try file.encoded(), to: self.folder.model)
        return metrics
    }
}
