/// The loops of a Gaussian process that cost most, compiled for one instruction set.
///
/// Every table gives the same bits as every other: eight points lie side by side, each in a lane of its own, and nothing but
/// IEEE addition, multiplication, division and square root is used, in one order and never fused. The counts and pointers are
/// trusted: a wrong one is undefined behaviour, hence the mark `unsafe` on every call.
@safe
package struct SurrogateTable: Sendable {
    /// Covariances of eight points with all points of a process; see ``CovarianceArguments``.
    package let covariances: @Sendable (borrowing CovarianceArguments) -> Void
    /// `b = L⁻¹ b`.
    package let solveLower: @Sendable (borrowing TriangularArguments) -> Void
    /// `b = L⁻ᵀ b`.
    package let solveUpper: @Sendable (borrowing TriangularArguments) -> Void

    package init(
        covariances: @escaping @Sendable (borrowing CovarianceArguments) -> Void,
        solveLower: @escaping @Sendable (borrowing TriangularArguments) -> Void,
        solveUpper: @escaping @Sendable (borrowing TriangularArguments) -> Void
    ) {
        unsafe self.covariances = covariances
        unsafe self.solveLower = solveLower
        unsafe self.solveUpper = solveUpper
    }
}

/// Matern 5/2 covariances of eight points `x` with `count` others: `values[i] = scale · k(r²) + offset` with
/// `r² = Σ weights[c] (x[c] - points[i, c])²`, where in a categorical column any difference counts 1.
///
/// `slopes[i] = scale · dk/dr²` where a place for them is given.
@unsafe
public struct CovarianceArguments {
    /// How many others.
    public var count: Int
    /// Columns of a point.
    public var columns: Int
    /// `[count, columns]`.
    public var points: UnsafePointer<Double>
    /// For each column.
    public var weights: UnsafePointer<Double>
    /// For each column.
    public var isCategorical: UnsafePointer<Bool>
    /// Of each column the eight points' entries.
    public var x: UnsafePointer<Lanes>
    /// What correlations are multiplied by.
    public var scale: Double
    /// What is added to each value.
    public var offset: Double
    /// `count`, overwritten.
    public var values: UnsafeMutablePointer<Lanes>
    /// `count`, overwritten, where they are wanted.
    public var slopes: UnsafeMutablePointer<Lanes>?

    package init(
        count: Int, columns: Int, points: UnsafePointer<Double>, weights: UnsafePointer<Double>,
        isCategorical: UnsafePointer<Bool>, x: UnsafePointer<Lanes>, scale: Double, offset: Double,
        values: UnsafeMutablePointer<Lanes>, slopes: UnsafeMutablePointer<Lanes>?
    ) {
        unsafe self.count = count
        unsafe self.columns = columns
        unsafe self.points = points
        unsafe self.weights = weights
        unsafe self.isCategorical = isCategorical
        unsafe self.x = x
        unsafe self.scale = scale
        unsafe self.offset = offset
        unsafe self.values = values
        unsafe self.slopes = slopes
    }

    /// Computes them, in the instructions of the module that calls.
    @inlinable @inline(__always)
    public borrowing func fill() {
        for i in unsafe 0..<self.count {
            let point = unsafe self.points + i * self.columns
            var square = Lanes.zero
            for column in unsafe 0..<self.columns {
                let difference = unsafe self.x[column] - point[column]
                let contribution =
                    unsafe self.isCategorical[column]
                    ? Lanes(repeating: 1).replacing(with: 0, where: difference .== 0) : difference * difference
                unsafe square += contribution * self.weights[column]
            }
            let (value, slope) = LaneMath.matern(squaredDistance: square)
            unsafe self.values[i] = value * self.scale + self.offset
            if let slopes = unsafe self.slopes { unsafe slopes[i] = slope * self.scale }
        }
    }
}

/// A lower triangular matrix `L` and eight right-hand sides `b`, which a solution takes the place of.
@unsafe
public struct TriangularArguments {
    /// Rows and columns.
    public var count: Int
    /// Row i, of i + 1 numbers, begins at `i (i + 1) / 2`.
    public var entries: UnsafePointer<Double>
    /// `1 / Lᵢᵢ`.
    public var inverseDiagonal: UnsafePointer<Double>
    /// `count` rows.
    public var sides: UnsafeMutablePointer<Lanes>

    package init(
        count: Int, entries: UnsafePointer<Double>, inverseDiagonal: UnsafePointer<Double>,
        sides: UnsafeMutablePointer<Lanes>
    ) {
        unsafe self.count = count
        unsafe self.entries = entries
        unsafe self.inverseDiagonal = inverseDiagonal
        unsafe self.sides = sides
    }

    /// `b = L⁻¹ b`, in the instructions of the module that calls.
    ///
    /// Two rows side by side, each in its own order: one alone waits for its last difference longer than for the numbers.
    @inlinable @inline(__always)
    public borrowing func solveLower() {
        let (count, entries, inverses, b) = unsafe (self.count, self.entries, self.inverseDiagonal, self.sides)
        var start = 0
        for i in stride(from: 0, to: count - 1, by: 2) {
            let next = start + i + 1
            var sum = unsafe b[i]
            var nextSum = unsafe b[i + 1]
            for j in 0..<i {
                let x = unsafe b[j]
                unsafe sum -= x * entries[start + j]
                unsafe nextSum -= x * entries[next + j]
            }
            let x = unsafe sum * inverses[i]
            unsafe b[i] = x
            unsafe nextSum -= x * entries[next + i]
            unsafe b[i + 1] = nextSum * inverses[i + 1]
            start = next + i + 2
        }
        guard count % 2 == 1 else { return }
        var sum = unsafe b[count - 1]
        for j in 0..<(count - 1) { unsafe sum -= b[j] * entries[start + j] }
        unsafe b[count - 1] = sum * inverses[count - 1]
    }

    /// `b = L⁻ᵀ b`, in the instructions of the module that calls.
    ///
    /// Two rows side by side, so that what they are taken from is read and written once for both.
    @inlinable @inline(__always)
    public borrowing func solveUpper() {
        let (count, entries, inverses, b) = unsafe (self.count, self.entries, self.inverseDiagonal, self.sides)
        var start = count * (count + 1) / 2
        for i in stride(from: count - 1, to: 0, by: -2) {
            let own = start - i - 1
            start = own - i
            let x = unsafe b[i] * inverses[i]
            unsafe b[i] = x
            let y = unsafe (b[i - 1] - x * entries[own + i - 1]) * inverses[i - 1]
            unsafe b[i - 1] = y
            for j in 0..<(i - 1) {
                unsafe b[j] = b[j] - x * entries[own + j] - y * entries[start + j]
            }
        }
        if count % 2 == 1 { unsafe b[0] *= inverses[0] }
    }
}
