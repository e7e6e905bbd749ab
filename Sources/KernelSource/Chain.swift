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

/// One place after the other, while two rows that come later are asked for: the first in the first half of the chain, the
/// second in the other.
///
/// Each line of them is asked for several times, which costs a place in the pipeline and spares a loop in the loop.
struct FetchingChain: Chain {
    let depth: Int
    let first: Source
    let second: Source

    @inline(__always) func each(_ take: (Int) -> Void) {
        let half = self.depth &>> 1
        var k = 0
        while k < half {
            take(k)
            self.first.fetch(k &<< 1)
            k &+= 1
        }
        let second = self.second.advanced(-(half &<< 1))
        while k < self.depth {
            take(k)
            second.fetch(k &<< 1)
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
