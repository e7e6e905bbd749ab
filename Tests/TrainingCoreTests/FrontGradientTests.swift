import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("the gradient of a training run of CNNs and LSTMs")
struct FrontGradientTests {
    @Test("is the central difference of the loss in Double to 1e-3, with and without penalties")
    func centralDifferences() throws {
        let vectors = try FrontVectors.load()
        let kernels = try KernelSet.best(named: nil)
        for kind in vectors.cases {
            let data = vectors.data(kind)
            let (features, _) = data.rows(Double.self, Array(0..<vectors.rows))
            let start = kind.tensors.map { $0.map(Double.init) }
            let loss = ReferenceFront(kind, tensors: start).loss(features, vectors.classes)
            // The twin is the network that JAX trained.
            #expect((loss / kind.losses[0] - 1).magnitude < 1e-9, "\(kind.name)")
            // Some elements of each tensor, an odd number apart, so that gates, channels and edges have their turn.
            let picked = start.map { Array(stride(from: 0, to: $0.count, by: max(1, $0.count / 6) | 1)) }
            let differences = start.indices.map { tensor in
                picked[tensor].map { i in
                    let distance = 1e-5
                    var (low, high) = (start, start)
                    low[tensor][i] -= distance
                    high[tensor][i] += distance
                    let change =
                        ReferenceFront(kind, tensors: high).loss(features, vectors.classes)
                        - ReferenceFront(kind, tensors: low).loss(features, vectors.classes)
                    return change / (2 * distance)
                }
            }
            for (l1, l2) in [(0.0, 0.0), (0.02, 0.3)] {
                var worst = 0.0
                var largest = 0.0
                let gradients = try Self.gradients(vectors, kind, data, l1: l1, l2: l2, kernels)
                for (tensor, (name, gradient)) in gradients.enumerated() where !gradient.isEmpty {
                    for (i, difference) in zip(picked[tensor], differences[tensor]) {
                        let weight = start[tensor][i]
                        let sign: Double = weight > 0 ? 1 : weight < 0 ? -1 : 0
                        let wanted = difference + (name.hasSuffix("weight") ? l2 * weight + l1 * sign : 0)
                        worst = max(worst, (gradient[i] - wanted).magnitude)
                        largest = max(largest, wanted.magnitude)
                    }
                }
                #expect(largest > 1e-2 && worst <= 1e-3 * largest, "\(kind.name), l1 \(l1), l2 \(l2)")
            }
        }
    }

    /// The gradient of each tensor: what one step of plain descent at the rate 1 takes away. Running statistics have
    /// none.
    private static func gradients(
        _ vectors: FrontVectors, _ kind: FrontVectors.Case, _ data: TestData, l1: Double, l2: Double,
        _ kernels: KernelSet
    ) throws -> [(name: String, gradient: [Double])] {
        var configuration = vectors.configuration(kind)
        configuration.optimizer = .sgd(momentum: 0, nesterov: false)
        configuration.learningRate = 1
        configuration.l1 = l1
        configuration.l2 = l2
        var run = try TrainingRun(configuration, data: data.view, seed: 1, kernels: kernels)
        let places = run.plan.tensors
        for (place, values) in zip(places, kind.tensors) { run.setValues(of: place, at: place.values, to: values) }
        _ = trainStep(&run, Array(0..<vectors.rows))
        return zip(places, kind.tensors).map { place, before in
            let after = run.values(of: place, at: place.values)
            return (place.name, place.isTrained ? zip(before, after).map { Double($0) - Double($1) } : [])
        }
    }
}
