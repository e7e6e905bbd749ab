import Testing
import TuningModel

@Suite("loss curves of JAX, PyTorch and optax")
struct CurveTests {
    @Test("the reference in Double follows them to 1e-8", arguments: CurveVectors.plainFiles)
    func double(_ file: String, count: Int) throws {
        try Self.expectAgreement(Double.self, file, count: count, tolerance: 1e-8)
    }

    @Test("the reference in Float follows them to 1e-4", arguments: CurveVectors.plainFiles)
    func float(_ file: String, count: Int) throws {
        try Self.expectAgreement(Float.self, file, count: count, tolerance: 1e-4)
    }

    private static func expectAgreement<T: ReferenceNumber>(
        _ type: T.Type, _ file: String, count: Int, tolerance: Double
    ) throws {
        let vectors = try CurveVectors.load(file)
        #expect(vectors.cases.count == count)
        for kind in vectors.cases {
            let data = vectors.data(kind)
            var network = ReferenceNetwork<T>(
                inputs: vectors.inputs, outputs: data.task.outputCount, configuration: kind.configuration)
            network.tensors = kind.layers.flatMap(\.tensors).map { $0.map { T($0) } }
            var optimizer = ReferenceOptimizer(kind.configuration, network)
            var worst = 0.0
            for (step, wanted) in kind.losses.enumerated() {
                let (batch, targets) = data.rows(type, vectors.batch(step))
                let trace = network.forward(batch, masks: [])
                worst = max(worst, (Double(ReferenceNetwork.loss(trace.output, targets)) / wanted - 1).magnitude)
                let gradients = network.gradient(trace, targets, masks: [])
                network.moveStatistics(trace)
                optimizer.update(&network, gradients)
            }
            if let rate = kind.final_rate {
                worst = max(worst, (Double(optimizer.learningRate) / rate - 1).magnitude)
            }
            let (all, targets) = data.rows(type, Array(0..<vectors.rows))
            let last = Double(ReferenceNetwork.loss((optimizer.averaged ?? network).evaluate(all), targets))
            worst = max(worst, (last / kind.final_loss - 1).magnitude)
            #expect(worst < tolerance, "\(kind.name)")
        }
    }
}
