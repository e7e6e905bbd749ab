import KernelInterface
import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("figures of scikit-learn")
struct MetricTests {
    private static func near(_ found: Double, _ wanted: Double) -> Bool { (found - wanted).magnitude < 1e-12 }

    @Test("accuracy, macro and micro averages, and each class")
    func classes() throws {
        for vector in try MetricVectors.load().classification {
            var tally = ClassificationTally(classes: vector.classes)
            for (row, label) in vector.labels.enumerated() {
                let logits = vector.row(row)
                let best = logits.max() ?? 0
                tally.add(target: Int(label), prediction: logits.firstIndex(of: best) ?? -1)
            }
            let figures = tally.figures()
            #expect(Self.near(figures.accuracy, vector.accuracy))
            #expect(Self.near(figures.precision, vector.macro.precision))
            #expect(Self.near(figures.recall, vector.macro.recall))
            #expect(Self.near(figures.f1, vector.macro.f1))
            let micro = try #require(tally.microFigures())
            #expect(Self.near(micro.precision, vector.micro.precision))
            #expect(Self.near(micro.recall, vector.micro.recall))
            #expect(Self.near(micro.f1, vector.micro.f1))
            let each = tally.classFigures()
            #expect(each.map(\.rows) == vector.rows)
            #expect(zip(each.map(\.precision), vector.precision).allSatisfy(Self.near))
            #expect(zip(each.map(\.recall), vector.recall).allSatisfy(Self.near))
            #expect(zip(each.map(\.f1), vector.f1).allSatisfy(Self.near))
        }
    }

    @Test(
        "top-k accuracy and the area under the curve, ties at their average rank",
        arguments: availableKernels().map(\.instructionSet))
    func scores(_ set: InstructionSet) throws {
        let table = try KernelSet.best(named: set.rawValue).table
        for vector in try MetricVectors.load().classification {
            var tally = ScoreTally(classes: vector.classes, logits: vector.classes, wanted: Self.wanted)
            let rows = vector.labels.count
            // In two chunks of rows with a stride of 16.
            for range in [0..<rows / 3, rows / 3..<rows] {
                var logits = range.flatMap { row in
                    vector.row(row) + [Float](repeating: 0, count: 16 - vector.classes)
                }
                let labels = Array(vector.labels[range])
                unsafe logits.withUnsafeMutableBufferPointer { logits in
                    unsafe labels.withUnsafeBufferPointer { labels in
                        guard let first = logits.baseAddress, let second = labels.baseAddress else { return }
                        unsafe tally.add(first, stride: 16, labels: second, count: range.count, table: table)
                    }
                }
            }
            #expect(Self.near(tally.topShare(3), vector.top_3))
            #expect(Self.near(tally.topShare(5), vector.top_5))
            #expect(Self.near(tally.areaUnderCurve(), vector.roc_auc), "\(vector.classes) classes")
        }
    }

    private static let wanted = [
        PlannedFigure(metric: .validationTop3, figure: .top3),
        PlannedFigure(metric: .validationAreaUnderCurve, figure: .areaUnderCurve),
    ]

    @Test("several labels: all right, each wrong, averages, areas, and each label")
    func labels() throws {
        for vector in try MetricVectors.load().several {
            var tally = LabelTally(labels: vector.labels, keepsScores: true)
            for row in 0..<vector.targets.count / vector.labels {
                let range = row * vector.labels..<(row + 1) * vector.labels
                Self.add(Array(vector.targets[range]), Array(vector.logits[range]), to: &tally)
            }
            #expect(Self.near(tally.accuracy, vector.accuracy))
            #expect(Self.near(tally.hammingLoss, vector.hamming_loss))
            #expect(Self.near(tally.areaUnderCurve(), vector.roc_auc))
            let macro = tally.macroFigures()
            #expect(Self.near(macro.precision, vector.macro.precision))
            #expect(Self.near(macro.recall, vector.macro.recall))
            #expect(Self.near(macro.f1, vector.macro.f1))
            let micro = try #require(tally.microFigures())
            #expect(Self.near(micro.precision, vector.micro.precision))
            #expect(Self.near(micro.recall, vector.micro.recall))
            #expect(Self.near(micro.f1, vector.micro.f1))
            let each = tally.labelFigures()
            #expect(each.map(\.rows) == vector.rows)
            #expect(zip(each.map(\.precision), vector.precision).allSatisfy(Self.near))
            #expect(zip(each.map(\.recall), vector.recall).allSatisfy(Self.near))
            #expect(zip(each.map(\.f1), vector.f1).allSatisfy(Self.near))
        }
    }

