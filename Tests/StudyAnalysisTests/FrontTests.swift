import Randomness
import StudyAnalysis
import Testing

@Suite("Pareto fronts and hypervolumes")
struct FrontTests {
    private static func slowFront(_ points: [[Double]]) -> [Int] {
        points.indices.filter { index in
            points[index].allSatisfy(\.isFinite)
                && !points.contains { other in
                    other.allSatisfy(\.isFinite) && zip(other, points[index]).allSatisfy { $0 <= $1 }
                        && other != points[index]
                }
        }
    }

    @Test("hold exactly the points that no other beats, with ties and NaN", arguments: [1, 2, 3, 4, 6])
    func definition(dimensions: Int) {
        for seed in 0..<40 {
            var random = RandomSequence(RandomStream(seed: UInt64(seed), purpose: .simulation))
            let points = (0..<60).map { _ in
                (0..<dimensions).map { _ in
                    random.integer(below: 40) == 0 ? Double.nan : Double(random.integer(below: 8))
                }
            }
            #expect(ParetoFront.indices(points) == Self.slowFront(points), "seed \(seed)")
        }
        #expect(ParetoFront.indices([]) == [])
        #expect(ParetoFront.indices([[.nan, 1], [1, .infinity]]) == [])
    }

    @Test("have Optuna's hypervolume")
    func reference() throws {
        for vector in try AnalysisVectors.read().hypervolumes {
            let found = Hypervolume.volume(vector.points, reference: vector.reference)
            #expect(abs(found - vector.volume) < 1e-12, "\(vector.reference.count) objectives: \(found)")
        }
    }

    @Test("have volumes that do not depend on order, copies, beaten points, NaN and points beyond the reference")
    func invariance() {
        let points: [[Double]] = [[1, 4, 2], [2, 2, 3], [4, 1, 1], [3, 3, 0]]
        let reference: [Double] = [5, 5, 5]
        let volume = Hypervolume.volume(points, reference: reference)
        let more = points.reversed() + points + [[4, 4, 4], [6, 0, 0], [.nan, 0, 0], [0, 5, 0]]
        #expect(Hypervolume.volume(more, reference: reference) == volume)
        #expect(volume == Self.counted(points, side: 5))
        #expect(Hypervolume.volume([], reference: [1, 1]) == 0)
        #expect(Hypervolume.volume([[0, 0], [0, 0]], reference: [1, 1]) == 1)
    }

    /// The unit cubes below the reference that some point beats.
    private static func counted(_ points: [[Double]], side: Int) -> Double {
        var count = 0.0
        for x in 0..<side {
            for y in 0..<side {
                for z in 0..<side
                where points.contains(where: { $0[0] <= Double(x) && $0[1] <= Double(y) && $0[2] <= Double(z) }) {
                    count += 1
                }
            }
        }
        return count
    }

    @Test("tell how lonely a point is: both ends are alone, those between by their neighbours")
    func crowding() {
        let distances = ParetoFront.crowding([[0, 10], [1, 6], [4, 5], [10, 0]])
        #expect(distances == [.infinity, 0.4 + 0.5, 0.9 + 0.6, .infinity])
        #expect(ParetoFront.crowding([[1, 1], [1, 1]]) == [0, 0])
        #expect(ParetoFront.crowding([]) == [])
    }

    @Test("of a hundred thousand points on a line come at once")
    func many() {
        let points = (0..<100_000).map { [Double($0), Double(100_000 - $0)] }
        #expect(ParetoFront.indices(points).count == 100_000)
    }
}
