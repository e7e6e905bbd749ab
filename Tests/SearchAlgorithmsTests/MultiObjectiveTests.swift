import Randomness
import SearchAlgorithms
import Testing
import TuningModel

@Suite("Several objectives")
struct MultiObjectiveTests {
    /// Random points of so many losses; in one of three every loss is one of four values.
    private func points(_ count: Int, losses: Int, seed: UInt64) -> [[Double]] {
        let random = RandomStream(seed: seed, purpose: .simulation)
        return (0..<count).map { point in
            (0..<losses).map { loss in
                let value = random.uniform(at: UInt64(point * losses + loss))
                return seed % 3 == 0 ? (4 * value).rounded(.down) : value
            }
        }
    }

    @Test("fronts are those of the definition, taken away one after the other", arguments: 2...4)
    func fronts(losses: Int) {
        for seed in 1...30 as ClosedRange<UInt64> {
            let points = self.points(40, losses: losses, seed: seed)
            var rest = Array(points.indices)
            var wanted: [[Int]] = []
            while !rest.isEmpty {
                let front = rest.filter { point in
                    !rest.contains { other in
                        zip(points[other], points[point]).allSatisfy { $0 <= $1 } && points[other] != points[point]
                    }
                }
                wanted.append(front)
                rest.removeAll { front.contains($0) }
            }
            #expect(NondominatedOrder.fronts(points) == wanted, "seed \(seed)")
        }
    }

    @Test("the order takes fronts in turn, the ends and the gaps of a front first, and what is not finite last")
    func order() {
        // A straight front, in which the middle comes after the two ends, then a point behind it, then two without figures.
        let points: [[Double]] = [
            [.nan, 0], [0.1, 0.9], [0, 1], [0.5, 0.5], [1, 0], [0.6, 0.6], [0.2, 0.8], [-.infinity, 0],
        ]
        #expect(NondominatedOrder.first(8, of: points) == [2, 4, 3, 6, 1, 5, 0, 7])
        #expect(NondominatedOrder.first(3, of: points) == [2, 4, 3])
        #expect(NondominatedOrder.first(0, of: points) == [])
        #expect(NondominatedOrder.first(5, of: []) == [])
        // One loss in thousands counts as much as the other.
        let stretched = points.map { [$0[0], $0[1] * 4096] }
        #expect(NondominatedOrder.first(8, of: stretched) == [2, 4, 3, 6, 1, 5, 0, 7])
        #expect(NondominatedOrder.first(3, of: [[1, 1], [1, 1], [1, 1]]) == [0, 1, 2])
        #expect(NondominatedOrder.first(2, of: [[-1e308, 1e308], [1e308, -1e308]]) == [0, 1])
    }

    @Test(
        "every beginning of a front is an epsilon-net: no point left out is farther from it than its members are apart")
    func net() {
        for seed in [1, 2, 4, 5, 7] as [UInt64] {
            let front = self.points(40, losses: 1, seed: seed).map { [$0[0], 1 - $0[0]] }
            let order = NondominatedOrder.first(40, of: front)
            #expect(order.sorted() == Array(0..<40))
            for count in 2..<40 {
                let net = order[..<count]
                let distance = { (left: Int, right: Int) in abs(front[left][0] - front[right][0]) }
                let covering = order[count...].map { point in net.map { distance($0, point) }.min() ?? 0 }.max() ?? 0
                let separation = net.flatMap { left in net.filter { $0 != left }.map { distance(left, $0) } }.min() ?? 0
                #expect(covering <= separation + 1e-12, "seed \(seed), \(count)")
            }
        }
    }

