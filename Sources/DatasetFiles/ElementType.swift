import TrainingData

/// The numbers of a binary array file.
struct ElementType: Hashable {
    enum Kind: Hashable { case float, signed, unsigned }
    let kind: Kind
    /// Bytes of one number: 1, 2, 4 or 8; 4 or 8 for floats.
    let size: Int
    let isBigEndian: Bool

    /// The numbers as float32, each rounded to nearest.
    ///
    /// - Returns: The numbers, and the index of the first that is not finite as float32.
    /// - Precondition: `bytes` holds `count` numbers.
    /// - Complexity: O(count).
    func floats(_ bytes: UnsafeRawBufferPointer, count: Int) -> (values: [Float], firstBad: Int?) {
        var values: [Float] = []
        values.reserveCapacity(count)
        var firstBad: Int?
        switch (self.kind, self.size) {
        case (.unsigned, 1):
            for i in 0..<count { values.append(unsafe Float(bytes[i])) }
        case (.float, 4):
            for i in 0..<count { values.append(Float(bitPattern: unsafe self.load(bytes, i, UInt32.self))) }
            firstBad = values.firstIndex { !$0.isFinite }
        case (.float, _):
            for i in 0..<count {
                values.append(Float(Double(bitPattern: unsafe self.load(bytes, i, UInt64.self))))
            }
            firstBad = values.firstIndex { !$0.isFinite }
        default:
            for i in 0..<count { values.append(Float(unsafe self.double(bytes, at: i))) }
        }
        return (values, firstBad)
    }

    /// One number in double precision.
    func double(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Double {
        switch (self.kind, self.size) {
        case (.float, 4): return Double(Float(bitPattern: unsafe self.load(bytes, index, UInt32.self)))
        case (.float, _): return Double(bitPattern: unsafe self.load(bytes, index, UInt64.self))
        case (.signed, 1): return Double(unsafe self.load(bytes, index, Int8.self))
        case (.signed, 2): return Double(unsafe self.load(bytes, index, Int16.self))
        case (.signed, 4): return Double(unsafe self.load(bytes, index, Int32.self))
        case (.signed, _): return Double(unsafe self.load(bytes, index, Int64.self))
        case (.unsigned, 1): return Double(unsafe self.load(bytes, index, UInt8.self))
        case (.unsigned, 2): return Double(unsafe self.load(bytes, index, UInt16.self))
        case (.unsigned, 4): return Double(unsafe self.load(bytes, index, UInt32.self))
        case (.unsigned, _): return Double(unsafe self.load(bytes, index, UInt64.self))
        }
    }

    @inline(__always)
    private func load<Number: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ index: Int, _ type: Number.Type
    ) -> Number {
        let number = unsafe bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
        return self.isBigEndian ? Number(bigEndian: number) : Number(littleEndian: number)
    }
}

/// A binary array as its file has it, row-major.
@unsafe
struct BinaryArray {
    let file: String
    let shape: [Int]
    let type: ElementType
    /// Whether the first index runs fastest; for two-dimensional arrays only.
    let isColumnMajor: Bool
    /// Exactly as many bytes as the shape wants.
    let bytes: UnsafeRawBufferPointer

    /// The numbers, row-major.
    ///
    /// - Parameter mayEnd: Whether what is not finite is left to the rows to judge: sequences may end early.
    /// - Returns: As many as the shape says.
    /// - Throws: ``DataFileError`` naming the first number that is not finite as float32.
    func floats(mayEnd: Bool = false) throws(DataFileError) -> [Float] {
        let count = unsafe self.shape.reduce(1, *)
        let (values, firstBad) = unsafe self.type.floats(self.bytes, count: count)
        if let firstBad, !mayEnd {
            throw unsafe DataFileError(
                file: self.file,
                "the number at index \(self.index(firstBad)) is not finite as float32, want finite numbers; "
                    + "drop the row or "
                    + "fill it")
        }
        guard unsafe self.isColumnMajor, unsafe self.shape.count == 2 else { return values }
        let (rows, columns) = unsafe (self.shape[0], self.shape[1])
        var result: [Float] = []
        result.reserveCapacity(count)
        for row in 0..<rows {
            for column in 0..<columns { result.append(values[column * rows + row]) }
        }
        return result
    }

    /// The numbers of a one-dimensional array in double precision.
    func doubles() -> [Double] {
        unsafe (0..<self.shape.reduce(1, *)).map { unsafe self.type.double(self.bytes, at: $0) }
    }

    /// `[row, column, ...]` of a place in the file.
    private func index(_ place: Int) -> String {
        var rest = place
        var indices: [Int] = []
        let shape = unsafe self.isColumnMajor ? self.shape : self.shape.reversed()
        for extent in shape where extent > 0 {
            indices.append(rest % extent)
            rest /= extent
        }
        return unsafe "\(self.isColumnMajor ? indices : indices.reversed())"
    }

    /// The number of elements and bytes of a shape.
    ///
    /// - Throws: ``DataFileError`` when the shape is empty in some direction or its size passes what memory can hold.
    static func byteCount(of shape: [Int], size: Int, file: String) throws(DataFileError) -> Int {
        var count = size
        for extent in shape {
            guard extent >= 1 else {
                throw DataFileError(file: file, "the shape \(shape) has no numbers, want at least one row and feature")
            }
            let (product, isOverflow) = count.multipliedReportingOverflow(by: extent)
            guard !isOverflow, product <= PreparedDataset.Limit.bytes else {
                throw DataFileError(file: file, "the shape \(shape) is too large, want fewer numbers")
            }
            count = product
        }
        return count
    }
}
