import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("Embeddings of columns of categories")
struct EmbeddingTests {
    private let vectors: EmbeddingVectors
    private let kernels: KernelSet

    init() throws {
        self.vectors = try EmbeddingVectors.load()
        self.kernels = try KernelSet.best(named: nil)
    }

    @Test("follow the loss curves of JAX from the same weights to 1e-4")
    func curves() throws {
        #expect(self.vectors.cases.count == 4)
        for kind in self.vectors.cases {
            let data = self.vectors.data(kind)
            var run = try TrainingRun(
                self.vectors.configuration(kind), data: data.view, seed: 1, kernels: self.kernels)
            let known = TrainingRun.parameterCount(self.vectors.configuration(kind), shape: data.view.shape)
            #expect(known == run.parameterCount, "\(kind.name)")
            let counts = run.plan.tensors.map(\.count)
            #expect(counts == kind.tensors.map(\.count), "\(kind.name)")
            #expect(kind.losses.count == 50)
            let worst = distance(&run, from: kind.tensors, to: kind.losses, kind.final_loss)
            #expect(worst < 1e-4, "\(kind.name)")
        }
    }

    @Test("have the gradient of JAX and of central differences in Double, to 1e-3, with and without penalties")
    func gradients() throws {
        for kind in self.vectors.cases {
            let data = self.vectors.data(kind)
            let start = kind.tensors.map { $0.map(Double.init) }
            #expect((self.loss(kind, data, start) / kind.losses[0] - 1).magnitude < 1e-9, "\(kind.name)")
            for (l1, l2) in [(0.0, 0.0), (0.02, 0.3)] {
                var configuration = self.vectors.configuration(kind)
                configuration.optimizer = .sgd(momentum: 0, nesterov: false)
                configuration.learningRate = 1
                (configuration.l1, configuration.l2) = (l1, l2)
                var run = try TrainingRun(configuration, data: data.view, seed: 1, kernels: self.kernels)
                setTrainedTensors(&run, kind.tensors)
                _ = trainStep(&run, Array(0..<self.vectors.rows))
                var (worst, largest) = (0.0, 0.0)
                for (index, place) in run.plan.tensors.enumerated() {
                    let after = run.values(of: place, at: place.values)
                    for i in after.indices {
                        let weight = start[index][i]
                        let penalty =
                            place.name.hasSuffix("weight")
                            ? l2 * weight + l1 * (weight > 0 ? 1 : weight < 0 ? -1 : 0) : 0
                        var (low, high) = (start, start)
                        low[index][i] -= 1e-5
                        high[index][i] += 1e-5
                        let difference = (self.loss(kind, data, high) - self.loss(kind, data, low)) / 2e-5
                        let found = weight - Double(after[i])
                        for wanted in [kind.gradients[index][i], difference] {
                            worst = max(worst, (found - wanted - penalty).magnitude)
                        }
                        largest = max(largest, (difference + penalty).magnitude)
                    }
                }
                #expect(largest > 1e-2 && worst <= 1e-3 * largest, "\(kind.name), l1 \(l1), l2 \(l2)")
            }
        }
    }

    /// The naive twin: each row with its vectors looked up, through the network of the other tests, in `Double`.
    private func loss(_ kind: EmbeddingVectors.Case, _ data: TestData, _ tensors: [[Double]]) -> Double {
        let (rows, targets) = data.rows(Double.self, Array(0..<self.vectors.rows))
        let batch = rows.map { row in
            var input = row.indices.filter { place in !kind.categories.contains { $0.contains(place) } }.map { row[$0] }
            for (table, column) in zip(tensors, kind.categories) {
                let category = column.first { row[$0] > 0 }.map { $0 - column.lowerBound }
                input += (0..<kind.units).map { unit in category.map { table[$0 * kind.units + unit] } ?? 0 }
            }
            return input
        }
        var network = ReferenceNetwork<Double>(
            inputs: batch[0].count, outputs: 3, configuration: self.vectors.configuration(kind))
        network.tensors = Array(tensors.dropFirst(kind.categories.count))
        return ReferenceNetwork.loss(network.forward(batch, masks: []).output, targets, ReferenceLoss())
    }

