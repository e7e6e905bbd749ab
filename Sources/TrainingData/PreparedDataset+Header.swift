import TuningModel

extension PreparedDataset {
    /// The header of an image.
    struct Header: Hashable, Sendable {
        let content: Content
        let task: LearningTask
        let featureShape: [Int]
        let featureCount: Int
        /// For each column of categories its features.
        let categories: [Range<Int>]
        let firstRows: Int
        let secondRows: Int

        /// Floats from row to row of targets that are numbers or labels; 0 for classification.
        var targetStride: Int {
            switch self.task {
            case .classification: 0
            case .regression(let outputs): PreparedDataset.stride(outputs)
            case .multiLabel(let labels): PreparedDataset.stride(labels)
            }
        }

        /// Where everything lies.
        struct Layout: Hashable, Sendable {
            struct Part: Hashable, Sendable {
                let features: Int
                let targets: Int
            }
            let parts: [Part]
            let byteCount: Int
        }

        /// - Throws: ``DatasetError`` where the sizes pass ``PreparedDataset/Limit``.
        func layout() throws(DatasetError) -> Layout {
            guard (1...Limit.features).contains(self.featureCount), (1...Limit.outputs).contains(self.task.outputCount),
                (0...Limit.rows).contains(self.firstRows), (0...Limit.rows).contains(self.secondRows)
            else {
                throw DatasetError(
                    "\(self.firstRows) + \(self.secondRows) rows of \(self.featureCount) features and "
                        + "\(self.task.outputCount) classes or outputs, want at most \(Limit.rows), "
                        + "\(Limit.features) and "
                        + "\(Limit.outputs)")
            }
            // Rows are below 2^31 and strides at most 2^20, four bytes each: no product here can overflow.
            let featureBytes = PreparedDataset.stride(self.featureCount) * 4
            let targetBytes = max(1, self.targetStride) * 4
            // There are no more columns than features.
            var offset = Self.aligned(PreparedDataset.headerByteCount + self.categories.count * 8)
            var parts: [Layout.Part] = []
            for rows in [self.firstRows, self.secondRows] {
                let targets = Self.aligned(offset + rows * featureBytes)
                parts.append(Layout.Part(features: offset, targets: targets))
                offset = Self.aligned(targets + rows * targetBytes)
            }
            guard offset <= Limit.bytes else {
                throw DatasetError(
                    "\(offset) bytes of prepared data, want at most \(Limit.bytes); use fewer rows or features")
            }
            return Layout(parts: parts, byteCount: offset)
        }

        private static func aligned(_ offset: Int) -> Int { (offset + 63) / 64 * 64 }

        func write(to bytes: UnsafeMutableRawBufferPointer, byteCount: Int) {
            for (place, byte) in PreparedDataset.magic.enumerated() { unsafe bytes[place] = byte }
            let taskNumber: UInt32 =
                switch self.task {
                case .classification: 0
                case .regression: 1
                case .multiLabel: 2
                }
            let words: [UInt32] = [
                PreparedDataset.version, self.content.rawValue, taskNumber, UInt32(self.task.outputCount),
                UInt32(self.featureCount),
            ]
            for (place, word) in words.enumerated() {
                unsafe bytes.storeBytes(of: word.littleEndian, toByteOffset: 8 + place * 4, as: UInt32.self)
            }
            for (place, size) in self.featureShape.enumerated() where self.featureShape.count > 1 {
                unsafe bytes.storeBytes(
                    of: UInt32(size).littleEndian, toByteOffset: 56 + place * 4, as: UInt32.self)
            }
            unsafe bytes.storeBytes(
                of: UInt32(self.categories.count).littleEndian, toByteOffset: 68, as: UInt32.self)
            for (place, column) in self.categories.enumerated() {
                for (half, number) in [column.lowerBound, column.count].enumerated() {
                    unsafe bytes.storeBytes(
                        of: UInt32(number).littleEndian,
                        toByteOffset: PreparedDataset.headerByteCount + place * 8 + half * 4, as: UInt32.self)
                }
            }
            for (place, number) in [self.firstRows, self.secondRows, byteCount].enumerated() {
                unsafe bytes.storeBytes(
                    of: UInt64(number).littleEndian, toByteOffset: 32 + place * 8, as: UInt64.self)
            }
        }

