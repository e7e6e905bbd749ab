package import TuningModel

/// A data set ready for training as one block of bytes, the same for the same input: its SHA-256 is its name.
///
/// Layout, little-endian: a header of 128 bytes, then five sections, each beginning at a multiple of 64 and followed by
/// zero bytes up to the next one: columns of categories, features of the first part, its targets, features of the second
/// part, its targets. Each column of categories is two uint32: its first feature and how many features it has.
/// Features are float32 of shape [rows, featureStride], targets int32 of shape [rows] or float32 of shape [rows,
/// targetStride]. Strides are the widths rounded up to a multiple of 16; the columns beyond the width are zero. All
/// numbers are finite, but where a row is a sequence [steps, features] its steps behind its end are NaN.
///
/// An image for workers holds training rows and validation rows. An image of test rows has an empty first part and says
/// so in its header, so that it cannot be taken for the other; it never leaves the coordinator.
///
/// | offset | bytes | header field |
/// | --- | --- | --- |
/// | 0 | 8 | `WNWDATA` and a zero byte |
/// | 8 | 4 | version, 1 |
/// | 12 | 4 | content: 0 training and validation rows, 1 test rows |
/// | 16 | 4 | task: 0 classification, 1 regression, 2 several labels |
/// | 20 | 4 | classes, outputs or labels |
/// | 24 | 4 | features |
/// | 28 | 4 | zero |
/// | 32 | 8 | rows of the first part |
/// | 40 | 8 | rows of the second part |
/// | 48 | 8 | bytes of the whole |
/// | 56 | 12 | shape of a row with two or three sizes, each 4 bytes, then zero; zero for a list of features |
/// | 68 | 4 | columns of categories |
/// | 72 | 56 | zero |
package enum PreparedDataset {
    /// What an image holds.
    package enum Content: UInt32, Hashable, Sendable {
        case trainingAndValidation = 0
        case test = 1
    }

    /// Bounds of what is accepted, so that sizes cannot overflow.
    package enum Limit {
        /// Row numbers are 32-bit.
        package static let rows = Int(Int32.max)
        package static let features = 1_048_576
        package static let outputs = 65_536
        /// Bytes of an image: 256 GiB.
        package static let bytes = 1 << 38
    }

    static let magic: [UInt8] = Array("WNWDATA\0".utf8)
    static let version: UInt32 = 1
    static let headerByteCount = 128
    /// Alignment of sections and of the memory that an image is viewed in.
    package static let alignment = 64

    /// Whether a row of so many features can have a shape.
    static func isShape(_ shape: [Int], of count: Int) -> Bool {
        guard (1...3).contains(shape.count), shape.allSatisfy({ (1...Limit.features).contains($0) }) else {
            return false
        }
        // Three sizes of at most 2^20 each stay below 2^63.
        return shape.reduce(1, *) == count
    }

    /// A width rounded up to a multiple of 16.
    package static func stride(_ width: Int) -> Int { (width + 15) / 16 * 16 }

    /// Writes an image.
    ///
    /// Rows are taken in the order of their numbers and let go of behind the pass, as is what is written: neither the table
    /// nor the image need be in memory as a whole.
    ///
    /// - Parameters:
    ///   - rows: The table that the rows of the first part are taken from.
    ///   - first: Training rows, or none in an image of test rows.
    ///   - second: Validation rows, or test rows.
    ///   - other: The table that the second part is taken from, where it is another one; it fits the first one.
    ///   - standardization: Figures of the training rows.
    ///   - task: What is learnt.
    ///   - content: What the image is for.
    ///   - source: Where the image lies.
    /// - Returns: The image.
    /// - Throws: ``DatasetError`` where the image would pass ``Limit/bytes``, and where there is no room for it.
    /// - Complexity: O(bytes).
    package static func encode(
        _ rows: DatasetRows, first: [Int32], second: [Int32], from other: DatasetRows? = nil,
        standardization: Standardization, task: LearningTask, content: Content, source: DataBlockSource = .memory
    ) throws(DatasetError) -> DataBlock {
        let header = Header(
            content: content, task: task, featureShape: rows.featureShape, categories: rows.categories,
            firstRows: first.count, secondRows: second.count)
        let layout = try header.layout()
        let image = try source.block(layout.byteCount)
        let bytes = unsafe image.bytes
        unsafe header.write(to: bytes, byteCount: layout.byteCount)
        for (place, part) in [(rows, first), (other ?? rows, second)].enumerated() {
            let section = layout.parts[place]
            Self.writeFeatures(part.0, part.1, standardization, at: section.features, in: image)
            unsafe Self.writeTargets(part.0, part.1, standardization.targets, at: section.targets, in: bytes)
        }
        return image
    }

    private static func writeFeatures(
        _ rows: DatasetRows, _ part: [Int32], _ standardization: Standardization, at offset: Int, in image: DataBlock
    ) {
        let scales = standardization.features
        let fills = standardization.fills
        let width = rows.featureNames.count
        let stride = Self.stride(width)
        var window = RowWindow(rows.features, width: width)
        var written = offset
        unsafe rows.features.withNumbers { features in
            for (place, row) in part.enumerated() {
                window.move(to: row)
                let source = Int(row) * width
                let target = offset + place * stride * 4
                for column in 0..<width {
                    var value = unsafe features[source + column]
                    // What has no fill lies behind a sequence's end.
                    if value.isNaN, !fills.isEmpty { value = fills[column] }
                    value = value.isNaN ? .nan : scales[column].apply(value)
                    unsafe image.bytes.storeBytes(
                        of: value.bitPattern.littleEndian, toByteOffset: target + column * 4, as: UInt32.self)
                }
                if target - written >= Self.piece {
                    image.forget(written..<target)
                    written = target
                }
            }
        }
    }

    /// Bytes that are let go of at once: 1 MiB.
    private static let piece = 1 << 20

    private static func writeTargets(
        _ rows: DatasetRows, _ part: [Int32], _ scales: [ColumnScale], at offset: Int,
        in bytes: UnsafeMutableRawBufferPointer
    ) {
        switch rows.targets {
        case .classes(let classes, _):
            for (place, row) in part.enumerated() {
                unsafe bytes.storeBytes(
                    of: classes[Int(row)].littleEndian, toByteOffset: offset + place * 4, as: Int32.self)
            }
        case .values(let values, let outputs):
            unsafe self.writeNumbers(values, part, width: outputs, at: offset, in: bytes) { scales[$1].apply($0) }
        case .labels(let values, let names):
            unsafe self.writeNumbers(values, part, width: names.count, at: offset, in: bytes) { value, _ in value }
        }
    }

    private static func writeNumbers(
        _ values: [Float], _ part: [Int32], width: Int, at offset: Int, in bytes: UnsafeMutableRawBufferPointer,
        _ scaled: (Float, Int) -> Float
    ) {
        let stride = Self.stride(width)
        for (place, row) in part.enumerated() {
            for column in 0..<width {
                let value = scaled(values[Int(row) * width + column], column)
                unsafe bytes.storeBytes(
                    of: value.bitPattern.littleEndian, toByteOffset: offset + (place * stride + column) * 4,
                    as: UInt32.self)
            }
        }
    }
}
