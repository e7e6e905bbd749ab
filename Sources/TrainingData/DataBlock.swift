/// Bytes in memory or in a mapped file, which whoever made them fills before anybody else sees them.
///
/// A class, since the bytes are given back exactly once, when their last user is gone.
@safe
package final class DataBlock: Hashable, @unchecked Sendable {
    // Sendable because nobody writes once the maker has handed the block on.
    /// Beginning at a multiple of ``PreparedDataset/alignment``; zero until they are written. Valid as long as this object.
    @unsafe package let bytes: UnsafeMutableRawBufferPointer
    private let release: @Sendable (UnsafeMutableRawBufferPointer) -> Void
    private let forget: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    /// Takes bytes that lie somewhere.
    ///
    /// - Parameters:
    ///   - bytes: Aligned, and zero where they are not written yet.
    ///   - forget: Called with bytes that are not looked at soon; what they hold must stay. Without it nothing happens.
    ///   - release: Called once at the end.
    package init(
        _ bytes: UnsafeMutableRawBufferPointer,
        forget: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void = { _ in },
        release: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) {
        unsafe self.bytes = bytes
        unsafe self.release = release
        unsafe self.forget = forget
    }

    /// Takes memory.
    package convenience init(byteCount: Int) {
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: byteCount, alignment: PreparedDataset.alignment)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe self.init(bytes) { unsafe $0.deallocate() }
    }

    deinit { unsafe self.release(self.bytes) }

    package var byteCount: Int { unsafe self.bytes.count }

    /// A copy of some bytes.
    package convenience init(copying bytes: [UInt8]) {
        self.init(byteCount: bytes.count)
        unsafe self.bytes.copyBytes(from: bytes)
    }

    /// Says that some bytes are not looked at soon, so that they need not stay in memory where a file has them.
    package func forget(_ range: Range<Int>) {
        unsafe self.forget(UnsafeMutableRawBufferPointer(rebasing: self.bytes[range]))
    }

    /// Calls with the bytes; they are valid during the call only.
    package func withBytes<Result, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try unsafe body(UnsafeRawBufferPointer(self.bytes))
    }

    /// Whether both hold the same bytes.
    package static func == (left: DataBlock, right: DataBlock) -> Bool {
        unsafe left.withBytes { left in unsafe right.withBytes { right in unsafe left.elementsEqual(right) } }
    }

    package func hash(into hasher: inout Hasher) {
        unsafe self.withBytes { unsafe hasher.combine(bytes: $0) }
    }
}

/// Where the memory for large blocks comes from.
package struct DataBlockSource: Sendable {
    /// A zeroed block of so many bytes.
    package let block: @Sendable (Int) throws(DatasetError) -> DataBlock

    package init(_ block: @escaping @Sendable (Int) throws(DatasetError) -> DataBlock) { self.block = block }

    /// The process's own memory.
    package static let memory = DataBlockSource { (count) throws(DatasetError) in DataBlock(byteCount: count) }
}
