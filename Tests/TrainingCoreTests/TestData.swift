import KernelInterface
import NumericKernels
import Randomness
import TrainingData
import TuningModel

/// Made-up rows with the memory behind them; the views it gives are valid as long as it lives.
@safe
final class TestData {
    // A class because the memory must stay where it is while views of it exist.
    let task: LearningTask
    let featureCount: Int
    let rowCount: Int
    let validationRowCount: Int
    /// What a row is; a list unless set.
    var featureShape: [Int]
    /// The features of each column of categories; none unless set.
    var categories: [Range<Int>] = []
    private let features: UnsafeMutableBufferPointer<Float>
    private let classes: UnsafeMutableBufferPointer<Int32>
    private let values: UnsafeMutableBufferPointer<Float>

    var featureStride: Int { paddedWidth(self.featureCount) }
    var targetStride: Int { Self.targetStride(self.task) }

    private static func targetStride(_ task: LearningTask) -> Int {
        if case .classification = task { 16 } else { paddedWidth(task.outputCount) }
    }

    /// `row` gives the features of a row and its one class or its outputs; the validation rows follow the training
    /// rows.
    init(
        task: LearningTask, featureCount: Int, rowCount: Int, validationRowCount: Int,
        row: (Int) -> (features: [Float], targets: [Float])
    ) {
        self.task = task
        self.featureCount = featureCount
        self.featureShape = [featureCount]
        self.rowCount = rowCount
        self.validationRowCount = validationRowCount
        let count = rowCount + validationRowCount
        let stride = paddedWidth(featureCount)
        unsafe self.features = .allocate(capacity: max(1, count * stride))
        unsafe self.features.initialize(repeating: 0)
        unsafe self.classes = .allocate(capacity: max(1, count))
        unsafe self.classes.initialize(repeating: 0)
        let targetStride = Self.targetStride(task)
        unsafe self.values = .allocate(capacity: max(1, count * targetStride))
        unsafe self.values.initialize(repeating: 0)
        for index in 0..<count {
            let row = row(index)
            for (i, value) in row.features.enumerated() { unsafe self.features[index * stride + i] = value }
            switch task {
            case .classification: unsafe self.classes[index] = Int32(row.targets[0])
            case .regression, .multiLabel:
                for (i, value) in row.targets.enumerated() { unsafe self.values[index * targetStride + i] = value }
            }
        }
    }

    deinit {
        unsafe self.features.deallocate()
        unsafe self.classes.deallocate()
        unsafe self.values.deallocate()
    }

    var view: DatasetView {
        DatasetView(
            task: self.task, featureCount: self.featureCount, featureShape: self.featureShape,
            categories: self.categories, featureStride: self.featureStride, targetStride: self.targetStride,
            train: self.part(from: 0, count: self.rowCount),
            validation: self.part(from: self.rowCount, count: self.validationRowCount))
    }

    func part(from start: Int, count: Int) -> DatasetPart {
        guard let features = unsafe self.features.baseAddress, let classes = unsafe self.classes.baseAddress,
            let values = unsafe self.values.baseAddress
        else { preconditionFailure("buffers of at least one element have an address") }
        switch self.task {
        case .classification:
            return unsafe DatasetPart(
                rowCount: count, features: features + start * self.featureStride, classes: classes + start, values: nil)
        case .regression, .multiLabel:
            return unsafe DatasetPart(
                rowCount: count, features: features + start * self.featureStride, classes: nil,
                values: values + start * self.targetStride)
        }
    }

    /// Features and targets of all rows, for the reference.
    func rows<T: ReferenceNumber>(_ type: T.Type, _ indices: [Int]) -> ([[T]], ReferenceTargets<T>) {
        let batch = indices.map { index in
            (0..<self.featureCount).map { unsafe T(self.features[index * self.featureStride + $0]) }
        }
        switch self.task {
        case .classification:
            return (batch, .classes(indices.map { unsafe Int(self.classes[$0]) }))
        case .regression(let outputs), .multiLabel(let outputs):
            let targets = indices.map { index in
                (0..<outputs).map { unsafe T(self.values[index * self.targetStride + $0]) }
            }
            return (batch, .values(targets))
        }
    }
}

extension TestData {
    /// Uniform features and as many random mixtures of them as there are outputs: these are the outputs, or the class
    /// is the number of the largest.
    static func random(
        _ task: LearningTask, features: Int = 7, rows: Int = 45, validation: Int = 20, seed: UInt64 = 5
    ) -> TestData {
        let stream = RandomStream(seed: seed, purpose: .searchSpace)
        let outputs = task.outputCount
        func number(_ index: Int) -> Double { 3.4 * (stream.uniform(at: UInt64(index)) - 0.5) }
        return TestData(task: task, featureCount: features, rowCount: rows, validationRowCount: validation) { row in
            let x = (0..<features).map { Float(number(100_000 + row * features + $0)) }
            let scores = (0..<outputs).map { output in
                x.enumerated().reduce(0.0) { $0 + Double($1.element) * number(output * features + $1.offset) }
                    / Double(features)
            }
            switch task {
            case .classification:
                let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
                return (x, [Float(best)])
            case .regression:
                return (x, scores.map { Float($0) })
            case .multiLabel:
                return (x, scores.map { $0 > 0.1 ? 1 : 0 })
            }
        }
    }
}
