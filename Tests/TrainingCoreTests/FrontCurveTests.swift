import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("CNNs and LSTMs")
struct FrontCurveTests {
    @Test("follow the loss curves of JAX from the same weights to 1e-4")
    func curves() throws {
        let vectors = try FrontVectors.load()
        #expect(vectors.cases.count == 13)
        let kernels = try KernelSet.best(named: nil)
        for kind in vectors.cases {
            let data = vectors.data(kind)
            var run = try TrainingRun(vectors.configuration(kind), data: data.view, seed: 1, kernels: kernels)
            let places = run.plan.tensors
            #expect(places.map(\.count) == kind.tensors.map(\.count), "\(kind.name)")
            #expect(kind.losses.count == 50)
            let worst = distance(&run, from: kind.tensors, to: kind.losses, kind.final_loss)
            #expect(worst < 1e-4, "\(kind.name)")
        }
    }

    @Test("have the same bits after a checkpoint at every epoch, and with every instruction set")
    func sameBits() throws {
        let vectors = try FrontVectors.load()
        for kind in vectors.cases {
            let data = vectors.data(kind)
            var configuration = vectors.configuration(kind)
            configuration.batchSize = 4
            configuration.optimizer = .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            let records = try availableKernels().map {
                try train(configuration, on: data, seed: 8, epochs: 3, kernels: $0).record
            }
            #expect(Set(records).count == 1, "\(kind.name)")
            let record = try resumedRecord(configuration, on: data, seed: 8, epochs: 3)
            #expect(record == records.first, "\(kind.name)")
        }
    }

    @Test("are refused where a row has no shape or the image is too small")
    func refused() throws {
        let kernels = try KernelSet.best(named: nil)
        let data = TestData.random(.classification(classes: 3))
        var configuration = TrainingCase().configuration
        for (family, text) in [
            (
                NetworkFamily.cnn(ConvolutionSettings([ConvolutionBlockSettings(filters: 4)])),
                "data set: shape of a row = [7], want [height, width, channels] for a cnn; save images as an array of the "
                    + "shape [rows, height, width, channels]"
            ),
            (
                .recurrent(RecurrentSettings([RecurrentLayerSettings(units: 4)])),
                "data set: shape of a row = [7], want [steps, features] for an lstm; save sequences as an array of the "
                    + "shape [rows, steps, features]"
            ),
        ] {
            configuration.family = family
            #expect {
                _ = try TrainingRun(configuration, data: data.view, seed: 1, kernels: kernels)
            } throws: {
                "\($0)" == text
            }
        }
        let small = TestData.random(.classification(classes: 3), features: 6)
        small.featureShape = [3, 2, 1]
        let pool = ConvolutionBlockSettings(filters: 4, pool: .maximum)
        configuration.family = .cnn(ConvolutionSettings([pool, pool]))
        #expect {
            _ = try TrainingRun(configuration, data: small.view, seed: 1, kernels: kernels)
        } throws: {
            "\($0)".hasPrefix(
                "model.family.cnn.blocks.1 = an image of 1 x 1, want one that its kernel and pool fit into")
        }
    }
}
