/// Twins of the loops of Gaussian processes, for one point and one right-hand side.
extension Reference {
    /// `L⁻¹ b`, one row after the other; row i of `entries` begins at `i (i + 1) / 2`.
    package static func solvedLower(_ b: [Double], entries: [Double], inverseDiagonal: [Double]) -> [Double] {
        var x = b
        for i in x.indices {
            for j in 0..<i { x[i] -= x[j] * entries[i * (i + 1) / 2 + j] }
            x[i] *= inverseDiagonal[i]
        }
        return x
    }

    /// `L⁻ᵀ b`, one row after the other.
    package static func solvedUpper(_ b: [Double], entries: [Double], inverseDiagonal: [Double]) -> [Double] {
        var x = b
        for i in x.indices.reversed() {
            x[i] *= inverseDiagonal[i]
            for j in 0..<i { x[j] -= x[i] * entries[i * (i + 1) / 2 + j] }
        }
        return x
    }

    /// The squared distance of two points whose columns have weights, where in categorical ones only equality counts.
    package static func squaredDistance(
        _ x: [Double], _ y: [Double], weights: [Double], isCategorical: [Bool]
    ) -> Double {
        var sum = 0.0
        for column in x.indices {
            let difference = x[column] - y[column]
            let square = isCategorical[column] ? (difference == 0 ? 0 : 1) : difference * difference
            sum += square * weights[column]
        }
        return sum
    }
}
