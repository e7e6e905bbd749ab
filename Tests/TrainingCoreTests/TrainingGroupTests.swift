import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("The networks of one trial")
struct TrainingGroupTests {
    private let folds = [
        TestData.random(.classification(classes: 3), rows: 47, seed: 3),
        TestData.random(.classification(classes: 3), rows: 41, seed: 4),
    ]

    private func configuration(repeats: Int) -> TrainingConfiguration {
        var configuration = TrainingCase(batchNormalization: true, dropout: 0.2, units: [19]).configuration
        configuration.repeats = repeats
        return configuration
    }

    private func group(_ configuration: TrainingConfiguration, folds: Int = 2) throws -> TrainingGroup {
        try TrainingGroup(
            configuration, data: self.folds.prefix(folds).map(\.view), seed: 9, kernels: try KernelSet.best(named: nil))
    }

    private func resumed(_ bytes: [UInt8], _ configuration: TrainingConfiguration) throws -> TrainingGroup {
        try TrainingGroup(
            checkpoint: bytes, configuration: configuration, data: self.folds.map(\.view), seed: 9,
            kernels: try KernelSet.best(named: nil))
    }

    @Test("are each what it is alone, and the trial's figures are the means of theirs")
    func means() throws {
        let configuration = self.configuration(repeats: 3)
        var group = try self.group(configuration)
        #expect(group.count == 6 && group.rowsPerEpoch == 3 * (47 + 41))
        var alone: [[EpochOutcome]] = []
        var weights: [UInt8] = []
        for number in 0..<3 {
            for data in self.folds {
                var run = try TrainingRun(
                    configuration, data: data.view, seed: TrainingGroup.seed(9, repeat: number),
                    kernels: try KernelSet.best(named: nil))
                var outcomes: [EpochOutcome] = []
                for _ in 0..<3 {
                    _ = run.trainEpoch { false }
                    outcomes.append(run.finishEpoch())
                }
                alone.append(outcomes)
                weights += run.weightBytes()
            }
        }
        #expect(Set((0..<100).map { TrainingGroup.seed(9, repeat: $0) }).count == 100)
        #expect(TrainingGroup.seed(9, repeat: 0) == 9)
        for epoch in 0..<3 {
            #expect(group.trainEpoch { false })
            let outcome = group.finishEpoch()
            #expect(outcome.status == .normal && group.epoch == epoch + 1)
            #expect(outcome.metrics.map(\.metric) == alone[0][epoch].metrics.map(\.metric))
            for (place, figure) in outcome.metrics.enumerated() {
                let values = alone.map { $0[epoch].metrics[place].value }
                #expect(figure.value == (values[0] + values[1] + values[2] + values[3] + values[4] + values[5]) / 6)
            }
        }
        #expect(group.weightBytes() == weights)
        let cancelled = group.trainEpoch { true }
        #expect(!cancelled)
    }

    @Test("go on after any epoch with the same bits")
    func resumption() throws {
        let configuration = self.configuration(repeats: 2)
        var whole = try self.group(configuration)
        var states = [whole.checkpoint()]
        var outcomes: [EpochOutcome] = []
        for _ in 0..<4 {
            _ = whole.trainEpoch { false }
            outcomes.append(whole.finishEpoch())
            states.append(whole.checkpoint())
        }
        for epoch in 0..<4 {
            var group = try self.resumed(states[epoch], configuration)
            #expect(group.epoch == epoch && group.checkpoint() == states[epoch])
            for later in epoch..<4 {
                _ = group.trainEpoch { false }
                #expect(group.finishEpoch() == outcomes[later])
            }
            #expect(group.checkpoint() == states[4])
        }
    }

    @Test("alone in a trial, one is stored and told as without a group")
    func single() throws {
        let configuration = self.configuration(repeats: 1)
        var group = try self.group(configuration, folds: 1)
        var run = try TrainingRun(
            configuration, data: self.folds[0].view, seed: 9, kernels: try KernelSet.best(named: nil))
        _ = group.trainEpoch { false }
        _ = run.trainEpoch { false }
        #expect(group.finishEpoch() == run.finishEpoch())
        #expect(group.checkpoint() == run.checkpoint())
    }

