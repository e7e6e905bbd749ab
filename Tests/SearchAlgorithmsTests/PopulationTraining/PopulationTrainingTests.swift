import Testing
import TuningModel

@testable import SearchAlgorithms

@Suite("A population")
struct PopulationTrainingTests {
    private static func settings(
        _ count: Int, interval: Int = 2, maximum: Int = 6, isSynchronous: Bool = true
    ) -> PopulationSettings {
        var settings = PopulationSettings(interval: interval, maximum: maximum)
        settings.count = count
        settings.isSynchronous = isSynchronous
        return settings
    }

    private static func scheduler(_ settings: PopulationSettings) throws -> Scheduler {
        try Scheduler(.population(settings), seed: 3)
    }

    /// Begins members 0, 1, ... of a population.
    private static func begin(_ scheduler: inout Scheduler, _ count: Int) {
        for member in 0..<count {
            #expect(
                scheduler.ask() == .start(TrialID(member), Placement(bracket: 0, rung: 0, level: 2)))
        }
        #expect(scheduler.ask() == .wait)
    }

    private static func tell(_ scheduler: inout Scheduler, _ trial: Int, _ losses: [Double], from epoch: Int = 1) throws
        -> [Decision]
    {
        var decisions: [Decision] = []
        for (i, loss) in losses.enumerated() {
            decisions += try scheduler.tell(TrialID(trial), level: epoch + i, loss: loss)
        }
        return decisions
    }

    private static func pause(_ trial: Int, _ epoch: Int = 2, rung: Int = 0) -> Decision {
        Decision(
            trial: TrialID(trial), kind: .pause, rung: rung, level: epoch,
            reason: "waits for the population at \(epoch) epochs")
    }

    @Test("waits at the end of an interval, and then replaces its worst member by a copy of its best")
    func generation() throws {
        var scheduler = try Self.scheduler(Self.settings(4))
        Self.begin(&scheduler, 4)
        #expect(try Self.tell(&scheduler, 2, [9, 0.25]) == [Self.pause(2)])
        #expect(try Self.tell(&scheduler, 0, [9, 0.5]) == [Self.pause(0)])
        #expect(try Self.tell(&scheduler, 3, [9, 1.5]) == [Self.pause(3)])
        #expect(scheduler.ask() == .wait)
        let stop = Decision(
            trial: TrialID(3), kind: .stop, rung: 0, level: 2,
            reason: "rank 4 of 4 at 2 epochs; loss 1.5, cut-off 0.75; a copy of trial 2 takes its place")
        #expect(try Self.tell(&scheduler, 1, [9, 0.75]) == [Self.pause(1), stop])
        let next = { (rank: Int, trial: Int) in
            Proposal.resume(
                TrialID(trial), Placement(bracket: 0, rung: 1, level: 4), reason: "rank \(rank) of 4 at 2 epochs")
        }
        let origin = TrialOrigin(parent: TrialID(2), epoch: 2)
        let copy = Proposal.start(TrialID(4), Placement(bracket: 0, rung: 1, level: 4, origin: origin))
        #expect((0..<5).map { _ in scheduler.ask() } == [copy, next(1, 2), next(2, 0), next(3, 1), .wait])
        // A copy's epochs go on from its parent's.
        #expect(throws: SearchError.unexpectedLevel(TrialID(4), told: 1, expected: 3)) {
            try scheduler.tell(TrialID(4), level: 1, loss: 0)
        }
        #expect(try Self.tell(&scheduler, 4, [0.2, 0.1], from: 3) == [Self.pause(4, 4, rung: 1)])
    }

    @Test("is over when every member has come to the last epoch, where nobody is replaced any more")
    func end() throws {
        var scheduler = try Self.scheduler(Self.settings(2, maximum: 4))
        Self.begin(&scheduler, 2)
        _ = try Self.tell(&scheduler, 0, [1, 1])
        let last = try Self.tell(&scheduler, 1, [2, 2])
        #expect(last.map(\.kind) == [.stop] && last.map(\.trial) == [TrialID(1)])
        _ = scheduler.ask()
        _ = scheduler.ask()
        let ends = try Self.tell(&scheduler, 0, [1, 1], from: 3) + Self.tell(&scheduler, 2, [5, 5], from: 3)
        #expect(ends.map(\.kind) == [.complete, .complete])
        #expect(scheduler.ask() == .finished)
    }

    @Test("replaces a member that failed, and one whose loss is not finite, whatever the quantile")
    func failures() throws {
        var scheduler = try Self.scheduler(Self.settings(4))
        Self.begin(&scheduler, 4)
        _ = try Self.tell(&scheduler, 1, [1, .nan])
        #expect(try scheduler.retire(TrialID(0), loss: .nan) == [])
        _ = try Self.tell(&scheduler, 2, [1, 0.5])
        let decisions = try Self.tell(&scheduler, 3, [1, 0.25])
        #expect(
            decisions.last
                == Decision(
                    trial: TrialID(1), kind: .stop, rung: 0, level: 2,
                    reason: "the loss at 2 epochs is not finite and ranks last; a copy of trial 3 takes its place"))
        let starts = (0..<4).map { _ in scheduler.ask() }
        let placement = Placement(
            bracket: 0, rung: 1, level: 4, origin: TrialOrigin(parent: TrialID(3), epoch: 2))
        #expect(Array(starts.prefix(2)) == [.start(TrialID(4), placement), .start(TrialID(5), placement)])
    }

    @Test("goes on with fewer members where one ran out of patience, and ends where all failed")
    func losses() throws {
        var scheduler = try Self.scheduler(Self.settings(3))
        Self.begin(&scheduler, 3)
        _ = try scheduler.retire(TrialID(0), loss: 0.125)
        _ = try Self.tell(&scheduler, 1, [1, 0.5])
        let decisions = try Self.tell(&scheduler, 2, [1, 0.25])
        // The one that ran out of patience has the first rank, but only one that goes on is copied.
        #expect(decisions.map(\.kind) == [.pause, .stop])
        #expect(
            decisions.last?.reason
                == "rank 3 of 3 at 2 epochs; loss 0.5, cut-off 0.25; a copy of trial 2 takes its place")
        var failing = try Self.scheduler(Self.settings(2))
        Self.begin(&failing, 2)
        _ = try failing.retire(TrialID(0), loss: .nan)
        _ = try failing.retire(TrialID(1), loss: .nan)
        #expect(failing.ask() == .finished)
    }

    @Test("copies nobody once the budget of trials is spent, and goes on without")
    func closed() throws {
        var scheduler = try Self.scheduler(Self.settings(2))
        Self.begin(&scheduler, 2)
        #expect(scheduler.close() == [])
        _ = try Self.tell(&scheduler, 0, [1, 1])
        #expect(try Self.tell(&scheduler, 1, [2, 2]) == [Self.pause(1)])
        let proposals = (0..<3).map { _ in scheduler.ask() }
        #expect(
            proposals == [
                .resume(TrialID(0), Placement(bracket: 0, rung: 1, level: 4), reason: "rank 1 of 2 at 2 epochs"),
                .resume(TrialID(1), Placement(bracket: 0, rung: 1, level: 4), reason: "rank 2 of 2 at 2 epochs"),
                .wait,
            ])
    }

    @Test("that does not wait compares with the latest losses, and steps back once at a level at most")
    func asynchronous() throws {
        var scheduler = try Self.scheduler(Self.settings(2, maximum: 6, isSynchronous: false))
        Self.begin(&scheduler, 2)
        // Nobody to be compared with yet.
        #expect(try Self.tell(&scheduler, 0, [1, 0.5]).map(\.reason) == ["rank 1 of 1 at 2 epochs"])
        #expect(
            scheduler.ask()
                == .resume(
                    TrialID(0), Placement(bracket: 0, rung: 1, level: 4), reason: "rank 1 of 1 at 2 epochs"))
        #expect(
            try Self.tell(&scheduler, 1, [1, 0.75]).map(\.reason)
                == ["rank 2 of 2 at 2 epochs; loss 0.75, cut-off 0.5; a copy of trial 0 takes its place"])
        let origin = TrialOrigin(parent: TrialID(0), epoch: 2)
        #expect(
            scheduler.ask() == .start(TrialID(2), Placement(bracket: 0, rung: 1, level: 4, origin: origin)))
        // It is worse than its parent was, and begins once more where that one was; then it goes on by itself.
        #expect(
            try Self.tell(&scheduler, 2, [1, 0.9], from: 3).map(\.reason)
                == ["rank 2 of 2 at 4 epochs; loss 0.9, cut-off 0.5; a copy of trial 0 takes its place"])
        #expect(
            scheduler.ask() == .start(TrialID(3), Placement(bracket: 0, rung: 1, level: 4, origin: origin)))
        #expect(try Self.tell(&scheduler, 3, [1, 0.9], from: 3).map(\.reason) == ["rank 2 of 2 at 4 epochs"])
        _ = scheduler.ask()
        #expect(try Self.tell(&scheduler, 0, [1, 0.4], from: 3).map(\.kind) == [.pause])
        _ = scheduler.ask()
        #expect(try Self.tell(&scheduler, 3, [1, 0.9], from: 5).map(\.kind) == [.complete])
        #expect(try Self.tell(&scheduler, 0, [1, 0.4], from: 5).map(\.kind) == [.complete])
        #expect(scheduler.ask() == .finished)
    }

    @Test("is the same for 1, 8 and 64 workers while it waits", arguments: PopulationSettings.Exploration.allCases)
    func workers(exploration: PopulationSettings.Exploration) throws {
        var settings = PopulationSettings(exploration: exploration, interval: 3, maximum: 24)
        settings.count = 10
        var runs: [([Configuration], [TrialOrigin?], [Double], [String])] = []
        for workers in [1, 8, 64] {
            var population = try Self.drift(settings, seed: 5)
            try population.run(workers: workers)
            runs.append(
                (
                    population.trials.map(\.configuration), population.trials.map(\.origin),
                    population.trials.map(\.loss), population.decisions.sorted()
                ))
        }
        #expect(runs[0].0.count > 20 && !runs[0].3.isEmpty)
        for run in runs { #expect(run == runs[0]) }
    }

    @Test("without waiting comes to an end with any number of workers", arguments: [1, 3, 16])
    func asynchronousEnd(workers: Int) throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            var settings = PopulationSettings(interval: 3, maximum: 24)
            settings.count = 10
            settings.isSynchronous = false
            var population = try Self.drift(settings, seed: seed)
            try population.run(workers: workers)
            #expect(population.isFinished, "seed \(seed)")
            let last = population.trials.filter { $0.epoch == 24 }
            #expect(last.count == 10, "seed \(seed)")
            #expect(!population.decisions.isEmpty, "seed \(seed)")
        }
    }

    /// A quantity that shrinks by a rate whose best value changes with time.
    static func drift(_ settings: PopulationSettings, seed: UInt64) throws -> SimulatedPopulation<Double> {
        let space = ParameterSpace([
            Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true)))
        ])
        return try SimulatedPopulation(
            settings, space: space, explorable: [0], seed: seed, begin: { _ in (nil, 1) },
            train: { state, configuration, epoch in
                let rate = LogarithmicScale.logarithm(configuration.values[0]?.number ?? 1)
                let best = -1 - 6 * Double(epoch) / Double(settings.maximum)
                let miss = (rate - best) / 2
                state *= 1 - 0.2 / (1 + miss * miss)
                return state
            })
    }

    @Test("refuses settings that mean nothing")
    func refusals() {
        func error(_ change: (inout PopulationSettings) -> Void) -> SearchError? {
            var settings = Self.settings(4)
            change(&settings)
            do throws(SearchError) {
                _ = try Scheduler(.population(settings))
                return nil
            } catch { return error }
        }
        #expect(error { $0.count = 1 } == .invalidSetting(name: "population", found: "1", wanted: "2 to 1000"))
        #expect(
            error { $0.interval = 7 } == .invalidSetting(name: "interval", found: "7", wanted: "1 to max, which is 6"))
        #expect(
            error {
                $0.interval = 1
                $0.maximum = 101
            } == .invalidSetting(name: "interval", found: "1", wanted: "at most 100 intervals in 101 epochs"))
        #expect(
            error { $0.quantile = 0.6 }
                == .invalidSetting(name: "quantile", found: "0.6", wanted: "above 0, at most 0.5"))
        #expect(error { $0.quantile = .nan } != nil)
        #expect(error { $0.resample = -1 } == .invalidSetting(name: "resample", found: "-1.0", wanted: "0 to 1"))
        #expect(error { $0.maximum = 0 } != nil)
        #expect(error { _ in } == nil)
    }

    @Test(
        "rounds quantiles down, to one at least and half at most",
        arguments: [
            (16, 0.25, 4), (2, 0.25, 1), (3, 0.5, 1), (100, 0.29, 29), (10, 0.19, 1), (1, 0.25, 0), (0, 0.5, 0),
        ])
    func quantiles(count: Int, quantile: Double, expected: Int) {
        var settings = Self.settings(4)
        settings.quantile = quantile
        #expect(settings.quantileCount(of: count) == expected)
    }
}
