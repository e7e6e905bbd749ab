import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("Minibatches that grow")
struct BatchPlanTests {
    private func configuration(_ growth: BatchGrowth?) -> TrainingConfiguration {
        var configuration = TrainingCase(batchSize: 8).configuration
        configuration.batchGrowth = growth
        return configuration
    }

    @Test(
        "have the sizes of their epochs, at most all rows",
        arguments: [
            (BatchGrowth(factor: 2, every: 2, maximum: 20), [8, 8, 16, 16, 20, 20, 20]),
            (BatchGrowth(factor: 3, every: 1, maximum: 1_000), [8, 24, 45, 45, 45, 45, 45]),
            (BatchGrowth(factor: 2, every: 1, maximum: 4), [8, 8, 8, 8, 8, 8, 8]),
        ])
    func sizes(growth: BatchGrowth, wanted: [Int]) {
        let plan = BatchPlan(self.configuration(growth), rowCount: 45)
        #expect((0..<7).map { plan.rows(inEpoch: $0) } == wanted)
        #expect(plan.largest == wanted.last)
    }

    @Test("tell epoch and time of a step, and the steps of some epochs")
    func positions() {
        // 6 steps an epoch for two epochs, then 3 for two epochs, then 3 of up to 20 rows.
        let plan = BatchPlan(
            self.configuration(BatchGrowth(factor: 2, every: 2, maximum: 20)), rowCount: 45)
        let wanted: [(step: Int, epoch: Int, time: Double)] = [
            (0, 0, 0), (5, 0, 5 / 6), (6, 1, 1), (12, 2, 2), (13, 2, 2 + 1 / 3), (17, 3, 3 + 2 / 3), (18, 4, 4),
            (30, 8, 8),
        ]
        for place in wanted {
            let found = plan.position(ofStep: place.step)
            #expect(found.epoch == place.epoch && abs(found.time - place.time) < 1e-12, "step \(place.step)")
        }
        #expect([0, 0.5, 2, 3, 6].map { plan.steps(inEpochs: $0) } == [0, 3, 12, 15, 24])
    }

    @Test("train every row once an epoch, at the size of the epoch")
    func training() throws {
        let kernels = try KernelSet.best(named: nil)
        let growth = BatchGrowth(factor: 2, every: 1, maximum: 40)
        let data = TrainingCase().data
        var run = try TrainingRun(self.configuration(growth), data: data.view, seed: 4, kernels: kernels)
        var steps: [Int] = []
        for _ in 0..<4 {
            let before = run.optimizer.stepCount
            _ = run.trainEpoch { false }
            _ = run.finishEpoch()
            steps.append(run.optimizer.stepCount - before)
        }
        #expect(steps == [6, 3, 2, 2])
    }
}
