/// Several images in one block, one for each fold of cross-validation.
///
/// Layout, little-endian: the text `WNWFOLD` and a zero byte, the version (u32, 1), the number of images (u32), then for each
/// its offset and its bytes (u64 each), zero bytes up to a multiple of 64, then the images, each at a multiple of 64. Each
/// image is standardised by its own training rows, so that no figure of a fold's validation rows gets into its training; the
/// price is as much memory for each fold as for one data set.
extension PreparedDataset {
    private static let foldMagic: [UInt8] = Array("WNWFOLD\0".utf8)
    private static let foldVersion: UInt32 = 1
    /// Folds of one data set.
    package static let mostFolds = 1_000

    /// Puts images one after the other.
    ///
    /// - Throws: ``DatasetError`` where there is no room for them.
    /// - Complexity: O(bytes).
    static func joined(_ images: [DataBlock], source: DataBlockSource) throws(DatasetError) -> DataBlock {
        let tableEnd = self.tableEnd(images.count)
        let total = images.reduce(tableEnd) { $0 + $1.byteCount }
        guard images.count <= self.mostFolds, total <= Limit.bytes else {
            throw DatasetError(
                "\(images.count) folds of together \(total) bytes, want at most \(self.mostFolds) folds and "
                    + "\(Limit.bytes) bytes; use fewer folds")
        }
        let block = try source.block(total)
        let bytes = unsafe block.bytes
        unsafe bytes.copyBytes(from: self.foldMagic)
        unsafe bytes.storeBytes(of: self.foldVersion.littleEndian, toByteOffset: 8, as: UInt32.self)
        unsafe bytes.storeBytes(of: UInt32(images.count).littleEndian, toByteOffset: 12, as: UInt32.self)
        var offset = tableEnd
        for (place, image) in images.enumerated() {
            let entry = 16 + 16 * place
            unsafe bytes.storeBytes(of: UInt64(offset).littleEndian, toByteOffset: entry, as: UInt64.self)
            unsafe bytes.storeBytes(of: UInt64(image.byteCount).littleEndian, toByteOffset: entry + 8, as: UInt64.self)
            unsafe image.withBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + $0.count]).copyMemory(from: $0)
            }
            offset += image.byteCount
        }
        return block
    }

    private static func tableEnd(_ count: Int) -> Int {
        (16 + 16 * count + self.alignment - 1) / self.alignment * self.alignment
    }

    /// The views of all folds; one where the block is an image without folds.
    ///
    /// - Parameter bytes: Aligned to 64 bytes; must stay valid and unchanged while the views are used.
    /// - Returns: Views into the memory, fold by fold.
    /// - Throws: ``DatasetError`` as ``view(_:)`` does, and where the table does not fit the block or the folds each other.
    /// - Complexity: O(bytes).
    package static func views(_ bytes: UnsafeRawBufferPointer) throws(DatasetError) -> [DatasetView] {
        guard bytes.count >= 16, unsafe bytes.prefix(8).elementsEqual(self.foldMagic) else {
            return [try unsafe self.view(bytes)]
        }
        let version = unsafe UInt32(littleEndian: bytes.load(fromByteOffset: 8, as: UInt32.self))
        let count = unsafe Int(UInt32(littleEndian: bytes.load(fromByteOffset: 12, as: UInt32.self)))
        guard version == self.foldVersion, (2...self.mostFolds).contains(count),
            bytes.count >= self.tableEnd(count)
        else {
            throw DatasetError(
                "folds of version \(version), \(count) of them in \(bytes.count) bytes; want version "
                    + "\(self.foldVersion), 2 to \(self.mostFolds) folds and a whole table")
        }
        var views: [DatasetView] = []
        var end = UInt64(self.tableEnd(count))
        for place in 0..<count {
            let offset = unsafe UInt64(littleEndian: bytes.load(fromByteOffset: 16 + 16 * place, as: UInt64.self))
            let size = unsafe UInt64(littleEndian: bytes.load(fromByteOffset: 24 + 16 * place, as: UInt64.self))
            guard offset == end, size <= UInt64(bytes.count) - end else {
                throw DatasetError(
                    "fold \(place) at byte \(offset) with \(size) bytes, want it at byte \(end) and inside of "
                        + "\(bytes.count) bytes")
            }
            let image = unsafe UnsafeRawBufferPointer(rebasing: bytes[Int(offset)..<Int(offset + size)])
            let view = try unsafe self.view(image)
            if let first = views.first {
                guard first.task == view.task, first.featureShape == view.featureShape,
                    first.categories == view.categories
                else { throw DatasetError("fold \(place) has another task or other features than the first one") }
            }
            views.append(view)
            end = offset + size
        }
        guard end == UInt64(bytes.count) else {
            throw DatasetError("\(bytes.count) bytes, want \(end): something follows the last fold")
        }
        return views
    }
}
