import Foundation
import KernelInterface
import NumericKernels
import Testing

/// The file `Vectors/losses.json`: losses and gradients by PyTorch in float64 (see `Vectors/make_loss_vectors.py`).
struct LossVectors: Decodable {
    struct Classes: Decodable {
        let classes: Int
        let smoothing: Float
        let logits: [Float]
        let labels: [Int32]
        let weights: [Float]
        let loss: Double
        let gradient: [Double]
    }

    struct Binary: Decodable {
        let smoothing: Float
        let logits: [Float]
        let labels: [Int32]
        let weights: [Float]
        let loss: Double
        let gradient: [Double]
    }

    struct Errors: Decodable {
        let outputs: Int
        let delta: Float?
        let found: [Float]
        let targets: [Float]
        let loss: Double
        let gradient: [Double]
    }

    struct Several: Decodable {
        let labels: Int
        let smoothing: Float
        let logits: [Float]
        let targets: [Float]
        let weights: [Float]?
        let loss: Double
        let gradient: [Double]
    }

    let several: [Several]
    let classes: [Classes]
    let binary: [Binary]
    let errors: [Errors]

    static func load() throws -> LossVectors {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/losses.json")
        return try JSONDecoder().decode(LossVectors.self, from: Data(contentsOf: file))
    }
}

/// The rows of a matrix with a stride, without padding.
private func rows(_ values: [Float], width: Int, stride: Int) -> [Float] {
    values.indices.filter { $0 % stride < width }.map { values[$0] }
}

/// Rows of some width with a stride, zeros between them.
private func padded(_ values: [Float], width: Int) -> Floats {
    let stride = paddedWidth(width)
    return Floats(
        (0..<values.count / width * stride).map { $0 % stride < width ? values[$0 / stride * width + $0 % stride] : 0 })
}

private func worst(_ found: [Float], _ wanted: [Double]) -> Double {
    guard found.count == wanted.count else { return .infinity }
    return zip(found, wanted).reduce(0) { max($0, (Double($1.0) - $1.1).magnitude) }
}

