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
        for trial in 0..<7 { last = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial % 4)) }
        let reason: Reason = "rank 6 of 7 at 1 epoch, the best 2 go on (eta 3); loss 2, cut-off 0"
        #expect(last == [Decision(trial: TrialID(6), kind: .pause, rung: 0, level: 1, reason: reason)])
        #expect(
            scheduler.fate(of: TrialID(6))
                == "rank 6 of 7 at 1 epoch, 0 went on of at most 2 (eta 3); loss 2, cut-off 0")
        _ = scheduler.ask()
        _ = scheduler.ask()
        #expect(
            scheduler.fate(of: TrialID(6))
                == "rank 6 of 7 at 1 epoch, 2 went on of at most 2 (eta 3); loss 2, cut-off 0")
        #expect(scheduler.fate(of: TrialID(0)) == "running after 1 epoch")
        #expect(scheduler.fate(of: TrialID(7)) == "never started")
        _ = try scheduler.retire(TrialID(0), loss: .nan)
        #expect(scheduler.fate(of: TrialID(0)) == "over after 1 epoch")
    }

    @Test("the end, and a loss that is none")
    func ends() throws {
        var scheduler = try Scheduler(.none(maximum: 2))
        _ = scheduler.ask()
        #expect(try scheduler.tell(TrialID(0), level: 1, loss: .nan).isEmpty)
        #expect(
            try scheduler.tell(TrialID(0), level: 2, loss: 1)
                == [
                    Decision(
                        trial: TrialID(0), kind: .complete, rung: 0, level: 2,
                        reason: "trained to 2 epochs, the last rung")
                ])
        var asha = try Scheduler(.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: false))
        _ = asha.ask()
        #expect(
            try asha.tell(TrialID(0), level: 1, loss: .nan)
                == [
                    Decision(
                        trial: TrialID(0), kind: .stop, rung: 0, level: 1,
                        reason: "the loss at 1 epoch is not finite and ranks last")
                ])
    }

    @Test("ASHA by stopping and its paused trials")
    func stopping() throws {
        var scheduler = try Scheduler(.ashaStopping(minimum: 1, maximum: 9, eta: 3))
        _ = scheduler.ask()
        _ = scheduler.ask()
        _ = try scheduler.tell(TrialID(0), level: 1, loss: 1)
        #expect(
            try scheduler.tell(TrialID(1), level: 1, loss: 2).map(\.reason)
                == ["rank 2 of 2 at 1 epoch, the best 1 go on (eta 3); loss 2, cut-off 1"])
        #expect(scheduler.fate(of: TrialID(1)) == "over after 1 epoch")
    }

    @Test("losses of an objective that is maximised are told as its values")
    func maximized() throws {
        var scheduler = try Scheduler(.ashaStopping(minimum: 1, maximum: 9, eta: 3), directions: [.maximize])
        _ = scheduler.ask()
        _ = scheduler.ask()
        _ = try scheduler.tell(TrialID(0), level: 1, loss: -0.98765)
        #expect(
            try scheduler.tell(TrialID(1), level: 1, loss: -0.5).map(\.reason)
                == ["rank 2 of 2 at 1 epoch, the best 1 go on (eta 3); loss 0.5, cut-off 0.9877"])
    }

    @Test(
        "losses have four significant digits",
        arguments: [
            (0, "0"), (1, "1"), (-2.5, "-2.5"), (0.123456, "0.1235"), (0.099996, "0.1"), (12345.6, "12350"),
            (9999.6, "10000"), (1e-5, "1e-05"), (0.00012344, "0.0001234"), (3e20, "3e+20"), (-1e-12, "-1e-12"),
            (123_456_789, "123500000"),
        ])
    func digits(number: Double, text: String) throws {
        var scheduler = try Scheduler(.median(maximum: 9, grace: 1, minimumTrials: 1))
        for _ in 0..<2 { _ = scheduler.ask() }
        _ = try scheduler.tell(TrialID(0), level: 1, loss: -1e30)
        let told = try scheduler.tell(TrialID(1), level: 1, loss: number)
        #expect(
            told.map(\.reason) == [
                "the best loss in 1 epoch is worse than the median of 1 running averages; loss \(text), cut-off -1e+30"
            ])
    }

    @Test("a synchronous trial that still waits")
    func synchronous() throws {
        var scheduler = try Scheduler(.hyperband(maximum: 9, eta: 3, formula: .jmlr))
        _ = scheduler.ask()
        _ = try scheduler.tell(TrialID(0), level: 1, loss: 1)
        #expect(
            scheduler.fate(of: TrialID(0))
                == "rank 1 of 1 at 1 epoch in bracket 2 with 8 to come, the best 3 go on (eta 3); loss 1, cut-off 1")
    }

    @Test("errors name the value, the wanted range and the remedy")
    func errors() {
        let errors: [SearchError] = [
            .invalidSetting(name: "eta", found: "1", wanted: "2 to 1000"),
            .invalidParameter(name: "x", found: "no values", wanted: "at least one"),
            .unknownTrial(TrialID(9), started: 3),
            .unexpectedLevel(TrialID(2), told: 4, expected: 3),
            .notRunning(TrialID(2), level: 3),
        ]
        #expect(
            errors.map { "\($0)" } == [
                "search: eta = 1, want 2 to 1000",
                "parameter x: no values, want at least one",
                "trial 9 was never started, want one of the first 3",
                "trial 2 tells level 4, want level 3",
                "trial 2 rests at level 3, want a trial that was started or resumed",
            ])
    }
}
