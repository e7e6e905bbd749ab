import KernelInterface

/// Sixteen rows of up to sixteen logits, transposed: a vector for each class, a lane for each row.
///
/// What runs across the lanes of a row in `LogitRow` runs down the vectors here, with the same operations on every
/// number. Lanes past the last row repeat it.
private struct LogitBlock {
    let logits: Source
    let stride: Int
    let classes: Int
    /// The number of the first row, and how many rows from there are meant.
    let first: Int
    let count: Int
    /// Room for 16 vectors.
    let columns: Target

    @inline(__always) private func start(_ lane: Int) -> Int {
        (self.first &+ min(lane, self.count &- 1)) &* self.stride
    }

    /// Fetches the logits.
    @inline(__always) func load() {
        var row = 0
        while row < 16 {
            var column = 0
            while column < self.classes {
                let square = Square { self.logits.edge(self.start(row &+ $0) &+ column) }
                square.eachColumn { self.columns.store(edge: $1, (column &+ $0) &* 16 &+ row) }
                column &+= Square.size
            }
            row &+= Square.size
        }
    }

    /// The rows' largest logits.
    @inline(__always) var maxima: Vector {
        var largest = self.columns.vector(0)
        var column = 1
        while column < self.classes {
            largest = largest.larger(self.columns.vector(column &* 16))
            column &+= 1
        }
        return largest
    }

    /// The lowest classes with these logits, as numbers.
    @inline(__always) func firstClasses(with maxima: Vector) -> Vector {
        var found = Vector(repeating: -1)
        var column = self.classes &- 1
        while column >= 0 {
            let number = Float(Int32(truncatingIfNeeded: column))
            found = found.replacing(with: number, where: self.columns.vector(column &* 16) .== maxima)
            column &-= 1
        }
        return found
    }

    /// Replaces the logits by their exponentials, 0 past the last class; answers the rows' sums.
    @inline(__always) func exponentiate(_ maxima: Vector) -> Vector {
        var column = 0
        while column < self.classes {
            let index = column &* 16
            self.columns.store(exponential(self.columns.vector(index) - maxima), index)
            column &+= 1
        }
        while column < 16 {
            self.columns.store(.zero, column &* 16)
            column &+= 1
        }
        let even = (self.quarter(0) + self.quarter(2)) + (self.quarter(1) + self.quarter(3))
        return even
    }

    /// The part of the tree 8, 4, 2, 1 over the columns i, i + 4, i + 8, i + 12.
    @inline(__always) private func quarter(_ i: Int) -> Vector {
        let low = self.columns.vector(i &* 16) + self.columns.vector((i &+ 8) &* 16)
        let high = self.columns.vector((i &+ 4) &* 16) + self.columns.vector((i &+ 12) &* 16)
        return low + high
    }

    /// The logits of the rows' labels.
    @inline(__always) func picked(_ labels: Labels) -> Vector {
        Vector(
            self.logit(0, labels), self.logit(1, labels), self.logit(2, labels), self.logit(3, labels),
            self.logit(4, labels), self.logit(5, labels), self.logit(6, labels), self.logit(7, labels),
            self.logit(8, labels), self.logit(9, labels), self.logit(10, labels), self.logit(11, labels),
            self.logit(12, labels), self.logit(13, labels), self.logit(14, labels), self.logit(15, labels))
    }

    @inline(__always) private func logit(_ lane: Int, _ labels: Labels) -> Float {
        let row = min(lane, self.count &- 1)
        return self.logits[(self.first &+ row) &* self.stride &+ labels[self.first &+ row]]
    }

    /// The rows' losses.
    @inline(__always) func losses(_ sums: Vector, _ maxima: Vector, _ labels: Labels) -> Vector {
        logarithm(sums) + (maxima - self.picked(labels))
    }

    /// Multiplies the exponentials by a factor of the row and stores them as rows, 0 past the last class.
    @inline(__always) func storeRows(_ factors: Vector, _ target: Target) {
        var column = 0
        while column < self.classes {
            self.columns.store(self.columns.vector(column &* 16) * factors, column &* 16)
            column &+= 1
        }
        column = 0
        while column < 16 {
            var row = 0
            while row < self.count {
                let square = Square { self.columns.source.edge((column &+ $0) &* 16 &+ row) }
                square.eachColumn {
                    if row &+ $0 < self.count {
                        target.store(edge: $1, (self.first &+ row &+ $0) &* self.stride &+ column)
                    }
                }
                row &+= Square.size
            }
            column &+= Square.size
        }
    }
}

/// Room on the stack for a block of logits; the closure runs once.
@inline(__always)
private func withBlockRoom(_ body: (Target) -> Void) {
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { room in
        if let base = room.baseAddress { body(unsafe Target(base)) }
    }
}

/// Adds the lanes that stand for rows, in order.
@inline(__always)
private func add(_ losses: Vector, count: Int, to sum: inout Double) {
    var lane = 0
    while lane < count {
        sum += Double(losses[lane])
        lane &+= 1
    }
}

/// Loss and gradient for up to 16 classes, sixteen rows at a time.
func narrowCrossEntropy(_ arguments: borrowing CrossEntropyArguments, _ labels: Labels) -> Double {
    let logits = unsafe Source(arguments.logits)
    let gradient = unsafe Target(arguments.gradient)
    let stride = unsafe arguments.stride
    let classes = unsafe arguments.classes
    let scale = unsafe arguments.gradientScale
    let rows = unsafe arguments.rows
    var loss = 0.0
    withBlockRoom { room in
        var first = 0
        while first < rows {
            let count = min(16, rows &- first)
            let block = LogitBlock(
                logits: logits, stride: stride, classes: classes, first: first, count: count, columns: room)
            block.load()
            let maxima = block.maxima
            let sums = block.exponentiate(maxima)
            let losses = block.losses(sums, maxima, labels)
            add(losses, count: count, to: &loss)
            block.storeRows(Vector(repeating: scale) / sums, gradient)
            var row = first
            while row < first &+ count {
                gradient[row &* stride &+ labels[row]] -= scale
                row &+= 1
            }
            first &+= 16
        }
    }
    return loss
}

/// Loss and predictions for up to 16 classes, sixteen rows at a time.
func narrowEvaluation(_ arguments: borrowing ClassEvaluationArguments, _ labels: Labels) -> ClassEvaluation {
    let logits = unsafe Source(arguments.logits)
    let stride = unsafe arguments.stride
    let classes = unsafe arguments.classes
    let rows = unsafe arguments.rows
    let predictions = unsafe arguments.predictions
    var result = ClassEvaluation(loss: 0, correct: 0)
    withBlockRoom { room in
        var first = 0
        while first < rows {
            let count = min(16, rows &- first)
            let block = LogitBlock(
                logits: logits, stride: stride, classes: classes, first: first, count: count, columns: room)
            block.load()
            let maxima = block.maxima
            let found = block.firstClasses(with: maxima)
            let sums = block.exponentiate(maxima)
            add(block.losses(sums, maxima, labels), count: count, to: &result.loss)
            let valid = found.replacing(with: -1, where: sums .!= sums)
            var lane = 0
            while lane < count {
                let prediction = Int32(valid[lane])
                if Int(prediction) == labels[first &+ lane] { result.correct &+= 1 }
                if let predictions = unsafe predictions { unsafe predictions[first &+ lane] = prediction }
                lane &+= 1
            }
            first &+= 16
        }
    }
    return result
}