    @Test("out of patience, one rests with its last figures until all are, also after a resumption")
    func patience() throws {
        var configuration = self.configuration(repeats: 4)
        configuration.learningRate = 0.3
        configuration.earlyStopping = PatienceSettings(patience: 1)
        var ends: [(epochs: Int, metrics: [MetricValue])] = []
        for number in 0..<4 {
            for data in self.folds {
                var run = try TrainingRun(
                    configuration, data: data.view, seed: TrainingGroup.seed(9, repeat: number),
                    kernels: try KernelSet.best(named: nil))
                var metrics: [MetricValue] = []
                while !run.isOver {
                    _ = run.trainEpoch { false }
                    metrics = run.finishEpoch().metrics
                }
                #expect(run.status == .finishedEarly)
                ends.append((run.epoch, metrics))
            }
        }
        #expect(Set(ends.map(\.epochs)).count > 1)
        var group = try self.group(configuration)
        var last: EpochOutcome?
        while !group.isOver {
            // Taken up anew in each epoch: the figures of those that rest are stored too.
            group = try self.resumed(group.checkpoint(), configuration)
            _ = group.trainEpoch { false }
            last = group.finishEpoch()
        }
        #expect(group.epoch == ends.map(\.epochs).max() && group.status == .finishedEarly)
        let end = try #require(last)
        #expect(end.status == .finishedEarly)
        for (place, figure) in end.metrics.enumerated() {
            #expect(figure.value == ends.reduce(0) { $0 + $1.metrics[place].value } / 8)
        }
    }

    @Test("end as diverged together with the first that does")
    func divergence() throws {
        var configuration = self.configuration(repeats: 2)
        configuration.optimizer = .sgd(momentum: 0, nesterov: false)
        configuration.learningRate = 1e20
        configuration.layers = []
        let data = TestData.random(.regression(outputs: 1))
        var group = try TrainingGroup(
            configuration, data: [data.view], seed: 9, kernels: try KernelSet.best(named: nil))
        var outcome: EpochOutcome?
        for _ in 0..<3 where !group.isOver {
            _ = group.trainEpoch { false }
            outcome = group.finishEpoch()
        }
        #expect(group.status == .diverged && outcome?.status == .diverged)
    }

    @Test("are stored behind a name, a version and their number")
    func beginning() throws {
        let bytes = try self.group(self.configuration(repeats: 1)).checkpoint()
        let count = UInt8(self.folds.count)
        #expect(bytes.prefix(16) == Array("WNWGROUP".utf8)[...] + [1, 0, 0, 0, count, 0, 0, 0])
    }

    @Test("in a damaged checkpoint, or in one of another number of networks, are refused")
    func damage() throws {
        let configuration = self.configuration(repeats: 1)
        var group = try self.group(configuration)
        _ = group.trainEpoch { false }
        _ = group.finishEpoch()
        let bytes = group.checkpoint()
        for length in [0, 7, 8, 15, 16, 20, 40, 200, bytes.count / 2, bytes.count - 1] {
            #expect(throws: TrainingError.self) { _ = try self.resumed(Array(bytes.prefix(length)), configuration) }
        }
        for place in Swift.stride(from: 0, to: bytes.count, by: 97) {
            var damaged = bytes
            damaged[place] ^= 0x10
            #expect(throws: TrainingError.self) { _ = try self.resumed(damaged, configuration) }
        }
        #expect(throws: TrainingError.self) { _ = try self.resumed(bytes + [0], configuration) }
        // Behind a right checksum: the number of figures, a figure's number, the bytes of the first network.
        let figures = Int(bytes[16])
        for (place, width) in [(16, 4), (20, 4), (20 + 12 * figures, 8)] {
            for value in [UInt8(0), 0x7F, 0xFF] {
                var damaged = Array(bytes.dropLast(8))
                for index in place..<place + width { damaged[index] = value }
                var writer = ByteWriter(capacity: bytes.count)
                writer.append(damaged)
                writer.append(Checkpoint.checksum(damaged[...]))
                #expect(throws: TrainingError.self, "\(value) at \(place)") {
                    _ = try self.resumed(writer.bytes, configuration)
                }
            }
        }
        #expect {
            _ = try self.resumed(bytes, self.configuration(repeats: 2))
        } throws: {
            "\($0)".contains("number of networks = 2, want 4")
        }
    }
}
