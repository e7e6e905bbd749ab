import CoordinatorCore
import Randomness
import Testing
import TuningModel

@Suite("Virtual time")
struct VirtualTimeTests {
    /// What a study decided, without who trained it and when: events of virtual slots with their decisions.
    private func decided(_ journal: [JournalRecord]) -> [String] {
        journal.compactMap { record in
            switch record.event {
            case .workRequested, .reported, .attemptEnded: "\(record.event): \(record.decisions)"
            case .workerJoined(let id, _, _): id.virtualSlot.map { "slot \($0)" }
            case .recalled, .coordinatorStarted, .workerLeft, .attemptLost, .checkpointStored, .ended, .confirmed: nil
            }
        }
    }

    private func firstDifference(_ left: [String], _ right: [String]) -> String? {
        if let (one, other) = zip(left, right).first(where: { $0 != $1 }) { return "\(one), not \(other)" }
        return left.count == right.count ? nil : "\(left.count) rows, not \(right.count)"
    }

    private static let faults = SimulatedCluster.Faults(
        breakage: 0.01, workerCrash: 0.005, coordinatorCrash: 0.001, duplication: 0.05)

    @Test(
        "decides the same with 1, 8 and 64 workers, of any speed and with any faults",
        arguments: [
            Studies.asha, .automatic(minimum: 1, maximum: 9, eta: 3), .ashaStopping(minimum: 1, maximum: 9, eta: 3),
            .median(maximum: 9, grace: 2, minimumTrials: 3),
        ])
    func same(scheduler: SchedulerSettings) throws {
        let definition = Studies.definition(scheduler, trials: 40)
        var alone = try SimulatedCluster(definition, workers: 1, seed: 1, virtualSlots: 8)
        #expect(try alone.run())
        let expected = self.decided(alone.journal)
        #expect(alone.coordinator.study.trials.count == 40 && expected.count > 100)
        for (workers, slots, seed, faults) in [
            (8, 1, UInt64(2), SimulatedCluster.Faults()), (64, 1, 3, SimulatedCluster.Faults()), (3, 2, 4, Self.faults),
            (8, 1, 5, Self.faults), (64, 1, 6, Self.faults),
        ] {
            var cluster = try SimulatedCluster(
                definition, workers: workers, slots: slots, seed: seed, faults: faults, virtualSlots: 8)
            #expect(try cluster.run(), "SEED=\(seed)")
            #expect(self.firstDifference(self.decided(cluster.journal), expected) == nil, "SEED=\(seed)")
            let study = cluster.coordinator.study
            #expect(study.brokenInvariant() == nil, "SEED=\(seed)")
            #expect(cluster.coordinator.disagreements == 0, "SEED=\(seed)")
            #expect(study.trials == alone.coordinator.study.trials, "SEED=\(seed)")
            #expect(study.incumbent == alone.coordinator.study.incumbent, "SEED=\(seed)")
        }
    }

    @Test("in real time the same clusters decide differently")
    func realTimeDiffers() throws {
        let definition = Studies.definition(Studies.asha, trials: 40)
        var alone = try SimulatedCluster(definition, workers: 1, seed: 1)
        var many = try SimulatedCluster(definition, workers: 8, seed: 2)
        #expect(try alone.run() && many.run())
        #expect(alone.coordinator.study.trials.map(\.epochs) != many.coordinator.study.trials.map(\.epochs))
    }

    @Test("the number of virtual slots is part of the study: another one decides differently")
    func slots() throws {
        let definition = Studies.definition(Studies.asha, trials: 40)
        var narrow = try SimulatedCluster(definition, workers: 4, seed: 1, virtualSlots: 2)
        var wide = try SimulatedCluster(definition, workers: 4, seed: 1, virtualSlots: 16)
        #expect(try narrow.run() && wide.run())
        #expect(self.decided(narrow.journal) != self.decided(wide.journal))
        #expect(narrow.coordinator.study.clock.slotCount == 2 && wide.coordinator.study.clock.slotCount == 16)
    }

