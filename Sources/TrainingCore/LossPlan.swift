import KernelInterface
import TrainingData
import TuningModel

/// Which loss a network is trained with, decided once, before the first step.
struct LossPlan {
    enum Kind {
        case crossEntropy
        /// Cross-entropy with class weights or label smoothing.
        case weightedCrossEntropy
        /// One logit for two classes.
        case binaryCrossEntropy
        /// A logit for each of several targets of 0 or 1.
        case labelCrossEntropy
        case squaredError
        /// Absolute error where there is no delta, else Huber.
        case robustError(delta: Float?)
    }

    let kind: Kind
    /// Width of the network's last layer.
    let outputs: Int
    /// One for each class; empty where rows are numbers.
    let classWeights: [Double]
    let smoothing: Float
    /// Shape [paddedWidth(classes)]: the class weights in the arena.
    private(set) var weights = 0

    /// - Throws: ``TrainingError`` for a loss or its numbers that do not fit the task.
    init(_ settings: LossSettings, data: DatasetView) throws(TrainingError) {
        let fitting = LossFunction.fitting(data.task.kind)
        let function = settings.function == .automatic ? fitting.first : settings.function
        guard let function, fitting.contains(function) else {
            throw .setting(
                SettingError(
                    setting: "training.loss", found: settings.function.rawValue,
                    wanted: "auto" + fitting.map { ", \($0.rawValue)" }.joined() + " for this task"))
        }
        self.smoothing = Float(settings.labelSmoothing)
        guard self.smoothing >= 0, self.smoothing < 1 else {
            throw .setting(
                SettingError(
                    setting: "training.label_smoothing", found: "\(settings.labelSmoothing)",
                    wanted: "a number in [0, 1)"))
        }
        switch data.task {
        case .classification(let classes):
            self.classWeights = try Self.weights(settings.classWeights, classes: classes, data.train)
            let isPlain = settings.classWeights == .none && self.smoothing == 0
            if function == .binaryCrossEntropy {
                guard classes == 2 else {
                    throw .setting(
                        SettingError(
                            setting: "training.loss", found: "binary_cross_entropy for \(classes) classes",
                            wanted: "two classes, or cross_entropy"))
                }
                self.kind = .binaryCrossEntropy
                self.outputs = 1
            } else {
                self.kind = isPlain ? .crossEntropy : .weightedCrossEntropy
                self.outputs = classes
            }
        case .multiLabel(let labels):
            try Self.refuseClassWeights(settings)
            self.classWeights = []
            self.outputs = labels
            self.kind = .labelCrossEntropy
        case .regression(let outputs):
            try Self.refuseClassSettings(settings)
            self.classWeights = []
            self.outputs = outputs
            switch function {
            case .absoluteError: self.kind = .robustError(delta: nil)
            case .huber: self.kind = .robustError(delta: Float(settings.huberDelta))
            case .automatic, .crossEntropy, .binaryCrossEntropy, .squaredError: self.kind = .squaredError
            }
        }
    }

    mutating func reserve(_ layout: inout ArenaLayout) {
        if !self.classWeights.isEmpty { self.weights = layout.reserve(columns: paddedWidth(self.classWeights.count)) }
    }

    private static func refuseClassSettings(_ settings: LossSettings) throws(TrainingError) {
        guard settings.labelSmoothing == 0 else {
            throw .setting(
                SettingError(
                    setting: "training.label_smoothing", found: "\(settings.labelSmoothing)",
                    wanted: "0, only classes have it"))
        }
        try self.refuseClassWeights(settings)
    }

    private static func refuseClassWeights(_ settings: LossSettings) throws(TrainingError) {
        guard settings.classWeights == .none else {
            throw .setting(
                SettingError(
                    setting: "training.class_weights", found: "\(settings.classWeights)",
                    wanted: "none, only classes have them"))
        }
    }

    /// A weight for each class.
    private static func weights(
        _ settings: ClassWeights, classes: Int, _ rows: DatasetPart
    ) throws(TrainingError) -> [Double] {
        switch settings {
        case .none: return [Double](repeating: 1, count: classes)
        case .given(let weights):
            guard weights.count == classes,
                weights.allSatisfy({ $0 > 0 && $0 <= Double(Float.greatestFiniteMagnitude) })
            else {
                throw .setting(
                    SettingError(
                        setting: "training.class_weights", found: "\(weights)",
                        wanted: "\(classes) positive numbers, one for each class"))
            }
            return weights
        case .balanced:
            var counts = [Int](repeating: 0, count: classes)
            if let labels = unsafe rows.classes {
                for row in 0..<rows.rowCount { counts[unsafe Int(labels[row])] += 1 }
            }
            let occurring = Double(counts.count { $0 > 0 })
            return counts.map { $0 == 0 ? 0 : Double(rows.rowCount) / (occurring * Double($0)) }
        }
    }
}

extension LearningTask {
    /// The task as the study file names it.
    var kind: TaskKind {
        switch self {
        case .classification: .classification
        case .regression: .regression
        case .multiLabel: .multiLabel
        }
    }
}
