package import TuningModel

/// The rows of one part of a prepared data set, in memory that somebody else owns.
///
/// The memory must stay valid and unchanged while the view is used: it is a mapped file or an array held by the
/// owner of the view.
@safe
package struct DatasetPart: @unchecked Sendable {
    // Sendable by the contract above: the memory is never written while a view of it exists.
    package let rowCount: Int
    /// Shape [rowCount, featureStride], row-major; columns from `featureCount` on are zero. Steps behind the end of a
    /// sequence [steps, features] are NaN.
    package let features: UnsafePointer<Float>
    /// Classification: shape [rowCount], each in 0 ..< classes.
    package let classes: UnsafePointer<Int32>?
    /// Regression: shape [rowCount, targetStride], standardised; columns from `outputs` on are zero. Several labels: the
    /// same, each 0 or 1.
    package let values: UnsafePointer<Float>?

    package init(
        rowCount: Int, features: UnsafePointer<Float>, classes: UnsafePointer<Int32>?, values: UnsafePointer<Float>?
    ) {
        self.rowCount = rowCount
        unsafe self.features = features
        unsafe self.classes = classes
        unsafe self.values = values
    }
}

/// A prepared data set: standardised features of the training and the validation rows.
package struct DatasetView: Sendable {
    package let task: LearningTask
    package let featureCount: Int
    /// What a row is: [features], a sequence [steps, features] or an image [height, width, channels].
    package let featureShape: [Int]
    /// For each column of categories its features: standardised, the one of a row's category alone is above 0, and none where
    /// the training rows do not have it.
    package let categories: [Range<Int>]
    /// Floats from row to row: `featureCount` rounded up to a multiple of 16.
    package let featureStride: Int
    /// Floats from row to row of regression targets: outputs rounded up to a multiple of 16.
    package let targetStride: Int
    package let train: DatasetPart
    package let validation: DatasetPart

    /// What of it decides a network's size.
    package var shape: DataShape {
        DataShape(task: self.task, features: self.featureShape, categories: self.categories)
    }

    /// Without a shape a row is a list of features.
    package init(
        task: LearningTask, featureCount: Int, featureShape: [Int]? = nil, categories: [Range<Int>] = [],
        featureStride: Int, targetStride: Int, train: DatasetPart, validation: DatasetPart
    ) {
        self.task = task
        self.featureCount = featureCount
        self.featureShape = featureShape ?? [featureCount]
        self.categories = categories
        self.featureStride = featureStride
        self.targetStride = targetStride
        self.train = train
        self.validation = validation
    }
}
