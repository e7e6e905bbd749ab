import KernelInterface

/// Where the right matrix of a product is, and how its chains run.
struct RightMatrix<C: Chain> {
    var source: Source
    var stride: Int
    var chain: C

    @inline(__always) func fromColumn(_ column: Int) -> RightMatrix {
        RightMatrix(source: self.source.advanced(column), stride: self.stride, chain: self.chain)
    }
}

extension RightMatrix where C == WholeChain {
    @inline(__always) init(source: Source, stride: Int, depth: Int) {
        self.init(source: source, stride: stride, chain: WholeChain(depth: depth))
    }
}

/// Computes whole tiles of some rows of one strip of columns; answers where the rows begin that are too few for a tile.
///
/// `right` begins at the strip, `column` is its place in the output.
@inline(__always)
private func sweepTiles<S: Strip, L: LeftMatrix, C: Chain, E: Finish>(
    _: S.Type, _ left: L, _ right: RightMatrix<C>, _ rows: Range<Int>, _ column: Int, _ finish: E
) -> Int {
    var row = rows.lowerBound
    while row &+ TileRows.count <= rows.upperBound {
        computeTile(S.self, left.factors(row, TileRows.self), right, row, column, finish, TileRows.self)
        row &+= TileRows.count
    }
    return row
}

/// The rows that are too few for a whole tile: their sums are stored.
@inline(never)
func sweepRest<S: Strip, L: LeftMatrix, C: Chain>(
    _: S.Type, _ left: L, _ right: RightMatrix<C>, _ rows: Range<Int>, _ column: Int, _ store: StoreFinish
) {
    var row = rows.lowerBound
    if row &+ 4 <= rows.upperBound {
        computeTile(S.self, left.factors(row, FourRows.self), right, row, column, store, FourRows.self)
        row &+= 4
    }
    if row &+ 2 <= rows.upperBound {
        computeTile(S.self, left.factors(row, TwoRows.self), right, row, column, store, TwoRows.self)
        row &+= 2
    }
    if row < rows.upperBound {
        computeTile(S.self, left.factors(row, OneRow.self), right, row, column, store, OneRow.self)
    }
}

/// One strip of columns.
@inline(never)
private func sweepStrip<S: Strip, L: LeftMatrix, C: Chain, E: Finish>(
    _: S.Type, _ left: L, _ right: RightMatrix<C>, _ rows: Range<Int>, _ column: Int, _ finish: E
) {
    let row = sweepTiles(S.self, left, right, rows, column, finish)
    if row < rows.upperBound {
        sweepRest(S.self, left, right, row..<rows.upperBound, column, finish.store)
        finish.finishStored(row..<rows.upperBound, column..<column &+ S.width)
    }
}

/// Vectors of the next strip of so many that are left: 3, but 2 and 2 where 3 would leave 1.
@inline(__always)
func stripVectors(_ left: Int) -> Int {
    if tileVectors == 1 { return 1 }
    return left >= 3 && left != 4 ? 3 : left >= 2 ? 2 : 1
}

/// One strip of 1 to 3 vectors.
@inline(__always)
func sweepStrip<L: LeftMatrix, C: Chain, E: Finish>(
    vectors: Int, _ left: L, _ right: RightMatrix<C>, _ rows: Range<Int>, _ column: Int, _ finish: E
) {
    #if AVX512
        switch vectors {
        case 3: sweepStrip(TripleStrip.self, left, right, rows, column, finish)
        case 2: sweepStrip(DoubleStrip.self, left, right, rows, column, finish)
        default: sweepStrip(SingleStrip.self, left, right, rows, column, finish)
        }
    #else
        sweepStrip(SingleStrip.self, left, right, rows, column, finish)
    #endif
}

/// A product whose right matrix is read where it lies.
@inline(__always)
func sweepColumns<L: LeftMatrix, C: Chain, E: Finish>(
    _ left: L, _ right: RightMatrix<C>, rows: Int, columns: Int, _ finish: E
) {
    var column = 0
    while column < columns {
        let vectors = stripVectors((columns &- column) &>> 4)
        sweepStrip(vectors: vectors, left, right.fromColumn(column), 0..<rows, column, finish)
        column &+= 16 &* vectors
    }
}

/// Rows of the left matrix that go through all strips of a packed panel before the next rows: they and their results
/// stay in the second-level cache beside the panel.
///
/// Source: K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008,
/// section 4.
private let rowBlock = 48

/// Rows that are asked for ahead of those that are copied: the next row lies too far for the processor to guess it.
private let fetchedRows = 8

/// Copies rows `first ..< first + depth` of some columns into strips that lie one after another.
private func pack(_ right: RightMatrix<WholeChain>, _ first: Int, depth: Int, columns: Int, into panel: Target) {
    var column = 0
    var position = 0
    while column < columns {
        let vectors = stripVectors((columns &- column) &>> 4)
        let width = 16 &* vectors
        var k = 0
        while k < depth {
            let from = (first &+ k) &* right.stride &+ column
            var j = 0
            while j < width {
                right.source.fetch(from &+ j &+ fetchedRows &* right.stride)
                panel.store(right.source.vector(from &+ j), position &+ j)
                j &+= 16
            }
            position &+= width
            k &+= 1
        }
        column &+= width
    }
}

