import KernelInterface
import NumericKernels
import Randomness
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("the training core against its naive twin")
struct FastPathTests {
    /// Six minibatches, the last one ragged. Losses and weights may differ from the twin's in `Double` by what single
    /// precision does in so few steps: 2e-5 of the loss, and of each weight 2e-5 plus 2 % of the learning rate, since
    /// a gradient next to 0 moves a weight by up to the learning rate in a direction that rounding decides (Adam,
    /// RMSprop).
    @Test(
        "losses, weights and running statistics agree step by step", arguments: TrainingCase.all + TrainingCase.losses)
    func steps(_ kind: TrainingCase) throws {
        let data = kind.data
        let kernels = try KernelSet.best(named: nil)
        var run = try TrainingRun(kind.configuration, data: data.view, seed: 13, kernels: kernels)
        var twin = Twin(kind, run.tensors())
        for step in 0..<6 {
            let rows = (0..<(step == 5 ? 7 : kind.batchSize)).map { ($0 * 7 + step * 3) % data.rowCount }
            let loss = trainStep(&run, rows)
            let wanted = twin.train(data, rows, step: step)
            #expect((loss / wanted - 1).magnitude < 2e-5, "step \(step): \(loss), twin \(wanted)")
        }
        let worst = twin.distance(run.tensors())
        #expect(worst <= 1, "in units of what is allowed")
        let evaluation = run.evaluate(data.view.validation, as: .validation)
        let wanted = twin.validationLoss(data)
        let loss = evaluation[.validationLoss] ?? .nan
        #expect((loss / wanted - 1).magnitude < 2e-5, "\(loss), twin \(wanted)")
    }

    @Test("loss curves of JAX, PyTorch and optax are followed to 1e-4 over 50 steps", arguments: CurveVectors.files)
    func curves(_ file: String, count: Int) throws {
        let vectors = try CurveVectors.load(file)
        #expect(vectors.cases.count == count && vectors.cases.allSatisfy { $0.losses.count == 50 })
        let kernels = try KernelSet.best(named: nil)
        for kind in vectors.cases {
            let data = vectors.data(kind)
            var run = try TrainingRun(kind.configuration, data: data.view, seed: kind.seed ?? 1, kernels: kernels)
            setTrainedTensors(&run, kind.layers.flatMap(\.tensors))
            var worst = 0.0
            for (step, wanted) in kind.losses.enumerated() {
                let loss = trainStep(&run, vectors.batch(step))
                worst = max(worst, (loss / wanted - 1).magnitude)
            }
            if let rate = kind.final_rate {
                worst = max(worst, (run.optimizer.learningRate / rate - 1).magnitude)
            }
            let last = run.evaluate(data.view.validation, as: .validation)[.validationLoss] ?? .nan
            worst = max(worst, (last / kind.final_loss - 1).magnitude)
            #expect(worst < 1e-4, "\(kind.name)")
        }
    }

    @Test("the padding of parameters stays 0")
    func padding() throws {
        let kernels = try KernelSet.best(named: nil)
        for kind in TrainingCase.all.filter({ $0.batchNormalization && $0.l2 > 0 }) {
            let data = kind.data
            var run = try TrainingRun(kind.configuration, data: data.view, seed: 13, kernels: kernels)
            for step in 0..<4 { _ = trainStep(&run, (0..<9).map { $0 + step }) }
            var isClean = true
            for layer in run.plan.layers {
                for row in 0..<layer.inputStride {
                    for column in 0..<layer.outputStride where row >= layer.inputs || column >= layer.outputs {
                        let value = unsafe run.arena.base[layer.weights.values + row * layer.outputStride + column]
                        if value != 0 { isClean = false }
                    }
                }
            }
            #expect(isClean, "\(kind.testDescription)")
        }
    }
}