    @Test("several labels: a NaN is wrong either way, and without rows all is NaN")
    func labelEdges() {
        var tally = LabelTally(labels: 2, keepsScores: true)
        #expect(tally.accuracy.isNaN && tally.hammingLoss.isNaN && tally.macroFigures().f1.isNaN)
        #expect(tally.microFigures() == nil && tally.areaUnderCurve().isNaN)
        Self.add([1, 0], [.nan, .nan], to: &tally)
        Self.add([1, 0], [3, -2], to: &tally)
        #expect(tally.accuracy == 0.5 && tally.hammingLoss == 0.5)
        #expect(tally.areaUnderCurve().isNaN)
    }

    private static func add(_ targets: [Float], _ logits: [Float], to tally: inout LabelTally) {
        unsafe targets.withUnsafeBufferPointer { targets in
            unsafe logits.withUnsafeBufferPointer { logits in
                guard let first = targets.baseAddress, let second = logits.baseAddress else { return }
                unsafe tally.add(targets: first, logits: second)
            }
        }
    }

    @Test("an area is 1 in perfect order, 1/2 where all scores tie, and NaN without both kinds of rows or with a NaN")
    func areas() {
        let kinds = [false, true, false, true]
        #expect(RankStatistic.areaUnderCurve([-2, 5, -1, 0.5]) { kinds[$0] } == 1)
        #expect(RankStatistic.areaUnderCurve([2, -5, 1, -0.5]) { kinds[$0] } == 0)
        #expect(RankStatistic.areaUnderCurve([0, -0.0, 0, -0.0]) { kinds[$0] } == 0.5)
        #expect(RankStatistic.areaUnderCurve([-.infinity, .infinity, 1, 1]) { kinds[$0] } == 0.875)
        #expect(RankStatistic.areaUnderCurve([1, 2]) { _ in true }.isNaN)
        #expect(RankStatistic.areaUnderCurve([]) { _ in true }.isNaN)
        #expect(RankStatistic.areaUnderCurve([1, .nan, 3, 2]) { kinds[$0] }.isNaN)
        // A column that has no area is left out of the mean.
        let mean = RankStatistic.meanAreaUnderCurve([0, 9, 1, 9], columns: 2) { row, column in column == 1 || row == 1 }
        #expect(mean == 1)
    }
}

@Suite("which figures a run tells")
struct FigureTests {
    private static func run(
        _ task: LearningTask, metrics: [Metric] = [], loss: LossFunction = .automatic
    ) throws -> (validation: [MetricValue], test: [MetricValue]) {
        var configuration = TrainingCase(task: task).configuration
        configuration.metrics = metrics
        configuration.loss.function = loss
        let data = TestData.random(task, rows: 60, validation: 40)
        var run = try TrainingRun(configuration, data: data.view, seed: 1, kernels: try KernelSet.best(named: nil))
        for _ in 0..<3 {
            _ = run.trainEpoch { false }
            _ = run.finishEpoch()
        }
        return (
            run.evaluate(data.view.validation, as: .validation), run.evaluate(data.view.validation, as: .test)
        )
    }