        /// Reads and checks a header.
        ///
        /// - Throws: ``DatasetError`` when the bytes are no image, of another version, or of another length than the
        ///   header says.
        init(_ bytes: UnsafeRawBufferPointer) throws(DatasetError) {
            guard bytes.count >= PreparedDataset.headerByteCount else {
                throw DatasetError(
                    "\(bytes.count) bytes, want a prepared data set with a header of \(PreparedDataset.headerByteCount)"
                )
            }
            guard unsafe bytes.prefix(8).elementsEqual(PreparedDataset.magic) else {
                throw DatasetError("not a prepared data set: it does not begin with WNWDATA")
            }
            func word(_ offset: Int) -> UInt32 {
                unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            }
            func long(_ offset: Int) throws(DatasetError) -> Int {
                let number = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                guard let number = Int(exactly: number) else {
                    throw DatasetError("a header with the number \(number)")
                }
                return number
            }
            guard word(8) == PreparedDataset.version else {
                throw DatasetError("a prepared data set of version \(word(8)), want \(PreparedDataset.version)")
            }
            guard let content = Content(rawValue: word(12)), word(16) <= 2 else {
                throw DatasetError(
                    "a prepared data set with content \(word(12)) and task \(word(16)), want content 0 or 1 and task 0 to 2"
                )
            }
            let reserved = unsafe bytes[28..<32].allSatisfy { $0 == 0 } && bytes[72..<128].allSatisfy { $0 == 0 }
            guard reserved else { throw DatasetError("a prepared data set whose reserved header bytes are not zero") }
            self.content = content
            let outputs = Int(word(20))
            switch word(16) {
            case 0: self.task = .classification(classes: outputs)
            case 1: self.task = .regression(outputs: outputs)
            default: self.task = .multiLabel(labels: outputs)
            }
            self.featureCount = Int(word(24))
            let sizes = [word(56), word(60), word(64)].map { Int($0) }
            let shape = sizes[0] == 0 ? [self.featureCount] : sizes[2] == 0 ? [sizes[0], sizes[1]] : sizes
            guard sizes[0] != 0 || sizes == [0, 0, 0],
                sizes[0] == 0 || PreparedDataset.isShape(shape, of: self.featureCount)
            else {
                throw DatasetError(
                    "a prepared data set with rows of the shape \(sizes) and \(self.featureCount) features, want two or "
                        + "three sizes whose product is the number of features")
            }
            self.featureShape = shape
            let columns = Int(word(68))
            guard columns <= self.featureCount,
                bytes.count >= PreparedDataset.headerByteCount + columns * 8
            else {
                throw DatasetError(
                    "a prepared data set with \(columns) columns of categories, want at most \(self.featureCount), all in "
                        + "its \(bytes.count) bytes")
            }
            var categories: [Range<Int>] = []
            for place in 0..<columns {
                let (first, count) = (
                    Int(word(PreparedDataset.headerByteCount + place * 8)),
                    Int(word(PreparedDataset.headerByteCount + place * 8 + 4))
                )
                categories.append(first..<first + count)
            }
            try CategoryColumns.check(categories, shape: shape)
            self.categories = categories
            self.firstRows = try long(32)
            self.secondRows = try long(40)
            let layout = try self.layout()
            let stated = try long(48)
            guard stated == layout.byteCount, bytes.count == layout.byteCount else {
                throw DatasetError(
                    "a prepared data set of \(bytes.count) bytes whose header says \(stated), want \(layout.byteCount)")
            }
        }

        init(
            content: Content, task: LearningTask, featureShape: [Int], categories: [Range<Int>] = [], firstRows: Int,
            secondRows: Int
        ) {
            self.content = content
            self.task = task
            self.featureShape = featureShape
            self.featureCount = featureShape.reduce(1, *)
            self.categories = categories
            self.firstRows = firstRows
            self.secondRows = secondRows
        }
    }
}
