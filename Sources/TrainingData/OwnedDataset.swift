package import TuningModel

/// An image of training and validation rows with the view into it.
///
/// A class because views point into the image's memory: keep the owner as long as its view.
package final class OwnedDataset: Sendable {
    private let image: DataBlock
    package let view: DatasetView

    /// Checks an image and keeps it.
    ///
    /// - Throws: ``DatasetError`` as ``PreparedDataset/view(_:)`` does.
    package init(_ image: DataBlock) throws(DatasetError) {
        self.image = image
        self.view = try unsafe PreparedDataset.view(UnsafeRawBufferPointer(image.bytes))
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
