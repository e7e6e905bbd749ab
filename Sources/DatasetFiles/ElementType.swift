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

/// A binary array of a file.
@unsafe
struct BinaryArray {
    /// How the file has the numbers.
    enum Order: Hashable {
        /// The last index runs fastest.
        case rowMajor
        /// The first index runs fastest; two dimensions.
        case columnMajor
        /// Row-major, but each image channel by channel: [images, channels, height, width] in the file.
        case channelsFirst
    }

    let file: String
    /// What the numbers are when they are row-major: of images [images, height, width, channels], whatever their order.
    let shape: [Int]
    let type: ElementType
    let order: Order
    /// Exactly as many bytes as the shape wants.
    let bytes: UnsafeRawBufferPointer
    /// The mapped file that the bytes are a part of, where they are one.
    var mapped: DataBlock?

    /// Numbers that are looked at in one go: 1 MiB as float32.
    private static let piece = 1 << 18

    /// The numbers, row-major in the shape: those of the mapped file itself where it has them in this form, else in a block of
    /// their own.
    ///
    /// - Parameters:
    ///   - mayEnd: Whether what is not finite is left to the rows to judge: sequences may end early.
    ///   - work: Where the block lies.
    /// - Returns: As many as the shape says.
    /// - Throws: ``DataFileError`` naming the first number that is not finite as float32.
    func numbers(mayEnd: Bool, _ work: LoadingWork) throws(DataFileError) -> NumberBlock {
        let count = unsafe self.shape.reduce(1, *)
        if let numbers = unsafe self.numbersInPlace(count) {
            if !mayEnd { try unsafe self.checkFinite(numbers) }
            return numbers
        }
        let block = try unsafe work.block(count * 4, file: self.file)
        let target = unsafe block.bytes.bindMemory(to: Float.self)
        let size = unsafe self.type.size
        var place = unsafe Transposition(self)
        for start in unsafe stride(from: 0, to: count, by: Self.piece) {
            let range = unsafe start..<min(count, start + Self.piece)
            let source = unsafe UnsafeRawBufferPointer(
                rebasing: self.bytes[range.lowerBound * size..<range.upperBound * size])
            let (values, firstBad) = unsafe self.type.floats(source, count: range.count)
            if let firstBad, !mayEnd { throw unsafe self.notFinite(start + firstBad) }
            for value in values {
                unsafe target[place.target] = value
                place.advance()
            }
            unsafe self.forget(source)
        }
        return NumberBlock(block, count: count)
    }

    private func numbersInPlace(_ count: Int) -> NumberBlock? {
        guard let mapped = unsafe self.mapped, let base = unsafe mapped.bytes.baseAddress,
            let start = unsafe self.bytes.baseAddress, unsafe self.order == .rowMajor,
            unsafe self.type == ElementType(kind: .float, size: 4, isBigEndian: false),
            UInt32(1).littleEndian == 1
        else { return nil }
        let offset = unsafe start - UnsafeRawPointer(base)
        return offset % 4 == 0 ? NumberBlock(mapped, offset: offset, count: count) : nil
    }

    private func checkFinite(_ numbers: NumberBlock) throws(DataFileError) {
        for start in unsafe stride(from: 0, to: numbers.count, by: Self.piece) {
            let range = unsafe start..<min(numbers.count, start + Self.piece)
            if let place = numbers[range].firstIndex(where: { !$0.isFinite }) { throw unsafe self.notFinite(place) }
            numbers.forget(range)
        }
    }

    /// Lets bytes of the mapped file go.
    private func forget(_ bytes: UnsafeRawBufferPointer) {
        guard let mapped = unsafe self.mapped, let base = unsafe mapped.bytes.baseAddress,
            let start = bytes.baseAddress
        else { return }
        let offset = unsafe start - UnsafeRawPointer(base)
        mapped.forget(offset..<offset + bytes.count)
    }

    private func notFinite(_ place: Int) -> DataFileError {
        unsafe DataFileError(
            file: self.file,
            "the number at index \(self.index(place)) is not finite as float32, want finite numbers; "
                + "drop the row or "
                + "fill it")
    }

    /// The numbers of targets, row-major.
    ///
    /// - Throws: ``DataFileError`` as ``numbers(mayEnd:_:)`` does.
    func floats() throws(DataFileError) -> [Float] {
        try unsafe Array(self.numbers(mayEnd: false, LoadingWork(threads: 1, source: .memory)))
    }

    /// The numbers of a one-dimensional array in double precision.
    func doubles() -> [Double] {
        unsafe (0..<self.shape.reduce(1, *)).map { unsafe self.type.double(self.bytes, at: $0) }
    }

    /// `[row, column, ...]` of a place in the file, by the dimensions that the file gives.
    private func index(_ place: Int) -> String {
        var rest = place
        var indices: [Int] = []
        let shape = unsafe self.shape
        let slowestLast =
            switch unsafe self.order {
            case .columnMajor: shape
            case .rowMajor: Array(shape.reversed())
            case .channelsFirst: [shape[2], shape[1], shape[3], shape[0]]
            }
        for extent in slowestLast where extent > 0 {
            indices.append(rest % extent)
            rest /= extent
        }
        return unsafe "\(self.order == .columnMajor ? indices : indices.reversed())"
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

/// Where the numbers of a file go, one after another: matrices [outer, inner] that become [inner, outer].
private struct Transposition {
    private let outer: Int
    private let inner: Int
    private var matrix = 0
    private var row = 0
    private var column = 0

    init(_ array: BinaryArray) {
        let shape = unsafe array.shape
        (self.outer, self.inner) =
            switch unsafe array.order {
            case .rowMajor: (1, shape.reduce(1, *))
            case .columnMajor: (shape[1], shape[0])
            case .channelsFirst: (shape[3], shape[1] * shape[2])
            }
    }

    /// The place of the next number.
    @inline(__always)
    var target: Int { self.matrix &+ self.column &* self.outer &+ self.row }

    @inline(__always)
    mutating func advance() {
        self.column &+= 1
        guard self.column == self.inner else { return }
        self.column = 0
        self.row &+= 1
        guard self.row == self.outer else { return }
        self.row = 0
        self.matrix &+= self.inner &* self.outer
    }
}
