import KernelInterface

/// Chains that fill the registers of a tile, each with its own start, so that none can be folded into another.
func peakKernel(_ arguments: borrowing PeakArguments) -> Float {
    #if AVX512
        return turn(rounds: arguments.rounds, Tile<TripleStrip, EightRows>())
    #else
        return turn(rounds: arguments.rounds &* 4, Tile<SingleStrip, SixRows>())
    #endif
}

@inline(__always)
private func turn<S: Strip, N: RowCount>(rounds: Int, _ start: Tile<S, N>) -> Float {
    var tile = start
    tile.seed(Float(rounds &+ 3))
    var round = 0
    while round < rounds {
        tile.turn()
        round &+= 1
    }
    return tile.total
}

extension Tile {
    @inline(__always) mutating func seed(_ seed: Float) {
        self.r0.seed(seed)
        self.r1.seed(seed * 2)
        self.r2.seed(seed * 3)
        self.r3.seed(seed * 4)
        self.r4.seed(seed * 5)
        self.r5.seed(seed * 6)
        self.r6.seed(seed * 7)
        self.r7.seed(seed * 8)
    }

    /// One step of every chain, `c = fma(c, 0.999, 0.001)`.
    @inline(__always) mutating func turn() {
        self.r0.turn()
        if N.count > 1 { self.r1.turn() }
        if N.count > 2 {
            self.r2.turn()
            self.r3.turn()
        }
        if N.count > 4 {
            self.r4.turn()
            self.r5.turn()
        }
        if N.count > 6 {
            self.r6.turn()
            self.r7.turn()
        }
    }

    @inline(__always) var total: Float {
        self.r0.total + self.r1.total + self.r2.total + self.r3.total + self.r4.total + self.r5.total
            + self.r6.total + self.r7.total
    }
}
