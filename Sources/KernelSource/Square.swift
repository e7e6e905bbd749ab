/// Four vectors of four lanes: the piece in which matrices are transposed.
///
/// Wider squares need shuffles that Swift's vector types cannot say in one operation; these compile to the processor's
/// own, of which two run at a time.
struct Square {
    typealias Edge = SIMD4<Float>
    private var r0: Edge
    private var r1: Edge
    private var r2: Edge
    private var r3: Edge

    /// Rows and columns of the square.
    @inline(__always) static var size: Int { 4 }

    /// - Parameter row: The vector of each row.
    @inline(__always) init(_ row: (Int) -> Edge) {
        self.r0 = row(0)
        self.r1 = row(1)
        self.r2 = row(2)
        self.r3 = row(3)
    }

    /// Hands out the columns.
    @inline(__always) func eachColumn(_ take: (Int, Edge) -> Void) {
        let a = Edge(self.r0[0], self.r1[0], self.r0[1], self.r1[1])
        let b = Edge(self.r0[2], self.r1[2], self.r0[3], self.r1[3])
        let c = Edge(self.r2[0], self.r3[0], self.r2[1], self.r3[1])
        let d = Edge(self.r2[2], self.r3[2], self.r2[3], self.r3[3])
        take(0, Edge(lowHalf: a.lowHalf, highHalf: c.lowHalf))
        take(1, Edge(lowHalf: a.highHalf, highHalf: c.highHalf))
        take(2, Edge(lowHalf: b.lowHalf, highHalf: d.lowHalf))
        take(3, Edge(lowHalf: b.highHalf, highHalf: d.highHalf))
    }
}

extension Source {
    @inline(__always) func edge(_ index: Int) -> Square.Edge {
        unsafe UnsafeRawPointer(self.base + index).loadUnaligned(as: Square.Edge.self)
    }
}

extension Target {
    @inline(__always) func store(edge: Square.Edge, _ index: Int) {
        unsafe UnsafeMutableRawPointer(self.base + index).storeBytes(of: edge, as: Square.Edge.self)
    }
}
