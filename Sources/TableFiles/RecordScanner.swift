/// Takes the records of a CSV text, one after another.
///
/// Cells are separated by commas, records by LF or CR LF; a cell that begins with a quote ends with one, and then holds
/// commas, line breaks and doubled quotes. A CR without an LF is part of its cell, but for one at the end of the text.
/// Lines without a byte are skipped.
///
/// Source: Y. Shafranovich, "Common Format and MIME Type for Comma-Separated Values (CSV) Files", RFC 4180, 2005, section 2.
struct RecordScanner {
    /// The cells of a record, quotes taken off, and the line in which it begins, counted from 1.
    struct Record: Hashable {
        let line: Int
        let cells: [String]
    }

    /// Why a text is no CSV, and in which line.
    struct Failure: Error, Hashable {
        let line: Int
        let problem: String
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private let bytes: [UInt8]
    private var place: Int
    private var line = 1

    /// Begins after a byte order mark where there is one.
    init(_ text: String) {
        self.bytes = Array(text.utf8)
        self.place = self.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next record; `nil` where there is none.
    ///
    /// - Throws: ``Failure`` for a quote that never closes, and for one with something behind it.
    /// - Complexity: O(bytes of the record).
    mutating func next() throws(Failure) -> Record? {
        while let length = self.lineBreakLength { self.skipLineBreak(length) }
        guard self.place < self.bytes.count else { return nil }
        let line = self.line
        var cells = [try self.cell()]
        while self.place < self.bytes.count, self.bytes[self.place] == Self.comma {
            self.place += 1
            cells.append(try self.cell())
        }
        if let length = self.lineBreakLength { self.skipLineBreak(length) }
        return Record(line: line, cells: cells)
    }

    /// How many bytes the line break has that stands here; `nil` where none does.
    private var lineBreakLength: Int? {
        guard self.place < self.bytes.count else { return nil }
        if self.bytes[self.place] == Self.lineFeed { return 1 }
        guard self.bytes[self.place] == Self.carriageReturn else { return nil }
        guard self.place + 1 < self.bytes.count else { return 1 }
        return self.bytes[self.place + 1] == Self.lineFeed ? 2 : nil
    }

    private mutating func skipLineBreak(_ length: Int) {
        self.place += length
        self.line += 1
    }

    private mutating func cell() throws(Failure) -> String {
        if self.place < self.bytes.count, self.bytes[self.place] == Self.quote { return try self.quotedCell() }
        let start = self.place
        while self.place < self.bytes.count, self.bytes[self.place] != Self.comma, self.lineBreakLength == nil {
            self.place += 1
        }
        return String(decoding: self.bytes[start..<self.place], as: UTF8.self)
    }

    private mutating func quotedCell() throws(Failure) -> String {
        let firstLine = self.line
        self.place += 1
        var content: [UInt8] = []
        while self.place < self.bytes.count {
            let byte = self.bytes[self.place]
            self.place += 1
            if byte == Self.quote {
                guard self.place < self.bytes.count else { return String(decoding: content, as: UTF8.self) }
                guard self.bytes[self.place] == Self.quote else {
                    guard self.bytes[self.place] == Self.comma || self.lineBreakLength != nil else {
                        throw Failure(
                            line: self.line,
                            problem: "something stands behind the closing quote of "
                                + "\"\(shown(String(decoding: content, as: UTF8.self)))\", want a comma or the end of the line; "
                                + "a quote inside quotes is written twice")
                    }
                    return String(decoding: content, as: UTF8.self)
                }
                self.place += 1
            } else if byte == Self.lineFeed {
                self.line += 1
            }
            content.append(byte)
        }
        throw Failure(line: firstLine, problem: "a quote opens here and never closes, want a closing quote")
    }
}