@Suite("Losses with weights, smoothing and other shapes")
struct ShapedLossTests {
    @Test("weighted cross-entropy agrees with the twin for any number of classes", arguments: sets)
    func weightedMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(60)
        for (count, classes) in LossTests.shapes {
            for smoothing: Float in [0, 0.1] {
                let logits = LossTests.Logits(rows: count, classes: classes, random: &random)
                let values = (0..<classes).map { _ in 1.5 + random.number() }
                let weights = padded(values, width: classes)
                let gradient = Floats(count: count * logits.stride, .nan)
                let arguments = unsafe WeightedCrossEntropyArguments(
                    rows: count, classes: classes, logits: logits.values.constant, gradient: gradient.pointer,
                    stride: logits.stride, labels: logits.labels.constant, weights: weights.constant,
                    smoothing: smoothing, gradientScale: 0.125)
                let loss = unsafe try table(set).weightedCrossEntropy(arguments)
                let expected = (0..<count).map {
                    Reference.weightedCrossEntropy(
                        logits.row($0), label: Int(logits.labels.values[$0]), weights: values, smoothing: smoothing,
                        scale: 0.125)
                }
                #expect(loss == expected.reduce(0) { $0 + $1.loss }, "\(count) rows, \(classes) classes, seed 60")
                let padding = [Float](repeating: 0, count: logits.stride - classes)
                let wrong = difference(gradient.values, expected.flatMap { $0.gradient + padding })
                #expect(wrong == nil, "\(count) rows, \(classes) classes, seed 60")
            }
        }
    }

    @Test("binary cross-entropy agrees with the twin, with and without a gradient", arguments: sets)
    func binaryMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(61)
        for count in [0, 1, 7, 16, 33] {
            let values = (0..<count).map { _ in random.number() * 12 }
            let logits = padded(values, width: 1)
            let stored = random.picks(count, below: 2)
            // Row i's label lies at count - 1 - i.
            let labels = Numbers(stored.values.reversed())
            let picked = Numbers((0..<count).map { Int32(count - 1 - $0) })
            let weights = SIMD2<Float>(0.75, 2.5)
            let expected = zip(values, stored.values).map {
                Reference.binaryCrossEntropy(
                    $0, target: Float($1), weights: weights, smoothing: 0.1, scale: 0.25)
            }
            let loss = expected.reduce(0.0) { $0 + Double($1.loss) }
            for wantsGradient in [false, true] {
                let arguments = unsafe BinaryCrossEntropyArguments(
                    rows: count, logits: logits.constant, gradient: wantsGradient ? logits.pointer : nil, stride: 16,
                    labels: labels.constant, picked: picked.constant, weights: weights, smoothing: 0.1,
                    gradientScale: 0.25)
                #expect(unsafe try table(set).binaryCrossEntropy(arguments) == loss, "\(count) rows, seed 61")
            }
            let padding = [Float](repeating: 0, count: 15)
            #expect(difference(logits.values, expected.flatMap { [$0.gradient] + padding }) == nil, "seed 61")
        }
    }

    @Test("absolute and Huber errors agree with the twin", arguments: sets)
    func robustMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(62)
        for (count, outputs) in [(0, 1), (1, 1), (7, 16), (32, 40)] {
            for delta: Float? in [nil, 0.5] {
                let stride = paddedWidth(outputs)
                let found = random.matrix(rows: count, width: outputs, stride: stride)
                let targets = random.matrix(rows: 9, width: outputs, stride: stride)
                if count > 0 { unsafe found.pointer[0] = targets[0] }
                let picked = Numbers((0..<count).map { Int32($0 % 9) })
                let source = unsafe RowSource(targets.constant, stride: stride, picked: picked.constant)
                let expected = (0..<count).map { row in
                    let target = row % 9
                    return Reference.robustErrors(
                        Array(found.values[row * stride..<(row + 1) * stride]),
                        Array(targets.values[target * stride..<(target + 1) * stride]), delta: delta, scale: 0.5)
                }
                let arguments = unsafe RobustErrorArguments(
                    rows: count, columns: stride, outputs: found.constant, gradient: found.pointer, stride: stride,
                    targets: source, delta: delta, gradientScale: 0.5)
                #expect(unsafe try table(set).robustError(arguments) == expected.reduce(0) { $0 + $1.error })
                #expect(difference(found.values, expected.flatMap(\.gradient)) == nil, "\(count)x\(outputs), seed 62")
            }
        }
    }

    @Test("the cross-entropy of several labels agrees with the twin, with and without a gradient", arguments: sets)
    func labelsMatchTwin(_ set: InstructionSet) throws {
        var random = TestRandom(63)
        for (count, labels, isWeighted) in [
            (0, 1, false), (1, 1, false), (7, 16, false), (5, 17, false), (32, 40, false), (1, 1, true), (5, 17, true),
            (32, 40, true),
        ] {
            let stride = paddedWidth(labels)
            let weights = Floats((0..<stride).map { _ in isWeighted ? random.number() + 1.5 : 1 })
            // What lies in the padding must not matter, but for the sign of a zero it is 0 in training.
            let logits = random.matrix(rows: count, width: labels, stride: stride, padding: 7)
            let targets = Floats(
                (0..<9 * stride).map { $0 % stride < labels && random.number() > 0 ? 1 : 0 })
            let picked = random.picks(count, below: 9)
            let source = unsafe RowSource(targets.constant, stride: stride, picked: picked.constant)
            var loss = 0.0
            var gradient: [Float] = []
            for row in 0..<count {
                var sums = [Float](repeating: 0, count: 16)
                for label in 0..<stride {
                    guard label < labels else {
                        gradient.append(0)
                        continue
                    }
                    let one = Reference.binaryCrossEntropy(
                        logits[row * stride + label], target: targets[Int(picked.values[row]) * stride + label],
                        weights: SIMD2(1, weights[label]), smoothing: 0.1, scale: 0.25)
                    sums[label % 16] += one.loss
                    gradient.append(one.gradient)
                }
                loss += Double(Reference.treeSum(sums))
            }
            for wantsGradient in [false, true] {
                let arguments = unsafe LabelCrossEntropyArguments(
                    rows: count, labels: labels, logits: logits.constant,
                    gradient: wantsGradient ? logits.pointer : nil, stride: stride, targets: source,
                    weights: isWeighted ? weights.constant : nil, smoothing: 0.1, gradientScale: 0.25)
                #expect(unsafe try table(set).labelCrossEntropy(arguments) == loss, "\(count)x\(labels), seed 63")
            }
            #expect(difference(logits.values, gradient) == nil, "\(count)x\(labels), seed 63")
        }
    }

    @Test("the cross-entropy of several labels is that of PyTorch", arguments: sets)
    func labelVectors(_ set: InstructionSet) throws {
        let vectors = try LossVectors.load().several
        #expect(vectors.count { $0.weights != nil } == 2)
        for vector in vectors {
            let stride = paddedWidth(vector.labels)
            let logits = padded(vector.logits, width: vector.labels)
            let targets = padded(vector.targets, width: vector.labels)
            let weights = padded(vector.weights ?? [], width: vector.labels)
            let arguments = unsafe LabelCrossEntropyArguments(
                rows: vector.logits.count / vector.labels, labels: vector.labels, logits: logits.constant,
                gradient: logits.pointer, stride: stride, targets: RowSource(targets.constant, stride: stride),
                weights: vector.weights == nil ? nil : weights.constant, smoothing: vector.smoothing,
                gradientScale: Float(1 / Double(vector.logits.count)))
            let loss = unsafe try table(set).labelCrossEntropy(arguments) / Double(vector.logits.count)
            #expect((loss / vector.loss - 1).magnitude < 1e-6, "\(vector.labels) labels")
            #expect(worst(rows(logits.values, width: vector.labels, stride: stride), vector.gradient) < 1e-7)
        }
    }

    @Test("a NaN gives a NaN loss and gradient in each", arguments: sets)
    func keepsNaN(_ set: InstructionSet) throws {
        let table = try table(set)
        let weights = padded([1, 1, 1], width: 3)
        let labels = Numbers([1])
        var found = padded([0, .nan, 0], width: 3)
        let weighted = unsafe WeightedCrossEntropyArguments(
            rows: 1, classes: 3, logits: found.constant, gradient: found.pointer, stride: 16, labels: labels.constant,
            weights: weights.constant, smoothing: 0.1, gradientScale: 1)
        #expect(unsafe table.weightedCrossEntropy(weighted).isNaN)
        #expect(found[0].isNaN && found[1].isNaN && found[2].isNaN)
        found = padded([.nan], width: 1)
        let binary = unsafe BinaryCrossEntropyArguments(
            rows: 1, logits: found.constant, gradient: found.pointer, stride: 16, labels: labels.constant,
            gradientScale: 1)
        #expect(unsafe table.binaryCrossEntropy(binary).isNaN)
        #expect(found[0].isNaN && found[1] == 0)
        for delta: Float? in [nil, 1] {
            found = padded([.nan], width: 1)
            let target = padded([1], width: 1)
            let robust = unsafe RobustErrorArguments(
                rows: 1, columns: 16, outputs: found.constant, gradient: found.pointer, stride: 16,
                targets: RowSource(target.constant, stride: 16), delta: delta, gradientScale: 1)
            #expect(unsafe table.robustError(robust).isNaN)
            #expect(found[0].isNaN && found[1] == 0)
        }
    }

    @Test("cross-entropy with weights and smoothing is that of PyTorch", arguments: sets)
    func weightedVectors(_ set: InstructionSet) throws {
        for vector in try LossVectors.load().classes {
            let stride = paddedWidth(vector.classes)
            let logits = padded(vector.logits, width: vector.classes)
            let weights = padded(vector.weights, width: vector.classes)
            let labels = Numbers(vector.labels)
            let total = vector.labels.reduce(0.0) { $0 + Double(vector.weights[Int($1)]) }
            let arguments = unsafe WeightedCrossEntropyArguments(
                rows: vector.labels.count, classes: vector.classes, logits: logits.constant, gradient: logits.pointer,
                stride: stride, labels: labels.constant, weights: weights.constant, smoothing: vector.smoothing,
                gradientScale: Float(1 / total))
            let loss = unsafe try table(set).weightedCrossEntropy(arguments) / total
            #expect((loss / vector.loss - 1).magnitude < 1e-6, "\(vector.classes) classes")
            let gradient = rows(logits.values, width: vector.classes, stride: stride)
            #expect(worst(gradient, vector.gradient) < 1e-7, "\(vector.classes) classes")
        }
    }

    @Test("binary cross-entropy is that of PyTorch, also for logits where exp overflows", arguments: sets)
    func binaryVectors(_ set: InstructionSet) throws {
        for vector in try LossVectors.load().binary {
            let logits = padded(vector.logits, width: 1)
            let labels = Numbers(vector.labels)
            let total = vector.labels.reduce(0.0) { $0 + Double(vector.weights[Int($1)]) }
            let arguments = unsafe BinaryCrossEntropyArguments(
                rows: vector.labels.count, logits: logits.constant, gradient: logits.pointer, stride: 16,
                labels: labels.constant, weights: SIMD2(vector.weights[0], vector.weights[1]),
                smoothing: vector.smoothing, gradientScale: Float(1 / total))
            let loss = unsafe try table(set).binaryCrossEntropy(arguments) / total
            #expect((loss / vector.loss - 1).magnitude < 1e-6)
            #expect(worst(rows(logits.values, width: 1, stride: 16), vector.gradient) < 1e-7)
        }
    }

    @Test("absolute and Huber errors are those of PyTorch", arguments: sets)
    func robustVectors(_ set: InstructionSet) throws {
        for vector in try LossVectors.load().errors {
            let stride = paddedWidth(vector.outputs)
            let found = padded(vector.found, width: vector.outputs)
            let targets = padded(vector.targets, width: vector.outputs)
            let count = vector.found.count / vector.outputs
            let arguments = unsafe RobustErrorArguments(
                rows: count, columns: stride, outputs: found.constant, gradient: found.pointer, stride: stride,
                targets: RowSource(targets.constant, stride: stride), delta: vector.delta,
                gradientScale: Float(1 / Double(vector.found.count)))
            let loss = unsafe try table(set).robustError(arguments) / Double(vector.found.count)
            #expect((loss / vector.loss - 1).magnitude < 1e-6, "\(vector.outputs) outputs")
            #expect(worst(rows(found.values, width: vector.outputs, stride: stride), vector.gradient) < 1e-7)
        }
    }
}
