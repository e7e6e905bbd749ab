/// The number of rows of a tile, known to the compiler.
protocol RowCount { static var count: Int { get } }

enum OneRow: RowCount { @inline(__always) static var count: Int { 1 } }
enum TwoRows: RowCount { @inline(__always) static var count: Int { 2 } }
enum FourRows: RowCount { @inline(__always) static var count: Int { 4 } }
enum SixRows: RowCount { @inline(__always) static var count: Int { 6 } }
enum EightRows: RowCount { @inline(__always) static var count: Int { 8 } }
enum NineRows: RowCount { @inline(__always) static var count: Int { 9 } }
enum FourteenRows: RowCount { @inline(__always) static var count: Int { 14 } }

/// The factors that are broadcast: element (row, k) of the left matrix, the rows counted from the tile's first.
protocol Factors {
    func value(_ row: Int, _ k: Int) -> Float
}

/// Up to fourteen rows of sums in registers.
struct Tile<S: Strip, N: RowCount> {
    var r0 = S()
    var r1 = S()
    var r2 = S()
    var r3 = S()
    var r4 = S()
    var r5 = S()
    var r6 = S()
    var r7 = S()
    var r8 = S()
    var r9 = S()
    var r10 = S()
    var r11 = S()
    var r12 = S()
    var r13 = S()

    @inline(__always) init() {}

    @inline(__always) init(_ target: Target, _ origin: Int, stride: Int) {
        self.r0 = S(target, origin)
        if N.count > 1 { self.r1 = S(target, origin &+ stride) }
        if N.count > 2 {
            self.r2 = S(target, origin &+ 2 &* stride)
            self.r3 = S(target, origin &+ 3 &* stride)
        }
        if N.count > 4 {
            self.r4 = S(target, origin &+ 4 &* stride)
            self.r5 = S(target, origin &+ 5 &* stride)
        }
        if N.count > 6 {
            self.r6 = S(target, origin &+ 6 &* stride)
            self.r7 = S(target, origin &+ 7 &* stride)
        }
        if N.count > 8 { self.r8 = S(target, origin &+ 8 &* stride) }
        if N.count > 9 {
            self.r9 = S(target, origin &+ 9 &* stride)
            self.r10 = S(target, origin &+ 10 &* stride)
            self.r11 = S(target, origin &+ 11 &* stride)
            self.r12 = S(target, origin &+ 12 &* stride)
            self.r13 = S(target, origin &+ 13 &* stride)
        }
    }

    /// One step of every chain: `sum = fma(factor, row, sum)`.
    @inline(__always) mutating func step<F: Factors>(_ factors: F, _ k: Int, _ row: S) {
        self.r0.add(factors.value(0, k), row)
        if N.count > 1 { self.r1.add(factors.value(1, k), row) }
        if N.count > 2 {
            self.r2.add(factors.value(2, k), row)
            self.r3.add(factors.value(3, k), row)
        }
        if N.count > 4 {
            self.r4.add(factors.value(4, k), row)
            self.r5.add(factors.value(5, k), row)
        }
        if N.count > 6 {
            self.r6.add(factors.value(6, k), row)
            self.r7.add(factors.value(7, k), row)
        }
        if N.count > 8 { self.r8.add(factors.value(8, k), row) }
        if N.count > 9 {
            self.r9.add(factors.value(9, k), row)
            self.r10.add(factors.value(10, k), row)
            self.r11.add(factors.value(11, k), row)
            self.r12.add(factors.value(12, k), row)
            self.r13.add(factors.value(13, k), row)
        }
    }

    @inline(__always) func finish<E: Finish>(_ finish: E, row: Int, column: Int) {
        self.r0.finish(finish, row: row, column: column)
        if N.count > 1 { self.r1.finish(finish, row: row &+ 1, column: column) }
        if N.count > 2 {
            self.r2.finish(finish, row: row &+ 2, column: column)
            self.r3.finish(finish, row: row &+ 3, column: column)
        }
        if N.count > 4 {
            self.r4.finish(finish, row: row &+ 4, column: column)
            self.r5.finish(finish, row: row &+ 5, column: column)
        }
        if N.count > 6 {
            self.r6.finish(finish, row: row &+ 6, column: column)
            self.r7.finish(finish, row: row &+ 7, column: column)
        }
        if N.count > 8 { self.r8.finish(finish, row: row &+ 8, column: column) }
        if N.count > 9 {
            self.r9.finish(finish, row: row &+ 9, column: column)
            self.r10.finish(finish, row: row &+ 10, column: column)
            self.r11.finish(finish, row: row &+ 11, column: column)
            self.r12.finish(finish, row: row &+ 12, column: column)
            self.r13.finish(finish, row: row &+ 13, column: column)
        }
    }
}

/// Computes one tile of a product and hands it to its finish; `right` begins at the tile's first column.
@inline(__always)
func computeTile<S: Strip, N: RowCount, F: Factors, C: Chain, E: Finish>(
    _: S.Type, _ factors: F, _ right: RightMatrix<C>, _ row: Int, _ column: Int, _ finish: E, _: N.Type
) {
    var tile = Tile<S, N>()
    if finish.continues {
        tile = Tile<S, N>(finish.output, row &* finish.stride &+ column, stride: finish.stride)
    }
    var index = 0
    right.chain.each { k in
        tile.step(factors, k, S(right.source, index))
        index &+= right.stride
    }
    tile.finish(finish, row: row, column: column)
}

#if AVX512
    /// Tiles of 8 rows by 3 vectors: 24 sums of the 32 registers.
    typealias TileRows = EightRows
    let tileVectors = 3
#else
    /// Tiles of 6 rows by 16 columns: 12 of 16 registers of 8 lanes, or 24 of 32 registers of 4 lanes.
    typealias TileRows = SixRows
    let tileVectors = 1
#endif
