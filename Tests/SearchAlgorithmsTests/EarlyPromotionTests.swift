import Randomness
import SearchAlgorithms
import Testing
import TuningModel

/// Promotions before a rung is complete, which must change nothing but when they happen.
@Suite("Lossless early promotion")
struct EarlyPromotionTests {
    private struct Step: Hashable, Comparable {
        let trial: Int
        let rung: Int
        static func < (left: Self, right: Self) -> Bool { (left.trial, left.rung) < (right.trial, right.rung) }
    }

    /// Who is promoted to which rung when every rung waits for all of its trials.
    private func patient(_ plan: [BracketPlan], fails: (Int, Int) -> Bool, loss: (Int, Int) -> Double) -> [Step] {
        var steps: [Step] = []
        var first = 0
        for bracket in plan {
            var alive = Array(first..<first + bracket.rungs[0].trials)
            first += alive.count
            for rung in 0..<bracket.rungs.count - 1 {
                let epochs = bracket.rungs[rung].level
                let before = rung > 0 ? bracket.rungs[rung - 1].level : 0
                let ranked = alive.map { trial in
                    let isLost = (before + 1...epochs).contains { fails(trial, $0) }
                    return (isLost ? .infinity : loss(trial, epochs), trial)
                }.sorted { $0 < $1 }
                alive = ranked.prefix(bracket.rungs[rung + 1].trials).filter { $0.0.isFinite }.map(\.1)
                steps += alive.map { Step(trial: $0, rung: rung + 1) }
            }
        }
        return steps.sorted()
    }

    @Test(
        "the same promotions as by rungs that wait, whatever the order of arrival, with any number of workers",
        arguments: [1, 8, 64])
    func sameOutcome(workers: Int) throws {
        let settings: [(SchedulerSettings, Int)] = [
            (.successiveHalving(minimum: 1, maximum: 27, eta: 3), 27),
            (.hyperband(maximum: 27, eta: 3, formula: .jmlr), 49),
            (.hyperband(maximum: 16, eta: 2, formula: .blog), 40),
        ]
        for (settings, _) in settings {
            for seed in 1...12 as ClosedRange<UInt64> {
                let loss = randomLoss(seed: seed)
                let fails = { (trial: Int, epoch: Int) in (trial + Int(seed)) % 6 == 1 && epoch == 1 + trial % 5 }
                let plan = try Scheduler(settings).plan
                let trials = plan.map { $0.rungs[0].trials }.reduce(0, +)
                var cluster = try SimulatedCluster(
                    settings, workers: workers, trials: trials, seed: seed &* 31 &+ UInt64(workers), loss: loss,
                    end: { fails($0, $1) ? .failed : nil })
                try cluster.run()
                let found = cluster.proposals.compactMap { proposal -> Step? in
                    guard case .resume(let trial, let place, _) = proposal else { return nil }
                    return Step(trial: trial.rawValue, rung: place.rung)
                }
                #expect(
                    found.sorted() == self.patient(plan, fails: fails, loss: loss), "\(settings), seed \(seed)")
            }
        }
    }

    @Test("promotions do come before their rungs are complete")
    func earlier() throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            var cluster = try SimulatedCluster(
                .successiveHalving(minimum: 1, maximum: 27, eta: 3), workers: 8, trials: 27, seed: seed,
                loss: randomLoss(seed: seed))
            try cluster.run()
            let early = cluster.proposals.count { proposal in
                if case .resume(_, _, let reason) = proposal { reason.text.contains("to come") } else { false }
            }
            #expect(early > 0, "seed \(seed)")
        }
    }
}
