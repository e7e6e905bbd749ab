import CoordinatorCore
import Testing
import TuningModel

@Suite("Audit trials")
struct AuditTests {
    private static let maximum = 9

    /// Runs a study with one worker whose losses depend on trial and epoch alone.
    private func run(
        _ scheduler: SchedulerSettings, share: Double, trials: Int = 40, epochs: Int? = nil,
        loss: (Int, Int) -> Double
    ) throws -> (study: StudyState, order: [StudyDecision]) {
        var definition = Studies.definition(scheduler, trials: trials, epochs: epochs)
        definition.auditShare = share
        var study = try StudyState(definition)
        var order: [StudyDecision] = []
        var steps = 0
        while !study.isFinished, steps < 10_000 {
            steps += 1
            let granted = study.apply(.workRequested(WorkerID("a")), at: .zero)
            order += granted
            let attempt: AttemptID
            switch granted.first {
            case .started(let trial, _, _, _)?: attempt = AttemptID(trial: trial, number: 1)
            case .promoted(let promoted, _, _, _)?: attempt = promoted
            default: continue
            }
            let first = (study.record(of: attempt.trial)?.epochs ?? 0) + 1
            let last = study.record(of: attempt.trial)?.openAttempt?.targetEpoch ?? 0
            for epoch in first..<last + 1 {
                let report = Studies.report(attempt.trial, epoch, loss: loss(attempt.trial.rawValue, epoch))
                order += study.apply(.reported(attempt, [report]), at: .zero)
            }
            let end = AttemptEnd(outcome: .finished, epoch: last)
            order += study.apply(.attemptEnded(attempt, end), at: .zero)
            #expect(study.brokenInvariant() == nil)
        }
        #expect(study.isFinished)
        return (study, order)
    }

    private static let schedulers: [SchedulerSettings] = [
        .asha(minimum: 1, maximum: maximum, eta: 3, isGuarded: true),
        .ashaStopping(minimum: 1, maximum: maximum, eta: 3),
        .successiveHalving(minimum: 1, maximum: maximum, eta: 3),
        .pasha(minimum: 1, maximum: maximum, eta: 3, isGuarded: true),
        .median(maximum: maximum, grace: 2, minimumTrials: 2),
    ]

    private func loss(_ trial: Int, _ epoch: Int) -> Double {
        Double((trial &* 37) % 101) + 1 / Double(epoch)
    }

    @Test("come last and change nothing: neither the best trial nor what becomes of any other", arguments: schedulers)
    func noInfluence(scheduler: SchedulerSettings) throws {
        let plain = try self.run(scheduler, share: 0, loss: self.loss).study
        let (study, order) = try self.run(scheduler, share: 0.3, loss: self.loss)
        #expect(study.incumbent == plain.incumbent)
        let audited = study.trials.filter { $0.auditedFrom != nil }
        #expect(!audited.isEmpty)
        for (one, other) in zip(study.trials, plain.trials) where one.auditedFrom == nil {
            #expect(one.state == other.state && one.epochs == other.epochs && one.reason == other.reason)
        }
        for trial in audited {
            #expect(trial.state == .complete && trial.epochs == Self.maximum)
            let before = plain.trials[trial.id.rawValue]
            #expect(before.state == .stopped && before.epochs == trial.auditedFrom)
            #expect(trial.reason == "audit: trained to the end though given up at epoch \(before.epochs)")
        }
        // Once the first audit has begun, only audits are given out.
        let work = order.compactMap { decision -> Bool? in
            switch decision {
            case .started: false
            case .promoted(_, _, _, let reason): reason.text.hasPrefix("audit: ")
            default: nil
            }
        }
        #expect(work == work.filter { !$0 } + work.filter { $0 })
        #expect(work.count { $0 } == audited.count)
        // A trial whose order never changes is not given up wrongly, unless nobody was trained to the end.
        #expect(study.audit.falseStops == 0)
        #expect(study.audit.finished == (study.incumbent?.level == Self.maximum ? audited.count : 0))
    }

    @Test("find the trials that were given up wrongly")
    func falseStops() throws {
        // Who is bad at first is the best one at the end.
        let scheduler = SchedulerSettings.asha(minimum: 1, maximum: 3, eta: 3, isGuarded: true)
        let (study, _) = try self.run(scheduler, share: 1, trials: 9) { trial, epoch in
            epoch == 1 ? Double(trial) : Double(100 - trial)
        }
        #expect(study.incumbent?.trial == TrialID(2))
        #expect(study.audit == (finished: 6, falseStops: 6))
        #expect(try self.run(scheduler, share: 0, trials: 9) { _, _ in 1 }.study.audit == (finished: 0, falseStops: 0))
    }

    @Test(
        "are the share of given up trials that is asked for, the same ones in every run, and none without a finite loss"
    )
    func share() throws {
        let scheduler = SchedulerSettings.asha(minimum: 1, maximum: 3, eta: 3, isGuarded: true)
        let study = try self.run(scheduler, share: 0.25, trials: 600, loss: self.loss).study
        let count = study.trials.count { $0.auditedFrom != nil }
        // 100 of 400 expected, with a standard deviation of 9.
        #expect((70...130).contains(count))
        let again = try self.run(scheduler, share: 0.25, trials: 600, loss: self.loss).study
        #expect(study == again)
        let lost = try self.run(scheduler, share: 1, trials: 9) { _, _ in .nan }.study
        #expect(lost.trials.allSatisfy { $0.auditedFrom == nil && $0.state == .stopped })
    }

    @Test("count against the budget of epochs, which ends them")
    func budget() throws {
        let scheduler = SchedulerSettings.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true)
        let free = try self.run(scheduler, share: 0, trials: 18, loss: self.loss).study.epochCount
        let (study, _) = try self.run(scheduler, share: 1, trials: 18, epochs: free + 20, loss: self.loss)
        #expect(study.epochCount == free + 20)
        #expect(study.trials.allSatisfy { $0.state.isTerminal })
        #expect(study.trials.count { $0.auditedFrom != nil && $0.state == .complete } == 2)
    }
}

extension StudyState {
    /// How many audit trials were trained to the end, and how many of them came out better than the best trial: the
    /// false stops. Both 0 where the best trial was not trained to the end itself.
    fileprivate var audit: (finished: Int, falseStops: Int) {
        guard let best = self.incumbent, best.level == self.definition.scheduler.maximumLevel else { return (0, 0) }
        let losses = self.trials.filter { $0.auditedFrom != nil && $0.state == .complete }
            .map { self.definition.objective.loss(of: $0.metrics) }
        return (losses.count, losses.count { $0 < best.loss })
    }
}
