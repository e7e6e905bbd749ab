/// One block of memory that a network lives in: parameters, the optimiser's state, activations, gradients, scratch.
///
/// It is the owner of the block and frees it once. Places in it are offsets in floats from ``ArenaLayout``.
@safe
struct Arena: ~Copyable {
    /// Aligned to 64 bytes; all floats begin as 0.
    let base: UnsafeMutablePointer<Float>

    /// - Parameter layout: Its ``ArenaLayout/byteCount`` must have been found to be within the limit.
    init(_ layout: ArenaLayout) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 4_096)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.byteCount)
        unsafe self.base = memory.assumingMemoryBound(to: Float.self)
    }

    deinit { unsafe UnsafeMutableRawPointer(self.base).deallocate() }
}

/// Hands out places in an ``Arena`` that is yet to be made, and counts what it will need.
struct ArenaLayout: Hashable {
    /// The most an arena may hold: 8 GiB, some fifty times what the largest common tabular network needs.
    static let byteLimit = 1 << 33

    /// Floats left free behind each large array, 17 lines: weights and their moments, walked together, would else often
    /// begin at one offset within their pages and crowd the same cache sets (2 to 4 % of a step of 784-128 with Adam).
    private static let stagger = 272

    /// Floats handed out so far; a number beyond any limit once a request was.
    private(set) var floatCount = 0

    /// The place of `rows * columns` floats as an offset, a multiple of 16; padded to whole lines of 64 bytes.
    mutating func reserve(rows: Int = 1, columns: Int) -> Int {
        let place = self.floatCount
        let (count, isTooMany) = rows.multipliedReportingOverflow(by: columns)
        let (end, isBeyond) = place.addingReportingOverflow(count)
        guard !isTooMany, !isBeyond, end <= Int.max / 8 else {
            self.floatCount = .max / 4
            return 0
        }
        self.floatCount = ((end + 15) & ~15) + (count > 1_024 ? Self.stagger : 0)
        return place
    }

    /// Bytes of the arena.
    var byteCount: Int { max(64, self.floatCount * 4) }
}
