import SearchAlgorithms
import Testing
import TuningModel

@Suite("Rules that stop running trials")
struct StoppingRuleTests {
    private func scheduler(_ settings: SchedulerSettings, curves: [[Double]]) throws -> Scheduler {
        var scheduler = try Scheduler(settings)
        for (trial, curve) in curves.enumerated() {
            _ = scheduler.ask()
            for (epoch, loss) in curve.enumerated() {
                _ = try scheduler.tell(TrialID(trial), level: epoch + 1, loss: loss)
            }
        }
        return scheduler
    }

    @Test("the median rule compares the best loss so far with the median of running averages, strictly")
    func median() throws {
        let settings = SchedulerSettings.median(maximum: 5, grace: 2, minimumTrials: 2)
        let kept = try self.scheduler(settings, curves: [[3, 1], [4, 2]])
        // Running averages after two epochs: 2 and 3, median 2.5. In the first epoch nobody is stopped.
        for (losses, wanted) in [([9, 2.5], []), ([2.5, 9], []), ([9, 2.6], [Decision.Kind.stop])] {
            var scheduler = kept
            _ = scheduler.ask()
            #expect(try scheduler.tell(TrialID(2), level: 1, loss: losses[0]).isEmpty)
            let told = try scheduler.tell(TrialID(2), level: 2, loss: losses[1])
            #expect(told.map(\.kind) == wanted)
            #expect(
                wanted.isEmpty
                    || told == [
                        Decision(
                            trial: TrialID(2), kind: .stop, rung: 0, level: 2,
                            reason: "the best loss in 2 epochs is worse than the median of 2 running averages;"
                                + " loss 2.6, cut-off 2.5")
                    ])
        }
    }

    @Test("the median rule waits for the grace period and for enough other trials")
    func medianGrace() throws {
        let settings = SchedulerSettings.median(maximum: 5, grace: 3, minimumTrials: 2)
        var scheduler = try self.scheduler(settings, curves: [[0, 0, 0]])
        _ = scheduler.ask()
        for epoch in 1...4 { #expect(try scheduler.tell(TrialID(1), level: epoch, loss: 9).isEmpty) }
        _ = scheduler.ask()
        for epoch in 1...2 { #expect(try scheduler.tell(TrialID(2), level: epoch, loss: 8).isEmpty) }
        #expect(try scheduler.tell(TrialID(2), level: 3, loss: 8).map(\.kind) == [.stop])
    }

    @Test("the curve rule stops nobody before a trial is complete, then whoever promises nothing, and says the chance")
    func curve() throws {
        let settings = SchedulerSettings.curve(maximum: 40, grace: 8, threshold: 0.05)
        let falling = { (floor: Double) in { (epoch: Int) in floor + 1 / Double(epoch) } }
        var scheduler = try Scheduler(settings)
        for _ in 0..<4 { _ = scheduler.ask() }
        // Nothing to be beaten yet.
        for epoch in 1...10 {
            #expect(try scheduler.tell(TrialID(0), level: epoch, loss: falling(0.9)(epoch)).isEmpty)
        }
        for epoch in 1...39 {
            #expect(try scheduler.tell(TrialID(1), level: epoch, loss: falling(0.5)(epoch)).isEmpty)
        }
        #expect(try scheduler.tell(TrialID(1), level: 40, loss: falling(0.5)(40)).map(\.kind) == [.complete])
        // A better trial goes on at every look, a worse one is stopped at the first.
        for epoch in 1...39 {
            #expect(try scheduler.tell(TrialID(2), level: epoch, loss: falling(0.1)(epoch)).isEmpty)
        }
        for epoch in 1...7 {
            #expect(try scheduler.tell(TrialID(3), level: epoch, loss: falling(0.9)(epoch)).isEmpty)
        }
        let told = try scheduler.tell(TrialID(3), level: 8, loss: falling(0.9)(8))
        #expect(told.map(\.kind) == [.stop] && told.map(\.level) == [8])
        let reason = try #require(told.first?.reason.text)
        #expect(reason.hasPrefix("its curve of 8 epochs beats the best complete trial with probability "))
        #expect(reason.hasSuffix(", below 0.05; loss 1.025, cut-off 0.525"))
    }

    @Test("stopping saves epochs and keeps the best trial, where curves do not cross", arguments: [1, 8])
    func saving(workers: Int) throws {
        for settings in [
            SchedulerSettings.median(maximum: 40, grace: 4, minimumTrials: 3),
            .curve(maximum: 40, grace: 8, threshold: 0.05),
        ] {
            for seed in 1...5 as ClosedRange<UInt64> {
                let level = randomLoss(seed: seed)
                var cluster = try SimulatedCluster(settings, workers: workers, trials: 60, seed: seed) { trial, epoch in
                    level(trial, 0) + 1 / Double(epoch) + 0.002 * level(trial, epoch)
                }
                try cluster.run()
                let complete = cluster.trials.indices.filter { cluster.trials[$0].decision == .complete }
                let best = cluster.trials.indices.min { level($0, 0) < level($1, 0) }
                #expect(complete.contains { $0 == best }, "\(settings), seed \(seed)")
                #expect(cluster.epochCount < 60 * 40 * 3 / 4, "\(settings), seed \(seed): \(cluster.epochCount)")
            }
        }
    }

    @Test("bad settings are told with name, value and range")
    func settings() {
        let cases: [(SchedulerSettings, SearchError)] = [
            (
                .median(maximum: 5, grace: 6, minimumTrials: 1),
                .invalidSetting(name: "min", found: "6", wanted: "1 to max, which is 5")
            ),
            (
                .median(maximum: 5, grace: 1, minimumTrials: 0),
                .invalidSetting(name: "min_trials", found: "0", wanted: "1 or more")
            ),
            (
                .curve(maximum: 5, grace: 0, threshold: 0.1),
                .invalidSetting(name: "min", found: "0", wanted: "1 to max, which is 5")
            ),
            (
                .curve(maximum: 5, grace: 1, threshold: .nan),
                .invalidSetting(name: "threshold", found: "nan", wanted: "more than 0 and less than 1")
            ),
            (
                .pasha(minimum: 1, maximum: 9, eta: 1, isGuarded: true),
                .invalidSetting(name: "eta", found: "1", wanted: "2 to 1000")
            ),
            (
                .asynchronousHyperband(
                    minimum: 1, maximum: 9, eta: 3, isGuarded: true, brackets: 4, allocation: .learned),
                .invalidSetting(name: "brackets", found: "4", wanted: "1 to 3, the number of rungs")
            ),
            (
                .asynchronousHyperband(
                    minimum: 1, maximum: 9, eta: 3, isGuarded: true, brackets: .min, allocation: .hyperband),
                .invalidSetting(name: "brackets", found: "\(Int.min)", wanted: "1 to 3, the number of rungs")
            ),
        ]
        for (settings, error) in cases { #expect(throws: error) { try Scheduler(settings) } }
    }
}
