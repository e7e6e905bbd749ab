package import TuningModel

/// An image of training and validation rows with the views into it.
///
/// A class because views point into the image's memory: keep the owner as long as its views.
package final class OwnedDataset: Sendable {
    private let image: DataBlock
    /// One for each fold; one without folds.
    package let views: [DatasetView]
    /// The first one.
    package let view: DatasetView

    /// Checks an image and keeps it.
    ///
    /// - Throws: ``DatasetError`` as ``PreparedDataset/views(_:)`` does.
    package init(_ image: DataBlock) throws(DatasetError) {
        self.image = image
        let views = try unsafe PreparedDataset.views(UnsafeRawBufferPointer(image.bytes))
        guard let first = views.first else { throw DatasetError("a prepared data set without rows") }
        self.views = views
        self.view = first
    }

    /// Copies and checks an image.
    package convenience init(copying image: [UInt8]) throws(DatasetError) {
        try self.init(DataBlock(copying: image))
    }
}

/// An image of test rows with its part; keep it as long as that.
package final class OwnedTestRows: Sendable {
    private let image: DataBlock
    package let task: LearningTask
    package let featureCount: Int
    /// What a row is.
    package let featureShape: [Int]
    package let part: DatasetPart

    /// Checks an image and keeps it.
    ///
    /// - Throws: ``DatasetError`` as ``PreparedDataset/testPart(_:)`` does.
    package init(_ image: DataBlock) throws(DatasetError) {
        self.image = image
        let rows = try unsafe PreparedDataset.testPart(UnsafeRawBufferPointer(image.bytes))
        self.task = rows.task
        self.featureCount = rows.featureShape.reduce(1, *)
        self.featureShape = rows.featureShape
        self.part = rows.part
    }
}
