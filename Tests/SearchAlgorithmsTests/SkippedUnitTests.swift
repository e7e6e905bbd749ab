import Randomness
import SearchAlgorithms
import Testing
import TuningModel

@Suite("Schedulers of any resource")
struct SkippedUnitTests {
    private static let settings: [SchedulerSettings] = [
        .none(maximum: 4),
        .successiveHalving(minimum: 2, maximum: 13, eta: 2),
        .hyperband(maximum: 20, eta: 2, formula: .blog),
        .asha(minimum: 1, maximum: 27, eta: 3, isGuarded: true),
        .ashaStopping(minimum: 1, maximum: 9, eta: 3),
        .asynchronousHyperband(minimum: 1, maximum: 20, eta: 2, isGuarded: false, brackets: 5, allocation: .learned),
        .automatic(minimum: 1, maximum: 27, eta: 3),
    ]

    @Test("decide by rungs alone as they do when they hear of every unit", arguments: settings)
    func sameDecisions(settings: SchedulerSettings) throws {
        var whole = try Scheduler(settings, seed: 5)
        var sparse = try Scheduler(settings, seed: 5, resource: .seconds)
        let levels = whole.plan.flatMap { $0.rungs.map(\.level) }
        let random = RandomStream(seed: 11, purpose: .simulation)
        var units: [Int] = []
        var decisions = 0
        for step in 0..<120 {
            let proposal = whole.ask()
            let other = sparse.ask()
            #expect(Self.withoutReason(proposal) == Self.withoutReason(other))
            let trial: TrialID
            let target: Int
            switch proposal {
            case .start(let new, let placement): (trial, target) = (new, placement.level)
            case .resume(let old, let placement, _): (trial, target) = (old, placement.level)
            case .wait, .finished: continue
            }
            while units.count <= trial.rawValue { units.append(0) }
            var isOver = false
            while units[trial.rawValue] < target, !isOver {
                units[trial.rawValue] += 1
                let unit = units[trial.rawValue]
                let loss = random.uniform(at: UInt64(trial.rawValue * 100 + unit))
                let told = try whole.tell(trial, level: unit, loss: loss)
                guard levels.contains(unit) else {
                    #expect(told.isEmpty)
                    continue
                }
                try sparse.skip(trial, to: unit - 1)
                let again = try sparse.tell(trial, level: unit, loss: loss)
                #expect(again.map(Self.withoutReason) == told.map(Self.withoutReason), "step \(step)")
                #expect(!again.contains { $0.reason.text.contains("epoch") })
                decisions += told.count
                isOver = told.contains { $0.trial == trial }
            }
        }
        #expect(decisions > 20)
    }

    @Test("take no step back, and none of a trial that does not run")
    func refusals() throws {
        var scheduler = try Scheduler(.asha(minimum: 10, maximum: 90, eta: 3, isGuarded: true), resource: .samples)
        #expect(throws: SearchError.unknownTrial(TrialID(0), started: 0)) { try scheduler.skip(TrialID(0), to: 1) }
        _ = scheduler.ask()
        try scheduler.skip(TrialID(0), to: 9)
        let before = scheduler
        #expect(throws: SearchError.unexpectedLevel(TrialID(0), told: 8, expected: 9)) {
            try scheduler.skip(TrialID(0), to: 8)
        }
        #expect(throws: SearchError.unexpectedLevel(TrialID(0), told: .max, expected: 9)) {
            try scheduler.skip(TrialID(0), to: .max)
        }
        #expect(scheduler == before)
        _ = try scheduler.tell(TrialID(0), level: 10, loss: 1)
        #expect(throws: SearchError.notRunning(TrialID(0), level: 10)) { try scheduler.skip(TrialID(0), to: 20) }
    }

    @Test(
        "others want epochs",
        arguments: [
            SchedulerSettings.pasha(minimum: 1, maximum: 9, eta: 3, isGuarded: true),
            .median(maximum: 9, grace: 1, minimumTrials: 3), .curve(maximum: 9, grace: 4, threshold: 0.1),
            .population(PopulationSettings(interval: 3, maximum: 9)),
        ])
    func epochsOnly(settings: SchedulerSettings) {
        #expect(
            throws: SearchError.invalidSetting(
                name: "resource", found: "folds", wanted: "epochs, whose losses this scheduler compares one by one")
        ) { try Scheduler(settings, resource: .folds) }
    }

    private static func withoutReason(_ proposal: Proposal) -> Proposal {
        guard case .resume(let trial, let placement, _) = proposal else { return proposal }
        return .resume(trial, placement, reason: "")
    }

    private static func withoutReason(_ decision: Decision) -> Decision {
        Decision(trial: decision.trial, kind: decision.kind, rung: decision.rung, level: decision.level, reason: "")
    }
}
