/// One to three vectors side by side: a row of a tile of sums, and a row of the matrix whose columns are vectors.
///
/// Named vectors, not an array: only these stay in registers.
protocol Strip {
    /// Vectors in the strip.
    static var vectors: Int { get }
    init()
    init(_ source: Source, _ index: Int)
    init(_ target: Target, _ index: Int)
    mutating func add(_ factor: Float, _ row: Self)
    func finish<E: Finish>(_ finish: E, row: Int, column: Int)
    /// Gives each lane a number of its own: the start of a chain of the peak loop.
    mutating func seed(_ seed: Float)
    /// `self = fma(self, 0.999, 0.001)`.
    mutating func turn()
    /// The sum of the lanes.
    var total: Float { get }
}

/// One step of the peak loop.
@inline(__always)
private func turned(_ vector: Vector) -> Vector {
    Vector(repeating: 0.001).addingProduct(vector, Vector(repeating: 0.999))
}

/// The numbers 0 ... 15 times a step, plus a start.
@inline(__always)
private func ramp(_ start: Float, _ step: Float) -> Vector {
    let lanes = Vector(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    return Vector(repeating: start).addingProduct(lanes, Vector(repeating: step))
}

extension Strip {
    /// Columns of the strip.
    @inline(__always) static var width: Int { 16 &* Self.vectors }
}

struct SingleStrip: Strip {
    var v0: Vector

    @inline(__always) static var vectors: Int { 1 }

    @inline(__always) init() { self.v0 = .zero }

    @inline(__always) init(_ source: Source, _ index: Int) { self.v0 = source.vector(index) }

    @inline(__always) init(_ target: Target, _ index: Int) { self.v0 = target.vector(index) }

    @inline(__always) mutating func add(_ factor: Float, _ row: Self) {
        self.v0.addProduct(Vector(repeating: factor), row.v0)
    }

    @inline(__always) func finish<E: Finish>(_ finish: E, row: Int, column: Int) {
        finish.take(self.v0, row: row, column: column)
    }

    @inline(__always) mutating func seed(_ seed: Float) {
        self.v0 = ramp(seed, 0.25)
    }

    @inline(__always) mutating func turn() {
        self.v0 = turned(self.v0)
    }

    @inline(__always) var total: Float { self.v0.treeSum }
}

struct DoubleStrip: Strip {
    var v0: Vector
    var v1: Vector

    @inline(__always) static var vectors: Int { 2 }

    @inline(__always) init() {
        self.v0 = .zero
        self.v1 = .zero
    }

    @inline(__always) init(_ source: Source, _ index: Int) {
        self.v0 = source.vector(index)
        self.v1 = source.vector(index &+ 16)
    }

    @inline(__always) init(_ target: Target, _ index: Int) { self.init(target.source, index) }

    @inline(__always) mutating func add(_ factor: Float, _ row: Self) {
        let factors = Vector(repeating: factor)
        self.v0.addProduct(factors, row.v0)
        self.v1.addProduct(factors, row.v1)
    }

    @inline(__always) func finish<E: Finish>(_ finish: E, row: Int, column: Int) {
        finish.take(self.v0, row: row, column: column)
        finish.take(self.v1, row: row, column: column &+ 16)
    }

    @inline(__always) mutating func seed(_ seed: Float) {
        self.v0 = ramp(seed, 0.25)
        self.v1 = ramp(seed, 0.5)
    }

    @inline(__always) mutating func turn() {
        self.v0 = turned(self.v0)
        self.v1 = turned(self.v1)
    }

    @inline(__always) var total: Float { self.v0.treeSum + self.v1.treeSum }
}

struct TripleStrip: Strip {
    var v0: Vector
    var v1: Vector
    var v2: Vector

    @inline(__always) static var vectors: Int { 3 }

    @inline(__always) init() {
        self.v0 = .zero
        self.v1 = .zero
        self.v2 = .zero
    }

    @inline(__always) init(_ source: Source, _ index: Int) {
        self.v0 = source.vector(index)
        self.v1 = source.vector(index &+ 16)
        self.v2 = source.vector(index &+ 32)
    }

    @inline(__always) init(_ target: Target, _ index: Int) { self.init(target.source, index) }

    @inline(__always) mutating func add(_ factor: Float, _ row: Self) {
        let factors = Vector(repeating: factor)
        self.v0.addProduct(factors, row.v0)
        self.v1.addProduct(factors, row.v1)
        self.v2.addProduct(factors, row.v2)
    }

    @inline(__always) func finish<E: Finish>(_ finish: E, row: Int, column: Int) {
        finish.take(self.v0, row: row, column: column)
        finish.take(self.v1, row: row, column: column &+ 16)
        finish.take(self.v2, row: row, column: column &+ 32)
    }

    @inline(__always) mutating func seed(_ seed: Float) {
        self.v0 = ramp(seed, 0.25)
        self.v1 = ramp(seed, 0.5)
        self.v2 = ramp(seed, 0.75)
    }

    @inline(__always) mutating func turn() {
        self.v0 = turned(self.v0)
        self.v1 = turned(self.v1)
        self.v2 = turned(self.v2)
    }

    @inline(__always) var total: Float { self.v0.treeSum + self.v1.treeSum + self.v2.treeSum }
}
