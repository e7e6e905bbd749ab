/// What becomes of finished sums; rows and columns count from the origin of the output.
protocol Finish {
    /// Where the results go.
    var output: Target { get }
    /// Floats from row to row of the output.
    var stride: Int { get }
    /// Whether the results are the sums themselves.
    static var isStore: Bool { get }
    /// Whether the sums go on from what is stored in the output instead of from 0.
    var continues: Bool { get }
    /// The result for 16 sums, to be stored at `index` of the output.
    func result(_ sum: Vector, index: Int, column: Int) -> Vector
}

extension Finish {
    @inline(__always) static var isStore: Bool { false }

    @inline(__always) func take(_ sum: Vector, row: Int, column: Int) {
        let index = row &* self.stride &+ column
        self.output.store(self.result(sum, index: index, column: column), index)
    }

    /// The sums themselves.
    @inline(__always) var store: StoreFinish {
        StoreFinish(output: self.output, stride: self.stride, continues: self.continues)
    }

    /// Finishes sums that were stored.
    @inline(__always) func finishStored(_ rows: Range<Int>, _ columns: Range<Int>) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            var column = columns.lowerBound
            while column < columns.upperBound {
                self.take(self.output.vector(row &* self.stride &+ column), row: row, column: column)
                column &+= 16
            }
            row &+= 1
        }
    }
}

/// Stores the sums.
struct StoreFinish: Finish {
    var output: Target
    var stride: Int
    var continues: Bool

    @inline(__always) static var isStore: Bool { true }

    @inline(__always) func result(_ sum: Vector, index: Int, column: Int) -> Vector { sum }
}

/// Adds a bias and raises what is below a floor to it: 0 for relu, -infinity for no change. NaN stays.
struct BiasFinish: Finish {
    var output: Target
    var stride: Int
    var bias: Source
    var floor: Float

    @inline(__always) var continues: Bool { false }

    @inline(__always) func result(_ sum: Vector, index: Int, column: Int) -> Vector {
        let value = sum + self.bias.vector(column)
        let floor = Vector(repeating: self.floor)
        return value.replacing(with: floor, where: value .< floor)
    }
}

/// Keeps the sum times a scale where the mask is positive, else 0.
struct PositiveFinish: Finish {
    var output: Target
    var stride: Int
    var mask: Source
    var scale: Float

    @inline(__always) var continues: Bool { false }

    @inline(__always) func result(_ sum: Vector, index: Int, column: Int) -> Vector {
        Vector.zero.replacing(with: sum * self.scale, where: self.mask.vector(index) .> 0)
    }
}

/// Multiplies by slopes.
struct SlopeFinish: Finish {
    var output: Target
    var stride: Int
    var mask: Source

    @inline(__always) var continues: Bool { false }

    @inline(__always) func result(_ sum: Vector, index: Int, column: Int) -> Vector {
        sum * self.mask.vector(index)
    }
}
