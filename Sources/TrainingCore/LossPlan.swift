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
    /// One for each class, or for the ones of each label; empty where rows are numbers, or labels that all count alike.
    let classWeights: [Double]
    let smoothing: Float
    /// Shape [paddedWidth(classes)]: these weights in the arena.
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
        if data.task.kind != .multiLabel, settings.positiveWeights != .none {
            throw .setting(
                SettingError(
                    setting: "training.positive_weights", found: "\(settings.positiveWeights)",
                    wanted: "none, only the task multi_label has them"))
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
            self.classWeights = try Self.positiveWeights(
                settings.positiveWeights, labels: labels, data.train, stride: data.targetStride)
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
            return try self.checked(weights, count: classes, "training.class_weights", of: "class")
        case .balanced:
            var counts = [Int](repeating: 0, count: classes)
            if let labels = unsafe rows.classes {
                for row in 0..<rows.rowCount { counts[unsafe Int(labels[row])] += 1 }
            }
            let occurring = Double(counts.count { $0 > 0 })
            return counts.map { $0 == 0 ? 0 : Double(rows.rowCount) / (occurring * Double($0)) }
        }
    }

    /// A weight for the ones of each label, or none at all.
    private static func positiveWeights(
        _ settings: ClassWeights, labels: Int, _ rows: DatasetPart, stride: Int
    ) throws(TrainingError) -> [Double] {
        switch settings {
        case .none: return []
        case .given(let weights):
            return try self.checked(weights, count: labels, "training.positive_weights", of: "label")
        case .balanced:
            var ones = [Int](repeating: 0, count: labels)
            if let values = unsafe rows.values {
                for row in 0..<rows.rowCount {
                    for label in 0..<labels where unsafe values[row * stride + label] == 1 { ones[label] += 1 }
                }
            }
            return ones.map { $0 == 0 || $0 == rows.rowCount ? 1 : Double(rows.rowCount - $0) / Double($0) }
        }
    }

    private static func checked(
        _ weights: [Double], count: Int, _ name: String, of noun: String
    ) throws(TrainingError) -> [Double] {
        guard weights.count == count,
            weights.allSatisfy({ $0 > 0 && $0 <= Double(Float.greatestFiniteMagnitude) })
        else {
            throw .setting(
                SettingError(
                    setting: name, found: "\(weights)", wanted: "\(count) positive numbers, one for each \(noun)"))
        }
        return weights
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
