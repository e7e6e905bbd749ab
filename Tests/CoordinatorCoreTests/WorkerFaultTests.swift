import CoordinatorCore
import Testing
import TuningModel

/// Workers with a slot each that answer one assignment after the other: some train, some crash what they are given.
private struct Cluster {
    private(set) var coordinator: Coordinator
    private let definition: StudyDefinition
    private var records: [JournalRecord]
    /// What each worker holds, and the trials that it was ever given.
    private var held: [Int: [Assignment]] = [:]
    private(set) var given: [Int: [Int]] = [:]
    private var sessions: [Int: UInt64] = [:]
    private var second = 0

    init(trials: Int, virtualSlots: Int? = nil) throws {
        self.definition = Studies.definition(.none(maximum: 2), trials: trials)
        let (coordinator, effects) = try Studies.startTold(self.definition, virtualSlots: virtualSlots)
        self.coordinator = coordinator
        self.records = effects.records
    }

    var states: [TrialRecord.State] { self.coordinator.study.trials.map(\.state) }

    mutating func join(_ worker: Int, capacity: Int = 1) {
        let hello = Hello(
            worker: WorkerID("\(worker)"), name: "host:\(worker)", slots: 1, capacity: capacity,
            instructionSet: "avx2", held: [])
        self.take(.message(PeerID(worker), .hello(hello)))
    }

    mutating func leave(_ worker: Int) throws {
        let session = try #require(self.sessions[worker])
        self.take(.message(PeerID(worker), .bye(session: session)))
        self.held[worker] = nil
    }

    mutating func disconnect(_ worker: Int) { self.take(.disconnected(PeerID(worker))) }

    mutating func pass(seconds: Int) {
        for _ in 0..<seconds { self.take(.tick) }
    }

    /// Lets a worker answer for the oldest of its assignments.
    ///
    /// - Returns: Whether it had one.
    mutating func answer(_ worker: Int, crashes: Bool) throws -> Bool {
        guard let assignment = self.held[worker]?.first, let session = self.sessions[worker] else { return false }
        self.held[worker]?.removeFirst()
        let (first, last) = (assignment.ledgerEpoch + 1, assignment.targetEpoch)
        let progress = AttemptProgress(
            attempt: assignment.attempt,
            reports: crashes ? [] : (first...last).map { Studies.report(assignment.attempt.trial, $0) },
            end: crashes
                ? AttemptEnd(outcome: .crashed(reason: "signal 11"), epoch: assignment.ledgerEpoch)
                : AttemptEnd(outcome: .finished, epoch: last))
        self.take(
            .message(
                PeerID(worker),
                .progress(
                    session: session, capacity: 1, times: SlotTimes(busySeconds: 0, totalSeconds: 0),
                    attempts: [progress])))
        return true
    }

    private mutating func take(_ input: CoordinatorInput) {
        self.second += 1
        let effects = self.coordinator.handle(input, at: .seconds(self.second))
        self.records += effects.records
        for effect in effects {
            switch effect {
            case .send(.welcome(let welcome), let peer): self.sessions[peer.rawValue] = welcome.session
            case .send(.assign(let assignment), let peer):
                self.held[peer.rawValue, default: []].append(assignment)
                self.given[peer.rawValue, default: []].append(assignment.attempt.trial.rawValue)
            default: break
            }
        }
    }

    /// Whether every decision follows from the events of the journal alone, and whether it is read to the same state.
    func agreesWithItsJournal() throws -> Bool {
        var derived = try Studies.state(self.definition)
        var read = derived
        for record in self.records {
            guard derived.apply(record.event, at: record.time) == record.decisions,
                read.apply(record.event, at: record.time, recorded: record.decisions) == record.decisions
            else { return false }
        }
        return derived == self.coordinator.study && read == derived
    }
}

@Suite("Trials whose slots die")
struct WorkerFaultTests {
    @Test("are trained elsewhere, so that a broken host spoils none of them", arguments: [nil, 2])
    func brokenHost(virtualSlots: Int?) throws {
        var cluster = try Cluster(trials: 9, virtualSlots: virtualSlots)
        cluster.join(1)
        cluster.join(2)
        while try cluster.answer(1, crashes: true) || cluster.answer(2, crashes: false) {}
        #expect(cluster.states == Array(repeating: .complete, count: 9))
        #expect(cluster.given[2]?.sorted() == Array(0..<9))
        // No trial comes to it twice.
        if virtualSlots == nil {
            #expect(cluster.given == [1: [0, 2, 3, 4, 5, 6, 7, 8], 2: [1, 0, 2, 3, 4, 5, 6, 7, 8]])
        } else {
            let crashed = try #require(cluster.given[1])
            #expect(crashed.count > 1 && Set(crashed).count == crashed.count, "\(crashed)")
        }
        #expect(try cluster.agreesWithItsJournal())
    }

    @Test("wait for another worker while theirs goes on with others, and take theirs when nobody else is left")
    func single() throws {
        var cluster = try Cluster(trials: 5)
        cluster.join(1)
        cluster.join(2)
        #expect(try cluster.answer(1, crashes: true))
        // The other one trains for a long time.
        while try cluster.answer(1, crashes: false) {}
        #expect(cluster.given == [1: [0, 2, 3, 4], 2: [1]])
        #expect(cluster.states == [.waiting, .running, .complete, .complete, .complete])
        try cluster.leave(2)
        while try cluster.answer(1, crashes: false) {}
        #expect(cluster.given == [1: [0, 2, 3, 4, 1, 0], 2: [1]])
        #expect(cluster.states == Array(repeating: .complete, count: 5))
        #expect(try cluster.agreesWithItsJournal())
    }

    @Test("do not wait for a worker that takes no work")
    func useless() throws {
        var cluster = try Cluster(trials: 1)
        cluster.join(1)
        cluster.join(2, capacity: 0)
        #expect(try cluster.answer(1, crashes: true))
        #expect(try cluster.answer(1, crashes: false))
        #expect(cluster.given == [1: [0, 0]] && cluster.states == [.complete])
        #expect(try cluster.agreesWithItsJournal())
    }

    @Test("wait for a worker whose connection broke a moment ago, and not for longer")
    func shortBreak() throws {
        var cluster = try Cluster(trials: 2)
        cluster.join(1)
        cluster.join(2)
        #expect(try cluster.answer(2, crashes: false))
        cluster.disconnect(2)
        #expect(try cluster.answer(1, crashes: true))
        #expect(cluster.given == [1: [0], 2: [1]])
        cluster.pass(seconds: 4)
        #expect(cluster.given == [1: [0, 0], 2: [1]])
        #expect(try cluster.answer(1, crashes: false) && cluster.states == [.complete, .complete])
        #expect(try cluster.agreesWithItsJournal())
    }

    @Test("fail after slots at three workers where there are three")
    func poison() throws {
        var cluster = try Cluster(trials: 4)
        for worker in 1...3 { cluster.join(worker) }
        var isDone = false
        while !isDone {
            isDone = true
            for worker in 1...3 where try cluster.answer(worker, crashes: true) { isDone = false }
        }
        #expect(cluster.states == Array(repeating: .failed, count: 4))
        #expect((1...3).map { cluster.given[$0]?.sorted() } == Array(repeating: [0, 1, 2, 3], count: 3))
        #expect(try cluster.agreesWithItsJournal())
    }
}
