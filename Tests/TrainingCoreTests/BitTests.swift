import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("the same bits")
struct BitTests {
    /// Cases with all kinds of state.
    static let cases =
        TrainingCase.all.filter { $0.batchNormalization && $0.l2 > 0 || $0.dropout == 0.3 } + TrainingCase.losses

    @Test("after a checkpoint at every epoch as without one", arguments: Self.cases)
    func checkpoints(_ kind: TrainingCase) throws {
        var configuration = kind.configuration
        configuration.earlyStopping = PatienceSettings(patience: 50)
        let data = kind.data
        let kernels = try KernelSet.best(named: nil)
        let whole = try train(configuration, on: data, seed: 6, epochs: 5, kernels: kernels).record
        let record = try resumedRecord(configuration, on: data, seed: 6, epochs: 5)
        #expect(record == whole)
    }

    @Test("with every instruction set of this machine", arguments: Self.cases)
    func instructionSets(_ kind: TrainingCase) throws {
        let data = kind.data
        let records = try availableKernels().map {
            try train(kind.configuration, on: data, seed: 8, epochs: 3, kernels: $0).record
        }
        #expect(!records.isEmpty)
        #expect(Set(records).count == 1)
    }

    @Test("with every instruction set on wide layers and large minibatches")
    func wideLayers() throws {
        var kind = TrainingCase(units: [260, 130], batchSize: 130)
        kind.batchNormalization = true
        let data = TestData.random(.classification(classes: 37), features: 545, rows: 300, validation: 270)
        kind.task = data.task
        let records = try availableKernels().map {
            try train(kind.configuration, on: data, seed: 8, epochs: 1, kernels: $0).record
        }
        #expect(Set(records).count == 1)
    }

    @Test("of two runs that take turns as of each alone")
    func interleaved() throws {
        let kernels = try KernelSet.best(named: nil)
        let kinds = [Self.cases[0], Self.cases[5]]
        let data = kinds.map(\.data)
        let alone = try kinds.indices.map {
            try train(kinds[$0].configuration, on: data[$0], seed: UInt64($0), epochs: 4, kernels: kernels).record
        }
        var first = try TrainingRun(kinds[0].configuration, data: data[0].view, seed: 0, kernels: kernels)
        var second = try TrainingRun(kinds[1].configuration, data: data[1].view, seed: 1, kernels: kernels)
        var records = [RunRecord(), RunRecord()]
        for _ in 0..<4 {
            _ = first.trainEpoch { false }
            _ = second.trainEpoch { false }
            records[0].add(first.finishEpoch())
            records[1].add(second.finishEpoch())
        }
        records[0].weights = first.weightBytes()
        records[1].weights = second.weightBytes()
        #expect(records == alone)
    }

    @Test("another seed gives other bits")
    func seeds() throws {
        let kernels = try KernelSet.best(named: nil)
        let kind = TrainingCase()
        let data = kind.data
        let records = try (0..<3).map {
            try train(kind.configuration, on: data, seed: $0, epochs: 1, kernels: kernels).record
        }
        #expect(Set(records).count == 3)
    }
}
