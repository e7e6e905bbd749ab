/// Some neighbouring columns of a matrix: one vector, or four, whose chains hide each other's latency.
protocol Bundle {
    /// Columns in the bundle.
    static var width: Int { get }
    /// - Parameter make: The vector at an offset of 0, 16, 32 or 48 columns.
    init(_ make: (Int) -> Vector)
    /// Hands out the vectors with their offsets.
    func each(_ take: (Vector, Int) -> Void)
    func zip(_ other: Self, _ combine: (Vector, Vector) -> Vector) -> Self
    /// `fma(first, second, self)`.
    func addingProduct(_ first: Self, _ second: Self) -> Self
}

extension Bundle {
    @inline(__always) init(_ source: Source, _ index: Int) { self.init { source.vector(index &+ $0) } }

    @inline(__always) init(_ target: Target, _ index: Int) { self.init { target.vector(index &+ $0) } }

    @inline(__always) func store(_ target: Target, _ index: Int) { self.each { target.store($0, index &+ $1) } }

    @inline(__always) static var zero: Self { Self { _ in Vector.zero } }

    @inline(__always) func map(_ change: (Vector) -> Vector) -> Self { self.zip(self) { first, _ in change(first) } }

    @inline(__always) static func + (left: Self, right: Self) -> Self { left.zip(right) { $0 + $1 } }

    @inline(__always) static func - (left: Self, right: Self) -> Self { left.zip(right) { $0 - $1 } }

    @inline(__always) static func * (left: Self, right: Self) -> Self { left.zip(right) { $0 * $1 } }

    @inline(__always) static func * (left: Self, right: Float) -> Self { left.map { $0 * right } }
}

struct SingleBundle: Bundle {
    var v0: Vector

    @inline(__always) static var width: Int { 16 }

    @inline(__always) init(_ make: (Int) -> Vector) { self.v0 = make(0) }

    @inline(__always) func each(_ take: (Vector, Int) -> Void) { take(self.v0, 0) }

    @inline(__always) func zip(_ other: Self, _ combine: (Vector, Vector) -> Vector) -> Self {
        Self { _ in combine(self.v0, other.v0) }
    }

    @inline(__always) func addingProduct(_ first: Self, _ second: Self) -> Self {
        Self { _ in self.v0.addingProduct(first.v0, second.v0) }
    }
}

struct QuadBundle: Bundle {
    var v0: Vector
    var v1: Vector
    var v2: Vector
    var v3: Vector

    @inline(__always) static var width: Int { 64 }

    @inline(__always) init(_ make: (Int) -> Vector) {
        self.v0 = make(0)
        self.v1 = make(16)
        self.v2 = make(32)
        self.v3 = make(48)
    }

    @inline(__always) func each(_ take: (Vector, Int) -> Void) {
        take(self.v0, 0)
        take(self.v1, 16)
        take(self.v2, 32)
        take(self.v3, 48)
    }

    @inline(__always) func zip(_ other: Self, _ combine: (Vector, Vector) -> Vector) -> Self {
        var result = self
        result.v0 = combine(self.v0, other.v0)
        result.v1 = combine(self.v1, other.v1)
        result.v2 = combine(self.v2, other.v2)
        result.v3 = combine(self.v3, other.v3)
        return result
    }

    @inline(__always) func addingProduct(_ first: Self, _ second: Self) -> Self {
        var result = self
        result.v0.addProduct(first.v0, second.v0)
        result.v1.addProduct(first.v1, second.v1)
        result.v2.addProduct(first.v2, second.v2)
        result.v3.addProduct(first.v3, second.v3)
        return result
    }
}

/// Walks the columns in bundles of four vectors, then one.
@inline(__always)
func eachBundle(columns: Int, quad: (Int) -> Void, single: (Int) -> Void) {
    var column = 0
    while column &+ QuadBundle.width <= columns {
        quad(column)
        column &+= QuadBundle.width
    }
    while column < columns {
        single(column)
        column &+= SingleBundle.width
    }
}
