import Randomness
import Testing

@testable import SearchAlgorithms

@Suite("Order statistics")
struct RankingTests {
    @Test("ranks and places agree with sorting, whatever comes in", arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func rankedList(seed: UInt64) {
        let random = RandomStream(seed: seed, purpose: .sampleOrder)
        var list = RankedList()
        var sorted: [RankedLoss] = []
        // Few different losses make ties, many make chunks split everywhere; rising and falling ones split at the ends.
        for trial in 0..<3_000 {
            let loss: Double =
                switch seed {
                case 1: Double(trial)
                case 2: -Double(trial)
                case 3: random.uniform(at: UInt64(trial)) < 0.2 ? .nan : random.uniform(at: UInt64(9_000 + trial))
                case 4: Double(random.integer(below: 5, at: UInt64(trial)))
                default: random.uniform(at: UInt64(trial))
                }
            let entry = RankedLoss(loss, trial: trial)
            let wanted = sorted.firstIndex { entry < $0 } ?? sorted.count
            sorted.insert(entry, at: wanted)
            #expect(list.insert(entry) == wanted, "seed \(seed), trial \(trial)")
        }
        #expect(list.count == 3_000)
        #expect((0..<3_000).map { list[$0] } == sorted, "seed \(seed)")
        #expect(sorted.indices.allSatisfy { list.rank(of: sorted[$0]) == $0 }, "seed \(seed)")
        #expect(list.rank(of: RankedLoss(.nan, trial: .max)) == 3_000)
        #expect(list.rank(of: RankedLoss(-1e300, trial: 0)) == 0)
    }

    @Test("an empty list ranks everything first")
    func emptyList() {
        #expect(RankedList().rank(of: RankedLoss(1, trial: 0)) == 0)
        #expect(RankedList().count == 0)
    }

    @Test("the queue gives its elements in order", arguments: [1, 2, 3] as [UInt64])
    func priorityQueue(seed: UInt64) {
        let random = RandomStream(seed: seed, purpose: .sampleOrder)
        var queue = PriorityQueue<Int>()
        var wanted: [Int] = []
        #expect(queue.removeLeast() == nil && queue.least == nil)
        for i in 0..<2_000 {
            let number = Int(random.integer(below: 500, at: UInt64(i)))
            if number < 150, let least = wanted.min(), let place = wanted.firstIndex(of: least) {
                wanted.remove(at: place)
                #expect(queue.least == least, "seed \(seed)")
                #expect(queue.removeLeast() == least, "seed \(seed)")
            } else {
                queue.insert(number)
                wanted.append(number)
            }
        }
        #expect(wanted.sorted().allSatisfy { $0 == queue.removeLeast() }, "seed \(seed)")
        #expect(queue.least == nil)
    }

    @Test("losses that are not finite are alike, last, and in the order of trials; so are ties")
    func order() {
        let entries = [
            RankedLoss(.nan, trial: 3), RankedLoss(.infinity, trial: 1), RankedLoss(-.infinity, trial: 2),
            RankedLoss(1e308, trial: 9), RankedLoss(-1e308, trial: 8), RankedLoss(0.0, trial: 7),
            RankedLoss(-0.0, trial: 6),
        ]
        #expect(entries.sorted().map(\.trial) == [8, 6, 7, 9, 1, 2, 3])
        #expect(RankedLoss(.nan, trial: 3) == RankedLoss(-.infinity, trial: 3))
        #expect(RankedLoss(-0.0, trial: 1) == RankedLoss(0.0, trial: 1))
    }

    @Test(
        "rung ladders",
        arguments: [
            (1, 81, 3, [1, 3, 9, 27, 81]), (1, 50, 3, [1, 3, 9, 27, 50]), (2, 9, 2, [2, 4, 8, 9]), (5, 5, 3, [5]),
            (4, 7, 2, [4, 7]), (1, 1_000, 10, [1, 10, 100, 1_000]),
            (999_999_999, 1_000_000_000, 1_000, [999_999_999, 1_000_000_000]),
        ])
    func ladder(minimum: Int, maximum: Int, eta: Int, wanted: [Int]) throws {
        #expect(try RungLadder(minimum: minimum, maximum: maximum, eta: eta).levels == wanted)
    }

    @Test(
        "ladders out of range are refused with the range",
        arguments: [(0, 9, 3), (10, 9, 3), (1, 0, 3), (1, 9, 1), (1, 9, 1_001), (1, .max, 2), (.min, .min, .min)])
    func ladderRefusal(minimum: Int, maximum: Int, eta: Int) {
        let error = #expect(throws: SearchError.self) {
            try RungLadder(minimum: minimum, maximum: maximum, eta: eta)
        }
        #expect(error.map { "\($0)".contains(", want ") } == true)
    }
}
