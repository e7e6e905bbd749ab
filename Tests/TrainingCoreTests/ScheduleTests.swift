import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("The learning rate of a run")
struct ScheduleTests {
    @Test("follows its schedule step by step, behind a warm-up")
    func rates() {
        var configuration = TrainingCase().configuration
        configuration.learningRate = 0.8
        configuration.schedule = .polynomial(power: 1, end: 0)
        configuration.scheduleEpochs = 4
        configuration.warmupEpochs = 1
        var state = OptimizerState(configuration, stepsPerEpoch: 2)
        var rates: [Double] = []
        for _ in 0..<10 {
            rates.append(state.currentRate)
            _ = state.nextRule()
        }
        let wanted = [0.4, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0]
        #expect(zip(rates, wanted).allSatisfy { abs($0 - $1) < 1e-15 }, "\(rates)")
    }

    @Test("is the same after a checkpoint, and changes the fingerprint of one")
    func checkpoint() throws {
        let kernels = try KernelSet.best(named: nil)
        var configuration = TrainingCase().configuration
        configuration.schedule = .cosine(end: 0.01)
        configuration.scheduleEpochs = 5
        configuration.warmupEpochs = 0.5
        let data = TrainingCase().data
        let whole = try train(configuration, on: data, seed: 6, epochs: 5, kernels: kernels).record
        var record = RunRecord()
        var bytes = try TrainingRun(configuration, data: data.view, seed: 6, kernels: kernels).checkpoint()
        for _ in 0..<5 {
            var run = try TrainingRun(
                checkpoint: bytes, configuration: configuration, data: data.view, seed: 6, kernels: kernels)
            _ = run.trainEpoch { false }
            record.add(run.finishEpoch())
            record.weights = run.weightBytes()
            bytes = run.checkpoint()
        }
        #expect(record == whole)
        var other = configuration
        other.schedule = .constant
        let constant = try train(other, on: data, seed: 6, epochs: 5, kernels: kernels).record
        #expect(constant != whole)
        #expect(throws: TrainingError.self) {
            _ = try TrainingRun(checkpoint: bytes, configuration: other, data: data.view, seed: 6, kernels: kernels)
        }
    }
}