/// Asks for the stored sums of some rows of one strip.
@inline(__always)
private func fetchSums(_ store: StoreFinish, _ first: Int, _ end: Int, _ column: Int, vectors: Int) {
    var row = first
    while row < min(first &+ TileRows.count, end) {
        var offset = 0
        while offset < vectors {
            store.output.source.fetch(row &* store.stride &+ column &+ 16 &* offset)
            offset &+= 1
        }
        row &+= 1
    }
}

/// All strips of a packed panel for a block of rows.
///
/// Beside each tile two rows of the next block are asked for, and the sums that the next tile goes on from: neither waits
/// for a slower cache then. With four strips and six tiles in a block that are all rows of the next one.
private func sweepPanel(
    _ left: LeftRows, _ panel: Source, depth: Int, _ rows: Range<Int>, _ columns: Range<Int>, _ store: StoreFinish,
    allRows: Int
) {
    let end = min(rows.upperBound &+ rowBlock, allRows)
    var ahead = rows.upperBound
    var column = columns.lowerBound
    var position = 0
    while column < columns.upperBound {
        let vectors = stripVectors((columns.upperBound &- column) &>> 4)
        let right = RightMatrix(source: panel.advanced(position), stride: 16 &* vectors, depth: depth)
        var row = rows.lowerBound
        while row &+ TileRows.count <= rows.upperBound, ahead &+ 1 < end {
            let next = row &+ TileRows.count
            if store.continues { fetchSums(store, next, rows.upperBound, column, vectors: vectors) }
            let chain = FetchingChain(depth: depth, first: left.row(ahead), second: left.row(ahead &+ 1))
            let fetching = RightMatrix(source: right.source, stride: right.stride, chain: chain)
            sweepStrip(vectors: vectors, left, fetching, row..<next, column, store)
            ahead &+= 2
            row = next
        }
        if row < rows.upperBound { sweepStrip(vectors: vectors, left, right, row..<rows.upperBound, column, store) }
        position &+= depth &* 16 &* vectors
        column &+= 16 &* vectors
    }
}

/// A large product in blocks; chains that are cut between blocks go on from the stored output, with the same bits.
@inline(__always)
private func sweepBlocks<E: Finish>(
    _ left: LeftRows, _ right: RightMatrix<WholeChain>, rows: Int, columns: Int, panel: Target, _ finish: E
) {
    var firstColumn = 0
    while firstColumn < columns {
        let span = unsafe firstColumn..<min(firstColumn &+ ProductArguments.packedColumns, columns)
        var store = finish.store
        var first = 0
        repeat {
            let depth = unsafe min(ProductArguments.packedDepth, right.chain.depth &- first)
            let isLast = first &+ depth >= right.chain.depth
            pack(right.fromColumn(firstColumn), first, depth: depth, columns: span.count, into: panel)
            var row = 0
            while row < rows {
                let block = row..<min(row &+ rowBlock, rows)
                sweepPanel(left.fromColumn(first), panel.source, depth: depth, block, span, store, allRows: rows)
                if isLast, !E.isStore { finish.finishStored(block, span) }
                row = block.upperBound
            }
            store.continues = true
            first &+= depth
        } while first < right.chain.depth
        firstColumn = span.upperBound
    }
}

/// Chooses between the two ways; the bits are the same.
@inline(__always)
private func sweep<E: Finish>(_ arguments: borrowing ProductArguments, _ finish: E) {
    let left = unsafe LeftRows(arguments.input)
    let right = unsafe RightMatrix(
        source: Source(arguments.weights), stride: arguments.weightStride, depth: arguments.depth)
    let rows = unsafe arguments.rows
    let columns = unsafe arguments.columns
    let needed = unsafe ProductArguments.scratchFloats(columns: columns, depth: right.chain.depth)
    if let scratch = unsafe arguments.scratch, needed > 0,
        unsafe rows >= ProductArguments.packingRows(depth: right.chain.depth)
    {
        unsafe sweepBlocks(left, right, rows: rows, columns: columns, panel: Target(scratch), finish)
    } else {
        sweepColumns(left, right, rows: rows, columns: columns, finish)
    }
}

func productKernel(_ arguments: borrowing ProductArguments) {
    let output = unsafe Target(arguments.output)
    let stride = unsafe arguments.outputStride
    let floor: Float
    var continues = false
    switch unsafe arguments.finish {
    case .biasRelu: floor = 0
    case .bias: floor = -.infinity
    case .accumulate:
        continues = true
        fallthrough
    case .store:
        return unsafe sweep(arguments, StoreFinish(output: output, stride: stride, continues: continues))
    }
    guard let bias = unsafe arguments.bias else { return }
    unsafe sweep(arguments, BiasFinish(output: output, stride: stride, bias: Source(bias), floor: floor))
}