/// One minibatch of rows; the mean of the data loss before the step.
func trainStep(_ run: inout TrainingRun, _ rows: [Int]) -> Double {
    let numbers = rows.map { Int32($0) }
    let sum = unsafe numbers.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return Double.nan }
        return unsafe run.step(start, count: buffer.count)
    }
    return sum / Double(rows.count)
}

/// Overwrites the trained tensors in declaration order; running statistics stay.
func setTrainedTensors(_ run: inout TrainingRun, _ tensors: [[Float]]) {
    for (place, values) in zip(run.plan.tensors.filter(\.isTrained), tensors) {
        run.setValues(of: place, at: place.values, to: values)
    }
}

/// The reference network in `Double` beside a training run.
private struct Twin {
    var network: ReferenceNetwork<Double>
    var optimizer: ReferenceOptimizer<Double>
    let kind: TrainingCase
    let loss: ReferenceLoss

    init(_ kind: TrainingCase, _ tensors: [NamedTensor]) {
        self.kind = kind
        self.loss = kind.referenceLoss
        self.network = ReferenceNetwork(
            inputs: tensors[0].shape[0], outputs: kind.outputs, configuration: kind.configuration)
        self.network.tensors = tensors.filter { !$0.name.contains("running") }.map { $0.values.map(Double.init) }
        self.optimizer = ReferenceOptimizer(kind.configuration, self.network)
    }

    mutating func train(_ data: TestData, _ rows: [Int], step: Int) -> Double {
        let (batch, targets) = data.rows(Double.self, rows)
        let masks =
            self.kind.dropout == 0
            ? []
            : self.kind.units.indices.map {
                Self.mask(rate: self.kind.dropout, rows: rows.count, units: self.kind.units[$0], layer: $0, step: step)
            }
        let trace = self.network.forward(batch, masks: masks)
        let gradients = self.network.gradient(trace, targets, self.loss, masks: masks)
        self.network.moveStatistics(trace)
        self.optimizer.update(&self.network, gradients)
        return ReferenceNetwork.loss(trace.output, targets, self.loss)
    }

    func validationLoss(_ data: TestData) -> Double {
        let (batch, targets) = data.rows(
            Double.self, Array(data.rowCount..<data.rowCount + data.validationRowCount))
        var plain = ReferenceLoss()
        if case .multiLabel = self.kind.task { plain.settings.function = .binaryCrossEntropy }
        return ReferenceNetwork.loss(self.network.evaluate(batch), targets, plain)
    }

    /// The largest difference of a number from the twin's, in units of what is allowed.
    func distance(_ tensors: [NamedTensor]) -> Double {
        let statistics = zip(self.network.runningMeans, self.network.runningVariances).flatMap { $0 + $1 }
        let mine = tensors.filter { !$0.name.contains("running") }.flatMap(\.values)
        let measured = tensors.filter { $0.name.contains("running") }.flatMap(\.values)
        return zip(mine + measured, self.network.tensors.joined() + statistics).reduce(0.0) { worst, pair in
            let allowed = 2e-5 * (1 + pair.1.magnitude) + 0.02 * self.kind.configuration.learningRate
            return max(worst, (Double(pair.0) - pair.1).magnitude / allowed)
        }
    }

    /// The mask of a layer after the formula of ``DropoutSettings``.
    private static func mask(rate: Double, rows: Int, units: Int, layer: Int, step: Int) -> [[Double]] {
        let stream = RandomStream(seed: 13, purpose: .dropout, stream: UInt32(layer))
        let threshold = UInt32((rate * 65_536).rounded())
        return (0..<rows).map { row in
            (0..<units).map { unit in
                let element = row * paddedWidth(units) + unit
                let block = stream.block(at: UInt64(step) << 32 | UInt64(8 * (element / 64) + element % 16 / 2))
                let lane = element % 64 / 16
                let word = block[2 * (lane / 2) + element % 2]
                let bits = lane % 2 == 0 ? word & 0xFFFF : word >> 16
                return bits < threshold ? 0 : 1 / (1 - Double(threshold) / 65_536)
            }
        }
    }
}
