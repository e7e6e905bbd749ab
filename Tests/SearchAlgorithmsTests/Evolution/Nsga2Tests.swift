import Randomness
@testable import SearchAlgorithms
import Testing
import TuningModel

@Suite("NSGA-II")
struct Nsga2Tests {
    private func candidate(_ trial: Int, _ losses: [Double], violation: Double = 0, level: Int = 1) -> Candidate {
        Candidate(
            .init(level: level, loss: losses[0], furtherLosses: Array(losses.dropFirst()), violation: violation),
            trial: trial)
    }

    @Test("fronts are those of the definition, in order, whatever the constraints and failures")
    func fronts() {
        let population = [
            self.candidate(0, [1, 4]), self.candidate(1, [2, 2]), self.candidate(2, [4, 1]),
            self.candidate(3, [2, 3]), self.candidate(4, [4, 4]), self.candidate(5, [0, 0], violation: 1),
            self.candidate(6, [9, 9], violation: 0.5), self.candidate(7, [.nan, 0]),
            self.candidate(8, [0, .nan]), self.candidate(9, [1, 4]),
        ]
        #expect(
            NonDominatedSort.fronts(population) == [[0, 1, 2, 8, 9], [3], [4], [6], [5], [7]])
        #expect(NonDominatedSort.fronts([]) == [])
    }

    @Test("fronts agree with a search of all pairs, at random")
    func randomFronts() {
        var random = RandomSequence(RandomStream(seed: 21, purpose: .simulation))
        for _ in 0..<50 {
            let population = (0..<40).map { trial in
                self.candidate(
                    trial, (0..<3).map { _ in Double(random.integer(below: 8)) },
                    violation: Double(random.integer(below: 3)), level: 1 + random.integer(below: 2))
            }
            var rest = Array(population.indices)
            var expected: [[Int]] = []
            while !rest.isEmpty {
                let front = rest.filter { i in !rest.contains { population[$0].dominates(population[i]) } }
                expected.append(front)
                rest.removeAll { front.contains($0) }
            }
            #expect(NonDominatedSort.fronts(population) == expected)
        }
    }

    @Test("crowding is the mean box of section III-B, and survivors of a cut front are those with most room")
    func crowding() {
        let front = [
            self.candidate(0, [0, 10]), self.candidate(1, [1, 6]), self.candidate(2, [2, 5]),
            self.candidate(3, [10, 0]),
        ]
        let distances = NonDominatedSort.crowding(front)
        #expect(distances == [.infinity, 0.2 + 0.5, 0.9 + 0.6, .infinity])
        #expect(NonDominatedSort.survivors(front, count: 3).map(\.candidate.trial) == [0, 3, 2])
        #expect(NonDominatedSort.survivors(front, count: 9).count == 4)
    }

    /// The losses of the population after 250 generations, with the first loss ascending.
    private func front(_ zdt: @escaping ([Double]) -> (Double, Double), seed: UInt64) throws -> [(Double, Double)] {
        var settings = Nsga2Settings()
        settings.population = 100
        settings.isSynchronous = true
        let space = ParameterSpace(
            (0..<30).map { Parameter(name: "x\($0)", domain: .float(FloatRange(low: 0, high: 1))) })
        var study = try SimulatedStudy(.nsga2(settings), space: space, seed: seed) { _, configuration in
            let losses = zdt(Landscape.numbers(configuration))
            return SearchHistory.Observation(level: 1, loss: losses.0, furtherLosses: [losses.1])
        }
        study.run(trials: 25_000, workers: 1)
        // P_t of the paper, generation by generation.
        var parents: [Candidate] = []
        for first in stride(from: 0, to: 25_000, by: 100) {
            let offspring = (first..<first + 100).map { trial in
                let losses = zdt(Landscape.numbers(study.configurations[trial]))
                return self.candidate(trial, [losses.0, losses.1])
            }
            parents = NonDominatedSort.survivors(parents + offspring, count: 100).map(\.candidate)
        }
        return parents.map { ($0.losses[0], $0.losses[1]) }
            .sorted { $0.0 < $1.0 }
    }

    private static func distance(_ a: (Double, Double), _ b: (Double, Double)) -> Double {
        ((a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)).squareRoot()
    }

    /// Υ, the mean distance of a front's members from 500 points of the true front, and Δ, how unevenly they lie.
    private func metrics(
        _ front: [(Double, Double)], truth: (Double) -> Double
    ) -> (convergence: Double, spread: Double) {
        let points = (0..<500).map { (Double($0) / 499, truth(Double($0) / 499)) }
        let nearest = front.map { member in points.map { Self.distance(member, $0) }.min() ?? 0 }
        let gaps = zip(front, front.dropFirst()).map(Self.distance)
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let ends = Self.distance(front[0], points[0]) + Self.distance(front[front.count - 1], points[499])
        let uneven = gaps.reduce(0) { $0 + abs($1 - mean) }
        return (
            nearest.reduce(0, +) / Double(front.count), (ends + uneven) / (ends + Double(gaps.count) * mean)
        )
    }

    private static func g(_ x: [Double]) -> Double { 1 + 9 * x.dropFirst().reduce(0, +) / 29 }

    @Test("Deb 2002, tables II and III, ZDT1: Υ at most 0.0335 and Δ at most 0.391 after 250 generations of 100")
    func zdt1() throws {
        let front = try self.front(
            { x in
                let g = Self.g(x)
                return (x[0], g * (1 - (x[0] / g).squareRoot()))
            }, seed: 1)
        let metrics = self.metrics(front) { 1 - $0.squareRoot() }
        #expect(front.count == 100)
        #expect(metrics.convergence <= 0.0335 && metrics.spread <= 0.391, "\(metrics)")
    }

    @Test("Deb 2002, tables II and III, ZDT2: Υ at most 0.0724 and Δ at most 0.431 after 250 generations of 100")
    func zdt2() throws {
        let front = try self.front(
            { x in
                let g = Self.g(x)
                return (x[0], g * (1 - (x[0] / g) * (x[0] / g)))
            }, seed: 1)
        let metrics = self.metrics(front) { 1 - $0 * $0 }
        #expect(front.count == 100)
        #expect(metrics.convergence <= 0.0724 && metrics.spread <= 0.431, "\(metrics)")
    }

    @Test("a broken constraint costs a place in front of every trial that keeps it")
    func constraint() throws {
        var settings = Nsga2Settings()
        settings.population = 20
        var study = try SimulatedStudy(.nsga2(settings), space: Landscape.cube(3), seed: 5) { _, configuration in
            let numbers = Landscape.numbers(configuration)
            return SearchHistory.Observation(
                level: 1, loss: Landscape.sphere(configuration), furtherLosses: [numbers[0]],
                violation: max(0, numbers[1] + 2))
        }
        study.run(trials: 400, workers: 4)
        let kept = study.configurations.suffix(100).count { Landscape.numbers($0)[1] <= -2 }
        #expect(kept > 60, "\(kept) of the last 100 keep the constraint, 30 would at random")
    }
}
