import CDigits

/// A place in a CSV text that moves from cell to cell.
///
/// Cells are separated by commas, lines by LF or CR LF; a cell may be quoted, and then holds commas, line breaks and
/// doubled quotes (RFC 4180). A CR without an LF is part of its cell.
@unsafe
struct CSVCursor {
    /// What follows a cell.
    enum Delimiter { case comma, newline, end }

    private(set) var next: UnsafePointer<UInt8>
    let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    /// Of the next byte, counted from 1.
    private(set) var line = 1
    let file: String
    /// Whether numbers have been whole of late, so that it is worth looking for four of them at once.
    private var areWhole = true

    /// Begins after a UTF-8 byte order mark where there is one.
    init(_ bytes: UnsafeBufferPointer<UInt8>, start: UnsafePointer<UInt8>, file: String) {
        let hasMark = unsafe bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
        unsafe self.next = start + (hasMark ? 3 : 0)
        unsafe self.start = start
        unsafe self.end = start + bytes.count
        unsafe self.file = file
    }

    /// A cursor of the same text that stands elsewhere.
    ///
    /// - Parameters:
    ///   - other: One whose text it is.
    ///   - next: Where it is to stand.
    ///   - line: The line there.
    init(like other: CSVCursor, at next: UnsafePointer<UInt8>, line: Int) {
        unsafe self.next = next
        unsafe self.start = other.start
        unsafe self.end = other.end
        unsafe self.line = line
        unsafe self.file = other.file
    }

    /// Goes where another cursor of the same text stands.
    mutating func move(to next: UnsafePointer<UInt8>, line: Int) {
        unsafe self.next = next
        unsafe self.line = line
    }

    var isAtEnd: Bool { unsafe self.next == self.end }

    /// Reads plain numbers of a row as far as they go.
    ///
    /// Ends at a cell whose place is negative, at one that is no plain number, and near the end of the bytes, where a
    /// word could reach too far; such a cell is read one byte at a time.
    ///
    /// - Parameters:
    ///   - row: Where the numbers go.
    ///   - places: For each column its place in the row, negative where it is no number.
    ///   - runs: For each column how many columns from it on have places that follow one another.
    ///   - first: The column of the next cell.
    ///   - columns: How many columns there are.
    ///   - powers: Of ten, from ``WordScanner``.
    /// - Returns: The column of the cell that is next, or `columns` when the row and its line are read.
    @inline(never)
    mutating func numbers(
        into row: UnsafeMutablePointer<Float>, places: UnsafePointer<Int32>, runs: UnsafePointer<Int32>,
        from first: Int,
        of columns: Int, powers: UnsafePointer<Double>
    ) -> Int {
        guard unsafe self.end - self.next >= WordScanner.reach else { return first }
        let last = unsafe self.end - WordScanner.reach
        var place = unsafe self.next
        var column = first
        // Looked at again now and then: a column's numbers may become whole.
        if unsafe self.line & 63 == 0 { unsafe self.areWhole = true }
        while unsafe column < columns && place <= last {
            let target = unsafe Int(places[column])
            guard target >= 0 else { break }
            if unsafe self.areWhole, unsafe runs[column] >= 4 {
                let count = unsafe self.wholes(
                    &place, into: row + target, run: Int(runs[column]), endsLine: column + Int(runs[column]) == columns)
                column &+= count
                unsafe self.areWhole = count > 0
                if count > 0 { continue }
            }
            var stop = unsafe place
            guard let value = unsafe WordScanner.float(&stop, powers) else { break }
            let byte = unsafe stop.pointee
            if column &+ 1 < columns {
                guard byte == 0x2C else { break }
            } else if byte == 0x0A {
                unsafe self.line += 1
            } else {
                guard unsafe byte == 0x0D && stop[1] == 0x0A else { break }
                unsafe stop += 1
                unsafe self.line += 1
            }
            unsafe row[target] = value
            unsafe place = stop + 1
            column &+= 1
        }
        unsafe self.next = place
        return column
    }