    @Test("have the same bits after a checkpoint at every epoch, and with every instruction set")
    func sameBits() throws {
        for kind in self.vectors.cases {
            let data = self.vectors.data(kind)
            var configuration = self.vectors.configuration(kind)
            configuration.batchSize = 5
            configuration.optimizer = .adamw(beta1: 0.9, beta2: 0.99, epsilon: 1e-8)
            configuration.weightDecay = 0.01
            configuration.layers = [DenseLayerSettings(units: 9, dropout: 0.2, batchNormalization: true)]
            configuration.average = .exponential(decay: 0.9)
            configuration.earlyStopping = PatienceSettings(patience: 9, restoresBest: true)
            for clipNorm in [0, 0.5] {
                configuration.clipNorm = clipNorm
                let records = try availableKernels().map {
                    try train(configuration, on: data, seed: 8, epochs: 3, kernels: $0).record
                }
                #expect(Set(records).count == 1, "\(kind.name)")
                let record = try resumedRecord(configuration, on: data, seed: 8, epochs: 3)
                #expect(record == records.first, "\(kind.name)")
            }
        }
    }

    @Test(
        "tables are named before the layers, and begin as normal numbers of the deviation 0.05 that follow from the seed"
    )
    func tensors() throws {
        let data = TestData.random(.classification(classes: 3), features: 402)
        data.categories = [1..<201, 201..<401]
        var configuration = TrainingCase(units: [4]).configuration
        configuration.embedding = EmbeddingSettings(units: 20)
        let tensors = try [1, 1, 2].map {
            try TrainingRun(configuration, data: data.view, seed: $0, kernels: self.kernels).tensors()
        }
        #expect(
            tensors[0].map(\.name) == [
                "embeddings.0.weight", "embeddings.1.weight", "layers.0.weight", "layers.0.bias", "output.weight",
                "output.bias",
            ])
        #expect(tensors[0].prefix(3).map(\.shape) == [[200, 20], [200, 20], [42, 4]])
        #expect(tensors[0] == tensors[1] && tensors[0] != tensors[2] && tensors[0][0].values != tensors[0][1].values)
        for tensor in tensors[0].prefix(2) {
            let count = Double(tensor.values.count)
            let mean = tensor.values.reduce(0) { $0 + Double($1) } / count
            let square = tensor.values.reduce(0) { $0 + Double($1) * Double($1) } / count
            // 4000 numbers: five deviations of their mean, and of their deviation.
            #expect(mean.magnitude < 5 * 0.05 / count.squareRoot())
            #expect((square.squareRoot() / 0.05 - 1).magnitude < 5 / (2 * count).squareRoot())
        }
    }

    @Test("tables are as wide as their rule says")
    func widths() throws {
        let data = TestData.random(.classification(classes: 3), features: 30)
        data.categories = [0..<2, 3..<13, 13..<29]
        var configuration = TrainingCase(units: [4]).configuration
        configuration.embedding = EmbeddingSettings(units: 7, rule: .cardinality)
        let run = try TrainingRun(configuration, data: data.view, seed: 1, kernels: self.kernels)
        let shapes = run.plan.tensors.prefix(4).map(\.shape)
        #expect(shapes == [[2, 2], [10, 6], [16, 7], [2 + 2 + 6 + 7, 4]])
    }

    @Test("are refused for data without columns of categories")
    func refused() throws {
        let data = TestData.random(.classification(classes: 3))
        var configuration = TrainingCase().configuration
        configuration.embedding = EmbeddingSettings(units: 8)
        #expect {
            _ = try TrainingRun(configuration, data: data.view, seed: 1, kernels: self.kernels)
        } throws: {
            "\($0)"
                == "model.family.mlp.embedding = 8, want 0 for data without columns of categories; name them under "
                + "categorical of a csv file whose rows are no steps of a series"
        }
    }

    @Test("a checkpoint belongs to its widths, its rule and its columns")
    func fingerprint() throws {
        let data = TestData.random(.classification(classes: 3), features: 9)
        data.categories = [0..<4, 4..<8]
        var configuration = TrainingCase(units: [4]).configuration
        configuration.embedding = EmbeddingSettings(units: 2)
        let checkpoint = try TrainingRun(configuration, data: data.view, seed: 1, kernels: self.kernels).checkpoint()
        func isTaken(_ settings: EmbeddingSettings, _ categories: [Range<Int>]) -> Bool {
            configuration.embedding = settings
            data.categories = categories
            do {
                let run = try TrainingRun(
                    checkpoint: checkpoint, configuration: configuration, data: data.view, seed: 1,
                    kernels: self.kernels)
                return run.epoch == 0
            } catch { return false }
        }
        #expect(isTaken(EmbeddingSettings(units: 2), [0..<4, 4..<8]))
        #expect(!isTaken(EmbeddingSettings(units: 3), [0..<4, 4..<8]))
        // Tables of the same shapes.
        #expect(!isTaken(EmbeddingSettings(units: 2, rule: .cardinality), [0..<4, 4..<8]))
        #expect(!isTaken(EmbeddingSettings(units: 2), [0..<4, 5..<9]))
        #expect(!isTaken(.none, [0..<4, 4..<8]))
    }
}
