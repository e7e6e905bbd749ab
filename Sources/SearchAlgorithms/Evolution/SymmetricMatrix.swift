/// A symmetric matrix with its eigenvalues and eigenvectors.
struct SymmetricMatrix: Hashable, Sendable {
    /// Rows and columns.
    let count: Int
    /// Row by row.
    var elements: [Double]

    /// The identity.
    init(identity count: Int) {
        self.count = count
        self.elements = [Double](repeating: 0, count: count * count)
        for i in 0..<count { self.elements[i * count + i] = 1 }
    }

    subscript(row: Int, column: Int) -> Double {
        get { self.elements[row * self.count + column] }
        set { self.elements[row * self.count + column] = newValue }
    }

    /// Eigenvalues and, as columns, eigenvectors, in no particular order.
    ///
    /// Source: G. Golub and C. Van Loan, "Matrix Computations", 4th ed., 2013, section 8.5.5 (Jacobi's method by
    /// rows). The order of all operations depends on the elements alone, so the answer has the same bits on every
    /// host.
    ///
    /// - Complexity: O(count³) a sweep; below ten sweeps in practice, 60 at most.
    func eigen() -> (values: [Double], vectors: [Double]) {
        let n = self.count
        var a = self.elements
        var v = SymmetricMatrix(identity: n).elements
        for _ in 0..<60 {
            var outside = 0.0
            var diagonal = 0.0
            for p in 0..<n {
                diagonal += a[p * n + p] * a[p * n + p]
                for q in p + 1..<max(n, p + 1) { outside += a[p * n + q] * a[p * n + q] }
            }
            guard outside > 1e-30 * diagonal else { break }
            for p in 0..<n {
                for q in p + 1..<max(n, p + 1) where a[p * n + q] != 0 { Self.rotate(p, q, n, &a, &v) }
            }
        }
        return ((0..<n).map { a[$0 * n + $0] }, v)
    }

    /// Makes the element (p, q) zero.
    private static func rotate(_ p: Int, _ q: Int, _ n: Int, _ a: inout [Double], _ v: inout [Double]) {
        let tau = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
        guard tau.isFinite else { return }
        let t = (tau >= 0 ? 1 : -1) / (abs(tau) + (1 + tau * tau).squareRoot())
        let c = 1 / (1 + t * t).squareRoot()
        let s = t * c
        for k in 0..<n {
            let left = a[k * n + p]
            let right = a[k * n + q]
            a[k * n + p] = c * left - s * right
            a[k * n + q] = s * left + c * right
        }
        for k in 0..<n {
            let left = a[p * n + k]
            let right = a[q * n + k]
            a[p * n + k] = c * left - s * right
            a[q * n + k] = s * left + c * right
            let first = v[k * n + p]
            let second = v[k * n + q]
            v[k * n + p] = c * first - s * second
            v[k * n + q] = s * first + c * second
        }
    }
}
