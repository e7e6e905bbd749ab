import Randomness
import Testing
import TuningModel

/// One kind of network whose gradient is checked.
struct GradientCase: CustomTestStringConvertible, Sendable {
    var activation = Activation.tanh
    var task = LearningTask.classification(classes: 3)
    var batchNormalization = false
    var dropout = 0.0
    var l1 = 0.0
    var l2 = 0.0
    var loss = ReferenceLoss()
    var outputs: Int?

    var testDescription: String {
        "\(self.loss.settings.function) \(self.activation) \(self.task) norm \(self.batchNormalization) dropout \(self.dropout) "
            + "l1 \(self.l1) l2 \(self.l2)"
    }

    static let all: [GradientCase] =
        Activation.allCases.flatMap { activation in
            [
                GradientCase(activation: activation),
                GradientCase(activation: activation, task: .regression(outputs: 2)),
                GradientCase(activation: activation, batchNormalization: true),
                GradientCase(activation: activation, dropout: 0.4),
                GradientCase(activation: activation, l1: 0.05, l2: 0.3),
                GradientCase(
                    activation: activation, task: .regression(outputs: 1), batchNormalization: true, dropout: 0.3,
                    l1: 0.02, l2: 0.1),
            ]
        }
        + TrainingCase.losses.map {
            GradientCase(activation: .silu, task: $0.task, loss: $0.referenceLoss, outputs: $0.outputs)
        }
}

@Suite("the gradient of the reference network")
struct GradientTests {
    @Test("is the central difference of its loss in Double", arguments: GradientCase.all)
    func centralDifferences(_ kind: GradientCase) {
        let layers = [4, 3].map {
            DenseLayerSettings(units: $0, dropout: kind.dropout, batchNormalization: kind.batchNormalization)
        }
        var configuration = TrainingConfiguration(
            layers: layers, optimizer: .sgd(momentum: 0, nesterov: false), learningRate: 0.1, batchSize: 6)
        configuration.activation = kind.activation
        let data = TestData.random(kind.task, features: 5, rows: 6, validation: 1)
        var network = ReferenceNetwork<Double>(
            inputs: 5, outputs: kind.outputs ?? kind.task.outputCount, configuration: configuration)
        let stream = RandomStream(seed: 11, purpose: .initialWeights)
        var index: UInt64 = 0
        for tensor in network.tensors.indices {
            for i in network.tensors[tensor].indices {
                network.tensors[tensor][i] += 1.6 * (stream.uniform(at: index) - 0.5)
                index += 1
            }
        }
        let (batch, targets) = data.rows(Double.self, Array(0..<6))
        let masks =
            kind.dropout == 0
            ? []
            : layers.map { layer in
                (0..<6).map { _ in
                    (0..<layer.units).map { _ in
                        index += 1
                        return stream.uniform(at: index) < layer.dropout ? 0 : 1 / (1 - layer.dropout)
                    }
                }
            }
        func objective(_ network: ReferenceNetwork<Double>) -> Double {
            ReferenceNetwork.loss(network.forward(batch, masks: masks).output, targets, kind.loss)
                + network.penalty(l1: kind.l1, l2: kind.l2)
        }
        let gradients = network.gradient(
            network.forward(batch, masks: masks), targets, kind.loss, masks: masks, l1: kind.l1, l2: kind.l2)
        let largest = gradients.joined().map(\.magnitude).max() ?? 0
        #expect(largest > 1e-3)
        var worst = 0.0
        for tensor in gradients.indices {
            for i in gradients[tensor].indices {
                var (low, high) = (network, network)
                let distance = 1e-5
                low.tensors[tensor][i] -= distance
                high.tensors[tensor][i] += distance
                let difference = (objective(high) - objective(low)) / (2 * distance)
                worst = max(worst, (difference - gradients[tensor][i]).magnitude / largest)
            }
        }
        #expect(worst <= 1e-8, "relative to the largest component")
    }
}
