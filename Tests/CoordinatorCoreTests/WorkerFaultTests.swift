import CoordinatorCore
import Testing
import TuningModel

/// Workers that answer one assignment after the other: some train, some crash whatever they are given.
private struct Cluster {
    var coordinator: Coordinator
    private(set) var log: [String] = []
    /// What each worker holds, and what it was ever given.
    private var held: [Int: [Assignment]] = [:]
    private(set) var given: [Int: [Int]] = [:]
    private var sessions: [Int: UInt64] = [:]
    private var second = 0

    init(_ coordinator: Coordinator) { self.coordinator = coordinator }

    mutating func join(_ worker: Int) {
        self.take(.message(PeerID(worker), Studies.hello(WorkerID("\(worker)"))))
    }

    mutating func leave(_ worker: Int) throws {
        let session = try #require(self.sessions[worker])
        self.take(.message(PeerID(worker), .bye(session: session)))
        self.held[worker] = nil
    }

    /// Lets a worker answer for the oldest of its assignments.
    ///
    /// - Returns: Whether it had one.
    mutating func answer(_ worker: Int, crashes: Bool) throws -> Bool {
        guard let assignment = self.held[worker]?.first, let session = self.sessions[worker] else { return false }
        self.held[worker]?.removeFirst()
        let target = assignment.targetEpoch
        let progress = AttemptProgress(
            attempt: assignment.attempt,
            reports: crashes
                ? []
                : (assignment.ledgerEpoch + 1...target).map { Studies.report(assignment.attempt.trial, $0) },
            end: crashes
                ? AttemptEnd(outcome: .crashed(reason: "signal 11"), epoch: assignment.ledgerEpoch)
                : AttemptEnd(outcome: .finished, epoch: target))
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
        for effect in self.coordinator.handle(input, at: .seconds(self.second)) {
            switch effect {
            case .send(.welcome(let welcome), let peer): self.sessions[peer.rawValue] = welcome.session
            case .send(.assign(let assignment), let peer):
                self.held[peer.rawValue, default: []].append(assignment)
                self.given[peer.rawValue, default: []].append(assignment.attempt.trial.rawValue)
            case .log(let text, isWarning: true): self.log.append(text)
            default: break
            }
        }
    }
}

@Suite("Workers that crash what they are given")
struct WorkerFaultTests {
    private static let warning =
        "host:1 crashes trials that other workers train: it gets no more work while others are there; look at its memory, its "
        + "disk and its messages"

    @Test(
        "one that crashes what others train gets no more work, and no trial is lost by it", arguments: [nil, 2])
    func brokenHost(virtualSlots: Int?) throws {
        let study = Studies.definition(.none(maximum: 2), trials: 9)
        var cluster = Cluster(try Studies.start(study, virtualSlots: virtualSlots))
        cluster.join(1)
        cluster.join(2)
        while try cluster.answer(1, crashes: true) || cluster.answer(2, crashes: false) {}
        #expect(cluster.log == [Self.warning])
        // After three it is suspected, and what crashed comes back to it never.
        let crashed = try #require(cluster.given[1])
        #expect(Set(crashed).count == crashed.count && crashed.count <= 3, "\(crashed)")
        #expect(cluster.given[2]?.sorted() == Array(0..<9))
        #expect(cluster.coordinator.study.trials.map(\.state) == Array(repeating: .complete, count: 9))
        #expect(cluster.coordinator.study.trials.map(\.epochs) == Array(repeating: 2, count: 9))
    }

    @Test("one at which a single trial crashed goes on with all others, and takes that one when nobody else is left")
    func single() throws {
        var cluster = Cluster(try Studies.start(Studies.definition(.none(maximum: 2), trials: 5)))
        cluster.join(1)
        cluster.join(2)
        #expect(try cluster.answer(1, crashes: true))
        // The other one trains for a long time.
        while try cluster.answer(1, crashes: false) {}
        #expect(cluster.given[1] == [0, 2, 3, 4] && cluster.given[2] == [1])
        #expect(cluster.coordinator.study.trials.first?.state == .waiting)
        try cluster.leave(2)
        while try cluster.answer(1, crashes: false) {}
        #expect(cluster.given[1] == [0, 2, 3, 4, 1, 0] && cluster.log == [])
        #expect(cluster.coordinator.study.trials.map(\.state) == Array(repeating: .complete, count: 5))
    }

    @Test("where nobody else is left it is given work again")
    func alone() throws {
        var cluster = Cluster(try Studies.start(Studies.definition(.none(maximum: 2), trials: 12)))
        cluster.join(1)
        cluster.join(2)
        while cluster.log.isEmpty, try cluster.answer(1, crashes: true) || cluster.answer(2, crashes: false) {}
        #expect(cluster.log == [Self.warning])
        let count = try #require(cluster.given[1]?.count)
        try cluster.leave(2)
        #expect(try cluster.answer(1, crashes: false))
        #expect(try #require(cluster.given[1]?.count) > count)
    }

    @Test(
        "trials that crash everywhere are nobody's fault but their own, and fail after a slot at each of three workers")
    func poison() throws {
        var cluster = Cluster(try Studies.start(Studies.definition(.none(maximum: 2), trials: 4)))
        for worker in 1...3 { cluster.join(worker) }
        var isDone = false
        while !isDone {
            isDone = true
            for worker in 1...3 where try cluster.answer(worker, crashes: true) { isDone = false }
        }
        #expect(cluster.log == [])
        #expect(cluster.coordinator.study.trials.map(\.state) == Array(repeating: .failed, count: 4))
        #expect(cluster.coordinator.study.trials.map(\.attempts) == [3, 3, 3, 3])
        #expect((1...3).map { cluster.given[$0]?.sorted() } == Array(repeating: [0, 1, 2, 3], count: 3))
    }
}