    @Test("five of each epoch, those that are asked for, and all at the end, in the order of the declaration")
    func classification() throws {
        let plain = try Self.run(.classification(classes: 3))
        let always: [Metric] = [
            .validationLoss, .validationAccuracy, .validationPrecision, .validationRecall, .validationF1,
        ]
        #expect(plain.validation.map(\.metric) == always)
        #expect(
            plain.test.map(\.metric) == [
                .testLoss, .testAccuracy, .testPrecision, .testRecall, .testF1, .testMicroPrecision, .testMicroRecall,
                .testMicroF1, .testAreaUnderCurve,
            ])
        let asked = try Self.run(.classification(classes: 7), metrics: [.validationLogLoss, .validationTop3])
        #expect(asked.validation.map(\.metric) == always + [.validationTop3, .validationLogLoss])
        #expect(asked.validation[.validationLogLoss] == asked.validation[.validationLoss])
        #expect(asked.test[.testTop5] != nil && asked.test[.testLogLoss] == asked.test[.testLoss])
        let top = try #require(asked.validation[.validationTop3])
        #expect(top >= asked.validation[.validationAccuracy] ?? 1 && top <= asked.test[.testTop5] ?? 0)
        #expect(asked.validation.map(\.metric.wireNumber) == asked.validation.map(\.metric.wireNumber).sorted())
    }

    @Test("one logit and two tell the same kinds of figures, and both learn")
    func binary() throws {
        for loss in [LossFunction.crossEntropy, .binaryCrossEntropy] {
            let found = try Self.run(.classification(classes: 2), metrics: [.validationAreaUnderCurve], loss: loss)
            #expect(try #require(found.validation[.validationAreaUnderCurve]) > 0.7)
            #expect(found.validation[.validationAreaUnderCurve] == found.test[.testAreaUnderCurve])
            #expect(found.test[.testMicroF1] == found.test[.testAccuracy])
        }
    }

    @Test("several labels are learnt, and tell what they measure")
    func labels() throws {
        var configuration = TrainingCase(task: .multiLabel(labels: 3)).configuration
        configuration.metrics = [.validationMicroF1]
        let data = TestData.random(.multiLabel(labels: 3), rows: 300, validation: 200)
        let (_, last) = try train(
            configuration, on: data, epochs: 40, kernels: try KernelSet.best(named: nil))
        #expect(
            last.map(\.metric) == [
                .trainLoss, .validationLoss, .validationAccuracy, .validationPrecision, .validationRecall,
                .validationF1, .validationGap, .validationGapTrend, .validationMicroF1, .validationHammingLoss,
            ])
        let wrong = last[.validationHammingLoss] ?? 1
        #expect(wrong < 0.1 && last[.validationAccuracy] ?? 0 > 0.75, "hamming loss \(wrong)")
        let run = try TrainingRun(
            configuration, data: data.view, seed: 1, kernels: try KernelSet.best(named: nil))
        #expect(run.evaluateByClass(data.view.validation).count == 3)
    }

    @Test("regression measures all it has; a metric of another task is refused")
    func regression() throws {
        let found = try Self.run(.regression(outputs: 2))
        #expect(
            found.validation.map(\.metric) == [
                .validationLoss, .validationRootMeanSquaredError, .validationMeanAbsoluteError, .validationR2,
            ])
        #expect(throws: TrainingError.self) {
            try Self.run(.regression(outputs: 2), metrics: [.validationAreaUnderCurve])
        }
    }

    @Test("figures by class are those of the averages")
    func byClass() throws {
        let data = TestData.random(.classification(classes: 4), rows: 60, validation: 90)
        let run = try TrainingRun(
            TrainingCase(task: data.task).configuration, data: data.view, seed: 1,
            kernels: try KernelSet.best(named: nil))
        let classes = run.evaluateByClass(data.view.validation)
        let metrics = run.evaluate(data.view.validation, as: .validation)
        #expect(classes.count == 4 && classes.reduce(0) { $0 + $1.rows } == 90)
        let f1 = classes.reduce(0) { $0 + $1.f1 } / 4
        #expect((f1 - (metrics[.validationF1] ?? .nan)).magnitude < 1e-12)
    }
}
