import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("losses of a training run")
struct LossSettingTests {
    private static func refusal(_ task: LearningTask, _ set: (inout LossSettings) -> Void) throws -> String? {
        var configuration = TrainingCase(task: task).configuration
        set(&configuration.loss)
        let data = TestData.random(task)
        do {
            let run = try TrainingRun(
                configuration, data: data.view, seed: 1, kernels: try KernelSet.best(named: nil))
            _ = run.epoch
            return nil
        } catch let error as TrainingError {
            return error.description
        }
    }

    @Test("a loss or a number that the task does not have is refused with what it has")
    func refusals() throws {
        let three = LearningTask.classification(classes: 3)
        let number = LearningTask.regression(outputs: 1)
        #expect(
            try Self.refusal(three) { $0.function = .huber }
                == "training.loss = huber, want auto, cross_entropy, binary_cross_entropy for this task")
        #expect(
            try Self.refusal(number) { $0.function = .crossEntropy }
                == "training.loss = cross_entropy, want auto, squared_error, absolute_error, huber for this task")
        #expect(
            try Self.refusal(three) { $0.function = .binaryCrossEntropy }
                == "training.loss = binary_cross_entropy for 3 classes, want two classes, or cross_entropy")
        #expect(
            try Self.refusal(three) { $0.classWeights = .given([1, 2]) }
                == "training.class_weights = [1.0, 2.0], want 3 positive numbers, one for each class")
        #expect(
            try Self.refusal(three) { $0.classWeights = .given([1, 2, 0]) }
                == "training.class_weights = [1.0, 2.0, 0.0], want 3 positive numbers, one for each class")
        #expect(
            try Self.refusal(three) { $0.labelSmoothing = 1 }
                == "training.label_smoothing = 1.0, want a number in [0, 1)")
        #expect(
            try Self.refusal(number) { $0.labelSmoothing = 0.1 }
                == "training.label_smoothing = 0.1, want 0, only classes have it")
        #expect(
            try Self.refusal(number) { $0.classWeights = .balanced }
                == "training.class_weights = balanced, want none, only classes have them")
        #expect(
            try Self.refusal(.multiLabel(labels: 2)) { $0.classWeights = .balanced }
                == "training.class_weights = balanced, want none, only classes have them")
        for task in [three, number] {
            #expect(
                try Self.refusal(task) { $0.positiveWeights = .balanced }
                    == "training.positive_weights = balanced, want none, only the task multi_label has them")
        }
        for weights in [[1.0, 2, 3], [1, .infinity]] {
            #expect(
                try Self.refusal(.multiLabel(labels: 2)) { $0.positiveWeights = .given(weights) }
                    == "training.positive_weights = \(weights), want 2 positive numbers, one for each label")
        }
        #expect(try Self.refusal(.multiLabel(labels: 2)) { $0.positiveWeights = .given([1, 2]) } == nil)
        #expect(try Self.refusal(three) { $0.classWeights = .given([1, 2, 0.5]) } == nil)
        #expect(try Self.refusal(.multiLabel(labels: 2)) { $0.labelSmoothing = 0.1 } == nil)
    }

    @Test("balanced weights are those of scikit-learn, a class that does not occur weighs nothing")
    func balanced() throws {
        // compute_class_weight("balanced", classes=[0, 1, 3], y) for 1, 5 and 2 rows of them.
        let labels: [Float] = [0, 1, 1, 1, 1, 1, 3, 3]
        let data = TestData(
            task: .classification(classes: 4), featureCount: 1, rowCount: 8, validationRowCount: 1
        ) { ([Float($0)], [labels[$0 % 8]]) }
        var settings = LossSettings()
        settings.classWeights = .balanced
        let plan = try LossPlan(settings, data: data.view)
        let wanted: [Double] = [8.0 / 3, 8.0 / 15, 0, 4.0 / 3]
        #expect(plan.classWeights == wanted)
    }

    @Test("balanced weights of labels are zeros per one, 1 where there are none of either")
    func balancedLabels() throws {
        let data = TestData(
            task: .multiLabel(labels: 4), featureCount: 1, rowCount: 8, validationRowCount: 1
        ) { row in ([Float(row)], [row < 2 ? 1 : 0, row < 6 ? 1 : 0, 0, 1]) }
        var settings = LossSettings()
        #expect(try LossPlan(settings, data: data.view).classWeights == [])
        settings.positiveWeights = .balanced
        #expect(try LossPlan(settings, data: data.view).classWeights == [3, 2.0 / 6, 1, 1])
    }

    @Test("validation measures the plain loss, whatever is trained")
    func plainEvaluation() throws {
        let kernels = try KernelSet.best(named: nil)
        for kinds in [
            [TrainingCase.losses[0], TrainingCase.losses[1]], [TrainingCase.losses[6], TrainingCase.losses[7]],
            [TrainingCase.losses[9], TrainingCase.losses[11]],
        ] {
            let data = kinds[0].data
            var losses: Set<Double?> = []
            for kind in kinds {
                let run = try TrainingRun(kind.configuration, data: data.view, seed: 4, kernels: kernels)
                losses.insert(run.evaluate(data.view.validation, as: .validation)[.validationLoss])
            }
            var plain = kinds[0].configuration
            plain.loss = LossSettings()
            let run = try TrainingRun(plain, data: data.view, seed: 4, kernels: kernels)
            losses.insert(run.evaluate(data.view.validation, as: .validation)[.validationLoss])
            #expect(losses.count == 1 && losses.first != nil)
        }
    }

    @Test("two classes with one logit are learnt as with two")
    func binary() throws {
        let kernels = try KernelSet.best(named: nil)
        var kind = TrainingCase(task: .classification(classes: 2))
        kind.loss.function = .binaryCrossEntropy
        let data = TestData.random(kind.task, rows: 200, validation: 100)
        let (_, last) = try train(kind.configuration, on: data, epochs: 30, kernels: kernels)
        let accuracy = last[.validationAccuracy] ?? 0
        let loss = last[.validationLoss] ?? .nan
        #expect(accuracy > 0.9 && loss < 0.3, "accuracy \(accuracy), loss \(loss)")
    }

    @Test("a checkpoint belongs to its loss")
    func checkpoints() throws {
        let kernels = try KernelSet.best(named: nil)
        let classes = TrainingCase.losses.filter { $0.task == .classification(classes: 3) } + [TrainingCase()]
        let labels = TrainingCase.losses.filter { $0.task == .multiLabel(labels: 19) }
        #expect(labels.count == 2)
        for kinds in [classes, labels] { try self.expectOwn(kinds, kernels) }
    }

    private func expectOwn(_ kinds: [TrainingCase], _ kernels: KernelSet) throws {
        let data = kinds[0].data
        for kind in kinds {
            let bytes = try TrainingRun(kind.configuration, data: data.view, seed: 4, kernels: kernels).checkpoint()
            for other in kinds where other.loss != kind.loss {
                var configuration = kind.configuration
                configuration.loss = other.loss
                #expect(throws: TrainingError.self) {
                    let run = try TrainingRun(
                        checkpoint: bytes, configuration: configuration, data: data.view, seed: 4, kernels: kernels)
                    _ = run.epoch
                }
            }
        }
    }
}
