import Foundation
import KernelInterface
import NumericKernels
import Randomness
import Testing

@Suite("The loops of Gaussian processes, in every instruction set")
struct SurrogateTests {
    private static let tables = sets.compactMap { SurrogateTable.table(of: $0) } + [SurrogateTable.portable]
    private static let seed: UInt64 = 31

    private func numbers(_ count: Int, stream: UInt32) -> [Double] {
        let random = RandomStream(seed: Self.seed, purpose: .simulation, stream: stream)
        return (0..<count).map { random.uniform(at: UInt64($0)) - 0.5 }
    }

    private func lanes(_ count: Int, stream: UInt32) -> [Lanes] {
        let numbers = self.numbers(8 * count, stream: stream)
        return (0..<count).map { row in
            var lanes = Lanes.zero
            for lane in 0..<8 { lanes[lane] = numbers[8 * row + lane] }
            return lanes
        }
    }

    /// Arrays are pointers as long as this call lasts.
    private func run(
        _ kernel: (borrowing TriangularArguments) -> Void, _ count: Int, _ entries: UnsafePointer<Double>,
        _ inverseDiagonal: UnsafePointer<Double>, _ sides: UnsafeMutablePointer<Lanes>
    ) {
        unsafe kernel(
            TriangularArguments(count: count, entries: entries, inverseDiagonal: inverseDiagonal, sides: sides))
    }

    @Test("there is a table for each set of instructions that this processor runs")
    func tables() { #expect(Self.tables.count == sets.count + 1) }

    @Test("eight solutions have the bits of the twin's", arguments: [0, 1, 2, 3, 8, 17, 40])
    func solutions(count: Int) {
        let entries = self.numbers(count * (count + 1) / 2, stream: 0)
        let inverses = self.numbers(count, stream: 1)
        let sides = self.lanes(count, stream: 2)
        for table in Self.tables {
            var (lower, upper) = (sides, sides)
            unsafe self.run(table.solveLower, count, entries, inverses, &lower)
            unsafe self.run(table.solveUpper, count, entries, inverses, &upper)
            for lane in 0..<8 {
                let b = sides.map { $0[lane] }
                #expect(
                    lower.map { $0[lane] } == Reference.solvedLower(b, entries: entries, inverseDiagonal: inverses),
                    "seed \(Self.seed)")
                #expect(
                    upper.map { $0[lane] } == Reference.solvedUpper(b, entries: entries, inverseDiagonal: inverses),
                    "seed \(Self.seed)")
            }
        }
    }

    @Test("covariances and slopes are Matern's 5/2 to 1e-14, with the same bits in every table")
    func covariances() {
        let (count, columns, scale, offset) = (19, 3, 1.7, 0.25)
        var points = self.numbers(count * columns, stream: 3)
        var x = self.lanes(columns, stream: 4)
        // The last column is categorical: half of the points are in the class of all lanes but the first.
        x[2] = Lanes(repeating: 1)
        x[2][0] = 3
        for i in 0..<count { points[i * columns + 2] = i.isMultiple(of: 2) ? 1 : 2 }
        let weights = [2.5, 40, 0.5]
        let isCategorical = [false, false, true]
        var told: [(values: [Lanes], slopes: [Lanes])] = []
        for table in Self.tables {
            var (values, slopes) = ([Lanes](repeating: .zero, count: count), [Lanes](repeating: .zero, count: count))
            unsafe self.fill(table, &values, &slopes, x, points, weights, isCategorical, scale, offset)
            var valuesAlone = [Lanes](repeating: .zero, count: count)
            unsafe self.fill(table, &valuesAlone, nil, x, points, weights, isCategorical, scale, offset)
            #expect(valuesAlone == values)
            told.append((values, slopes))
        }
        for (values, slopes) in told {
            #expect(values == told[0].values && slopes == told[0].slopes)
        }
        for i in 0..<count {
            for lane in 0..<8 {
                let square = Reference.squaredDistance(
                    x.map { $0[lane] }, Array(points[i * columns..<(i + 1) * columns]), weights: weights,
                    isCategorical: isCategorical)
                let s = (5 * square).squareRoot()
                let value = scale * (1 + s + s * s / 3) * exp(-s) + offset
                let slope = scale * -5 / 6 * (1 + s) * exp(-s)
                #expect(abs(told[0].values[i][lane] - value) <= 1e-14 * value, "seed \(Self.seed)")
                #expect(abs(told[0].slopes[i][lane] - slope) <= 1e-14 * abs(slope), "seed \(Self.seed)")
            }
        }
    }

    /// Arrays are pointers as long as this call lasts.
    private func fill(
        _ table: SurrogateTable, _ values: UnsafeMutablePointer<Lanes>, _ slopes: UnsafeMutablePointer<Lanes>?,
        _ x: UnsafePointer<Lanes>, _ points: UnsafePointer<Double>, _ weights: UnsafePointer<Double>,
        _ isCategorical: UnsafePointer<Bool>, _ scale: Double, _ offset: Double
    ) {
        unsafe table.covariances(
            CovarianceArguments(
                count: 19, columns: 3, points: points, weights: weights, isCategorical: isCategorical, x: x,
                scale: scale, offset: offset, values: values, slopes: slopes))
    }
}
