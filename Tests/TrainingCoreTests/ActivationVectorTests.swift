import Foundation
import KernelInterface
import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

/// The file `Vectors/activations.json` (see `Vectors/make_activation_vectors.py`).
private struct ActivationVectors: Decodable {
    struct Function: Decodable {
        let values: [Double]
        let slopes: [Double]
    }

    let points: [Double]
    let functions: [String: Function]

    static func load() throws -> ActivationVectors {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/activations.json")
        return try JSONDecoder().decode(ActivationVectors.self, from: Data(contentsOf: file))
    }
}

@Suite("activations of PyTorch")
struct ActivationVectorTests {
    @Test("are those of the reference to 1e-14 and of the kernels to 6e-7, with their derivatives")
    func agree() throws {
        let vectors = try ActivationVectors.load()
        #expect(vectors.functions.keys.sorted() == Activation.allCases.map(\.rawValue).sorted())
        let kernels = availableKernels()
        for activation in Activation.allCases {
            let wanted = try #require(vectors.functions[activation.rawValue])
            for (index, x) in vectors.points.enumerated() {
                let value = ReferenceActivation.value(activation, x)
                let slope = ReferenceActivation.derivative(activation, x)
                #expect((value - wanted.values[index]).magnitude < 1e-14, "\(activation) at \(x)")
                #expect((slope - wanted.slopes[index]).magnitude < 1e-14, "slope of \(activation) at \(x)")
            }
            for kernels in kernels {
                let (values, slopes) = Self.run(activation, vectors.points, kernels)
                for (index, x) in vectors.points.enumerated() {
                    let scale = max(1, wanted.values[index].magnitude)
                    #expect((values[index] - wanted.values[index]).magnitude < 6e-7 * scale, "\(activation) at \(x)")
                    #expect(
                        (slopes[index] - wanted.slopes[index]).magnitude < 6e-7, "slope of \(activation) at \(x)")
                }
            }
        }
    }

    private static func run(
        _ activation: Activation, _ points: [Double], _ kernels: KernelSet
    ) -> (values: [Double], slopes: [Double]) {
        let count = paddedWidth(points.count)
        var values = points.map { Float($0) } + [Float](repeating: 0, count: count - points.count)
        var slopes = [Float](repeating: 0, count: count)
        unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe slopes.withUnsafeMutableBufferPointer { slopes in
                guard let values = values.baseAddress, let slopes = slopes.baseAddress else { return }
                unsafe kernels.table.activate(
                    ActivationArguments(
                        count: count, function: ActivationFunction(activation), input: UnsafePointer(values),
                        output: values, slopes: slopes))
            }
        }
        return (values.map(Double.init), slopes.map(Double.init))
    }
}
