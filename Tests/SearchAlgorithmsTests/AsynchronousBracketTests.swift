import SearchAlgorithms
import Testing
import TuningModel

@Suite("Asynchronous Hyperband")
struct AsynchronousBracketTests {
    private func settings(_ allocation: BracketAllocation, brackets: Int = 4) -> SchedulerSettings {
        .asynchronousHyperband(
            minimum: 1, maximum: 27, eta: 3, isGuarded: true, brackets: brackets, allocation: allocation)
    }

    /// How many trials began in each bracket, from some trial on.
    private func shares(_ cluster: SimulatedCluster, from first: Int = 0) -> [Int] {
        var counts = [0, 0, 0, 0]
        for case .start(let trial, let placement) in cluster.proposals where trial.rawValue >= first {
            counts[placement.bracket] += 1
        }
        return counts
    }

    @Test("bracket s leaves out the s lowest rungs, and ranks its trials by itself")
    func plan() throws {
        let scheduler = try Scheduler(self.settings(.hyperband, brackets: 3))
        #expect(scheduler.plan.map(\.bracket) == [0, 1, 2])
        #expect(scheduler.plan.map { $0.rungs.map(\.level) } == [[1, 3, 9, 27], [3, 9, 27], [9, 27]])
        var cluster = try SimulatedCluster(
            self.settings(.hyperband), workers: 6, trials: 400, loss: randomLoss(seed: 1))
        try cluster.run()
        for bracket in 0..<4 {
            let starts = self.shares(cluster)[bracket]
            let promoted = cluster.proposals.count { proposal in
                if case .resume(_, let place, _) = proposal {
                    place.bracket == bracket && place.rung == 1
                } else {
                    false
                }
            }
            #expect(promoted == (bracket == 3 ? 0 : starts / 3), "bracket \(bracket)")
        }
    }

    @Test("Hyperband's ratio: brackets of 3, 2, 1 and 0 halvings in the ratio 27/4 : 9/3 : 3/2 : 1")
    func ratio() throws {
        var cluster = try SimulatedCluster(
            self.settings(.hyperband), workers: 8, trials: 4900, loss: randomLoss(seed: 1))
        try cluster.run()
        // Expected 2700, 1200, 600 and 400 of 4900; three standard deviations are at most 105.
        for (found, wanted) in zip(self.shares(cluster), [2700, 1200, 600, 400]) {
            #expect(abs(found - wanted) < 105, "\(self.shares(cluster))")
        }
    }

    @Test("a bracket drawn from a global generator or the study's name (Ray, Optuna): the seed and the trial decide")
    func keyed() throws {
        let brackets = { (workers: Int, seed: UInt64) in
            var scheduler = try Scheduler(self.settings(.hyperband), seed: seed)
            return (0..<60).map { _ in
                if case .start(_, let placement) = scheduler.ask() { placement.bracket } else { -1 }
            }
        }
        #expect(try brackets(1, 7) == brackets(64, 7))
        #expect(try brackets(1, 7) != brackets(1, 8))
    }

    @Test("learned weights follow the agreement of ranks per epoch spent: all of them go low where low ranks tell all")
    func agreement() throws {
        let level = randomLoss(seed: 2)
        var cluster = try SimulatedCluster(self.settings(.learned), workers: 4, trials: 1500) { trial, _ in
            level(trial, 0)
        }
        try cluster.run()
        // Every rung agrees fully: weights 1, 1/3, 1/9, 1/27, so 27 of 40 trials begin in bracket 0.
        let shares = self.shares(cluster, from: 300)
        for (found, wanted) in zip(shares, [810, 270, 90, 30]) {
            #expect(abs(found - wanted) < 60, "\(shares)")
        }
    }

    @Test("brackets whose first rung's ranks carry no signal are left alone")
    func noSignal() throws {
        let level = randomLoss(seed: 2)
        var cluster = try SimulatedCluster(self.settings(.learned), workers: 4, trials: 1500) { trial, epoch in
            epoch < 9 ? 1 - level(trial, 0) : level(trial, 0)
        }
        try cluster.run()
        let shares = self.shares(cluster, from: 300)
        #expect(shares[0] == 0 && shares[1] == 0 && shares[2] > shares[3] && shares[3] > 0, "\(shares)")
    }

    @Test("reasons name the bracket")
    func wording() throws {
        var scheduler = try Scheduler(self.settings(.hyperband))
        var first: Int?
        for trial in 0..<9 {
            guard case .start(_, let placement) = scheduler.ask(), placement.bracket == 0, first == nil else {
                continue
            }
            first = trial
        }
        let trial = TrialID(try #require(first))
        let told = try scheduler.tell(trial, level: 1, loss: 0.5)
        #expect(told.map(\.reason) == ["rank 1 of 1 at 1 epoch in bracket 0, the best 0 go on (eta 3); loss 0.5"])
    }
}
