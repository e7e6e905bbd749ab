import TrainingData
import TuningModel

extension CSVReader {
    /// A chunk that was read as if a row began at its first byte.
    @unsafe
    private struct Draft: @unchecked Sendable {
        // Sendable because the text is not written, and each reader has a stretch of rows of its own.
        let reader: CSVReader
        /// Where the first row begins, and what follows the last one.
        let first: UnsafePointer<UInt8>
        let next: UnsafePointer<UInt8>
        let line: Int
    }

    /// Reads all rows, chunks of the text at the same time.
    ///
    /// Each chunk is read as if a row began where it does, with tables of its own, into its own stretch of the rows; a row
    /// ends with a line feed, so that there cannot be more of them than line feeds. Then the chunks are joined in order. One
    /// is taken over where the rows before it end exactly where it begins: it was then read from the place where one thread
    /// would have been. Where this is not so, as after a line break inside of quotes, or where it has a mistake or too many
    /// different labels together with those before it, it is read again from where the rows before it end. So rows, tables and
    /// the first mistake are those of one thread, by construction.
    ///
    /// Source: C. Ge et al., "Speculative distributed CSV data parsing for big data analytics", SIGMOD 2019, for reading
    /// chunks on a guess. Deviation, on purpose: a wrong guess is found by where rows end, not told from the text.
    mutating func readRowsAtOnce(
        _ cursor: inout CSVCursor, in chunks: [CSVChunk], _ powers: UnsafePointer<Double>, _ work: LoadingWork,
        isMapped: Bool
    ) throws(DataFileError) {
        // What fits stays in memory from the first look to the second.
        let isLarge = unsafe cursor.end - cursor.next > 1 << 28
        let lineFeeds = unsafe work.map(chunks.count) { number in
            if isMapped { unsafe chunks[number].populate() }
            let count = unsafe chunks[number].lineFeeds
            if isMapped, isLarge { unsafe chunks[number].release() }
            return count
        }
        let rooms = unsafe chunks.indices.map { number in
            // Line feeds in quotes and empty lines are no rows; only the last chunk has a row without one.
            unsafe min(
                lineFeeds[number] + (number + 1 == chunks.count ? 1 : 0),
                chunks[number].mostRows(columns: self.plan.roles.count))
        }
        let lines = Self.starts(lineFeeds)
        let starts = Self.starts(rooms)
        let width = self.plan.featureColumns.count
        self.cells = try CSVRoom(width: width, rows: starts[rooms.count], work, file: self.file)
        let whole = self
        let firstLine = unsafe cursor.line
        nonisolated(unsafe) let begin = unsafe cursor
        nonisolated(unsafe) let powers = unsafe powers
        let drafts = unsafe work.map(chunks.count) { number -> Draft? in
            let chunk = unsafe chunks[number]
            var cursor = unsafe CSVCursor(like: begin, at: chunk.start, line: firstLine + lines[number])
            var reader = whole
            reader.cells = whole.cells.part(from: starts[number], rows: rooms[number])
            if isMapped, isLarge { unsafe chunk.populate() }
            defer { if isMapped { unsafe chunk.release() } }
            unsafe cursor.skipEmptyLines()
            let first = unsafe cursor.next
            do throws(DataFileError) {
                try unsafe reader.readRows(&cursor, until: chunk.end, powers)
            } catch {
                return nil
            }
            return unsafe Draft(reader: reader, first: first, next: cursor.next, line: cursor.line)
        }
        unsafe cursor.skipEmptyLines()
        for number in unsafe drafts.indices {
            let chunk = unsafe chunks[number]
            if let draft = unsafe drafts[number], unsafe draft.first == cursor.next, unsafe self.join(draft.reader) {
                unsafe cursor.move(to: draft.next, line: draft.line)
            } else {
                try unsafe self.readRows(&cursor, until: chunk.end, powers)
            }
        }
    }

    /// Takes over the rows of a chunk.
    ///
    /// - Returns: Whether it did; not where its labels or its rows are too many with those that are here.
    private mutating func join(_ other: CSVReader) -> Bool {
        guard self.rowCount + other.rowCount <= PreparedDataset.Limit.rows else { return false }
        var classes = self.classes
        var groups = self.groupTable
        var categories = self.categories
        guard let classNumbers = classes.join(other.classes), let groupNumbers = groups.join(other.groupTable) else {
            return false
        }
        var categoryNumbers: [(feature: Int, numbers: [Int])] = []
        for feature in self.categoryFeatures {
            guard let table = other.categories[feature], let numbers = categories[feature]?.join(table) else {
                return false
            }
            categoryNumbers.append((feature, numbers))
        }
        self.classes = classes
        self.groupTable = groups
        self.categories = categories
        self.cells.take(other.cells, rows: other.rowCount, to: self.rowCount)
        for (feature, numbers) in categoryNumbers where !numbers.elementsEqual(numbers.indices) {
            for row in self.rowCount..<self.rowCount + other.rowCount {
                let number = self.cells[row, feature]
                if !number.isNaN { self.cells[row, feature] = Float(numbers[Int(number)]) }
            }
        }
        self.values += other.values
        self.labels += other.labels.map { Int32(classNumbers[Int($0)]) }
        self.groups += other.groups.map { Int32(groupNumbers[Int($0)]) }
        self.rowCount += other.rowCount
        return true
    }

    /// The sums of the numbers before each place, and of all.
    private static func starts(_ counts: [Int]) -> [Int] {
        counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }
}
