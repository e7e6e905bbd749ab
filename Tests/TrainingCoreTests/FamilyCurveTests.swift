import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("Residual, separable and dilated CNNs, GRUs, both directions, sequences that end early, layer normalisation")
struct FamilyCurveTests {
    @Test("follow the loss curves of JAX from the same weights to 1e-4 over 50 steps")
    func curves() throws {
        let vectors = try FamilyVectors.load()
        #expect(vectors.cases.count == 17)
        let kernels = try KernelSet.best(named: nil)
        for kind in vectors.cases {
            #expect(kind.losses.count == 50)
            let data = vectors.data(kind)
            var run = try TrainingRun(vectors.configuration(kind), data: data.view, seed: 1, kernels: kernels)
            let known = TrainingRun.parameterCount(vectors.configuration(kind), shape: data.view.shape)
            #expect(known == run.parameterCount, "\(kind.name)")
            let places = run.plan.tensors
            #expect(places.map(\.count) == kind.tensors.map(\.count), "\(kind.name)")
            guard places.count == kind.tensors.count else { continue }
            let worst = distance(&run, from: kind.tensors, to: kind.losses, kind.final_loss)
            #expect(worst < 1e-4, "\(kind.name)")
        }
    }

    /// All kinds of the file, each also with dropout.
    private func withDropout(_ family: NetworkFamily) -> NetworkFamily {
        switch family {
        case .mlp: return family
        case .cnn(var settings):
            for block in settings.blocks.indices { settings.blocks[block].dropout = 0.3 }
            return .cnn(settings)
        case .recurrent(var settings):
            for layer in settings.layers.indices { settings.layers[layer].dropout = 0.3 }
            return .recurrent(settings)
        }
    }

    @Test("have the same bits after a checkpoint at every epoch, and with every instruction set, with dropout too")
    func sameBits() throws {
        let vectors = try FamilyVectors.load()
        for kind in vectors.cases {
            let data = vectors.data(kind)
            var configuration = vectors.configuration(kind)
            configuration.family = self.withDropout(configuration.family)
            configuration.batchSize = 3
            configuration.optimizer = .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            let records = try availableKernels().map {
                try train(configuration, on: data, seed: 8, epochs: 3, kernels: $0).record
            }
            #expect(Set(records).count == 1, "\(kind.name)")
            let record = try resumedRecord(configuration, on: data, seed: 8, epochs: 3)
            #expect(record == records.first, "\(kind.name)")
        }
    }

    @Test("step along the gradient of their own loss, with dropout: the slope there is the square of the gradient")
    func gradientsWithDropout() throws {
        let vectors = try FamilyVectors.load()
        let kernels = try KernelSet.best(named: nil)
        for kind in vectors.cases {
            let data = vectors.data(kind)
            var configuration = vectors.configuration(kind)
            configuration.family = self.withDropout(configuration.family)
            // Smooth, so that differences tell the slope.
            configuration.activation = .tanh
            configuration.optimizer = .sgd(momentum: 0, nesterov: false)
            /// The loss of the first minibatch where the weights stand, and the step's change of the weights.
            func first(_ tensors: [[Float]], rate: Double) throws -> (loss: Double, after: [[Float]]) {
                configuration.learningRate = rate
                var run = try TrainingRun(configuration, data: data.view, seed: 3, kernels: kernels)
                for (place, values) in zip(run.plan.tensors, tensors) {
                    run.setValues(of: place, at: place.values, to: values)
                }
                _ = run.trainEpoch { false }
                let after = run.plan.tensors.map { run.values(of: $0, at: $0.values) }
                return (run.finishEpoch().metrics[.trainLoss] ?? .nan, after)
            }
            let rate = 1.0 / 64
            let start = try first(kind.tensors, rate: rate)
            var square = 0.0
            let isTrained = try TrainingRun(configuration, data: data.view, seed: 3, kernels: kernels).plan.tensors
                .map(\.isTrained)
            for (number, (before, after)) in zip(kind.tensors, start.after).enumerated() where isTrained[number] {
                for (x, y) in zip(before, after) { square += (Double(x - y) / rate) * (Double(x - y) / rate) }
            }
            func moved(_ share: Double) -> [[Float]] {
                zip(isTrained, zip(kind.tensors, start.after)).map { isTrained, tensors in
                    guard isTrained else { return tensors.0 }
                    return zip(tensors.0, tensors.1).map { $0 + Float(share / rate) * ($0 - $1) }
                }
            }
            let distance = 0.01 / square.squareRoot()
            let above = try first(moved(distance), rate: rate).loss
            let below = try first(moved(-distance), rate: rate).loss
            let slope = (above - below) / (2 * distance)
            #expect((slope / square - 1).magnitude < 5e-3, "\(kind.name): \(slope) and \(square)")
        }
    }
}
