import KernelInterface
import NumericKernels
import TuningModel

/// The lower triangular factor `L` of a covariance matrix `K = L Lᵀ`, grown row by row.
///
/// A row depends on the rows before it alone, so a factor that was grown has the bits of one made at once. A pivot below
/// `floor` is raised to it, which is the same as more noise for that point alone: so duplicates and rounding never give
/// a root of a negative number.
///
/// Source: G. Golub and C. Van Loan, "Matrix Computations", 4th ed., 2013, section 4.2 (by rows).
///
/// - Complexity: O(n²) for a row, of n before it.
struct CholeskyFactor: Sendable {
    private(set) var count = 0
    /// Row i, of i + 1 numbers, begins at `i (i + 1) / 2`.
    private(set) var entries: [Double] = []
    private(set) var inverseDiagonal: [Double] = []

    /// `Σ log Lᵢᵢ`, half the logarithm of the determinant.
    private(set) var logarithmicDeterminant = 0.0

    private let floor: Double

    /// - Parameter floor: The least pivot, above 0.
    init(floor: Double) {
        self.floor = floor
    }

    /// Adds a point.
    ///
    /// - Parameter row: Its covariances with the points before it, then its variance.
    /// - Precondition: `row.count == count + 1`.
    mutating func append(_ row: [Double]) {
        let i = self.count
        precondition(row.count == i + 1, "a row of \(row.count) numbers for a factor of \(i) rows")
        let start = self.entries.count
        self.entries.append(contentsOf: row)
        let inverses = self.inverseDiagonal
        let square: Double = unsafe self.entries.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            let own = unsafe base + start
            var other = 0
            for j in 0..<i {
                unsafe own[j] =
                    (own[j] - LaneMath.dot(UnsafePointer(own), UnsafePointer(base + other), count: j)) * inverses[j]
                other += j + 1
            }
            return unsafe own[i] - LaneMath.dot(UnsafePointer(own), UnsafePointer(own), count: i)
        }
        let pivot = (square > self.floor ? square : self.floor).squareRoot()
        self.entries[start + i] = pivot
        self.inverseDiagonal.append(1 / pivot)
        self.logarithmicDeterminant += LogarithmicScale.logarithm(pivot)
        self.count += 1
    }

    /// Forgets the rows from this one on, so that the factor is as it was.
    mutating func truncate(to count: Int) {
        guard count < self.count else { return }
        self.entries.removeLast(self.entries.count - count * (count + 1) / 2)
        self.inverseDiagonal.removeLast(self.count - count)
        self.count = count
        self.logarithmicDeterminant = 0
        for inverse in self.inverseDiagonal { self.logarithmicDeterminant += LogarithmicScale.logarithm(1 / inverse) }
    }

    /// `K⁻¹ b` of the first `b.count` rows.
    ///
    /// - Complexity: O(n²).
    func solve(_ b: [Double]) -> [Double] {
        var x = b
        let count = min(b.count, self.count)
        unsafe self.entries.withUnsafeBufferPointer { entries in
            unsafe x.withUnsafeMutableBufferPointer { x in
                guard let base = entries.baseAddress, let x = x.baseAddress else { return }
                var start = 0
                for i in 0..<count {
                    unsafe x[i] =
                        (x[i] - LaneMath.dot(UnsafePointer(x), base + start, count: i)) * self.inverseDiagonal[i]
                    start += i + 1
                }
                for i in (0..<count).reversed() {
                    start -= i + 1
                    unsafe x[i] *= self.inverseDiagonal[i]
                    unsafe LaneMath.add(base + start, times: -x[i], to: x, count: i)
                }
            }
        }
        return x
    }

    /// `L⁻¹ b` for eight right-hand sides at once, in place.
    ///
    /// - Complexity: O(n²).
    func solveLower(_ b: inout [Lanes]) {
        precondition(b.count == self.count, "\(b.count) rows for a factor of \(self.count)")
        unsafe Self.run(SurrogateTable.best.solveLower, self.count, self.entries, self.inverseDiagonal, &b)
    }

    /// `L⁻ᵀ b` for eight right-hand sides at once, in place.
    ///
    /// - Complexity: O(n²).
    func solveUpper(_ b: inout [Lanes]) {
        precondition(b.count == self.count, "\(b.count) rows for a factor of \(self.count)")
        unsafe Self.run(SurrogateTable.best.solveUpper, self.count, self.entries, self.inverseDiagonal, &b)
    }

    /// Arrays are pointers as long as this call lasts.
    private static func run(
        _ kernel: (borrowing TriangularArguments) -> Void, _ count: Int, _ entries: UnsafePointer<Double>,
        _ inverseDiagonal: UnsafePointer<Double>, _ sides: UnsafeMutablePointer<Lanes>
    ) {
        unsafe kernel(
            TriangularArguments(count: count, entries: entries, inverseDiagonal: inverseDiagonal, sides: sides))
    }

    /// The lower triangle of `K⁻¹`, by rows like ``entries``.
    ///
    /// `L⁻¹` row by row, then the sum over its rows of each row's product with itself.
    ///
    /// - Complexity: O(n³).
    func inverse() -> [Double] {
        var lower = [Double](repeating: 0, count: self.entries.count)
        var inverse = lower
        unsafe self.entries.withUnsafeBufferPointer { entries in
            unsafe lower.withUnsafeMutableBufferPointer { lower in
                unsafe inverse.withUnsafeMutableBufferPointer { inverse in
                    guard let entries = entries.baseAddress, let lower = lower.baseAddress,
                        let inverse = inverse.baseAddress
                    else { return }
                    for i in 0..<self.count {
                        let start = i * (i + 1) / 2
                        let own = unsafe lower + start
                        var other = 0
                        for k in 0..<i {
                            unsafe LaneMath.add(
                                UnsafePointer(lower + other), times: -entries[start + k] * self.inverseDiagonal[i],
                                to: own, count: k + 1)
                            other += k + 1
                        }
                        unsafe own[i] = self.inverseDiagonal[i]
                        other = 0
                        for k in 0...i {
                            unsafe LaneMath.add(
                                UnsafePointer(own), times: own[k], to: inverse + other, count: k + 1)
                            other += k + 1
                        }
                    }
                }
            }
        }
        return inverse
    }
}
