import Foundation
import KernelInterface
import NumericKernels
import Testing

@Suite("Losses")
struct LossTests {
    /// Logits of some rows with their labels.
    struct Logits {
        let rows: Int
        let classes: Int
        let stride: Int
        let values: Floats
        let labels: Numbers

        init(rows: Int, classes: Int, random: inout TestRandom) {
            self.rows = rows
            self.classes = classes
            self.stride = paddedWidth(classes)
            self.values = random.matrix(rows: rows, width: classes, stride: self.stride, padding: 77)
            for index in 0..<rows * self.stride where index % self.stride < classes {
                unsafe self.values.pointer[index] *= 8
            }
            self.labels = random.picks(rows, below: classes)
        }

        func row(_ row: Int) -> [Float] { (0..<self.classes).map { self.values[row * self.stride + $0] } }

        var expected: [(loss: Double, gradient: [Float], prediction: Int)] {
            (0..<self.rows).map {
                Reference.crossEntropy(self.row($0), label: Int(self.labels.values[$0]), scale: 0.125)
            }
        }
    }

    static let shapes = [(0, 3), (1, 2), (5, 10), (17, 16), (33, 10), (7, 17), (4, 100), (3, 1), (2, 1_000)]

    @Test("cross-entropy and its gradient agree with the twin for any number of classes", arguments: sets)
    func crossEntropyMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(50)
        for (rows, classes) in Self.shapes {
            let logits = Logits(rows: rows, classes: classes, random: &random)
            let gradient = Floats(count: rows * logits.stride, .nan)
            let arguments = unsafe CrossEntropyArguments(
                rows: rows, classes: classes, logits: logits.values.constant, gradient: gradient.pointer,
                stride: logits.stride, labels: logits.labels.constant, gradientScale: 0.125)
            let loss = unsafe try table(set).crossEntropy(arguments)
            let expected = logits.expected
            #expect(loss == expected.reduce(0) { $0 + $1.loss }, "\(rows) rows, \(classes) classes, seed 50")
            let padding = [Float](repeating: 0, count: logits.stride - classes)
            let wrong = difference(gradient.values, expected.flatMap { $0.gradient + padding })
            #expect(wrong == nil, "\(rows) rows, \(classes) classes, seed 50")
        }
    }

    @Test("labels may be picked, and the gradient may take the place of the logits", arguments: sets)
    func picksLabels(_ set: InstructionSet) throws {
        var random = TestRandom(51)
        for classes in [10, 40] {
            let logits = Logits(rows: 20, classes: classes, random: &random)
            let expected = logits.expected
            // Row i's label lies at 19 - i.
            let labels = Numbers(logits.labels.values.reversed())
            let picked = Numbers((0..<20).map { 19 - Int32($0) })
            let arguments = unsafe CrossEntropyArguments(
                rows: 20, classes: classes, logits: logits.values.constant, gradient: logits.values.pointer,
                stride: logits.stride, labels: labels.constant, picked: picked.constant, gradientScale: 0.125)
            let loss = unsafe try table(set).crossEntropy(arguments)
            #expect(loss == expected.reduce(0) { $0 + $1.loss })
            let padding = [Float](repeating: 0, count: logits.stride - classes)
            #expect(difference(logits.values.values, expected.flatMap { $0.gradient + padding }) == nil)
        }
    }

    @Test("evaluation gives the same loss, the predictions and the count of right ones", arguments: sets)
    func evaluationMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(52)
        for (rows, classes) in Self.shapes {
            let logits = Logits(rows: rows, classes: classes, random: &random)
            let predictions = Numbers([Int32](repeating: -7, count: rows))
            let arguments = unsafe ClassEvaluationArguments(
                rows: rows, classes: classes, logits: logits.values.constant, stride: logits.stride,
                labels: logits.labels.constant, predictions: predictions.pointer)
            let found = unsafe try table(set).crossEntropyLoss(arguments)
            let expected = logits.expected
            #expect(found.loss == expected.reduce(0) { $0 + $1.loss }, "seed 52")
            #expect((0..<rows).map { unsafe Int(predictions.pointer[$0]) } == expected.map(\.prediction))
            let right = (0..<rows).count { expected[$0].prediction == Int(logits.labels.values[$0]) }
            #expect(found.correct == right)
        }
    }

    @Test("the lowest of equal logits is predicted; NaN gives a NaN loss and no prediction", arguments: sets)
    func settlesTiesAndNaN(_ set: InstructionSet) throws {
        var rows = [Float](repeating: 0, count: 3 * 16)
        rows[2] = 5
        rows[7] = 5
        rows[16 + 3] = .nan
        rows[32 + 9] = .infinity
        let (values, labels, predictions) = (Floats(rows), Numbers([2, 0, 9]), Numbers([9, 9, 9]))
        let arguments = unsafe ClassEvaluationArguments(
            rows: 3, classes: 10, logits: values.constant, stride: 16, labels: labels.constant,
            predictions: predictions.pointer)
        let found = unsafe try table(set).crossEntropyLoss(arguments)
        #expect(found.loss.isNaN && found.correct == 1)
        #expect((0..<3).map { unsafe predictions.pointer[$0] } == [2, -1, -1])
    }

    @Test("cross-entropy agrees with Float64 arithmetic")
    func agreesWithDouble() throws {
        var random = TestRandom(53)
        let logits = Logits(rows: 50, classes: 10, random: &random)
        for row in 0..<50 {
            let values = logits.row(row).map(Double.init)
            let label = Int(logits.labels.values[row])
            let exact = log(values.reduce(0) { $0 + exp($1) }) - values[label]
            let found = Reference.crossEntropy(logits.row(row), label: label, scale: 1).loss
            #expect(abs(found - exact) < 4e-6, "row \(row), seed 53")
        }
    }

    @Test("squared error and its gradient agree with the twin", arguments: sets)
    func squaredErrorMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(54)
        for (rows, outputs) in [(0, 1), (1, 1), (7, 16), (32, 40)] {
            let stride = paddedWidth(outputs)
            let found = random.matrix(rows: rows, width: outputs, stride: stride)
            let targets = random.matrix(rows: 9, width: outputs, stride: stride)
            let picked = random.picks(rows, below: 9)
            let source = unsafe RowSource(targets.constant, stride: stride, picked: picked.constant)
            let expected = (0..<rows).map { row in
                let target = Int(picked.values[row])
                return Reference.errors(
                    Array(found.values[row * stride..<(row + 1) * stride]),
                    Array(targets.values[target * stride..<(target + 1) * stride]), scale: 0.5)
            }
            let arguments = unsafe SquaredErrorArguments(
                rows: rows, columns: stride, outputs: found.constant, gradient: found.pointer, stride: stride,
                targets: source, gradientScale: 0.5)
            #expect(unsafe try table(set).squaredError(arguments) == expected.reduce(0) { $0 + $1.squared })
            #expect(difference(found.values, expected.flatMap(\.gradient)) == nil, "\(rows)x\(outputs), seed 54")
        }
    }
}
