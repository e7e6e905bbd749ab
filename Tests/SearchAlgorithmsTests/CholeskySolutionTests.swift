import KernelInterface
import NumericKernels
import Randomness
import Testing

@testable import SearchAlgorithms

@Suite("Eight solutions by one Cholesky factor")
struct CholeskySolutionTests {
    /// `K = A Aᵀ + I` for a matrix A of random numbers.
    private func factor(count: Int) -> CholeskyFactor {
        let random = RandomStream(seed: 23, purpose: .simulation)
        let a = (0..<count).map { i in (0..<count).map { random.uniform(at: UInt64(i * count + $0)) - 0.5 } }
        var factor = CholeskyFactor(floor: 1e-12)
        for i in 0..<count {
            factor.append(
                (0...i).map { j in zip(a[i], a[j]).reduce(i == j ? 1 : 0) { $0 + $1.0 * $1.1 } })
        }
        return factor
    }

    private func sides(count: Int) -> [Lanes] {
        let random = RandomStream(seed: 29, purpose: .simulation)
        return (0..<count).map { row in
            var lanes = Lanes.zero
            for lane in 0..<8 { lanes[lane] = random.uniform(at: UInt64(row * 8 + lane)) }
            return lanes
        }
    }

    @Test("each has the bits of the textbook's substitution, one row after the other", arguments: 0..<20)
    func bits(count: Int) {
        let factor = self.factor(count: count)
        let sides = self.sides(count: count)
        var (forward, backward) = (sides, sides)
        factor.solveLower(&forward)
        factor.solveUpper(&backward)
        let (entries, inverses) = (factor.entries, factor.inverseDiagonal)
        for lane in 0..<8 {
            let b = sides.map { $0[lane] }
            let lower = Reference.solvedLower(b, entries: entries, inverseDiagonal: inverses)
            let upper = Reference.solvedUpper(b, entries: entries, inverseDiagonal: inverses)
            #expect(forward.map { $0[lane] } == lower, "seeds 23 and 29")
            #expect(backward.map { $0[lane] } == upper, "seeds 23 and 29")
        }
    }
}
