import CoordinatorCore
import Testing
import TuningModel

@Suite("The coordinator")
struct CoordinatorScenarioTests {
    private let peer = PeerID(1)
    private let worker = WorkerID("a")
    private let none = SlotTimes(busySeconds: 0, totalSeconds: 0)

    private func progress(
        _ assignment: Assignment, _ session: UInt64, epochs: ClosedRange<Int>, end: AttemptOutcome? = .finished
    ) -> WorkerMessage {
        .progress(
            session: session, capacity: 1, times: self.none,
            attempts: [
                AttemptProgress(
                    attempt: assignment.attempt, reports: epochs.map { Studies.report(assignment.attempt.trial, $0) },
                    end: end.map { AttemptEnd(outcome: $0, epoch: epochs.upperBound) })
            ])
    }

    private func session(_ effects: [CoordinatorEffect], _ peer: PeerID) throws -> UInt64 {
        for message in effects.messages(to: peer) { if case .welcome(let welcome) = message { return welcome.session } }
        throw Missing.welcome
    }

    private enum Missing: Error { case welcome }

    @Test("welcomes a worker and journals what it gives it before it gives it")
    func welcome() throws {
        var coordinator = try Studies.start(Studies.definition(Studies.asha, trials: 5))
        let effects = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .seconds(1))
        let session = (UInt64(1) << 32) + 1
        let trial = try #require(coordinator.study.record(of: TrialID(0)))
        let placement = TrialPlacement(bracket: 0, rung: 0, level: 1)
        let assignment = Assignment(
            attempt: AttemptID(trial: TrialID(0), number: 1), seed: coordinator.study.seed(of: TrialID(0)),
            settings: coordinator.study.definition.settings(for: trial.configuration),
            dataset: try #require(Studies.dataset), datasetByteCount: 10, ledgerEpoch: 0, targetEpoch: 1,
            checkpoint: nil)
        #expect(
            effects == [
                .journal(
                    JournalRecord(
                        time: .seconds(1), event: .workerJoined(self.worker, name: "host:a", slots: 1), decisions: [])),
                .send(
                    .welcome(
                        Welcome(
                            session: session, coordinatorEpoch: 1, heartbeatMillis: 1000, silenceMillis: 5000,
                            orphanMillis: 900_000, bulkPort: 5571, fenced: [])), to: self.peer),
                .journal(
                    JournalRecord(
                        time: .seconds(1), event: .workRequested(self.worker),
                        decisions: [
                            .started(
                                TrialID(0), worker: self.worker, configuration: trial.configuration,
                                placement: placement)
                        ])),
                .send(.assign(assignment), to: self.peer),
            ])
    }

    @Test("says what a searcher chooses for itself, once")
    func choices() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 1), trials: 5, searcher: .automatic))
        let effects = coordinator.handle(.message(self.peer, Studies.hello(self.worker, slots: 2)), at: .seconds(1))
        let told = effects.filter { if case .log = $0 { true } else { false } }
        #expect(told == [.log("searcher: hyper_tune", isWarning: false)])
    }

    @Test("acknowledges epochs behind their journal record and gives the free slot the next trial")
    func report() throws {
        var coordinator = try Studies.start(Studies.definition(Studies.asha, trials: 5))
        var effects = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .seconds(1))
        let session = try self.session(effects, self.peer)
        let assignment = try #require(effects.assignments(to: self.peer).first)
        effects = coordinator.handle(
            .message(self.peer, self.progress(assignment, session, epochs: 1...1)), at: .seconds(2))
        let messages = effects.messages(to: self.peer)
        #expect(
            messages.first
                == .acknowledge([Acknowledgement(attempt: assignment.attempt, epoch: 1, isEndKnown: true)]))
        #expect(effects.assignments(to: self.peer).map(\.attempt.trial) == [TrialID(1)])
        #expect(
            effects.records.map(\.event) == [
                .reported(assignment.attempt, [Studies.report(TrialID(0), 1)]),
                .attemptEnded(assignment.attempt, AttemptEnd(outcome: .finished, epoch: 1)),
                .workRequested(self.worker),
            ])
        #expect(coordinator.study.record(of: TrialID(0))?.state == .paused)
    }

    @Test("counts a report that comes twice once, and acknowledges it twice")
    func duplicate() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 2))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let session = try self.session(first, self.peer)
        let assignment = try #require(first.assignments(to: self.peer).first)
        let message = self.progress(assignment, session, epochs: 1...3, end: nil)
        let once = coordinator.handle(.message(self.peer, message), at: .seconds(1))
        let before = coordinator.study
        let twice = coordinator.handle(.message(self.peer, message), at: .seconds(1))
        #expect(coordinator.study == before)
        #expect(coordinator.study.epochCount == 3)
        #expect(once.messages(to: self.peer) == twice.messages(to: self.peer))
        #expect(twice.records.isEmpty)
    }

    @Test("does not take epochs behind a gap, and says how far it has come")
    func gap() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 2))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let session = try self.session(first, self.peer)
        let assignment = try #require(first.assignments(to: self.peer).first)
        let effects = coordinator.handle(
            .message(self.peer, self.progress(assignment, session, epochs: 2...5)), at: .seconds(1))
        #expect(
            effects == [
                .send(
                    .acknowledge([Acknowledgement(attempt: assignment.attempt, epoch: 0, isEndKnown: false)]),
                    to: self.peer)
            ])
    }

    @Test("gives the trial of a worker whose connection broke to the next one that joins, from its checkpoint")
    func lostWorker() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 1))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let session = try self.session(first, self.peer)
        let assignment = try #require(first.assignments(to: self.peer).first)
        _ = coordinator.handle(
            .message(self.peer, self.progress(assignment, session, epochs: 1...3, end: nil)), at: .seconds(1))
        let digest = try #require(Digest(bytes: [UInt8](repeating: 9, count: 32)))
        let checkpoint = CheckpointReference(epoch: 2, digest: digest, byteCount: 100)
        _ = coordinator.handle(.checkpointStored(TrialID(0), checkpoint), at: .seconds(1))
        _ = coordinator.handle(.disconnected(self.peer), at: .seconds(2))
        let early = coordinator.handle(.tick, at: .seconds(3))
        #expect(early.isEmpty)
        let late = coordinator.handle(.tick, at: .seconds(5))
        #expect(
            late.records.map(\.event) == [
                .attemptLost(assignment.attempt, reason: "host:a: its connection broke"),
                .workerLeft(self.worker, reason: "its connection broke"),
            ])
        let other = coordinator.handle(.message(PeerID(2), Studies.hello(WorkerID("b"))), at: .seconds(6))
        let again = try #require(other.assignments(to: PeerID(2)).first)
        #expect(again.attempt == AttemptID(trial: TrialID(0), number: 2))
        #expect(again.ledgerEpoch == 3)
        #expect(again.checkpoint == checkpoint)
        #expect(again.seed == assignment.seed)
        #expect(again.settings == assignment.settings)
    }

    @Test("keeps the attempt of a worker that comes back in time, and sends assignments again that it never got")
    func reconnection() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 2))
        let hello = Studies.hello(self.worker, slots: 2)
        let first = coordinator.handle(.message(self.peer, hello), at: .zero)
        let assignments = first.assignments(to: self.peer)
        #expect(assignments.count == 2)
        _ = coordinator.handle(.disconnected(self.peer), at: .seconds(1))
        let held = [HeldAttempt(attempt: assignments[0].attempt, epoch: 2)]
        let again = coordinator.handle(
            .message(PeerID(2), Studies.hello(self.worker, slots: 2, held: held)), at: .seconds(2))
        #expect(again.assignments(to: PeerID(2)) == [assignments[1]])
        #expect(again.records.isEmpty)
        #expect(coordinator.handle(.tick, at: .seconds(6)).isEmpty)
    }

    @Test("fences off an attempt that has been given to somebody else, and takes its next missing epoch all the same")
    func fencing() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 1))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let old = try #require(first.assignments(to: self.peer).first)
        _ = coordinator.handle(.disconnected(self.peer), at: .seconds(1))
        _ = coordinator.handle(.tick, at: .seconds(4))
        _ = coordinator.handle(.message(PeerID(2), Studies.hello(WorkerID("b"))), at: .seconds(4))
        let held = [HeldAttempt(attempt: old.attempt, epoch: 1)]
        let back = coordinator.handle(.message(PeerID(3), Studies.hello(self.worker, held: held)), at: .seconds(4))
        guard case .welcome(let welcome)? = back.messages(to: PeerID(3)).first else {
            Issue.record("no welcome")
            return
        }
        #expect(welcome.fenced == [old.attempt])
        let late = coordinator.handle(
            .message(PeerID(3), self.progress(old, welcome.session, epochs: 1...1, end: nil)), at: .seconds(4))
        #expect(
            late.messages(to: PeerID(3)) == [
                .fenced(old.attempt),
                .acknowledge([Acknowledgement(attempt: old.attempt, epoch: 1, isEndKnown: true)]),
            ])
        #expect(coordinator.study.record(of: TrialID(0))?.epochs == 1)
        #expect(coordinator.study.brokenInvariant() == nil)
    }

    @Test("asks whoever it does not know to say hello")
    func unknownSession() throws {
        var coordinator = try Studies.start(Studies.definition(Studies.asha, trials: 2))
        let message = WorkerMessage.heartbeat(session: 5, capacity: 1, counter: 0, times: self.none)
        #expect(coordinator.handle(.message(self.peer, message), at: .zero) == [.send(.resync, to: self.peer)])
    }

    @Test("does not blame workers for its own pause")
    func pause() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 1))
        _ = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        #expect(coordinator.handle(.tick, at: .seconds(60)).isEmpty)
        #expect(coordinator.handle(.tick, at: .seconds(61)).isEmpty)
    }

    @Test("gives up a worker that stays silent for lease and grace")
    func silence() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 1))
        _ = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        var events: [StudyEvent] = []
        for second in 1...30 { events += coordinator.handle(.tick, at: .seconds(second)).records.map(\.event) }
        #expect(
            events == [
                .attemptLost(
                    AttemptID(trial: TrialID(0), number: 1), reason: "host:a: not heard for 21 s"),
                .workerLeft(self.worker, reason: "not heard for 21 s"),
            ])
    }

    @Test("fails a trial that crashes slot after slot, and goes on with the others")
    func poison() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 2), trials: 2))
        var effects = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let session = try self.session(effects, self.peer)
        for attempt in 1...3 {
            let assignment = try #require(effects.assignments(to: self.peer).first)
            #expect(assignment.attempt == AttemptID(trial: TrialID(0), number: attempt))
            let end = AttemptProgress(
                attempt: assignment.attempt, reports: [],
                end: AttemptEnd(outcome: .crashed(reason: "signal 11"), epoch: 0))
            effects = coordinator.handle(
                .message(self.peer, .progress(session: session, capacity: 1, times: self.none, attempts: [end])),
                at: .seconds(attempt))
        }
        #expect(coordinator.study.record(of: TrialID(0))?.state == .failed)
        #expect(coordinator.study.record(of: TrialID(0))?.reason == "crashed 3 slots, last: signal 11")
        #expect(effects.assignments(to: self.peer).map(\.attempt.trial) == [TrialID(1)])
    }

    @Test("fails a trial that takes one worker with it after the other")
    func fatalTrial() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 2), trials: 1))
        for number in 1...5 {
            let peer = PeerID(number)
            let effects = coordinator.handle(
                .message(peer, Studies.hello(WorkerID("w\(number)"))), at: .seconds(10 * number))
            #expect(
                effects.assignments(to: peer).map(\.attempt) == [AttemptID(trial: TrialID(0), number: number)])
            _ = coordinator.handle(.disconnected(peer), at: .seconds(10 * number + 1))
            _ = coordinator.handle(.tick, at: .seconds(10 * number + 4))
        }
        let trial = try #require(coordinator.study.record(of: TrialID(0)))
        #expect(trial.state == .failed)
        #expect(trial.reason == "5 workers in a row were lost with it, last: host:w5: its connection broke")
    }

    @Test("blames no trial for the workers that are gone when it has gone down itself")
    func restarts() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 2), trials: 1))
        var now = 0
        for number in 1...8 {
            let peer = PeerID(number)
            let effects = coordinator.handle(.message(peer, Studies.hello(WorkerID("w\(number)"))), at: .seconds(now))
            #expect(
                effects.assignments(to: peer).map(\.attempt) == [AttemptID(trial: TrialID(0), number: number)])
            coordinator =
                Coordinator.start(
                    coordinator.study, leases: LeaseSettings(), bulkPort: 5571, dataset: try #require(Studies.dataset),
                    datasetByteCount: 10, at: .seconds(now)
                ).0
            for second in 1...16 { _ = coordinator.handle(.tick, at: .seconds(now + second)) }
            now += 16
            let trial = try #require(coordinator.study.record(of: TrialID(0)))
            #expect(trial.state == .waiting)
            #expect(trial.reason == "its worker did not come back after a restart")
        }
    }

    @Test("stops what runs when the wall time is over, and finishes")
    func wallTime() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), wallTime: .seconds(3)))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .seconds(1))
        let attempt = try #require(first.assignments(to: self.peer).first).attempt
        #expect(coordinator.handle(.tick, at: .seconds(3)).isEmpty)
        let effects = coordinator.handle(.tick, at: .seconds(4))
        #expect(effects.messages(to: self.peer).first == .stop(attempt))
        #expect(coordinator.study.finishReason == "the wall time of 3 s is over")
        #expect(effects.last == .leave)
    }

    @Test("never promises more epochs than the budget has, and hands on what a trial leaves of its own")
    func epochBudget() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), epochs: 7))
        var effects = coordinator.handle(.message(self.peer, Studies.hello(self.worker, slots: 2)), at: .zero)
        let session = try self.session(effects, self.peer)
        let first = effects.assignments(to: self.peer)
        #expect(first.map(\.attempt.trial.rawValue) == [0, 1])
        #expect(first.map(\.targetEpoch) == [5, 2])

        // The second trial has what was left for it, and no epoch is free.
        effects = coordinator.handle(
            .message(self.peer, self.progress(first[1], session, epochs: 1...2)), at: .seconds(1))
        #expect(effects.assignments(to: self.peer) == [])
        #expect(coordinator.study.record(of: TrialID(1))?.state == .waiting)
        #expect(coordinator.study.record(of: TrialID(1))?.reason == "waits for epochs of the budget")

        // The first diverges at once and leaves four, of which the second wants three.
        let diverged = AttemptProgress(
            attempt: first[0].attempt, reports: [Studies.report(TrialID(0), 1, status: .diverged, loss: .nan)],
            end: AttemptEnd(outcome: .finished, epoch: 1))
        effects = coordinator.handle(
            .message(self.peer, .progress(session: session, capacity: 2, times: self.none, attempts: [diverged])),
            at: .seconds(2))
        let second = effects.assignments(to: self.peer)
        #expect(
            second.map(\.attempt) == [AttemptID(trial: TrialID(1), number: 2), AttemptID(trial: TrialID(2), number: 1)])
        #expect(second.map(\.ledgerEpoch) == [2, 0])
        #expect(second.map(\.targetEpoch) == [5, 1])

        _ = coordinator.handle(
            .message(self.peer, self.progress(second[0], session, epochs: 3...5)), at: .seconds(3))
        #expect(!coordinator.study.isFinished)
        effects = coordinator.handle(
            .message(self.peer, self.progress(second[1], session, epochs: 1...1)), at: .seconds(4))
        #expect(coordinator.study.epochCount == 7)
        #expect(coordinator.study.finishReason == "the budget of 7 epochs is spent")
        #expect(coordinator.study.trials.map(\.state) == [.stopped, .complete, .stopped])
        #expect(coordinator.study.brokenInvariant() == nil)
    }

    @Test("a configuration to try first has its gaps filled in: defaults, else random values, nothing where inactive")
    func tryFirst() throws {
        var definition = Studies.definition(.none(maximum: 5), trials: 3)
        definition.space = ParameterSpace([
            Parameter(name: "training.optimizer", domain: .choice([.text("sgd"), .text("adam")])),
            Parameter(
                name: "training.optimizer.sgd.momentum", domain: .float(FloatRange(low: 0.1, high: 0.9)),
                conditions: [.isOneOf(parameter: 0, values: [.text("sgd")])]),
            Parameter(
                name: "training.learning_rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true)),
                defaultValue: .float(0.01)),
        ])
        definition.tryFirst = [
            Configuration([.text("sgd"), nil, nil]), Configuration([.text("adam"), nil, .float(0.5)]),
        ]
        var state = try StudyState(definition)
        _ = state.apply(.workerJoined(self.worker, name: "a", slots: 3), at: .zero)
        for _ in 0..<3 { _ = state.apply(.workRequested(self.worker), at: .zero) }
        let first = state.trials[0].configuration.values
        #expect(first[0] == .text("sgd"))
        #expect((0.1...0.9).contains(try #require(first[1]?.number)))
        #expect(first[2] == .float(0.01))
        #expect(state.trials[1].configuration == Configuration([.text("adam"), nil, .float(0.5)]))
        #expect(state.trials[2].configuration.values[0] != nil)
    }

    @Test("an epoch that is told again with other figures is told to people, and not taken")
    func disagreement() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 1))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let session = try self.session(first, self.peer)
        let assignment = try #require(first.assignments(to: self.peer).first)
        func tell(_ loss: Double) -> [CoordinatorEffect] {
            let report = Studies.report(TrialID(0), 1, loss: loss)
            let entry = AttemptProgress(attempt: assignment.attempt, reports: [report], end: nil)
            let message = WorkerMessage.progress(
                session: session, capacity: 1, times: self.none, attempts: [entry])
            return coordinator.handle(.message(self.peer, message), at: .seconds(1))
        }
        _ = tell(0.5)
        #expect(!tell(0.5).contains { if case .log = $0 { true } else { false } })
        let before = coordinator.study
        #expect(
            tell(0.25).first
                == .log(
                    "host:a reports epoch 1 of trial 0 with other figures than the journal has: two hosts compute "
                        + "differently; look for broken memory or another build", isWarning: true))
        #expect(coordinator.study == before)
        #expect(coordinator.disagreements == 1)
    }

    @Test("an assignment that never arrived is not sent again for a trial that is over")
    func settledMeanwhile() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 9, wallTime: .seconds(3)))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let assignment = try #require(first.assignments(to: self.peer).first)
        _ = coordinator.handle(.disconnected(self.peer), at: .seconds(2))
        _ = coordinator.handle(.tick, at: .seconds(3))
        #expect(coordinator.study.isFinished)
        #expect(coordinator.study.record(of: assignment.attempt.trial)?.state == .stopped)
        let back = coordinator.handle(.message(PeerID(2), Studies.hello(self.worker)), at: .milliseconds(3500))
        #expect(back.assignments(to: PeerID(2)) == [])
    }

    @Test("a connection that says hello for another worker lets the first one go, with what it held")
    func secondHello() throws {
        var coordinator = try Studies.start(Studies.definition(.none(maximum: 5), trials: 1))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let assignment = try #require(first.assignments(to: self.peer).first)
        let effects = coordinator.handle(.message(self.peer, Studies.hello(WorkerID("b"))), at: .seconds(1))
        let reason = "its connection said hello for another worker"
        #expect(
            effects.records.map(\.event) == [
                .attemptLost(assignment.attempt, reason: "host:a: \(reason)"),
                .workerLeft(self.worker, reason: reason),
                .workerJoined(WorkerID("b"), name: "host:b", slots: 1),
                .workRequested(WorkerID("b")),
            ])
        #expect(coordinator.connectedPeers == [self.peer])
        #expect(!coordinator.isConnected(self.worker))
        #expect(effects.assignments(to: self.peer).map(\.attempt) == [AttemptID(trial: TrialID(0), number: 2)])
    }

    @Test("takes a NaN loss as the end of the trial, which keeps its place as the worst")
    func divergence() throws {
        var coordinator = try Studies.start(Studies.definition(Studies.asha, trials: 3))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker)), at: .zero)
        let session = try self.session(first, self.peer)
        let assignment = try #require(first.assignments(to: self.peer).first)
        let entry = AttemptProgress(
            attempt: assignment.attempt, reports: [Studies.report(TrialID(0), 1, status: .diverged, loss: .nan)],
            end: AttemptEnd(outcome: .finished, epoch: 1))
        let effects = coordinator.handle(
            .message(self.peer, .progress(session: session, capacity: 1, times: self.none, attempts: [entry])),
            at: .seconds(1))
        #expect(coordinator.study.record(of: TrialID(0))?.state == .stopped)
        #expect(coordinator.study.incumbent == nil)
        #expect(effects.assignments(to: self.peer).map(\.attempt.trial) == [TrialID(1)])
    }

    @Test("tells a worker at once to stop a trial that its scheduler stops")
    func stop() throws {
        var coordinator = try Studies.start(
            Studies.definition(.ashaStopping(minimum: 1, maximum: 9, eta: 3), trials: 4))
        let first = coordinator.handle(.message(self.peer, Studies.hello(self.worker, slots: 4)), at: .zero)
        let session = try self.session(first, self.peer)
        let assignments = first.assignments(to: self.peer)
        var stops: [CoordinatorMessage] = []
        for (i, assignment) in assignments.enumerated() {
            let report = Studies.report(assignment.attempt.trial, 1, loss: Double(i))
            let entry = AttemptProgress(attempt: assignment.attempt, reports: [report], end: nil)
            let effects = coordinator.handle(
                .message(self.peer, .progress(session: session, capacity: 4, times: self.none, attempts: [entry])),
                at: .seconds(1))
            stops += effects.messages(to: self.peer).filter { if case .stop = $0 { true } else { false } }
        }
        #expect(stops == assignments.dropFirst().map { .stop($0.attempt) })
    }
}
