import SearchAlgorithms
import Testing
import TuningModel

@Suite("What schedulers say")
struct SchedulerWordingTests {
    @Test("ASHA by promotion gives rank, rung and cut-off")
    func promotion() throws {
        var scheduler = try Scheduler(.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true))
        for _ in 0..<7 { _ = scheduler.ask() }
        var last: [Decision] = []
        for trial in 0..<7 { last = try scheduler.tell(TrialID(trial), epoch: 1, loss: Double(trial % 4)) }
        let reason = "rank 6 of 7 at 1 epoch, the best 2 go on (eta 3)"
        #expect(last == [Decision(trial: TrialID(6), kind: .pause, rung: 0, epoch: 1, reason: reason)])
        #expect(scheduler.fate(of: TrialID(6)) == "rank 6 of 7 at 1 epoch, 0 went on of at most 2 (eta 3)")
        _ = scheduler.ask()
        _ = scheduler.ask()
        #expect(scheduler.fate(of: TrialID(6)) == "rank 6 of 7 at 1 epoch, 2 went on of at most 2 (eta 3)")
        #expect(scheduler.fate(of: TrialID(0)) == "running after 1 epoch")
        #expect(scheduler.fate(of: TrialID(7)) == "never started")
        _ = try scheduler.retire(TrialID(0), loss: .nan)
        #expect(scheduler.fate(of: TrialID(0)) == "over after 1 epoch")
    }

    @Test("the end, and a loss that is none")
    func ends() throws {
        var scheduler = try Scheduler(.none(maximum: 2))
        _ = scheduler.ask()
        #expect(try scheduler.tell(TrialID(0), epoch: 1, loss: .nan).isEmpty)
        #expect(
            try scheduler.tell(TrialID(0), epoch: 2, loss: 1)
                == [
                    Decision(
                        trial: TrialID(0), kind: .complete, rung: 0, epoch: 2,
                        reason: "trained to 2 epochs, the last rung")
                ])
        var asha = try Scheduler(.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: false))
        _ = asha.ask()
        #expect(
            try asha.tell(TrialID(0), epoch: 1, loss: .nan)
                == [
                    Decision(
                        trial: TrialID(0), kind: .stop, rung: 0, epoch: 1,
                        reason: "the loss at 1 epoch is not finite and ranks last")
                ])
    }

    @Test("ASHA by stopping and its paused trials")
    func stopping() throws {
        var scheduler = try Scheduler(.ashaStopping(minimum: 1, maximum: 9, eta: 3))
        _ = scheduler.ask()
        _ = scheduler.ask()
        _ = try scheduler.tell(TrialID(0), epoch: 1, loss: 1)
        #expect(
            try scheduler.tell(TrialID(1), epoch: 1, loss: 2).map(\.reason)
                == ["rank 2 of 2 at 1 epoch, the best 1 go on (eta 3)"])
        #expect(scheduler.fate(of: TrialID(1)) == "over after 1 epoch")
    }

    @Test("a synchronous trial that still waits")
    func synchronous() throws {
        var scheduler = try Scheduler(.hyperband(maximum: 9, eta: 3, formula: .jmlr))
        _ = scheduler.ask()
        _ = try scheduler.tell(TrialID(0), epoch: 1, loss: 1)
        #expect(
            scheduler.fate(of: TrialID(0))
                == "rank 1 of 1 at 1 epoch in bracket 2 with 8 to come, the best 3 go on (eta 3)")
    }

    @Test("errors name the value, the wanted range and the remedy")
    func errors() {
        let errors: [SearchError] = [
            .invalidSetting(name: "eta", found: "1", wanted: "2 to 1000"),
            .invalidParameter(name: "x", found: "no values", wanted: "at least one"),
            .unknownTrial(TrialID(9), started: 3),
            .unexpectedEpoch(TrialID(2), told: 4, expected: 3),
            .notRunning(TrialID(2), epoch: 3),
        ]
        #expect(
            errors.map { "\($0)" } == [
                "search: eta = 1, want 2 to 1000",
                "parameter x: no values, want at least one",
                "trial 9 was never started, want one of the first 3",
                "trial 2 tells epoch 4, want epoch 3",
                "trial 2 rests at epoch 3, want a trial that was started or resumed",
            ])
    }
}
