import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("Averages of weights and the best epoch")
struct AveragingTests {
    private let data = TrainingCase().data

    private func configuration(_ average: WeightAverage, _ stopping: PatienceSettings? = nil) -> TrainingConfiguration {
        var configuration = TrainingCase(batchNormalization: true, dropout: 0.2).configuration
        configuration.learningRate = 0.05
        configuration.average = average
        configuration.earlyStopping = stopping
        return configuration
    }

    /// Trains and gives the metrics and the tensors after each epoch.
    private func follow(
        _ configuration: TrainingConfiguration, epochs: Int
    ) throws -> (metrics: [[MetricValue]], tensors: [[NamedTensor]], test: [MetricValue]) {
        let kernels = try KernelSet.best(named: nil)
        var run = try TrainingRun(configuration, data: self.data.view, seed: 9, kernels: kernels)
        var metrics: [[MetricValue]] = []
        var tensors: [[NamedTensor]] = []
        while run.epoch < epochs, !run.isOver {
            _ = run.trainEpoch { false }
            metrics.append(run.finishEpoch().metrics)
            tensors.append(run.tensors())
        }
        return (metrics, tensors, run.evaluate(self.data.view.validation, as: .test))
    }

    @Test(
        "leave training alone: its losses are those of the run without, to the bit",
        arguments: [WeightAverage.exponential(decay: 0.9), .stochastic(from: 2)])
    func training(_ average: WeightAverage) throws {
        let plain = try self.follow(self.configuration(.none), epochs: 5)
        let averaged = try self.follow(
            self.configuration(average, PatienceSettings(patience: 99, restoresBest: true)), epochs: 5)
        #expect(averaged.metrics.map { $0[.trainLoss] } == plain.metrics.map { $0[.trainLoss] })
        #expect(averaged.metrics.map { $0[.validationLoss] } != plain.metrics.map { $0[.validationLoss] })
    }

    @Test("a stochastic average has the statistics of its own layers over the training rows, weighed by rows")
    func statistics() throws {
        let data = TestData.random(.classification(classes: 3), rows: 47)
        var configuration = TrainingCase(batchNormalization: true, units: [19]).configuration
        configuration.average = .stochastic(from: 2)
        var run = try TrainingRun(configuration, data: data.view, seed: 9, kernels: try KernelSet.best(named: nil))
        for epoch in 0..<4 {
            _ = run.trainEpoch { false }
            _ = run.finishEpoch()
            guard epoch >= 1 else { continue }
            let tensors = run.tensors()
            var network = ReferenceNetwork<Double>(inputs: 7, outputs: 3, configuration: configuration)
            network.tensors = tensors.filter { !$0.name.contains("running") }.map { $0.values.map(Double.init) }
            var order = [Int32](repeating: 0, count: 47)
            unsafe order.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress {
                    unsafe SampleOrder.write(base, count: 47, seed: 9, epoch: epoch)
                }
            }
            // Moved once from 0, the statistics are a tenth of the minibatch's.
            var means = [Double](repeating: 0, count: 19)
            var variances = means
            for start in stride(from: 0, to: 47, by: 10) {
                let rows = order[start..<min(47, start + 10)].map { Int($0) }
                var moved = network
                moved.runningMeans[0] = [Double](repeating: 0, count: 19)
                moved.runningVariances[0] = moved.runningMeans[0]
                moved.moveStatistics(network.forward(data.rows(Double.self, rows).0, masks: []))
                for unit in 0..<19 {
                    means[unit] += moved.runningMeans[0][unit] * 10 * Double(rows.count) / 47
                    variances[unit] += moved.runningVariances[0][unit] * 10 * Double(rows.count) / 47
                }
            }
            for (name, wanted) in [("mean", means), ("variance", variances)] {
                let found = try #require(tensors.first { $0.name == "layers.0.norm.running_\(name)" })
                for (value, number) in zip(found.values, wanted) {
                    #expect(abs(Double(value) - number) <= 1e-5 * (1 + abs(number)), "\(name) behind epoch \(epoch)")
                }
            }
        }
    }

    @Test("a stochastic average is the mean of the weights at the ends of its epochs, and the weights before")
    func stochastic() throws {
        let plain = try self.follow(self.configuration(.none), epochs: 6)
        let averaged = try self.follow(self.configuration(.stochastic(from: 3)), epochs: 6)
        #expect(Array(averaged.tensors[..<2]) == Array(plain.tensors[..<2]))
        for epoch in 3...6 {
            for (index, tensor) in averaged.tensors[epoch - 1].enumerated() where !tensor.name.contains("running") {
                for (place, value) in tensor.values.enumerated() {
                    let members = (3...epoch).map { Double(plain.tensors[$0 - 1][index].values[place]) }
                    let mean = members.reduce(0, +) / Double(members.count)
                    #expect(abs(Double(value) - mean) <= 1e-6 * (1 + abs(mean)), "\(tensor.name) in epoch \(epoch)")
                }
            }
        }
        // What is told of the last epoch is told of the mean.
        #expect(averaged.test[.testLoss] == averaged.metrics[5][.validationLoss])
        #expect(averaged.metrics[1] == plain.metrics[1])
    }

    @Test(
        "the best epoch's network is tested and saved, not the last one's",
        arguments: [WeightAverage.none, .exponential(decay: 0.3)])
    func best(_ average: WeightAverage) throws {
        let plain = try self.follow(self.configuration(average), epochs: 40)
        let losses = plain.metrics.map { $0[.validationLoss] ?? .nan }
        let lowest = try #require(losses.min())
        let best = try #require(losses.firstIndex(of: lowest))
        // Without an epoch behind the best one the test could not fail.
        try #require(best < 39)
        let restoring = try self.follow(
            self.configuration(average, PatienceSettings(patience: 99, restoresBest: true)), epochs: 40)
        #expect(restoring.metrics == plain.metrics)
        #expect(restoring.tensors[39] == plain.tensors[best])
        #expect(restoring.test[.testLoss] == lowest)
    }

    @Test(
        "patience follows the metric that is chosen", arguments: [Metric.validationAccuracy, .trainLoss, .validationF1])
    func metric(_ metric: Metric) throws {
        let plain = try self.follow(self.configuration(.none), epochs: 30)
        let values = plain.metrics.map { $0[metric] ?? .nan }
        var (best, bestEpoch, end) = (values[0], 0, 30)
        for (epoch, value) in values.enumerated() where end == 30 && epoch > 0 {
            if metric.isBetterWhenLower ? value < best - 0.01 : value > best + 0.01 {
                (best, bestEpoch) = (value, epoch)
            }
            if epoch - bestEpoch >= 3 { end = epoch + 1 }
        }
        try #require(end < 30)
        let stopped = try self.follow(
            self.configuration(.none, PatienceSettings(patience: 3, minimumChange: 0.01, metric: metric)), epochs: 30)
        #expect(stopped.metrics.count == end)
    }

    @Test("a metric that the task does not measure is refused")
    func refusedMetric() throws {
        let kernels = try KernelSet.best(named: nil)
        let configuration = self.configuration(
            .none, PatienceSettings(patience: 3, metric: .validationRootMeanSquaredError))
        #expect {
            _ = try TrainingRun(configuration, data: self.data.view, seed: 1, kernels: kernels)
        } throws: {
            "\($0)".hasPrefix(
                "training.early_stopping.metric = validation.rmse, want one of train.loss, validation.loss, ")
        }
    }
}
