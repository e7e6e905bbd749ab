import CDigits

/// A stretch of a CSV text that is read on its own: it begins behind a line feed.
@unsafe
struct CSVChunk: @unchecked Sendable {
    // Sendable because the text is not written while it is read.
    let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>

    /// Bytes of a chunk at most, so that no more of a mapped file need be in memory.
    private static let largest = 8 << 20

    /// Chunks for several threads, several for each, so that a thread that is held up does not hold up the others.
    static func split(_ cursor: CSVCursor, work: LoadingWork) -> [CSVChunk] {
        let start = unsafe cursor.next
        let end = unsafe cursor.end
        let length = unsafe end - start
        let wanted = work.threads == 1 ? 1 : min(work.threads * 4, length / work.smallestChunk)
        let count = unsafe max(1, wanted, length / Self.largest)
        var chunks: [CSVChunk] = unsafe []
        var from = unsafe start
        for number in 1...count {
            var place = unsafe start + length / count * number
            if number == count { unsafe place = end }
            guard unsafe place > from else { continue }
            while unsafe place < end, unsafe place[-1] != 0x0A { unsafe place += 1 }
            unsafe chunks.append(CSVChunk(start: from, end: place))
            unsafe from = place
        }
        return unsafe chunks
    }

    private var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: self.start, count: self.end - self.start)
    }

    /// Brings the chunk of a mapped file into memory.
    func populate() { unsafe Pages.populate(self.bytes) }

    /// Lets the chunk of a mapped file go.
    func release() { unsafe Pages.release(UnsafeMutableRawBufferPointer(mutating: self.bytes)) }

    /// How many line feeds there are: as many rows can end in the chunk, and one more at the end of the text.
    var lineFeeds: Int { unsafe Int(winnow_line_feeds(self.start, Int64(self.end - self.start))) }

    /// How many rows of so many columns fit at most: each has a separator between cells and a line feed behind them, but for
    /// the last one of the text.
    func mostRows(columns: Int) -> Int { unsafe (self.end - self.start) / max(1, columns) + 1 }

    /// How many rows of so many columns the first lines let expect, a few more than likely.
    static func rowsToExpect(_ cursor: CSVCursor, columns: Int) -> Int {
        let length = unsafe cursor.end - cursor.next
        let looked = min(length, 1 << 16)
        let lines = unsafe Double(CSVChunk(start: cursor.next, end: cursor.next + looked).lineFeeds + 1)
        let most = unsafe CSVChunk(start: cursor.next, end: cursor.end).mostRows(columns: columns)
        return min(most, 64 + Int(lines * Double(length) / Double(max(1, looked)) * 1.05))
    }
}
