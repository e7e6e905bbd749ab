import CoordinatorCore
import SearchAlgorithms
import Testing
import TuningModel

@Suite("A study of a population")
struct PopulationStudyTests {
    private static func settings(
        _ exploration: PopulationSettings.Exploration = .perturbation, count: Int = 12, interval: Int = 2,
        maximum: Int = 10, isSynchronous: Bool = true
    ) -> SchedulerSettings {
        var settings = PopulationSettings(exploration: exploration, interval: interval, maximum: maximum)
        settings.count = count
        settings.isSynchronous = isSynchronous
        return .population(settings)
    }

    /// The state after a journal, every decision derived again.
    private static func replay(_ journal: [JournalRecord], of definition: StudyDefinition) throws -> StudyState {
        var state = try StudyState(definition)
        for record in journal { #expect(state.apply(record.event, at: record.time) == record.decisions) }
        return state
    }

    @Test(
        "is the same for 1, 8 and 64 workers, faults or not", arguments: PopulationSettings.Exploration.allCases)
    func workers(exploration: PopulationSettings.Exploration) throws {
        let definition = Studies.definition(Self.settings(exploration))
        var alone = try SimulatedCluster(definition, workers: 1, seed: 1)
        #expect(try alone.run())
        let expected = alone.coordinator.study
        // Three of twelve are replaced at the end of each of the first four of five intervals.
        #expect(expected.trials.count == 12 + 4 * 3)
        #expect(expected.trials.count { $0.state == .complete } == 12)
        #expect(expected.epochCount == 12 * 10)
        #expect(expected.finishReason == "the plan of 24 trials is done")
        for (workers, faults) in [
            (8, SimulatedCluster.Faults(breakage: 0.01, workerCrash: 0.01, coordinatorCrash: 0.002)), (64, .init()),
        ] {
            var cluster = try SimulatedCluster(definition, workers: workers, seed: 2, faults: faults)
            #expect(try cluster.run())
            let study = cluster.coordinator.study
            #expect(study.trials.map(\.configuration) == expected.trials.map(\.configuration))
            #expect(study.trials.map(\.origin) == expected.trials.map(\.origin))
            #expect(study.trials.map(\.metrics) == expected.trials.map(\.metrics))
            #expect(study.trials.map(\.state) == expected.trials.map(\.state))
            #expect(study.trials.map(\.reason) == expected.trials.map(\.reason))
            #expect(study.incumbent == expected.incumbent)
            #expect(try Self.replay(cluster.journal, of: definition) == study)
        }
    }

    @Test("is the same in virtual time, where copies have their history too", arguments: [1, 5])
    func virtualTime(workers: Int) throws {
        let definition = Studies.definition(Self.settings())
        var alone = try SimulatedCluster(definition, workers: 1, seed: 1)
        #expect(try alone.run())
        let expected = alone.coordinator.study
        var cluster = try SimulatedCluster(definition, workers: workers, seed: 3, virtualSlots: 4)
        #expect(try cluster.run())
        let study = cluster.coordinator.study
        #expect(study.trials.contains { $0.origin != nil })
        #expect(study.trials.map(\.origin) == expected.trials.map(\.origin))
        #expect(study.trials.map(\.configuration) == expected.trials.map(\.configuration))
        #expect(study.trials.map(\.metrics) == expected.trials.map(\.metrics))
    }

    @Test("without waiting comes to its end through faults, and its journal is derived again")
    func asynchronous() throws {
        let definition = Studies.definition(Self.settings(isSynchronous: false))
        var copied: [UInt64] = []
        for seed in 1...4 as ClosedRange<UInt64> {
            var cluster = try SimulatedCluster(
                definition, workers: 5, seed: seed,
                faults: .init(breakage: 0.01, workerCrash: 0.01, coordinatorCrash: 0.002, duplication: 0.05))
            #expect(try cluster.run(), "seed \(seed)")
            let study = cluster.coordinator.study
            #expect(study.brokenInvariant() == nil)
            if study.trials.contains(where: { $0.origin != nil }) { copied.append(seed) }
            #expect(try Self.replay(cluster.journal, of: definition) == study, "seed \(seed)")
        }
        // Where a member waits for its worker from the beginning on, the others may be done before any is compared.
        #expect(copied.count >= 3, "\(copied)")
    }

    @Test("keeps to budgets of epochs and of trials", arguments: [(nil, 61), (15, nil), (12, 90)] as [(Int?, Int?)])
    func budgets(trials: Int?, epochs: Int?) throws {
        let definition = Studies.definition(Self.settings(), trials: trials, epochs: epochs)
        var cluster = try SimulatedCluster(definition, workers: 4, seed: 3)
        #expect(try cluster.run())
        let study = cluster.coordinator.study
        #expect(study.brokenInvariant() == nil)
        if let epochs { #expect(study.epochCount == epochs) }
        if let trials {
            #expect(study.trials.count == trials)
            // Members that were to be copied later go on with their own networks.
            #expect(epochs != nil || study.trials.count { $0.state == .complete } == 12)
        }
    }

    @Test("a grid that is smaller than the population makes it smaller, and copies are made all the same")
    func smallGrid() throws {
        let definition = Studies.definition(Self.settings(count: 12), searcher: .grid(points: 5))
        var cluster = try SimulatedCluster(definition, workers: 3, seed: 3)
        #expect(try cluster.run())
        let study = cluster.coordinator.study
        #expect(study.trials.count { $0.origin == nil } == 5)
        #expect(study.trials.count { $0.origin != nil } == 4)
        #expect(study.trials.count { $0.state == .complete } == 5)
    }

    // What a copy is given.

    private let peer = PeerID(1)
    private let none = SlotTimes(busySeconds: 0, totalSeconds: 0)

    private func reference(_ epoch: Int, _ byte: UInt8) throws -> CheckpointReference {
        CheckpointReference(
            epoch: epoch, digest: try #require(Digest(bytes: [UInt8](repeating: byte, count: 32))), byteCount: 100)
    }

    private func progress(_ assignment: Assignment, loss: Double) -> CoordinatorInput {
        let epochs = assignment.ledgerEpoch + 1...assignment.targetEpoch
        return .message(
            self.peer,
            .progress(
                session: (1 << 32) + 1, capacity: 1, times: self.none,
                attempts: [
                    AttemptProgress(
                        attempt: assignment.attempt,
                        reports: epochs.map { Studies.report(assignment.attempt.trial, $0, loss: loss) },
                        end: AttemptEnd(outcome: .finished, epoch: epochs.upperBound))
                ]))
    }

    @Test("a copy is given its parent's state and history, which stays until it has a state of its own")
    func states() throws {
        let definition = Studies.definition(Self.settings(count: 2, maximum: 6))
        var coordinator = try Studies.start(definition)
        var effects = coordinator.handle(.message(self.peer, Studies.hello(WorkerID("a"))), at: .seconds(1))
        let first = try #require(effects.assignments(to: self.peer).first)
        effects = coordinator.handle(self.progress(first, loss: 0.5), at: .seconds(2))
        let second = try #require(effects.assignments(to: self.peer).first)
        let state = try self.reference(2, 2)
        _ = coordinator.handle(.checkpointStored(TrialID(0), state), at: .seconds(2))
        effects = coordinator.handle(self.progress(second, loss: 0.75), at: .seconds(3))
        let copy = try #require(effects.assignments(to: self.peer).first)
        #expect(copy.attempt == AttemptID(trial: TrialID(2), number: 1))
        #expect(copy.ledgerEpoch == 2 && copy.targetEpoch == 4 && copy.checkpoint == state)
        #expect(copy.ancestors == [Ancestor(seed: first.seed, settings: first.settings, epoch: 2)])
        let loser = try #require(coordinator.study.record(of: TrialID(1)))
        #expect(loser.state == .stopped)
        #expect(
            loser.reason
                == "rank 2 of 2 at 2 epochs; loss 0.75, cut-off 0.5; a copy of trial 0 takes its place")
        // Its parent goes on and has newer states, but the one that the copy begins with is not removed.
        let newer = try self.reference(4, 4)
        effects = coordinator.handle(self.progress(copy, loss: 0.25), at: .seconds(4))
        let parent = try #require(effects.assignments(to: self.peer).first)
        #expect(parent.attempt == AttemptID(trial: TrialID(0), number: 2))
        _ = coordinator.handle(self.progress(parent, loss: 0.4), at: .seconds(5))
        let kept = coordinator.handle(.checkpointStored(TrialID(0), newer), at: .seconds(5))
        #expect(!kept.contains(.discard(state.digest)))
        let own = coordinator.handle(.checkpointStored(TrialID(2), try self.reference(4, 5)), at: .seconds(6))
        #expect(own.contains(.discard(state.digest)))
        // What is read from the journal is told a worker in the same words.
        #expect(
            coordinator.study.assignment(
                of: TrialID(3), dataset: first.dataset, datasetByteCount: first.datasetByteCount)?.ancestors.map(
                    \.epoch)
                == [2, 4])
    }

    @Test("a parent's state that arrives late is given to those that try the copy next")
    func lateState() throws {
        let definition = Studies.definition(Self.settings(count: 2, maximum: 6))
        var coordinator = try Studies.start(definition)
        var effects = coordinator.handle(.message(self.peer, Studies.hello(WorkerID("a"))), at: .seconds(1))
        for loss in [0.5, 0.75] {
            let assignment = try #require(effects.assignments(to: self.peer).first)
            effects = coordinator.handle(self.progress(assignment, loss: loss), at: .seconds(2))
        }
        let copy = try #require(effects.assignments(to: self.peer).first)
        #expect(copy.checkpoint == nil)
        let state = try self.reference(2, 2)
        let stored = coordinator.handle(.checkpointStored(TrialID(0), state), at: .seconds(3))
        #expect(stored.records.map(\.event) == [.checkpointStored(TrialID(0), state)])
        #expect(coordinator.study.record(of: TrialID(2))?.originCheckpoint == state)
        let end = AttemptProgress(
            attempt: copy.attempt, reports: [], end: AttemptEnd(outcome: .preempted, epoch: 2))
        effects = coordinator.handle(
            .message(
                self.peer, .progress(session: (1 << 32) + 1, capacity: 1, times: self.none, attempts: [end])),
            at: .seconds(4))
        let again = try #require(effects.assignments(to: self.peer).first)
        #expect(again.attempt == AttemptID(trial: TrialID(2), number: 2))
        #expect(again.checkpoint == state && again.ancestors == copy.ancestors)
    }

    @Test("is refused where nothing that is searched may change in training")
    func nothingToExplore() {
        var definition = Studies.definition(Self.settings())
        definition.settings = [SettingTemplate(name: "model.family.mlp.layers", source: .searched(parameter: 0))]
        #expect(
            throws: SearchError.invalidSetting(
                name: "scheduler", found: "no parameter that may change while a network is trained",
                wanted: "one at least, such as training.learning_rate")
        ) { try StudyState(definition) }
    }
}
