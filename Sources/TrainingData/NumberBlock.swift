/// Numbers of a table that may be larger than memory: a part of a ``DataBlock``.
@safe
package struct NumberBlock: RandomAccessCollection, Hashable, @unchecked Sendable {
    // Sendable because nobody writes to a block that was handed on.
    private let block: DataBlock
    @unsafe private let start: UnsafePointer<Float>?
    package let count: Int

    /// Numbers from a place of a block on.
    ///
    /// - Precondition: The block has them there, at a multiple of four bytes.
    package init(_ block: DataBlock, offset: Int = 0, count: Int) {
        precondition(
            offset >= 0 && count >= 0 && offset % 4 == 0 && (block.byteCount - offset) / 4 >= count,
            "\(count) numbers at byte \(offset) of \(block.byteCount)")
        self.block = block
        self.count = count
        unsafe self.start = block.bytes.baseAddress.map {
            unsafe UnsafePointer(($0 + offset).assumingMemoryBound(to: Float.self))
        }
    }

    /// A copy of some numbers.
    package init(_ values: [Float]) {
        let block = DataBlock(byteCount: values.count * 4)
        unsafe values.withUnsafeBytes { unsafe block.bytes.copyMemory(from: $0) }
        self.init(block, count: values.count)
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { self.count }

    package subscript(index: Int) -> Float {
        guard let start = unsafe self.start, index >= 0, index < self.count else {
            preconditionFailure("number \(index) of \(self.count)")
        }
        return unsafe start[index]
    }

    /// Calls with the numbers; they are valid during the call only.
    package func withNumbers<Result, Failure>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self.block) {} }
        return try unsafe body(UnsafeBufferPointer(start: self.start, count: self.count))
    }

    /// Says that some numbers are not looked at soon.
    package func forget(_ range: Range<Int>) {
        guard let base = unsafe self.block.bytes.baseAddress, let start = unsafe self.start else { return }
        let offset = unsafe UnsafeRawPointer(start) - UnsafeRawPointer(base)
        self.block.forget(offset + range.lowerBound * 4..<offset + range.upperBound * 4)
    }

    package static func == (left: Self, right: Self) -> Bool {
        unsafe left.withNumbers { left in unsafe right.withNumbers { right in unsafe left.elementsEqual(right) } }
    }

    package func hash(into hasher: inout Hasher) {
        for number in self { hasher.combine(number) }
    }
}

/// A pass over rows in ascending order, which lets go of those behind it.
struct RowWindow {
    /// Numbers that are let go of at once: 1 MiB.
    private static let piece = 1 << 18

    private let numbers: NumberBlock
    private let width: Int
    private var start = 0

    init(_ numbers: NumberBlock, width: Int) {
        self.numbers = numbers
        self.width = width
    }

    /// Says that this row is next.
    @inline(__always)
    mutating func move(to row: Int32) {
        if Int(row) * self.width - self.start >= Self.piece { self.forget(before: Int(row) * self.width) }
    }

    private mutating func forget(before place: Int) {
        self.numbers.forget(self.start..<place)
        self.start = place
    }
}