    @Test("a batch of seeds with faults, a few of each kind among them, decides as a study without", arguments: 20..<32)
    func faults(seed: Int) throws {
        let definition = Studies.definition(Studies.asha, epochs: 150)
        var alone = try SimulatedCluster(definition, workers: 1, seed: 1, virtualSlots: 4)
        #expect(try alone.run())
        var cluster = try SimulatedCluster(
            definition, workers: 4, slots: 2, seed: UInt64(seed),
            faults: .init(breakage: 0.02, workerCrash: 0.01, coordinatorCrash: 0.005, duplication: 0.05),
            virtualSlots: 4)
        #expect(try cluster.run(), "SEED=\(seed)")
        #expect(cluster.breakages > 0 && cluster.workerCrashes + cluster.coordinatorCrashes > 0, "SEED=\(seed)")
        #expect(
            self.firstDifference(self.decided(cluster.journal), self.decided(alone.journal)) == nil, "SEED=\(seed)")
        #expect(cluster.coordinator.study.epochCount == 150, "SEED=\(seed)")
        var state = try StudyState(definition)
        for record in cluster.journal { #expect(state.apply(record.event, at: record.time) == record.decisions) }
        #expect(state == cluster.coordinator.study, "SEED=\(seed)")
    }

    @Test("no epoch is acknowledged before it is in the journal")
    func acknowledgements() throws {
        for seed in UInt64(40)..<46 {
            var cluster = try SimulatedCluster(
                Studies.definition(Studies.asha, trials: 30), workers: 5, seed: seed, faults: Self.faults,
                virtualSlots: 8)
            #expect(try cluster.run(), "SEED=\(seed)")
            var reported: [TrialID: Int] = [:]
            for case .reported(let attempt, let reports) in cluster.journal.map(\.event) {
                reported[attempt.trial] = max(reported[attempt.trial] ?? 0, reports.map(\.epoch).max() ?? 0)
            }
            for (trial, epoch) in cluster.acknowledged
            where cluster.coordinator.study.record(of: trial)?.state == .complete {
                #expect((reported[trial] ?? 0) >= epoch, "SEED=\(seed)")
            }
            #expect(!cluster.acknowledged.isEmpty)
        }
    }

