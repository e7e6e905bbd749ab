import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("Augmentation of images")
struct AugmentationTests {
    private static func changes(
        flip: Double = 0, crop: Double = 1, shift: Int = 0, cutout: Int = 0
    ) -> AugmentationSettings {
        var settings = AugmentationSettings.none
        settings.flip = flip
        settings.crop = crop
        settings.shift = shift
        settings.cutout = cutout
        return settings
    }

    /// The image of a draw, pixel by pixel from the definition, in `Double`.
    private static func reference(
        _ draw: Augmentation.Draw, _ image: [Float], height: Int, width: Int, channels: Int
    ) -> [Double] {
        let pixel = { (y: Int, x: Int, channel: Int) -> Double in
            let column = draw.isMirrored ? width - 1 - x : x
            return Double(image[(y * width + column) * channels + channel])
        }
        var result: [Double] = []
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<channels {
                    let (row, column) = (y - draw.down, x - draw.right)
                    let isOutside = !(0..<height).contains(row) || !(0..<width).contains(column)
                    if isOutside || draw.cutRows.contains(y) && draw.cutColumns.contains(x) {
                        result.append(0)
                        continue
                    }
                    let down = min(Double(height - 1), max(0, draw.top + (Double(row) + 0.5) * draw.scale - 0.5))
                    let across = min(Double(width - 1), max(0, draw.left + (Double(column) + 0.5) * draw.scale - 0.5))
                    var sum = 0.0
                    for sourceRow in 0..<height {
                        for sourceColumn in 0..<width {
                            let weight =
                                max(0, 1 - abs(Double(sourceRow) - down))
                                * max(0, 1 - abs(Double(sourceColumn) - across))
                            sum += weight * pixel(sourceRow, sourceColumn, channel)
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }

    private static let all: [AugmentationSettings] = [
        Self.changes(), Self.changes(flip: 0.5), Self.changes(shift: 3), Self.changes(cutout: 3),
        Self.changes(crop: 0.4), Self.changes(flip: 0.5, crop: 0.6, shift: 2, cutout: 2),
    ]

    @Test("images are what their draws say, pixel by pixel", arguments: Self.all)
    func twin(settings: AugmentationSettings) {
        let (height, width, channels) = (6, 5, 2)
        let stride = 64
        let augmentation = Augmentation(settings, shape: [height, width, channels], seed: 11)
        let images = (0..<8 * stride).map { $0 % stride < 60 ? Float(($0 * 37) % 101) / 50 - 1 : 0 }
        var output = [Float](repeating: 7, count: 8 * stride)
        let rows: [Int32] = [5, 0, 7, 7, 2, 1, 6, 3]
        for epoch in 0..<5 {
            unsafe rows.withUnsafeBufferPointer { rows in
                unsafe images.withUnsafeBufferPointer { images in
                    unsafe output.withUnsafeMutableBufferPointer { output in
                        guard let rows = rows.baseAddress, let images = images.baseAddress,
                            let output = output.baseAddress
                        else { return }
                        unsafe augmentation.write(
                            rows, count: 8, from: images, to: output, stride: stride, epoch: epoch)
                    }
                }
            }
            for (place, row) in rows.enumerated() {
                let image = Array(images[Int(row) * stride..<Int(row) * stride + 60])
                let draw = augmentation.draw(row: Int(row), epoch: epoch)
                let wanted = Self.reference(draw, image, height: height, width: width, channels: channels)
                let found = output[place * stride..<place * stride + 60]
                #expect(zip(found, wanted).allSatisfy { abs(Double($0) - $1) < 1e-5 }, "row \(row), epoch \(epoch)")
                if settings.crop == 1 { #expect(found.map { Double($0) } == wanted) }
                #expect(output[place * stride + 60..<(place + 1) * stride].allSatisfy { $0 == 7 })
            }
        }
    }

    @Test("draws differ from row to row and from epoch to epoch, keep their bounds and use all of them")
    func draws() {
        let settings = Self.changes(flip: 0.25, crop: 0.5, shift: 2, cutout: 3)
        let augmentation = Augmentation(settings, shape: [9, 8, 1], seed: 4)
        let all = (0..<4000).map { augmentation.draw(row: $0 % 1000, epoch: $0 / 1000) }
        #expect(Set(all).count == 4000)
        for draw in all {
            #expect(draw.scale >= 0.5 && draw.scale < 1)
            #expect(draw.top >= 0 && draw.top + draw.scale * 9 <= 9.0001)
            #expect(draw.left >= 0 && draw.left + draw.scale * 8 <= 8.0001)
            #expect((1...3).contains(draw.cutRows.count) && (1...3).contains(draw.cutColumns.count))
        }
        #expect(Set(all.map(\.down)) == [-2, -1, 0, 1, 2])
        #expect(Set(all.map(\.right)) == [-2, -1, 0, 1, 2])
        // 4000 draws of probability 0.25: more than five deviations of 27 would be a defect.
        #expect((860...1140).contains(all.count(where: \.isMirrored)))
        #expect(Set(all.flatMap { Array($0.cutRows) }).count == 9)
        #expect(
            augmentation.draw(row: 3, epoch: 2)
                == Augmentation(settings, shape: [9, 8, 1], seed: 4).draw(row: 3, epoch: 2))
        #expect(
            augmentation.draw(row: 3, epoch: 2)
                != Augmentation(settings, shape: [9, 8, 1], seed: 5).draw(row: 3, epoch: 2))
    }

    /// A network over images of 6 x 5 pixels with 2 channels.
    private static func configuration(isConvolution: Bool, _ settings: AugmentationSettings) -> TrainingConfiguration {
        var configuration = TrainingConfiguration(
            layers: [DenseLayerSettings(units: 9)], optimizer: .sgd(momentum: 0.9, nesterov: false), learningRate: 0.01,
            batchSize: 10)
        if isConvolution {
            configuration.family = .cnn(
                ConvolutionSettings([
                    ConvolutionBlockSettings(
                        filters: 4, pool: .maximum
                    )
                ]))
        }
        configuration.augmentation = settings
        return configuration
    }

    private static func data() -> TestData {
        let data = TestData.random(.classification(classes: 3), features: 60, rows: 47, validation: 20)
        data.featureShape = [6, 5, 2]
        return data
    }

    @Test("a run taken up at any epoch and every instruction set give the same bits", arguments: [false, true])
    func bits(isConvolution: Bool) throws {
        let configuration = Self.configuration(
            isConvolution: isConvolution, Self.changes(flip: 0.5, crop: 0.7, shift: 1, cutout: 2))
        let data = Self.data()
        let kernels = try KernelSet.best(named: nil)
        let whole = try train(configuration, on: data, seed: 6, epochs: 4, kernels: kernels).record
        let record = try resumedRecord(configuration, on: data, seed: 6, epochs: 4)
        #expect(record == whole)
        let records = try availableKernels().map {
            try train(configuration, on: data, seed: 6, epochs: 4, kernels: $0).record
        }
        #expect(Set(records) == [whole])
    }

    @Test("each kind of change changes what is learnt, and a checkpoint belongs to its changes")
    func kinds() throws {
        let data = Self.data()
        let kernels = try KernelSet.best(named: nil)
        let records = try Self.all.map {
            try train(Self.configuration(isConvolution: false, $0), on: data, epochs: 1, kernels: kernels).record
        }
        #expect(Set(records).count == Self.all.count)
        let checkpoint = try TrainingRun(
            Self.configuration(isConvolution: false, Self.all[1]), data: data.view, seed: 1, kernels: kernels
        ).checkpoint()
        for other in Self.all.dropFirst(2) {
            #expect(throws: TrainingError.self) {
                _ = try TrainingRun(
                    checkpoint: checkpoint, configuration: Self.configuration(isConvolution: false, other),
                    data: data.view, seed: 1, kernels: kernels)
            }
        }
    }

    @Test("rows that are no images, and changes that leave nothing of one, are refused")
    func refusals() throws {
        let data = Self.data()
        let kernels = try KernelSet.best(named: nil)
        let message = { (settings: AugmentationSettings, shape: [Int]) -> String in
            data.featureShape = shape
            do {
                _ = try TrainingRun(
                    Self.configuration(isConvolution: false, settings), data: data.view, seed: 1, kernels: kernels)
                return "trains"
            } catch { return "\(error)" }
        }
        #expect(message(Self.changes(flip: 0.5), [6, 5, 2]) == "trains")
        #expect(
            message(Self.changes(flip: 0.5), [60])
                == "training.augmentation.flip = 0.5, want none for rows of the shape [60]; only images [height, width, "
                + "channels] are augmented")
        #expect(
            message(Self.changes(cutout: 2), [30, 2])
                == "training.augmentation.cutout = 2, want none for rows of the shape [30, 2]; only images [height, width, "
                + "channels] are augmented")
        #expect(
            message(Self.changes(shift: 5), [6, 5, 2])
                == "training.augmentation.shift = 5, want less than 5, the shorter side of the images")
        #expect(message(Self.changes(cutout: 4), [6, 5, 2]) == "trains")
    }

    @Test("settings by name reach the configuration")
    func names() throws {
        let configuration = try TrainingConfiguration([
            Setting("model.family", .text("mlp")), Setting("model.family.mlp.layers", .int(0)),
            Setting("training.augmentation.flip", .float(0.5)), Setting("training.augmentation.crop", .float(0.75)),
            Setting("training.augmentation.shift", .int(3)), Setting("training.augmentation.cutout", .int(4)),
            Setting("training.augmentation.mixup", .float(0.25)),
        ])
        var wanted = Self.changes(flip: 0.5, crop: 0.75, shift: 3, cutout: 4)
        wanted.mixUp = 0.25
        #expect(configuration.augmentation == wanted)
        let plain = try TrainingConfiguration([
            Setting("model.family", .text("mlp")), Setting("model.family.mlp.layers", .int(0)),
        ])
        #expect(plain.augmentation == .none)
    }
}
