import KernelInterface

/// A left matrix: gives each tile its factors.
protocol LeftMatrix {
    associatedtype TileFactors: Factors
    func factors<N: RowCount>(_ row: Int, _: N.Type) -> TileFactors
}

/// The rows of a left matrix, in order or picked by number; chains run along them.
@safe
struct LeftRows: LeftMatrix {
    let base: UnsafePointer<Float>
    let stride: Int
    let picked: UnsafePointer<Int32>?

    @inline(__always) init(_ rows: RowSource) {
        unsafe self.base = rows.base
        unsafe self.stride = rows.stride
        unsafe self.picked = rows.picked
    }

    @inline(__always) init(_ base: Source, stride: Int) {
        unsafe self.base = base.base
        self.stride = stride
        unsafe self.picked = nil
    }

    @inline(__always) init(base: UnsafePointer<Float>, stride: Int, picked: UnsafePointer<Int32>?) {
        unsafe self.base = base
        self.stride = stride
        unsafe self.picked = picked
    }

    /// The start of a row.
    @inline(__always) func row(_ number: Int) -> Source {
        if let picked = unsafe self.picked {
            return unsafe Source(self.base + Int(picked[number]) &* self.stride)
        }
        return unsafe Source(self.base + number &* self.stride)
    }

    @inline(__always) func factors<N: RowCount>(_ row: Int, _ count: N.Type) -> RowFactors {
        RowFactors(self, row, count)
    }

    /// Floats from the start of a row to that of another one.
    @inline(__always) func distance(_ first: Int, _ second: Int) -> Int {
        if let picked = unsafe self.picked {
            return unsafe (Int(picked[second]) &- Int(picked[first])) &* self.stride
        }
        return (second &- first) &* self.stride
    }

    /// The same rows from a column on.
    @inline(__always) func fromColumn(_ column: Int) -> LeftRows {
        unsafe LeftRows(base: self.base + column, stride: self.stride, picked: self.picked)
    }
}

/// Factors of a tile whose chains run along the rows of the left matrix.
struct RowFactors: Factors {
    private var p0: Source
    private var p1: Source
    private var p2: Source
    private var p3: Source
    private var p4: Source
    private var p5: Source
    private var p6: Source
    private var p7: Source

    @inline(__always) init<N: RowCount>(_ left: LeftRows, _ row: Int, _: N.Type) {
        self.p0 = left.row(row)
        self.p1 = N.count > 1 ? left.row(row &+ 1) : self.p0
        self.p2 = N.count > 2 ? left.row(row &+ 2) : self.p0
        self.p3 = N.count > 2 ? left.row(row &+ 3) : self.p0
        self.p4 = N.count > 4 ? left.row(row &+ 4) : self.p0
        self.p5 = N.count > 4 ? left.row(row &+ 5) : self.p0
        self.p6 = N.count > 6 ? left.row(row &+ 6) : self.p0
        self.p7 = N.count > 6 ? left.row(row &+ 7) : self.p0
    }

    @inline(__always) func value(_ row: Int, _ k: Int) -> Float {
        switch row {
        case 0: self.p0[k]
        case 1: self.p1[k]
        case 2: self.p2[k]
        case 3: self.p3[k]
        case 4: self.p4[k]
        case 5: self.p5[k]
        case 6: self.p6[k]
        default: self.p7[k]
        }
    }
}

/// A left matrix whose chains run down its columns: the transpose of rows that lie in order.
struct LeftColumns: LeftMatrix, Factors {
    var base: Source
    var stride: Int

    @inline(__always) func factors<N: RowCount>(_ row: Int, _: N.Type) -> LeftColumns {
        LeftColumns(base: self.base.advanced(row), stride: self.stride)
    }

    @inline(__always) func value(_ row: Int, _ k: Int) -> Float { self.base[k &* self.stride &+ row] }
}

/// As `LeftColumns`, with picked rows.
struct PickedColumns: LeftMatrix, Factors {
    var base: Source
    var stride: Int
    var picked: Numbers

    @inline(__always) func factors<N: RowCount>(_ row: Int, _: N.Type) -> PickedColumns {
        PickedColumns(base: self.base.advanced(row), stride: self.stride, picked: self.picked)
    }

    @inline(__always) func value(_ row: Int, _ k: Int) -> Float { self.base[self.picked[k] &* self.stride &+ row] }
}
