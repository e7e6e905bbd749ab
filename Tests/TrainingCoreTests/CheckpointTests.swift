import NumericKernels
import Randomness
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("checkpoints")
struct CheckpointTests {
    let kind = TrainingCase(batchNormalization: true, dropout: 0.2)
    let data: TestData
    let kernels: KernelSet
    let bytes: [UInt8]

    init() throws {
        self.data = self.kind.data
        self.kernels = try KernelSet.best(named: nil)
        var run = try TrainingRun(self.kind.configuration, data: self.data.view, seed: 3, kernels: self.kernels)
        for _ in 0..<2 {
            _ = run.trainEpoch { false }
            _ = run.finishEpoch()
        }
        self.bytes = run.checkpoint()
    }

    /// The error of taking up a run from bytes, or `nil`.
    private func refusal(
        _ bytes: [UInt8], configuration: TrainingConfiguration? = nil, seed: UInt64 = 3, data: TestData? = nil
    ) -> TrainingError? {
        do throws(TrainingError) {
            let run = try TrainingRun(
                checkpoint: bytes, configuration: configuration ?? self.kind.configuration,
                data: (data ?? self.data).view, seed: seed, kernels: self.kernels)
            _ = run.epoch
            return nil
        } catch {
            return error
        }
    }

    @Test("give back the bytes they were read from")
    func roundTrip() throws {
        let run = try TrainingRun(
            checkpoint: self.bytes, configuration: self.kind.configuration, data: self.data.view, seed: 3,
            kernels: self.kernels)
        let (bytes, epoch, steps) = (run.checkpoint(), run.epoch, run.optimizer.stepCount)
        #expect(bytes == self.bytes && epoch == 2 && steps == 10)
    }

    @Test("are refused when cut off anywhere, or too long")
    func length() {
        for count in Array(0..<200) + [self.bytes.count / 2, self.bytes.count - 1] {
            #expect(self.refusal(Array(self.bytes.prefix(count))) != nil, "\(count) bytes")
        }
        #expect(self.refusal(self.bytes + [0]) != nil)
    }

    @Test("are refused with any one byte changed")
    func damage() {
        let stream = RandomStream(seed: 4, purpose: .searchSpace)
        let places = Array(0..<120) + (0..<200).map { Int(stream.integer(below: UInt64(self.bytes.count), at: $0)) }
        for place in places {
            var bytes = self.bytes
            bytes[place] ^= UInt8(1 << (place % 8))
            #expect(self.refusal(bytes) != nil, "byte \(place)")
        }
    }

    @Test("are refused for another configuration, seed or data set")
    func strangers() {
        var configuration = self.kind.configuration
        configuration.learningRate *= 2
        guard
            case .checkpoint(what: "fingerprint of the configuration", _, _)? = self.refusal(
                self.bytes, configuration: configuration)
        else {
            Issue.record("another learning rate was accepted")
            return
        }
        #expect(
            self.refusal(self.bytes, seed: 4) == .checkpoint(what: "seed", found: "3", wanted: "4"))
        #expect(self.refusal(self.bytes, data: TestData.random(self.kind.task, rows: 44)) != nil)
    }

    @Test("with a right checksum but impossible counts are refused")
    func impossible() {
        // Epochs, steps, best epoch and tensors are at 32, 40, 72 and 80.
        for place in [32, 40, 72, 80] {
            var bytes = Array(self.bytes.dropLast(8))
            for i in 0..<8 { bytes[place + i] = 0xFF }
            let checksum = Checkpoint.checksum(bytes[...])
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: checksum >> UInt64(8 * $0)) }
            #expect(self.refusal(bytes) != nil, "field at \(place)")
        }
    }

    @Test("keep that a run is over")
    func over() throws {
        var configuration = self.kind.configuration
        configuration.earlyStopping = PatienceSettings(patience: 1, minimumChange: 1e9)
        var run = try TrainingRun(configuration, data: self.data.view, seed: 3, kernels: self.kernels)
        for _ in 0..<2 {
            _ = run.trainEpoch { false }
            _ = run.finishEpoch()
        }
        let resumed = try TrainingRun(
            checkpoint: run.checkpoint(), configuration: configuration, data: self.data.view, seed: 3,
            kernels: self.kernels)
        let isOver = (run.isOver, resumed.isOver, resumed.patience.bestEpoch)
        #expect(isOver == (true, true, 1))
    }
}

@Suite("what is refused before training")
struct RefusalTests {
    @Test("a network that needs more memory than a trial may have")
    func memory() throws {
        for units in [[65_536, 65_536], [Int](repeating: 65_536, count: 64)] {
            let kind = TrainingCase(units: units)
            let error = refusal(kind.configuration, kind.data)
            guard case .tooLarge(_, ArenaLayout.byteLimit)? = error else {
                Issue.record("\(units) was accepted or refused otherwise: \(String(describing: error))")
                return
            }
        }
    }

    @Test("settings without a network", arguments: [0, 65_537, Int.max])
    func settings(_ units: Int) {
        let kind = TrainingCase(units: [units])
        let wanted = SettingError(
            setting: "model.family.mlp.layers.0.units", found: "\(units)", wanted: "a whole number in [1, 65536]")
        #expect(refusal(kind.configuration, kind.data) == .setting(wanted))
        var configuration = TrainingCase().configuration
        configuration.batchSize = 0
        #expect(refusal(configuration, kind.data) != nil)
    }

    @Test("a class that is none, or no rows")
    func data() {
        let data = TestData(task: .classification(classes: 2), featureCount: 1, rowCount: 3, validationRowCount: 1) {
            ([1], [$0 == 1 ? 2 : 0])
        }
        #expect(
            refusal(TrainingCase().configuration, data)
                == .data(what: "class of training row 1", found: "2", wanted: "a number in [0, 2)"))
        let empty = TestData(task: .classification(classes: 2), featureCount: 1, rowCount: 0, validationRowCount: 1) {
            _ in ([1], [0])
        }
        #expect(
            refusal(TrainingCase().configuration, empty)
                == .data(what: "training rows", found: "0", wanted: "a number in [1, 2147483647]"))
    }

    private func refusal(_ configuration: TrainingConfiguration, _ data: TestData) -> TrainingError? {
        guard let kernels = try? KernelSet.best(named: nil) else { return nil }
        do throws(TrainingError) {
            let run = try TrainingRun(configuration, data: data.view, seed: 1, kernels: kernels)
            _ = run.epoch
            return nil
        } catch {
            return error
        }
    }
}
