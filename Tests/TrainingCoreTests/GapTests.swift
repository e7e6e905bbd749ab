import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("the gap between validation and training loss")
struct GapTests {
    @Test("has the slope of a line through the last five epochs as its trend")
    func trend() {
        var history = GapHistory()
        // By hand: two points give their difference, a line gives its slope, and what is older than five epochs is gone.
        #expect([1, 3, 5, 7, 9, 11, 13].map { history.tell($0) } == [0, 2, 2, 2, 2, 2, 2])
        var other = GapHistory()
        #expect([100, 0, 1, 0, 1].map { other.tell($0) } == [0, -100, -49.5, -29.9, -19.8])
        // (-2 * 0 - 1 * 1 + 0 * 0 + 1 * 1 + 2 * 5) / 10
        #expect(other.tell(5) == 1)
        var alone = GapHistory()
        #expect(alone.tell(-3) == 0)
        #expect(alone.tell(.nan).isNaN)
    }

    @Test("stands in each report, behind the other figures")
    func reports() throws {
        let kernels = try KernelSet.best(named: nil)
        for task in [LearningTask.classification(classes: 3), .regression(outputs: 2)] {
            let kind = TrainingCase(task: task)
            let data = kind.data
            var run = try TrainingRun(kind.configuration, data: data.view, seed: 2, kernels: kernels)
            var history = GapHistory()
            for _ in 0..<7 {
                _ = run.trainEpoch { false }
                let metrics = run.finishEpoch().metrics
                let gap = try #require(metrics[.validationLoss]) - #require(metrics[.trainLoss])
                #expect(metrics[.validationGap] == gap)
                #expect(metrics[.validationGapTrend] == history.tell(gap))
                let order = metrics.compactMap { Metric.allCases.firstIndex(of: $0.metric) }
                #expect(order == order.sorted() && Set(order).count == metrics.count)
            }
        }
    }

    @Test("goes on with the same bits from a checkpoint at any epoch")
    func checkpoints() throws {
        let kernels = try KernelSet.best(named: nil)
        let kind = TrainingCase()
        let data = kind.data
        let whole = try train(kind.configuration, on: data, seed: 5, epochs: 8, kernels: kernels).record
        for stop in 0...7 {
            var run = try TrainingRun(kind.configuration, data: data.view, seed: 5, kernels: kernels)
            for _ in 0..<stop {
                _ = run.trainEpoch { false }
                _ = run.finishEpoch()
            }
            var resumed = try TrainingRun(
                checkpoint: run.checkpoint(), configuration: kind.configuration, data: data.view, seed: 5,
                kernels: kernels)
            var metrics: [[UInt64]] = []
            for _ in stop..<8 {
                _ = resumed.trainEpoch { false }
                metrics.append(resumed.finishEpoch().metrics.map(\.value.bitPattern))
            }
            #expect(metrics == Array(whole.metrics[stop...]), "stopped behind epoch \(stop)")
        }
    }
}
