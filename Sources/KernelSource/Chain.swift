import KernelInterface

/// How the chains of a product run along the left matrix; the rows of the right matrix follow each other.
protocol Chain {
    /// Hands out the places in a row of the left matrix, in the order of the chain.
    func each(_ take: (Int) -> Void)
}

/// One place after the other.
struct WholeChain: Chain {
    let depth: Int

    @inline(__always) func each(_ take: (Int) -> Void) {
        var k = 0
        while k < self.depth {
            take(k)
            k &+= 1
        }
    }
}

/// In pieces: the rows of a window in an image, or its single pixels.
struct WindowChain: Chain {
    let window: WindowShape

    @inline(__always) init(_ window: WindowShape) { self.window = window }

    @inline(__always) func each(_ take: (Int) -> Void) {
        var row = 0
        while row < self.window.rows {
            var run = 0
            while run < self.window.runs {
                var k = row &* self.window.rowStride &+ run &* self.window.runStride
                let end = k &+ self.window.runLength
                while k < end {
                    take(k)
                    k &+= 1
                }
                run &+= 1
            }
            row &+= 1
        }
    }
}
