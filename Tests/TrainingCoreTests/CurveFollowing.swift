import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

/// Trains from given weights, epoch by epoch, and answers the largest relative distance from the wanted losses: those of
/// training, and that of the validation rows at the end.
///
/// - Parameters:
///   - run: A run before its first epoch.
///   - tensors: In the order of the network's own tensors, as many numbers each.
///   - losses: One for each epoch.
///   - finalLoss: That of the validation rows after the last one.
/// - Returns: The distance; NaN where an epoch did not end or a loss is not finite.
func distance(
    _ run: inout TrainingRun, from tensors: [[Float]], to losses: [Double], _ finalLoss: Double
) -> Double {
    for (place, values) in zip(run.plan.tensors, tensors) { run.setValues(of: place, at: place.values, to: values) }
    var worst = 0.0
    var last = 0.0
    for wanted in losses {
        guard run.trainEpoch(isCancelled: { false }) else { return .nan }
        let metrics = run.finishEpoch().metrics
        let loss = metrics[.trainLoss] ?? .nan
        // The larger of a number and NaN may be the number.
        guard loss.isFinite else { return .nan }
        worst = max(worst, (loss / wanted - 1).magnitude)
        last = metrics[.validationLoss] ?? .nan
    }
    return last.isFinite ? max(worst, (last / finalLoss - 1).magnitude) : .nan
}

/// The record of a run that is stored in a checkpoint and taken up again before every epoch.
func resumedRecord(
    _ configuration: TrainingConfiguration, on data: TestData, seed: UInt64, epochs: Int
) throws -> RunRecord {
    let kernels = try KernelSet.best(named: nil)
    var record = RunRecord()
    var bytes = try TrainingRun(configuration, data: data.view, seed: seed, kernels: kernels).checkpoint()
    for epoch in 0..<epochs {
        var run = try TrainingRun(
            checkpoint: bytes, configuration: configuration, data: data.view, seed: seed, kernels: kernels)
        let resumed = run.epoch
        #expect(resumed == epoch)
        _ = run.trainEpoch { false }
        record.add(run.finishEpoch())
        record.weights = run.weightBytes()
        bytes = run.checkpoint()
    }
    return record
}