    @Test("a trial that nobody can train is given up at its own virtual time")
    func refusal() throws {
        var coordinator = try Studies.start(Studies.definition(Studies.asha, trials: 3), virtualSlots: 2)
        let peer = PeerID(1)
        let effects = coordinator.handle(.message(peer, Studies.hello(WorkerID("w"), slots: 2)), at: .seconds(1))
        let session = try #require(
            effects.messages(to: peer).compactMap {
                if case .welcome(let welcome) = $0 { welcome.session } else { nil }
            }
            .first)
        let given = effects.assignments(to: peer).map(\.attempt)
        #expect(given.map(\.trial) == [TrialID(0), TrialID(1)])
        func tell(_ trial: Int, _ reports: [EpochReport], _ end: AttemptEnd?) -> WorkerMessage {
            .progress(
                session: session, capacity: 2, times: SlotTimes(busySeconds: 1, totalSeconds: 1),
                attempts: [
                    AttemptProgress(attempt: given[trial], reports: reports, end: end)
                ])
        }
        let refused = AttemptEnd(outcome: .refused(reason: "no such setting"), epoch: 0)
        _ = coordinator.handle(.message(peer, tell(1, [], refused)), at: .seconds(2))
        // Slot 0 is due at the same time and comes first.
        #expect(coordinator.study.record(of: TrialID(1))?.state == .running)
        let done = AttemptEnd(outcome: .finished, epoch: 1)
        _ = coordinator.handle(.message(peer, tell(0, [Studies.report(TrialID(0), 1)], done)), at: .seconds(3))
        #expect(coordinator.study.record(of: TrialID(0))?.state == .paused)
        #expect(coordinator.study.record(of: TrialID(1))?.state == .failed)
        #expect(
            coordinator.study.record(of: TrialID(1))?.reason
                == "refused by virtual slot 1: host:w: no such setting")
    }

    @Test("the price are idle slots: little with even epochs, more the more they differ", arguments: [8])
    func price(workers: Int) throws {
        let definition = Studies.definition(Studies.asha, trials: 20 * workers)
        var shares: [Double] = []
        for spread in [1.0, 1.5, 4] {
            var real = try SimulatedCluster(definition, workers: workers, seed: 5, spread: spread)
            var virtual = try SimulatedCluster(
                definition, workers: workers, seed: 5, virtualSlots: workers, spread: spread)
            #expect(try real.run(steps: 2_000_000) && virtual.run(steps: 2_000_000))
            #expect(virtual.busyFraction <= real.busyFraction + 0.02, "\(workers) workers, spread \(spread)")
            shares.append(virtual.busyFraction)
            print(
                "virtual time, \(workers) workers, spread \(spread): busy \(real.busyFraction) in real time, "
                    + "\(virtual.busyFraction) in virtual time")
        }
        #expect(shares[0] > 0.8 && shares[1] < shares[0] && shares[2] < shares[1] && shares[2] > 0.1)
    }

    @Test("an attempt that a worker hands back is given out again under a higher number, to the same worker too")
    func handedBack() throws {
        var coordinator = try Studies.start(Studies.definition(Studies.asha, trials: 3), virtualSlots: 1)
        let peer = PeerID(1)
        let effects = coordinator.handle(.message(peer, Studies.hello(WorkerID("w"))), at: .seconds(1))
        let session = try #require(
            effects.messages(to: peer).compactMap {
                if case .welcome(let welcome) = $0 { welcome.session } else { nil }
            }
            .first)
        var given = try #require(effects.assignments(to: peer).first?.attempt)
        for (round, outcome) in [AttemptOutcome.preempted, .crashed(reason: "signal 9"), .preempted].enumerated() {
            let item = AttemptProgress(attempt: given, reports: [], end: AttemptEnd(outcome: outcome, epoch: 0))
            let answers = coordinator.handle(
                .message(
                    peer,
                    .progress(
                        session: session, capacity: 1, times: SlotTimes(busySeconds: 1, totalSeconds: 1),
                        attempts: [item])), at: .seconds(2 + round))
            let next = try #require(answers.assignments(to: peer).first?.attempt)
            #expect(next.trial == given.trial && next.number > given.number)
            #expect(coordinator.study.record(of: given.trial)?.attempts == 1)
            given = next
        }
    }

    @Test("numbers of an attempt rise as long as there are some of 32 bits, and then its trial is given up")
    func numbers() throws {
        var coordinator = try Studies.start(Studies.definition(Studies.asha, trials: 3), virtualSlots: 1)
        let peer = PeerID(1)
        var effects = coordinator.handle(.message(peer, Studies.hello(WorkerID("w"))), at: .seconds(1))
        let session = try #require(
            effects.messages(to: peer).compactMap {
                if case .welcome(let welcome) = $0 { welcome.session } else { nil }
            }
            .first)
        var numbers: [Int] = []
        while let given = effects.assignments(to: peer).first?.attempt, given.trial == TrialID(0), numbers.count < 5000
        {
            numbers.append(given.number)
            let item = AttemptProgress(attempt: given, reports: [], end: AttemptEnd(outcome: .preempted, epoch: 0))
            effects = coordinator.handle(
                .message(
                    peer,
                    .progress(
                        session: session, capacity: 1, times: SlotTimes(busySeconds: 1, totalSeconds: 1),
                        attempts: [item])), at: .seconds(2))
        }
        #expect(numbers.count == 4095 && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        #expect(numbers.allSatisfy { $0 > 0 && $0 <= Int(UInt32.max) && $0 >> 22 == 1 })
        _ = coordinator.handle(.tick, at: .seconds(3))
        let trial = try #require(coordinator.study.record(of: TrialID(0)))
        #expect(trial.state == .failed)
        #expect(
            trial.reason
                == "refused by virtual slot 0: it was given out 4095 times and never came to its end")
    }
}
