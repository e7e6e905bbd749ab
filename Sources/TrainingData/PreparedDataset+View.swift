package import TuningModel

extension PreparedDataset {
    /// The training and validation rows of an image, in the image's own memory.
    ///
    /// Everything is checked before a pointer is formed: header, sizes, alignment, that every number is finite up to a
    /// sequence's end, every class in range and every padding zero. Whoever trains on the view needs no check of its own.
    ///
    /// - Parameter bytes: Aligned to 64 bytes; must stay valid and unchanged while the view is used.
    /// - Returns: Views into the memory.
    /// - Throws: ``DatasetError`` saying what is wrong.
    /// - Complexity: O(bytes).
    package static func view(_ bytes: UnsafeRawBufferPointer) throws(DatasetError) -> DatasetView {
        let (header, parts) = try unsafe self.parts(bytes, content: .trainingAndValidation)
        guard header.firstRows > 0, header.secondRows > 0 else {
            throw DatasetError(
                "\(header.firstRows) training and \(header.secondRows) validation rows, want at least one of each")
        }
        return DatasetView(
            task: header.task, featureCount: header.featureCount, featureShape: header.featureShape,
            categories: header.categories, featureStride: self.stride(header.featureCount),
            targetStride: header.targetStride, train: parts[0], validation: parts[1])
    }

    /// The rows of an image of test rows, checked in the same way.
    package static func testPart(
        _ bytes: UnsafeRawBufferPointer
    ) throws(DatasetError) -> (task: LearningTask, featureShape: [Int], part: DatasetPart) {
        let (header, parts) = try unsafe self.parts(bytes, content: .test)
        guard header.firstRows == 0, header.secondRows > 0 else {
            throw DatasetError("\(header.secondRows) test rows, want at least one")
        }
        return (header.task, header.featureShape, parts[1])
    }

    private static func parts(
        _ bytes: UnsafeRawBufferPointer, content: Content
    ) throws(DatasetError) -> (Header, [DatasetPart]) {
        guard UInt32(1).littleEndian == 1 else {
            throw DatasetError("prepared data sets need a little-endian processor")
        }
        let header = try unsafe Header(bytes)
        guard header.content == content else {
            throw DatasetError("an image of \(header.content) rows, want \(content)")
        }
        guard let base = bytes.baseAddress, UInt(bitPattern: base) % UInt(self.alignment) == 0 else {
            throw DatasetError("memory that is not aligned to \(self.alignment) bytes, want a mapped file or a copy")
        }
        let layout = try header.layout()
        var parts: [DatasetPart] = []
        for (rows, section) in zip([header.firstRows, header.secondRows], layout.parts) {
            let stride = self.stride(header.featureCount)
            let features = unsafe (base + section.features).assumingMemoryBound(to: Float.self)
            try unsafe self.checkFloats(
                features, rows: rows, width: header.featureCount, stride: stride, name: "feature",
                sequence: header.featureShape.count == 2 ? header.featureShape : nil)
            switch header.task {
            case .classification(let count):
                let classes = unsafe (base + section.targets).assumingMemoryBound(to: Int32.self)
                for row in 0..<rows {
                    guard unsafe classes[row] >= 0, unsafe Int(classes[row]) < count else {
                        throw DatasetError("class \(unsafe classes[row]) in row \(row), want one below \(count)")
                    }
                }
                parts.append(unsafe DatasetPart(rowCount: rows, features: features, classes: classes, values: nil))
            case .regression(let outputs):
                let values = unsafe (base + section.targets).assumingMemoryBound(to: Float.self)
                try unsafe self.checkFloats(
                    values, rows: rows, width: outputs, stride: header.targetStride, name: "target")
                parts.append(unsafe DatasetPart(rowCount: rows, features: features, classes: nil, values: values))
            case .multiLabel(let labels):
                let values = unsafe (base + section.targets).assumingMemoryBound(to: Float.self)
                try unsafe self.checkFloats(
                    values, rows: rows, width: labels, stride: header.targetStride, name: "target")
                try unsafe self.checkLabels(values, rows: rows, width: labels, stride: header.targetStride)
                parts.append(unsafe DatasetPart(rowCount: rows, features: features, classes: nil, values: values))
            }
        }
        return (header, parts)
    }

    /// - Throws: ``DatasetError`` where a label is neither 0 nor 1.
    private static func checkLabels(
        _ values: UnsafePointer<Float>, rows: Int, width: Int, stride: Int
    ) throws(DatasetError) {
        for row in 0..<rows {
            for column in 0..<width {
                let value = unsafe values[row * stride + column]
                guard value == 0 || value == 1 else {
                    throw DatasetError("label \(column) of row \(row) is \(value), want 0 or 1")
                }
            }
        }
    }

    /// Rows of the shape `sequence`, [steps, features], may end before their last step.
    ///
    /// - Throws: ``DatasetError`` where a number is not finite or a padding not zero.
    private static func checkFloats(
        _ values: UnsafePointer<Float>, rows: Int, width: Int, stride: Int, name: String, sequence: [Int]? = nil
    ) throws(DatasetError) {
        for row in 0..<rows {
            let start = unsafe values + row * stride
            // The largest magnitude as bits: an infinity or a NaN is above every finite number.
            var largest: UInt32 = 0
            for column in 0..<width { largest = max(largest, unsafe start[column].bitPattern & 0x7FFF_FFFF) }
            if largest >= 0x7F80_0000 {
                guard let sequence else {
                    throw DatasetError("\(name) row \(row) has a number that is not finite")
                }
                if let mistake = unsafe SequenceEnd.mistake(in: start, steps: sequence[0], features: sequence[1]) {
                    throw DatasetError("\(name) row \(row), step \(mistake.step): \(mistake.message)")
                }
            }
            for column in width..<stride {
                guard unsafe start[column].bitPattern == 0 else {
                    throw DatasetError("\(name) row \(row) has a padding that is not zero")
                }
            }
        }
    }
}
