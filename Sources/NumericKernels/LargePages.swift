internal import Glibc

/// Memory for networks, in pages of 2 MiB where the block is large and the system has them: a product walks through rows that
/// are pages apart, and with small pages it waits for their addresses.
///
/// Measured with products of 1,024 and 2,048 squared on one core: 2 to 3 % of the peak. Linux gives large pages on demand
/// (`/sys/kernel/mm/transparent_hugepage/enabled` is `madvise` or `always`); where it has none nothing changes but the speed.
package enum LargePages {
    /// Bytes of a large page.
    private static let size = 1 << 21
    /// Smaller blocks stay in small pages: the last page is resident as a whole, which would cost them too much.
    private static let threshold = 8 << 20

    /// A block that is not initialised; given back by `deallocate()`.
    ///
    /// - Parameter byteCount: Positive.
    /// - Returns: Memory aligned to 4,096 bytes at least.
    @unsafe
    package static func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        guard byteCount >= self.threshold else {
            return .allocate(byteCount: byteCount, alignment: 4_096)
        }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: self.size)
        // A wish: where it is refused the memory is as good.
        _ = unsafe madvise(memory, byteCount, MADV_HUGEPAGE)
        return unsafe memory
    }
}