    /// Reads whole numbers, four at a time, as far as they go.
    ///
    /// - Returns: How many; their line is counted where they end it.
    @inline(__always)
    private mutating func wholes(
        _ place: inout UnsafePointer<UInt8>, into numbers: UnsafeMutablePointer<Float>, run: Int, endsLine: Bool
    ) -> Int {
        guard unsafe place - self.start >= 8, unsafe self.end - place >= 64 else { return 0 }
        var length: Int32 = 0
        let count = unsafe Int(
            winnow_whole_cells(place, Int32(truncatingIfNeeded: run), endsLine ? 1 : 0, numbers, &length))
        unsafe place += Int(length)
        if endsLine, count == run { unsafe self.line += 1 }
        return count
    }

    /// Skips lines without a byte.
    mutating func skipEmptyLines() {
        while unsafe self.next < self.end {
            if unsafe self.next.pointee == 0x0A {
                unsafe self.next += 1
            } else if unsafe self.isLineBreak(self.next) {
                unsafe self.next += unsafe self.next + 1 < self.end ? 2 : 1
            } else {
                return
            }
            unsafe self.line += 1
        }
    }

    /// A plain decimal number that ends where its cell does; the cursor moves only when there is one.
    @inline(__always)
    mutating func fastFloat() -> Float? {
        var stop = unsafe self.next
        guard let value = unsafe NumberScanner.fast(&stop, self.end) else { return nil }
        if unsafe stop < self.end, unsafe stop.pointee != 0x2C, unsafe stop.pointee != 0x0A,
            unsafe !self.isLineBreak(stop)
        {
            return nil
        }
        unsafe self.next = stop
        return value
    }

    /// Takes what follows a cell; after a cell there is nothing else.
    @inline(__always)
    mutating func delimiter() -> Delimiter {
        guard unsafe self.next < self.end else { return .end }
        if unsafe self.next.pointee == 0x2C {
            unsafe self.next += 1
            return .comma
        }
        unsafe self.next += self.next.pointee == 0x0D && self.next + 1 < self.end ? 2 : 1
        unsafe self.line += 1
        return .newline
    }

    /// The next cell where it has no quotes, in the file's own memory; the cursor moves only then.
    mutating func plainCell() -> UnsafeRawBufferPointer? {
        if unsafe self.next < self.end, unsafe self.next.pointee == 0x22 { return nil }
        let start = unsafe self.next
        while unsafe self.next < self.end, unsafe self.next.pointee != 0x2C, unsafe self.next.pointee != 0x0A,
            unsafe !self.isLineBreak(self.next)
        {
            unsafe self.next += 1
        }
        return unsafe UnsafeRawBufferPointer(start: start, count: self.next - start)
    }

    /// The content of the next cell, quotes taken off.
    ///
    /// - Throws: ``DataFileError`` for a quote that never ends, or one with something behind its end.
    mutating func cell() throws(DataFileError) -> [UInt8] {
        guard let cell = unsafe self.plainCell() else { return try unsafe self.quotedCell() }
        return unsafe Array(cell)
    }

    private mutating func quotedCell() throws(DataFileError) -> [UInt8] {
        let firstLine = unsafe self.line
        unsafe self.next += 1
        var content: [UInt8] = []
        while unsafe self.next < self.end {
            let byte = unsafe self.next.pointee
            unsafe self.next += 1
            guard byte == 0x22 else {
                if byte == 0x0A { unsafe self.line += 1 }
                content.append(byte)
                continue
            }
            guard unsafe self.next < self.end else { return content }
            let following = unsafe self.next.pointee
            if following == 0x22 {
                unsafe self.next += 1
                content.append(0x22)
                continue
            }
            guard unsafe following == 0x2C || following == 0x0A || self.isLineBreak(self.next) else {
                throw unsafe DataFileError(
                    file: self.file, line: self.line,
                    "found \"\(shown(CollectionOfOne(following)))\" behind the closing quote of \"\(shown(content))\", "
                        + "want a comma or the end of the line; a quote inside quotes is written twice")
            }
            return content
        }
        throw unsafe DataFileError(
            file: self.file, line: firstLine, "a quote opens here and never closes, want a closing quote")
    }

    /// Whether a CR stands here that ends a line: one before LF, or the last byte.
    @inline(__always)
    private func isLineBreak(_ place: UnsafePointer<UInt8>) -> Bool {
        guard unsafe place.pointee == 0x0D else { return false }
        return unsafe place + 1 == self.end || place[1] == 0x0A
    }
}
