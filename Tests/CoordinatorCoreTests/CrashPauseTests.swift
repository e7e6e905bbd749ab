import CoordinatorCore
import Testing
import TuningModel

/// Workers with a slot each that answer when they are told to: with epochs, or with the death of the slot.
private struct Cluster {
    private(set) var coordinator: Coordinator
    private var held: [Int: [Assignment]] = [:]
    /// The trials that each worker was ever given.
    private(set) var given: [Int: [Int]] = [:]
    private var sessions: [Int: UInt64] = [:]
    private(set) var now = Duration.zero

    init(trials: Int, virtualSlots: Int? = nil) throws {
        self.coordinator = try Studies.start(
            Studies.definition(.none(maximum: 2), trials: trials), virtualSlots: virtualSlots)
    }

    var states: [TrialRecord.State] { self.coordinator.study.trials.map(\.state) }

    mutating func join(_ worker: Int) {
        self.take(.message(PeerID(worker), Studies.hello(WorkerID("\(worker)"))))
    }

    mutating func pass(milliseconds: Int) {
        self.now += .milliseconds(milliseconds)
        self.take(.tick)
    }

    /// Lets a worker answer for the oldest of its assignments, where it has one.
    mutating func answer(_ worker: Int, crashes: Bool) throws {
        guard let assignment = self.held[worker]?.first, let session = self.sessions[worker] else { return }
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
    }

    private mutating func take(_ input: CoordinatorInput) {
        for effect in self.coordinator.handle(input, at: self.now) {
            switch effect {
            case .send(.welcome(let welcome), let peer): self.sessions[peer.rawValue] = welcome.session
            case .send(.assign(let assignment), let peer):
                self.held[peer.rawValue, default: []].append(assignment)
                self.given[peer.rawValue, default: []].append(assignment.attempt.trial.rawValue)
            default: break
            }
        }
    }
}

@Suite("A worker whose slots die")
struct CrashPauseTests {
    @Test("rests while others train its trials, so that none of them fails", arguments: [nil, 2])
    func brokenHost(virtualSlots: Int?) throws {
        var cluster = try Cluster(trials: 20, virtualSlots: virtualSlots)
        cluster.join(1)
        cluster.join(2)
        while !cluster.coordinator.study.isFinished, cluster.now < .seconds(100) {
            cluster.pass(milliseconds: 400)
            try cluster.answer(1, crashes: true)
            try cluster.answer(2, crashes: false)
        }
        #expect(cluster.states == Array(repeating: .complete, count: 20))
        // At 0.4 s, and then after 1, 2 and 4 s more; what it was given last the study did not wait for.
        #expect((3...5).contains(try #require(cluster.given[1]?.count)), "\(cluster.given)")
        #expect(cluster.given[2]?.count == 20)
    }

    @Test("that is alone has three crashes free, and then longer and longer pauses")
    func alone() throws {
        var cluster = try Cluster(trials: 9)
        cluster.join(1)
        for _ in 1...4 { try cluster.answer(1, crashes: true) }
        #expect(cluster.given == [1: [0, 0, 0, 1]])
        cluster.pass(milliseconds: 999)
        #expect(cluster.given == [1: [0, 0, 0, 1]])
        cluster.pass(milliseconds: 1)
        #expect(cluster.given == [1: [0, 0, 0, 1, 1]])
        try cluster.answer(1, crashes: true)
        cluster.pass(milliseconds: 1999)
        #expect(cluster.given == [1: [0, 0, 0, 1, 1]])
        cluster.pass(milliseconds: 1)
        #expect(cluster.given == [1: [0, 0, 0, 1, 1, 1]])
    }

    @Test("counts anew after an epoch")
    func epoch() throws {
        var cluster = try Cluster(trials: 9)
        cluster.join(1)
        for _ in 1...4 { try cluster.answer(1, crashes: true) }
        cluster.pass(milliseconds: 1000)
        try cluster.answer(1, crashes: false)
        for _ in 1...3 { try cluster.answer(1, crashes: true) }
        #expect(cluster.given == [1: [0, 0, 0, 1, 1, 2, 2, 2, 3]])
        #expect(cluster.states == [.failed, .complete, .failed, .running])
    }

    @Test("rests for a minute at most")
    func longest() throws {
        var cluster = try Cluster(trials: 40)
        cluster.join(1)
        for count in 1...30 {
            try cluster.answer(1, crashes: true)
            if count > 3 { cluster.pass(milliseconds: 60_000) }
            #expect(cluster.given[1]?.count == count + 1)
        }
    }
}