    private static let settings = SchedulerSettings.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true)

    @Test("ASHA promotes by fronts, keeps both ends, and says so")
    func promotion() throws {
        var scheduler = try Scheduler(Self.settings, directions: [.minimize, .maximize])
        let losses: [[Double]] = [[0.5, -0.5], [0.6, -0.4], [0.1, -0.1], [0.9, -0.9], [0.95, -0.2], [0.7, -0.3]]
        for _ in losses { _ = scheduler.ask() }
        for (trial, losses) in losses.enumerated() {
            let told = try scheduler.tell(TrialID(trial), level: 1, losses: losses)
            #expect(told.map(\.kind) == [.pause])
            if trial == 5 {
                #expect(
                    told.map(\.reason)
                        == ["one of 6 at 1 epoch, the best 2 by fronts go on (eta 3); losses 0.7, 0.3"])
            }
        }
        let place = Placement(bracket: 0, rung: 1, level: 3)
        let reasons: [Reason] = [
            "rank 1 of 6 by fronts at 1 epoch, promoted to 3; losses 0.1, 0.1",
            "rank 2 of 6 by fronts at 1 epoch, promoted to 3; losses 0.9, 0.9",
        ]
        #expect(scheduler.ask() == .resume(TrialID(2), place, reason: reasons[0]))
        #expect(scheduler.ask() == .resume(TrialID(3), place, reason: reasons[1]))
        guard case .start = scheduler.ask() else {
            Issue.record("a third trial was promoted")
            return
        }
        let trials = (0..<8).map { TrialID($0) }
        #expect(scheduler.fates(of: trials) == trials.map { scheduler.fate(of: $0) })
        #expect(
            scheduler.fate(of: TrialID(0))
                == "rank 3 of 6 by fronts at 1 epoch, 2 went on of at most 2 (eta 3); losses 0.5, 0.5")
    }

    @Test("with a second loss that is always the same, the first one decides as in ASHA", arguments: [true, false])
    func oneLoss(isGuarded: Bool) throws {
        let settings = SchedulerSettings.asha(minimum: 1, maximum: 27, eta: 3, isGuarded: isGuarded)
        for seed in 1...5 as ClosedRange<UInt64> {
            let loss = randomLoss(seed: seed)
            var one = try Scheduler(settings)
            var two = try Scheduler(settings, directions: [.minimize, .minimize])
            var epochs: [Int] = []
            for _ in 0..<120 {
                let proposals = [one.ask(), two.ask()]
                let places = proposals.map { proposal -> (Int, Placement)? in
                    switch proposal {
                    case .start(let trial, let place), .resume(let trial, let place, _): (trial.rawValue, place)
                    case .wait, .finished: nil
                    }
                }
                let (trial, place) = try #require(places[0])
                let other = try #require(places[1])
                #expect(other == (trial, place), "seed \(seed)")
                if trial == epochs.count { epochs.append(0) }
                while epochs[trial] < place.level {
                    epochs[trial] += 1
                    let value = loss(trial, epochs[trial])
                    let told = try one.tell(TrialID(trial), level: epochs[trial], loss: value)
                    let again = try two.tell(TrialID(trial), level: epochs[trial], losses: [value, 7])
                    #expect(told.map(\.kind) == again.map(\.kind))
                }
            }
        }
    }

    @Test("a trial with one figure that is none, or one too few, counts in its rung and never goes on")
    func notFinite() throws {
        var scheduler = try Scheduler(Self.settings, directions: [.minimize, .minimize])
        for _ in 0..<3 { _ = scheduler.ask() }
        #expect(try scheduler.tell(TrialID(0), level: 1, losses: [0, .nan]).map(\.kind) == [.stop])
        #expect(try scheduler.tell(TrialID(1), level: 1, losses: [0]).map(\.kind) == [.stop])
        #expect(try scheduler.retire(TrialID(2), losses: [0, 0]).isEmpty)
        for trial in 3..<6 {
            guard case .start(TrialID(trial), _) = scheduler.ask() else {
                Issue.record("trial \(trial) did not start")
                return
            }
        }
        _ = scheduler.close()
        for trial in 3..<6 { _ = try scheduler.tell(TrialID(trial), level: 1, losses: [5, 5]) }
        // Two of six may go on; the best place is held by the one that ran out of patience.
        guard case .resume(TrialID(3), _, _) = scheduler.ask() else {
            Issue.record("nobody was promoted")
            return
        }
        #expect(scheduler.ask() == .wait)
    }

    @Test("schedulers that rank by a single loss refuse several objectives, and say what takes them")
    func refused() {
        for settings in SchedulerConformanceTests.all where !settings.takesSeveralObjectives {
            #expect(
                throws: SearchError.invalidSetting(
                    name: "scheduler", found: "one that ranks by a single loss",
                    wanted: "asha by promotion in one bracket, or none, for 2 objectives")
            ) { try Scheduler(settings, directions: [.minimize, .maximize]) }
        }
    }
}
