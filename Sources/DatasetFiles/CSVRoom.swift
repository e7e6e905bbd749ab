import TrainingData

/// The numbers of a CSV file's rows while they are read: rows of a block, or a stretch of them.
@safe
struct CSVRoom {
    let width: Int
    /// How many rows there is room for.
    private(set) var rows = 0
    /// The first row in the block.
    private var first = 0
    private var block: DataBlock?
    private var work = LoadingWork(threads: 1)
    private var file = ""

    /// Room for nothing.
    init(width: Int) { self.width = width }

    /// A block with room for some rows.
    ///
    /// - Throws: ``DataFileError`` where there is no memory, or no place in a folder, for so many.
    init(width: Int, rows: Int, _ work: LoadingWork, file: String) throws(DataFileError) {
        self.width = width
        self.work = work
        self.file = file
        self.block = try Self.block(rows: rows, width: width, work, file: file)
        self.rows = rows
    }

    /// A stretch of the same block, which others do not write to.
    func part(from first: Int, rows: Int) -> CSVRoom {
        var part = self
        part.first = self.first + first
        part.rows = rows
        return part
    }

    /// Makes room for half as many rows more.
    mutating func grow(used: Int) throws(DataFileError) {
        let rows = self.rows + self.rows / 2 + 64
        let block = try Self.block(rows: rows, width: self.width, self.work, file: self.file)
        if let former = self.block {
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: former.bytes[..<(used * self.width * 4)])
            unsafe block.bytes.copyMemory(from: bytes)
        }
        self.block = block
        self.rows = rows
    }

    private static func block(rows: Int, width: Int, _ work: LoadingWork, file: String) throws(DataFileError)
        -> DataBlock
    {
        let (count, isOverflow) = rows.multipliedReportingOverflow(by: width)
        guard !isOverflow, count <= PreparedDataset.Limit.bytes / 4 else {
            throw DataFileError(
                file: file,
                "about \(rows) rows of \(width) features, want at most \(PreparedDataset.Limit.bytes / 4) numbers")
        }
        return try work.block(count * 4, file: file)
    }

    /// Where a row begins.
    ///
    /// - Precondition: There is room for the row.
    private func place(of row: Int) -> UnsafeMutablePointer<Float>? {
        precondition(row >= 0 && row <= self.rows, "row \(row) of \(self.rows)")
        return unsafe self.block?.bytes.baseAddress.map {
            unsafe ($0 + (self.first + row) * self.width * 4).assumingMemoryBound(to: Float.self)
        }
    }

    /// Copies a row's numbers to its place.
    func put(_ numbers: UnsafePointer<Float>, at row: Int) {
        guard row < self.rows, let place = unsafe self.place(of: row) else { return }
        unsafe place.update(from: numbers, count: self.width)
    }

    /// Moves rows of a part of the same block to a row of this one, which is at the same place or before.
    func take(_ part: CSVRoom, rows: Int, to row: Int) {
        guard rows > 0, part.block !== self.block || part.first != self.first + row,
            let target = unsafe self.place(of: row),
            let source = unsafe part.place(of: 0)
        else { return }
        unsafe target.update(from: source, count: rows * self.width)
    }

    subscript(row: Int, column: Int) -> Float {
        get {
            guard row < self.rows, column < self.width, let place = unsafe self.place(of: row) else { return .nan }
            return unsafe place[column]
        }
        nonmutating set {
            guard row < self.rows, column < self.width, let place = unsafe self.place(of: row) else { return }
            unsafe place[column] = newValue
        }
    }

    /// The first rows.
    func numbers(rows: Int) -> NumberBlock {
        guard let block = self.block else { return NumberBlock([]) }
        return NumberBlock(block, count: rows * self.width)
    }
}
