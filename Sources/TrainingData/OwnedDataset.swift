package import TuningModel

/// An image of training and validation rows in memory of its own.
///
/// A class because views point into the memory, which must be freed exactly once: keep the owner as long as its view.
package final class OwnedDataset: Sendable {
    private let memory: AlignedMemory
    package let view: DatasetView

    /// Copies and checks an image.
    ///
    /// - Throws: ``DatasetError`` as ``PreparedDataset/view(_:)`` does.
    package init(copying image: [UInt8]) throws(DatasetError) {
        self.memory = AlignedMemory(copying: image)
        self.view = try unsafe PreparedDataset.view(self.memory.bytes)
    }
}

/// An image of test rows in memory of its own; keep it as long as its part.
package final class OwnedTestRows: Sendable {
    private let memory: AlignedMemory
    package let task: LearningTask
    package let featureCount: Int
    /// What a row is.
    package let featureShape: [Int]
    package let part: DatasetPart

    /// Copies and checks an image.
    ///
    /// - Throws: ``DatasetError`` as ``PreparedDataset/testPart(_:)`` does.
    package init(copying image: [UInt8]) throws(DatasetError) {
        self.memory = AlignedMemory(copying: image)
        let rows = try unsafe PreparedDataset.testPart(self.memory.bytes)
        self.task = rows.task
        self.featureCount = rows.featureShape.reduce(1, *)
        self.featureShape = rows.featureShape
        self.part = rows.part
    }
}

/// Bytes at an address that is a multiple of 64; written once, at the start.
@safe
private final class AlignedMemory: @unchecked Sendable {
    // Sendable because nobody writes after `init`.
    let bytes: UnsafeRawBufferPointer

    init(copying image: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: image.count, alignment: PreparedDataset.alignment)
        unsafe memory.copyBytes(from: image)
        unsafe self.bytes = UnsafeRawBufferPointer(memory)
    }

    deinit { unsafe self.bytes.deallocate() }
}
