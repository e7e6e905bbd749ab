import Testing
import TuningModel

@Suite("loss curves of JAX")
struct CurveTests {
    @Test("the reference in Double follows them to 1e-8")
    func double() throws { try Self.expectAgreement(Double.self, tolerance: 1e-8) }

    @Test("the reference in Float follows them to 1e-4")
    func float() throws { try Self.expectAgreement(Float.self, tolerance: 1e-4) }

    private static func expectAgreement<T: ReferenceNumber>(_ type: T.Type, tolerance: Double) throws {
        let vectors = try CurveVectors.load()
        #expect(vectors.cases.count == 8)
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
                let gradients = network.gradient(
                    trace, targets, masks: [], l1: T(kind.l1 ?? 0), l2: T(kind.l2 ?? 0))
                network.moveStatistics(trace)
                optimizer.update(&network, gradients)
            }
            let (all, targets) = data.rows(type, Array(0..<vectors.rows))
            let last = Double(ReferenceNetwork.loss(network.evaluate(all), targets))
            worst = max(worst, (last / kind.final_loss - 1).magnitude)
            #expect(worst < tolerance, "\(kind.name)")
        }
    }
}
